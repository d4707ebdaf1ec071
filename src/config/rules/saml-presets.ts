/** Rules about what cannot work with the product that a `preset` names. */
import { type SamlPreset, SECOND_FACTOR } from '../../presets/saml/preset.ts'
import { hostOf, samlPresets } from '../../presets/saml/presets.ts'
import { type ConfigIssue, type Path, showValue } from '../issue.ts'
import { forEach, type PartialConfig, type Rule } from '../partial-config.ts'
import type { FileProvider } from '../schema.ts'

type SamlProvider = Extract<FileProvider, { protocol: 'saml' }>

const presetAllowsSettings: Rule = (config) =>
  forEachPreset(config, (provider, { refuses }, path) =>
    refuses.flatMap(({ setting, value, expected }) => {
      const found = provider[setting]
      return typeof found === 'string' && value.test(found)
        ? [{ path: [...path, setting], expected, found: showValue(found) }]
        : []
    }),
  )

/** The vendor's host in the address is certain; metadata of products that companies host is compared by `fedgate check`. */
const presetIsThatOfTheHost: Rule = (config) =>
  forEachPreset(config, ({ metadata }, preset, path) => {
    const host = typeof metadata === 'string' ? hostOf(metadata) : undefined
    if (host === undefined || host.id === preset.id) return []
    const expected = `${host.id}, as the metadata comes from ${host.product}`
    return [{ path: [...path, 'preset'], expected, found: showValue(preset.id) }]
  })

const secondFactorIsRequestedAsThere: Rule = (config) =>
  forEachPreset(config, ({ authnContext }, { mfa, product }, path) => {
    if (mfa.by === 'class') return []
    const instead =
      mfa.by === 'attribute'
        ? `\`authnMethods: ${mfa.value}\` in \`when\`, as ${product} does not answer with this class`
        : `a policy of ${product} instead, as it does not answer with this class`
    return authnContext.flatMap((each, place) =>
      SECOND_FACTOR.includes(each)
        ? [{ path: [...path, 'authnContext', place], expected: instead, found: showValue(each) }]
        : [],
    )
  })

export const samlPresetRules = {
  presetAllowsSettings,
  presetIsThatOfTheHost,
  secondFactorIsRequestedAsThere,
} as const satisfies Readonly<Record<string, Rule>>

function forEachPreset(
  { providers }: PartialConfig,
  check: (provider: SamlProvider, preset: SamlPreset, path: Path) => readonly ConfigIssue[],
): readonly ConfigIssue[] {
  return forEach(providers, (provider, index) => {
    const preset = provider.protocol === 'saml' ? samlPresets.get(provider.preset ?? '') : undefined
    return provider.protocol === 'saml' && preset ? check(provider, preset, ['providers', index]) : []
  })
}
