/** Which conditions of an access rule AWS can see: the condition key of each attribute, if it has one. */
import type { AccessCondition, AccessRule, Config, ProviderConfig } from '../config/types.ts'
import { issuerHostPath } from '../core/arn.ts'
import { samlAttributeKeys } from '../iam/condition-keys/condition-keys.ts'
import { subjectKey } from '../iam/condition-keys/issuer-keys.ts'
import type { KeyCondition } from '../iam/generate.ts'
import { namesOf } from './attribute-names.ts'
import { identityPoolOf } from './identity-pool.ts'
import { SUBJECT } from './sign-in-values.ts'

/** A rule's conditions: those that a trust policy can require too, and the names of the others. */
export interface Conditions {
  readonly seen: readonly KeyCondition[]
  readonly unseen: readonly string[]
}

type Key = Pick<KeyCondition, 'key' | 'isList'>

/** The part of a rule that AWS can enforce for that provider's users. */
export function conditionsOfRule(
  rule: AccessRule,
  provider: ProviderConfig,
  settings: Pick<Config, 'issuer'>,
): Conditions {
  const issuers = issuersOf(rule, provider)
  const asked = rule.when.conditions.map((condition) => {
    const key = keyOf(condition.attribute, provider, settings)
    const values = textsOf(condition)
    return { name: condition.attribute, seen: key && values ? [{ ...key, values }] : [] }
  })
  return {
    seen: [...issuers.seen, ...asked.flatMap(({ seen }) => seen)],
    unseen: [...issuers.unseen, ...asked.flatMap(({ name, seen }) => (seen.length === 0 ? [name] : []))],
  }
}

/** The entityIDs that a rule names: AWS sees them in the identity provider's own assertions. */
function issuersOf({ when }: AccessRule, { exchange }: ProviderConfig): Conditions {
  if (when.idp === undefined) return { seen: [], unseen: [] }
  return exchange.via === 'saml' && exchange.evidence === 'original'
    ? { seen: [{ key: 'saml:iss', values: when.idp, isList: false }], unseen: [] }
    : { seen: [], unseen: ['idp'] }
}

function keyOf(attribute: string, provider: ProviderConfig, settings: Pick<Config, 'issuer'>): Key | undefined {
  // The identity pool has subjects and methods of its own.
  if (identityPoolOf(provider) !== undefined) return undefined
  const issuer = tokenIssuer(provider, settings)
  if (isSubject(attribute, provider))
    return { key: issuer === undefined ? 'saml:sub' : subjectKey(issuer), isList: false }
  if (issuer !== undefined)
    return attribute === 'amr' && provider.protocol === 'oidc'
      ? { key: `${issuerHostPath(issuer)}:amr`, isList: true }
      : undefined
  const names = namesOf(attribute)
  const found = samlAttributeKeys.find(({ attributes }) => attributes.some((name) => names.includes(name)))
  return found && { key: found.key, isList: found.multi }
}

/** The issuer of the tokens that AWS sees; undefined: it sees assertions. */
function tokenIssuer(provider: ProviderConfig, { issuer }: Pick<Config, 'issuer'>): string | undefined {
  if (provider.exchange.via === 'saml') return undefined
  if (provider.exchange.evidence === 'reissued') return issuer?.url
  return provider.protocol === 'oidc' ? provider.issuer : undefined
}

/** Whether the attribute is the one that identifies the user to AWS. */
function isSubject(attribute: string, provider: ProviderConfig): boolean {
  const source = provider.protocol === 'saml' ? provider.subject : undefined
  const isOriginal = provider.exchange.evidence === 'original'
  // The NameID of an original assertion is the provider's own, whatever subject the gateway uses.
  if (source?.kind === 'attribute') return !isOriginal && [SUBJECT, ...namesOf(source.name)].includes(attribute)
  return attribute === SUBJECT
}

/** IAM's wildcards cannot express every pattern. */
function textsOf({ anyOf }: AccessCondition): readonly string[] | undefined {
  const texts = anyOf.flatMap((match) => (match.kind === 'text' ? [match.value] : []))
  return texts.length === anyOf.length ? texts : undefined
}
