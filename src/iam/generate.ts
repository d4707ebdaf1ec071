/**
 * Trust policies that admit exactly one provider's users, as values for JSON.stringify. Actions are named in full, and
 * text that is not meant as a variable or wildcard is escaped.
 */
import { audienceKey, subjectKey } from './condition-keys/issuer-keys.ts'

/** By operator and key. */
export type ConditionBlock = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>

export interface TrustStatement {
  readonly Effect: 'Allow'
  readonly Principal: { readonly Federated: string }
  readonly Action: string | readonly string[]
  readonly Condition: ConditionBlock
}

export interface TrustPolicyDocument {
  readonly Version: '2012-10-17'
  readonly Statement: readonly TrustStatement[]
}

/** One of these values must be present. */
export interface KeyCondition {
  /** The condition key. */
  readonly key: string
  /** Taken literally. */
  readonly values: readonly string[]
  /** Whether the key can hold several values, any of which suffices. */
  readonly isList: boolean
}

/** What the session will carry, and the policy therefore must permit (aws-facts D.3). */
export interface SessionPermissions {
  /** Tags of any kind; see tagStatement for specific ones. */
  readonly sessionTags?: boolean
  readonly sourceIdentity?: boolean
}

interface Trust extends SessionPermissions {
  readonly providerArn: string
  /** Further conditions on what AWS sees. */
  readonly only?: readonly KeyCondition[]
}

export interface SamlTrust extends Trust {
  /** The assertion's Recipient, or several: `saml:aud`. */
  readonly recipient: string | readonly string[]
  /** Its Issuer. */
  readonly issuer?: string | readonly string[]
}

export interface WebIdentityTrust extends Trust {
  /** The issuer's URL; its host and path are the prefix of the keys. */
  readonly issuer: string
  readonly audience: string | readonly string[]
  readonly subject?: string | readonly string[]
}

/** The tags that a session may carry. */
export interface SessionTagLimits {
  /** Every key; those for which a user has no value are absent. */
  readonly keys: readonly string[]
  /** Those whose value is the same for every user. */
  readonly fixed: ReadonlyMap<string, string>
  /** Keys that may be transitive. */
  readonly transitive: readonly string[]
}

/** Admits the users of one SAML provider, only by responses to this recipient. */
export function samlTrustStatement(trust: SamlTrust): TrustStatement {
  return {
    Effect: 'Allow',
    Principal: { Federated: trust.providerArn },
    Action: actions('sts:AssumeRoleWithSAML', trust),
    Condition: conditionBlock([
      ...single('saml:aud', trust.recipient),
      ...single('saml:iss', trust.issuer),
      ...(trust.only ?? []),
    ]),
  }
}

function actions(assume: string, { sessionTags = false, sourceIdentity = false }: SessionPermissions) {
  return sessionTags || sourceIdentity
    ? [assume, ...(sessionTags ? ['sts:TagSession'] : []), ...(sourceIdentity ? ['sts:SetSourceIdentity'] : [])]
    : assume
}

/**
 * All of them must hold. A block can have each key once per operator, so a second condition on a key uses another
 * operator.
 */
function conditionBlock(conditions: readonly KeyCondition[]): ConditionBlock {
  const block: Record<string, Record<string, string | readonly string[]>> = {}
  for (const { key, values, isList } of conditions) {
    const operators = ['StringEquals', 'StringLike'].map((name) => `${isList ? 'ForAnyValue:' : ''}${name}`)
    const operator = operators.find((name) => block[name]?.[key] === undefined)
    if (operator === undefined) continue
    block[operator] = { ...block[operator], [key]: one(values.map((value) => literal(value, operator))) }
  }
  return block
}

function one(values: readonly string[]): string | readonly string[] {
  const [first, ...others] = values
  return first !== undefined && others.length === 0 ? first : values
}

/** `${…}` is a variable in every string operator (D.6), `*` and `?` are wildcards under StringLike. */
function literal(value: string, operator: string): string {
  return value.replaceAll(operator.endsWith('Like') ? /\$\{|[*?]/g : /\$\{/g, (found) =>
    found.length === 2 ? `\${$}{` : `\${${found}}`,
  )
}

function single(key: string, values: string | readonly string[] | undefined): readonly KeyCondition[] {
  return values === undefined ? [] : [{ key, values: [values].flat(), isList: false }]
}

/** Admits the users of one OpenID provider, only by tokens for this audience (and of this subject). */
export function webIdentityTrustStatement(trust: WebIdentityTrust): TrustStatement {
  return {
    Effect: 'Allow',
    Principal: { Federated: trust.providerArn },
    Action: actions('sts:AssumeRoleWithWebIdentity', trust),
    Condition: conditionBlock([
      ...single(audienceKey(trust.issuer), trust.audience),
      ...single(subjectKey(trust.issuer), trust.subject),
      ...(trust.only ?? []),
    ]),
  }
}

/**
 * Lets the users that the statement admits carry these tags and no others. A separate statement: only TagSession has
 * them.
 */
export function tagStatement(statement: TrustStatement, { keys, fixed, transitive }: SessionTagLimits): TrustStatement {
  const { StringEquals, Null, 'ForAllValues:StringEquals': _, ...rest } = statement.Condition
  const values = Object.fromEntries(
    [...fixed].map(([key, value]) => [`aws:RequestTag/${key}`, literal(value, 'StringEquals')]),
  )
  return {
    ...statement,
    Action: 'sts:TagSession',
    Condition: {
      StringEquals: { ...StringEquals, ...values },
      ...rest,
      'ForAllValues:StringEquals': {
        'aws:TagKeys': keys,
        ...(transitive.length > 0 ? { 'sts:TransitiveTagKeys': transitive } : {}),
      },
      // ForAllValues holds if there are no values.
      Null: {
        ...Null,
        'aws:TagKeys': 'false',
        ...(transitive.length === 0 ? { 'sts:TransitiveTagKeys': 'true' } : {}),
      },
    },
  }
}

/** The document around the statements. */
export function trustPolicy(statements: readonly TrustStatement[]): TrustPolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: statements,
  }
}
