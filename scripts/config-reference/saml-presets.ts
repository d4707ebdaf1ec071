/** Renders the SAML presets as a page. */
import type { SamlPreset, ScreenField } from '../../src/presets/saml/preset.ts'
import { samlPresets } from '../../src/presets/saml/presets.ts'

const intro = `# SAML identity providers

<!-- Generated from src/presets/saml by \`npm run schema\`. Do not edit. -->

\`preset\` says which product your identity provider runs on:

\`\`\`yaml
providers:
  - id: corp
    protocol: saml
    preset: okta
    metadata: https://example.okta.com/app/…/sso/saml/metadata
\`\`\`

A preset

- fills in settings that the configuration does not have; your own value always wins;
- gives attributes the short names \`email\`, \`groups\`, \`username\` and \`authnMethods\` for rules and templates, whatever the
  product calls them. An attribute that is sent under a short name, or one of its [synonyms](../attributes.md), is never replaced;
- refuses settings that cannot work with the product, with line and column, when the configuration is read;
- lets \`fedgate check\` compare the metadata with that of the product, and show what was filled in;
- gives the next step of an error in the words of the product's own screens: on the page, in the audit log's code, and with
  \`fedgate check --response\`.

No preset switches a check off.`

const guides = (presets: readonly SamlPreset[]): string =>
  `## Guides

${presets.map(({ id, product }) => `- [${product}](saml-${id}.md): \`preset: ${id}\``).join('\n')}
- [LemonLDAP::NG](saml-lemonldap-ng.md), without a preset`

const code = (text: string): string => `\`${text}\``

const fillsOf = ({ fills }: SamlPreset): string => {
  const values = Object.entries(fills).map(([key, value]) => code(`${key}: ${value}`))
  return values.length === 0 ? 'nothing' : values.join(', ')
}

/** Aligned, as the formatter wants it. */
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const widths = head.map((title, column) =>
    Math.max(...[title, ...rows.map((row) => row[column] ?? '')].map(({ length }) => length)),
  )
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

const linkOf = ({ id, product }: SamlPreset): string => `[${product}](saml-${id}.md)`

const names = (list: readonly string[] = []): string => list.map(code).join(', ') || 'none'

const overview = (presets: readonly SamlPreset[]): string =>
  `## What each fills in and refuses

${table(
  ['product', '`preset`', 'fills in', 'refuses'],
  presets.map((preset) => [linkOf(preset), code(preset.id), fillsOf(preset), refusals(preset).join('; ') || 'nothing']),
)}`

const refusals = ({ refuses, metadata: { unsuited }, unlistedGroups, mfa }: SamlPreset): readonly string[] => [
  ...refuses.map(({ setting, expected }) => `${code(setting)} other than ${expected}`),
  ...(mfa.by === 'class' ? [] : [`${code('authnContext')} with a class for a second factor`]),
  ...(unsuited ? [`metadata of ${unsuited.found}`] : []),
  ...[
    ...new Set(
      unlistedGroups.map(
        ({ attribute, value }) => `${code(attribute)}${value ? ` with ${code(value.source)} in a value` : ''}`,
      ),
    ),
  ].map((sign) => `${sign} in place of a list of groups`),
]

const attributes = (presets: readonly SamlPreset[]): string =>
  `## Attributes by their short names

The names under which each product sends an attribute, or under which its guide lets you define it, preferred first.

${table(
  ['product', '`email`', '`groups`', '`username`', '`authnMethods`'],
  presets.map((preset) => {
    const { email, groups, username, authnMethods } = preset.attributes
    return [linkOf(preset), names(email), names(groups), names(username), names(authnMethods)]
  }),
)}`

const habits = (presets: readonly SamlPreset[]): string =>
  `## Habits

${table(
  ['product', 'NameID', 'encryption', 'logout'],
  presets.map((preset) => [linkOf(preset), preset.notes.nameId, preset.notes.encryption, preset.notes.logout]),
)}`

const secondFactor = ({ mfa, notes }: SamlPreset): readonly string[] => {
  if (mfa.by === 'class')
    return [notes.mfa, `\`authnContext: [https://refeds.org/profile/mfa]\`, sent as ${names(mfa.classes)}`]
  return [notes.mfa, mfa.by === 'attribute' ? `\`when: { authnMethods: ${mfa.value} }\`` : 'nothing can']
}

const second = (presets: readonly SamlPreset[]): string =>
  `## A second factor

${table(
  ['product', 'required by', 'the gateway enforces it with'],
  presets.map((preset) => [linkOf(preset), ...secondFactor(preset)]),
)}`

const roles = (presets: readonly SamlPreset[]): string =>
  `## Groups and roles

Access rules need groups. AWS's own \`https://aws.amazon.com/SAML/Attributes/Role\` is only needed with
\`exchange.evidence: original\` or \`rolesFromAssertion\`.

${table(
  ['product', '`groups`', 'the Role attribute'],
  presets.map((preset) => [linkOf(preset), preset.notes.groups, preset.notes.role]),
)}`

const collisions = (presets: readonly SamlPreset[]): string =>
  `## Beside an AWS application

With reissued evidence, the default, this gateway has an entityID of its own and collides with nothing. With
\`exchange.evidence: original\` it uses \`urn:amazon:webservices\`, as AWS requires, which an AWS application of your company may
have already.

${table(
  ['product', 'collides', 'why'],
  presets.map((preset) => {
    const { collides, note } = preset.notes.awsApplication
    return [linkOf(preset), collides ? 'yes' : 'no', note]
  }),
)}`

const values: Readonly<Record<ScreenField['value'], string>> = {
  acsUrl: '`BASE/saml/ID/acs`',
  spEntityId: '`BASE/saml/ID/metadata`, or `spEntityId`',
  metadataUrl: '`BASE/saml/ID/metadata`',
  sloUrl: '`BASE/saml/ID/slo`',
  baseUrl: '`BASE`',
}

const screens = (presets: readonly SamlPreset[]): string =>
  `## What to enter where

\`BASE\` is \`baseUrl\`, \`ID\` the provider's \`id\`.

${table(
  ['product', 'field', 'value'],
  presets.flatMap((preset) => preset.screen.map(({ label, value }) => [linkOf(preset), label, values[value]])),
)}`

/** docs/providers/saml.md */
export const samlPresetReference = (): string => {
  const presets = [...samlPresets.values()]
  const parts = [guides, overview, attributes, roles, second, habits, collisions, screens].map((part) => part(presets))
  return `${[intro, ...parts].join('\n\n')}\n`
}
