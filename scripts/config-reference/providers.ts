/** Renders the presets as a page: a section for each protocol. */
import type { OidcPreset, PresetSettings } from '../../src/presets/oidc-preset.ts'
import { type OidcPresetName, oidcPresets } from '../../src/presets/oidc-presets.ts'

const intro = `# Providers

<!-- Generated from src/presets by \`npm run schema\`. Do not edit. -->

With \`preset\`, a provider of the configuration needs only what is yours: a tenant or a domain, and the client. The preset
fills in the rest, and refuses settings with which the provider, or AWS with its tokens, does not work. What you write
yourself wins. Each preset has a guide in the words of the provider's own pages. A provider without a preset works too:
see [openid.md](../openid.md) and [saml.md](../saml.md).

\`fedgate check\` shows what a preset expects the provider to publish, and what it found. \`fedgate trust-policy\` prints the
IAM side. Every provider can be combined with a [Cognito identity pool](identity-pools.md).`

const parameterHints: Readonly<Record<string, string>> = {
  tenant: '`tenant`',
  tokenVersion: '`tokenVersion` (optional)',
  domain: '`domain`',
  realm: '`realm`',
  authorizationServer: '`authorizationServer` (optional)',
  userPoolId: '`userPoolId`',
  endpoints: '`endpoints` (optional)',
}

const NOTHING: Readonly<Record<string, string>> = {}

/** What an operator may write differently, where the preset then differs. */
const variants: Readonly<
  Partial<Record<OidcPresetName, readonly (readonly [string, Readonly<Record<string, string>>])[]>>
> = {
  entra: [['`tenant: organizations`', { tenant: 'organizations' }]],
  okta: [['`authorizationServer`', { authorizationServer: 'default' }]],
}

const parametersOf = (name: OidcPresetName, { parameters }: OidcPreset): string => {
  const hints = parameters.map((parameter) =>
    name === 'gitlab' && parameter === 'domain' ? '`domain` (default: gitlab.com)' : parameterHints[parameter],
  )
  return hints.length === 0 ? 'only the client' : hints.join(', ')
}

const cell = (text: string): string => text.replaceAll('|', '\\|')

const table = (): string => {
  const rows = (Object.entries(oidcPresets) as [OidcPresetName, OidcPreset][]).map(([name, preset]) => {
    const { guide, issuerShape, groups = 'none' } = preset
    const keys = [...new Set(preset.conditionKeys.map((key) => key.slice(0, key.lastIndexOf(':'))))]
    const prefix = keys[0] ?? ''
    const cells = [
      `[${preset.name}](${guide})`,
      `\`${name}\``,
      parametersOf(name, preset),
      cell(issuerShape),
      groups,
      `\`${prefix}:\``,
    ]
    return `| ${cells.join(' | ')} |`
  })
  return [
    '| Provider | `preset` | You write | Issuer | Groups | Condition keys |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
}

const shown = (value: unknown): string =>
  JSON.stringify(value).replaceAll('"', '').replaceAll(',', ', ').replaceAll(':', ': ')

const fillsIn = (preset: OidcPreset, written: Readonly<Record<string, string>>): string =>
  Object.entries(preset.fills(written))
    .map(([key, value]) => `\`${key}: ${shown(value)}\``)
    .join(', ')

/** With the issuer that the preset derives of a variant, or of nothing. */
const neededBy = (name: OidcPresetName, preset: OidcPreset): string | undefined => {
  const tried = [['', NOTHING] as const, ...(variants[name] ?? [])]
  for (const [what, written] of tried) {
    const issuer = preset.issuerOf(written)
    const needed = preset.neededConditions?.({ ...written, issuer } as PresetSettings)
    if (!needed) continue
    const keys = needed.anyOf.map((key) => `\`${key}\``).join(', ')
    const where = what === '' ? '' : `With ${what}, `
    const literal = needed.isLiteral ? ', without a pattern' : ''
    return `${where}${where === '' ? 'Every' : 'every'} rule must have one of ${keys}${literal}, because ${needed.because}.`
  }
  return undefined
}

const section = ([name, preset]: readonly [OidcPresetName, OidcPreset]): string => {
  const needed = neededBy(name, preset)
  const published = preset.publishes.map(({ member, value }) => `\`${member}\`: ${String(value)}`).join(', ')
  const lines = [
    `Fills in: ${fillsIn(preset, NOTHING)}`,
    ...(variants[name] ?? []).map(([what, written]) => `With ${what}: ${fillsIn(preset, written)}`),
    `Refuses: ${preset.rules.map(({ refuses }) => refuses).join('; ')}`,
    ...(needed === undefined ? [] : [needed]),
    `Second factor: ${preset.secondFactor}`,
    `Condition keys of original evidence: ${preset.conditionKeys.map((key) => `\`${key}\``).join(', ')}`,
    ...(published === '' ? [] : [`\`fedgate check\` expects: ${published}`]),
  ]
  return `### ${preset.name}\n\n${lines.map((line) => `- ${line.replace(/\.$/, '')}.`).join('\n')}`
}

/** OpenID providers, and those with access tokens alone. */
const openIdSection = (): string =>
  [
    '## OpenID Connect and OAuth 2.0',
    table(),
    ...(Object.entries(oidcPresets) as [OidcPresetName, OidcPreset][]).map(section),
  ].join('\n\n')

/** docs/providers/README.md; each protocol has a function of its own. */
export const providerReference = (): string => `${[intro, openIdSection()].join('\n\n')}\n`
