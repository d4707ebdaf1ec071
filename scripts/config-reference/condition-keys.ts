/** Renders the condition keys, and what is not confirmed about them, as a page. */
import { type ConditionKey, conditionKeyTable, hasGenericKey } from '../../src/iam/condition-keys/condition-keys.ts'
import {
  type UnverifiedAssumption,
  unconfirmedRefusals,
  unverifiedAssumptions,
} from '../../src/iam/unverified-assumptions.ts'

const intro = `# Condition keys

<!-- Generated from src/iam by \`npm run schema\`. Do not edit. -->

The keys that AWS fills when a role is assumed, and that a trust policy can therefore test. \`fedgate explain\`, the preflight and
the local AWS use this table. \`<issuer>\` is the issuer without its scheme and without a trailing slash, path kept.

- Key names are compared case-insensitively, values as the condition operator defines.
- A key marked as a list needs \`ForAnyValue:\` or \`ForAllValues:\`.
- A key for the trust policy only is not available afterwards; the others are also available in the session's own calls.
- An attribute is identified by its exact \`Name\`; a \`urn:oid:\` name also without that prefix. If two attributes could fill one
  key, the first does. Misprinted numbers are those of AWS's own page.
- \`sts:TagSession\` and \`sts:SetSourceIdentity\` are checked within a call, with the keys of that call.
- Other claims and attributes never become condition keys. Send them as session tags instead.
- \`\${Domain}\`, \`\${SubPath}\` and the like are the part of an issuer that is a customer's own. "No generic key": there is
  no \`<issuer>:…\` of that name; "Like …": there is, and it has the same meaning.
- The keys of issuers are those of the Service Authorization Reference of STS as of 2026.`

const families: readonly (readonly [title: string, belongs: (key: string) => boolean])[] = [
  ['An assertion', (key) => key.startsWith('saml:')],
  ['A token', (key) => key.startsWith('<issuer>') || key.slice(0, key.lastIndexOf(':')).includes('.')],
  [
    'The session to be, and the role',
    (key) =>
      /^(?:sts:(?!Task|Identity|Signing|Duration|AWSService)|iam:|aws:(?:Request|Resource)Tag|aws:TagKeys)/.test(key),
  ],
  ['Other calls of STS', (key) => key.startsWith('sts:')],
  ['The caller and the call', () => true],
]

const familyOf = ({ key }: ConditionKey): string => families.find(([, belongs]) => belongs(key))?.[0] ?? ''

const code = (text: string): string => `\`${text}\``

const WITHIN_CALLS: ReadonlySet<string> = new Set([
  'sts:TagSession',
  'sts:SetSourceIdentity',
  'sts:TagGetWebIdentityToken',
])

/** Whether tokens of every issuer have a key of that name. */
const besideGeneric = (row: ConditionKey): string => {
  if (row.key.startsWith('<issuer>')) return ''
  const generic = hasGenericKey(row)
  if (generic === undefined) return ''
  return generic ? ` Like \`<issuer>${row.key.slice(row.key.lastIndexOf(':'))}\`.` : ' No generic key.'
}

const line = (row: ConditionKey): string => {
  const { key, actions, source, attributes, multi, usableIn, unconfirmed: fact } = row
  const names = attributes.filter((name) => !attributes.includes(`urn:oid:${name}`)).map(code)
  const from = names.length === 0 ? source : `${source} ${names.join(' or ')}`
  const where =
    usableIn.length === 2 ? 'trust policy and session' : usableIn[0] === 'trust' ? 'trust policy' : 'session'
  const calls = actions
    .filter((action) => !WITHIN_CALLS.has(action))
    .map((action) => action.replace('sts:', ''))
    .join(', ')
  const doubt = fact === undefined ? '' : ` Not confirmed: ${fact.what}.`
  return `- ${code(key)}${multi ? ' (a list)' : ''}: ${from}. ${where[0]?.toUpperCase()}${where.slice(1)}; ${calls}.${besideGeneric(row)}${doubt}`
}

const family = (title: string): string =>
  `## ${title}\n\n${conditionKeyTable
    .filter((each) => familyOf(each) === title)
    .map(line)
    .join('\n')}`

const doubts = `## Unconfirmed behaviour

AWS does not document the following; the local AWS applies the values below. If a decision depends on one of them, the preflight
and \`fedgate explain\` answer \`unknown\` instead of \`allow\` or \`deny\`, and name it.`

const doubt = ({ what, applied }: UnverifiedAssumption): string =>
  `- ${what[0]?.toUpperCase()}${what.slice(1)}: ${applied}.`

const refusals = `Believed to be refused by IAM when a policy is saved, and therefore malformed here: ${unconfirmedRefusals.join(' and ')}.`

/** docs/condition-keys.md */
export const conditionKeyReference = (): string =>
  `${[intro, ...families.map(([title]) => family(title)), doubts, Object.values(unverifiedAssumptions).map(doubt).join('\n'), refusals].join('\n\n')}\n`
