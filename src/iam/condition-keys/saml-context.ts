/** From an assertion to the `saml:*` keys that a trust policy is evaluated against (aws-facts B). */
import { hash } from 'node:crypto'
import { parseArn } from '../../core/arn.ts'
import { type Attributes, type NameId, nameIdFormats } from '../../core/identity.ts'
import { unverifiedAssumptions } from '../unverified-assumptions.ts'
import { type ConditionKey, samlAttributeKeys } from './condition-key-table.ts'
import { type ContextValue, single } from './context.ts'

/** An assertion as AWS reads it. */
export interface SamlFacts {
  readonly issuer: string
  /** SubjectConfirmationData/@Recipient: this, and not the Audience, is `saml:aud`. */
  readonly recipient: string
  readonly nameId: NameId
  readonly attributes: Attributes
  /** The SAML provider in IAM. */
  readonly providerArn: string
}

const keysByAttribute: ReadonlyMap<string, readonly ConditionKey[]> = samlAttributeKeys.reduce(
  (byName, entry) => entry.attributes.reduce((map, name) => map.set(name, [...(map.get(name) ?? []), entry]), byName),
  new Map<string, ConditionKey[]>(),
)

/** `persistent` for SAML 2.0's own formats, any other Format unchanged (B.3). */
export function subjectType(format: string | undefined): string {
  return (format ?? nameIdFormats.unspecified).replace(/^urn:oasis:names:tc:SAML:2\.0:nameid-format:/, '')
}

/** Distinguishes the same subject of two providers: base64(SHA-1(issuer + account + "/" + provider name)) (B.2). */
export function nameQualifier(issuer: string, providerArn: string): string {
  const { account, name } = providerName(providerArn)
  return hash('sha1', `${issuer}${account}/${name}`, 'base64')
}

function providerName(providerArn: string): { account: string; name: string } {
  const { account = '', resource = '' } = parseArn(providerArn) ?? {}
  return { account, name: resource.replace(/^[^/]*\//, '') }
}

/** All `saml:*` keys of one assertion. */
export function samlContext({ issuer, recipient, nameId, attributes, providerArn }: SamlFacts): ContextValue[] {
  const { account, name } = providerName(providerArn)
  return [
    single('saml:iss', issuer, 'Issuer'),
    single('saml:aud', recipient, 'SubjectConfirmationData/@Recipient'),
    single('saml:sub', nameId.value, 'NameID'),
    {
      ...single('saml:sub_type', subjectType(nameId.format), 'NameID/@Format'),
      ...(nameId.format === undefined ? { otherwise: { fact: unverifiedAssumptions.missingFormat, values: [] } } : {}),
    },
    single('saml:namequalifier', nameQualifier(issuer, providerArn), 'computed from Issuer and provider'),
    single('saml:doc', `${account}/${name}`, 'the SAML provider in IAM'),
    ...attributeContext(attributes),
  ]
}

/** One attribute fills a key even if several could: the first in the document (B.1). */
function attributeContext(attributes: Attributes): ContextValue[] {
  const filled = new Map<string, ContextValue>()
  for (const [name, values] of attributes)
    for (const { key, multi, unconfirmed: fact } of keysByAttribute.get(name) ?? []) {
      const before = filled.get(key)
      const entry = { key, values, multi, source: `Attribute ${name}` }
      if (before === undefined)
        filled.set(
          key,
          fact === unverifiedAssumptions.nestedTargetedId ? { ...entry, otherwise: { fact, values: [] } } : entry,
        )
      else if (!sameValues(before.values, values))
        filled.set(key, { ...before, otherwise: { fact: unverifiedAssumptions.severalAttributes, values } })
    }
  return [...filled.values(), ...uidOfGroupSid(filled)]
}

function sameValues(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((value, n) => value === others[n])
}

/** A page of AWS says that the group's SID fills saml:uid, perhaps a misprint (B.1). */
function uidOfGroupSid(filled: ReadonlyMap<string, ContextValue>): ContextValue[] {
  const { values } = filled.get('saml:primaryGroupSID') ?? {}
  if (values === undefined || filled.has('saml:uid')) return []
  return [
    { key: 'saml:uid', values: [], multi: true, otherwise: { fact: unverifiedAssumptions.groupSidAsUid, values } },
  ]
}
