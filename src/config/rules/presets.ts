/** Rules about presets: parameters, and what a family of providers does not work with. */

import { type PresetParameter, type PresetRefusal, presetParameters } from '../../presets/oidc-preset.ts'
import { type OidcPresetName, oidcPresetOf, oidcPresets } from '../../presets/oidc-presets.ts'
import { isSafeUrl, parseWebUrl } from '../address.ts'
import { type ConfigIssue, type Path, showValue } from '../issue.ts'
import { forEach, type Rule } from '../partial-config.ts'
import { patternBody } from '../patterns.ts'
import { forEachOidc, type OidcProvider } from './openid-providers.ts'
import { type Conditional, conditionsOf, idpsOf, providersOf } from './when.ts'

/** Every rule needs it: the user's tokens are those of this issuer. */
const issuerIsKnown: Rule = (config) =>
  forEachOidc(config, (provider, index) => {
    if (provider.issuer !== undefined || refusalsOf(provider).length > 0) return []
    const missing = oidcPresetOf(provider)?.parameters.find((parameter) => provider[parameter] === undefined)
    return missing === undefined
      ? [{ path: ['providers', index, 'issuer'], expected: 'the issuer, an https URL', found: 'nothing' }]
      : [{ path: ['providers', index, missing], expected: presetParameters[missing], found: 'nothing' }]
  })

const parametersBelongToThePreset: Rule = (config) =>
  forEachOidc(config, (provider, index) => {
    const known: readonly PresetParameter[] = oidcPresetOf(provider)?.parameters ?? []
    return parameterNames
      .filter((name) => provider[name] !== undefined && !known.includes(name))
      .map((name) => ({
        path: ['providers', index, name],
        atKey: true,
        expected: `preset: ${presetsWith(name).join(' or ')} beside it`,
        found: provider.preset === undefined ? 'no preset' : `preset ${provider.preset}`,
      }))
  })

const presetsAllow: Rule = (config) =>
  forEachOidc(config, (provider, index) =>
    refusalsOf(provider).map((refusal) => ({ ...refusal, path: ['providers', index, ...refusal.path] })),
  )

const endpointsAreSafe: Rule = (config) =>
  forEachOidc(config, ({ endpoints = {}, allowInsecureHttp }, index) =>
    (['authorization', 'api'] as const).flatMap((key) => {
      const { [key]: value } = endpoints
      const url = value === undefined ? undefined : parseWebUrl(value)
      const isGood = url !== undefined && isSafeUrl(url) && (url.protocol === 'https:' || allowInsecureHttp)
      return value === undefined || isGood
        ? []
        : [{ path: ['providers', index, 'endpoints', key], expected: 'an https origin', found: showValue(value) }]
    }),
  )

/**
 * Providers at which strangers can sign in too: every rule that reaches one must ask for something that they do not
 * have.
 */
const strangersAreLeftOut: Rule = (config) =>
  forEachOidc(config, (provider) => {
    const needed = oidcPresetOf(provider)?.neededConditions?.(provider)
    if (!needed || provider.allowInsecureHttp) return []
    const { anyOf, because, isLiteral = false } = needed
    const narrows = (rule: Conditional): boolean =>
      (anyOf.includes('idp') && idpsOf(rule) !== undefined) ||
      conditionsOf(rule).some(
        ([attribute, values]) => anyOf.includes(attribute) && (!isLiteral || [values].flat().every(isLiteralValue)),
      )
    const check = (rule: Conditional, path: Path): readonly ConfigIssue[] =>
      !(providersOf(rule)?.includes(provider.id) ?? true) || narrows(rule)
        ? []
        : [
            {
              path,
              atKey: true,
              expected: `one of ${anyOf.join(', ')}${isLiteral ? ', without a pattern' : ''}, because ${because} at ${provider.id}`,
              found: 'a rule for all of them',
            },
          ]
    return [
      ...forEach(config.access, (rule, at) => check(rule, ['access', at, 'when'])),
      ...forEach(config.operators, (rule, at) => check(rule, ['operators', at, 'when'])),
    ]
  })

export const presetRules = {
  issuerIsKnown,
  parametersBelongToThePreset,
  presetsAllow,
  endpointsAreSafe,
  strangersAreLeftOut,
} as const satisfies Readonly<Record<string, Rule>>

/** Without those about an issuer that was made of a wrong parameter. */
function refusalsOf(provider: OidcProvider): readonly PresetRefusal[] {
  const all = (oidcPresetOf(provider)?.rules ?? []).flatMap(({ check }) => check(provider) ?? [])
  const isOfParameter = ({ path: [key = ''] }: PresetRefusal): boolean => Object.hasOwn(presetParameters, key)
  return all.some(isOfParameter) ? all.filter(isOfParameter) : all
}

const parameterNames = Object.keys(presetParameters) as readonly PresetParameter[]

function presetsWith(parameter: PresetParameter): readonly string[] {
  const names = Object.keys(oidcPresets) as readonly OidcPresetName[]
  return names.filter((name) => oidcPresets[name].parameters.includes(parameter))
}

function isLiteralValue(value: string): boolean {
  return patternBody(value) === undefined
}
