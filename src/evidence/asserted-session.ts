/**
 * The session if AWS sees the provider's own evidence: the provider has decided, and nothing can be added. Reads the
 * same elements and claims as AWS, and leaves refusals to AWS.
 */

import type { LeftOutOfSession, SessionMapping } from '../access/session.ts'
import { estimatePackedSize } from '../aws/facts/packed-size.ts'
import { awsSamlAttributes, awsTokenClaims } from '../core/aws-attributes.ts'
import type { Attributes } from '../core/identity.ts'
import { isObject } from '../core/json.ts'
import type { Claims } from './original-evidence.ts'

interface AssertedTags {
  /** As sent, including several values of one key, and values that are not text. */
  readonly tags: readonly (readonly [key: string, values: readonly unknown[]])[]
  readonly transitive: readonly string[]
}

interface Asserted extends AssertedTags {
  readonly roleSessionName: string
  readonly sourceIdentity: string | undefined
}

/** The session that an identity provider's own assertion describes (aws-facts B.4). */
export function sessionOfAssertion(attributes: Attributes): SessionMapping {
  const { principalTag } = awsSamlAttributes
  return mappingOf({
    roleSessionName: theOneOf(attributes, 'roleSessionName') ?? '',
    sourceIdentity: theOneOf(attributes, 'sourceIdentity'),
    tags: [...attributes].flatMap(([name, values]) =>
      name.startsWith(principalTag) ? [[name.slice(principalTag.length), values] as const] : [],
    ),
    transitive: attributes.get(awsSamlAttributes.transitiveTagKeys) ?? [],
  })
}

function mappingOf({ tags: stated, transitive, ...rest }: Asserted): SessionMapping {
  const tags = new Map(stated.map(([key, values]) => [key, theOne(values)]))
  const leftOut = stated.flatMap(([key, values]): LeftOutOfSession[] => {
    if (values.length === 1 && values.every(isText)) return []
    const found = values.length === 1 ? 'no text' : `${values.length} values`
    return [{ what: `tag ${key}`, reason: `${found}, and AWS takes exactly one` }]
  })
  const counts = new Map(
    stated.flatMap(([key, values]) => (values.length === 1 ? [] : [[key, values.length] as const])),
  )
  return {
    ...rest,
    tags,
    ...(counts.size > 0 ? { tagValueCounts: counts } : {}),
    transitiveTagKeys: transitive,
    packedSizePercent: estimatePackedSize({ tags }),
    leftOut,
  }
}

/**
 * AWS accepts exactly one text. Anything else becomes JSON, whose brackets no session value may contain, so the checks
 * report it.
 */
function theOne(values: readonly unknown[]): string {
  const [value, ...more] = values
  return isText(value) && more.length === 0 ? value : JSON.stringify(values)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function theOneOf(attributes: Attributes, name: keyof typeof awsSamlAttributes): string | undefined {
  const values = attributes.get(awsSamlAttributes[name]) ?? []
  return values.length === 0 ? undefined : theOne(values)
}

/** The session that a provider's own token describes (C.7). Its name is a parameter of the call. */
export function sessionOfToken(claims: Claims, roleSessionName: string): SessionMapping {
  const { [awsTokenClaims.tags]: nested, [awsTokenClaims.sourceIdentity]: source } = claims
  return mappingOf({
    roleSessionName,
    sourceIdentity: source === undefined || isText(source) ? source : JSON.stringify([source]),
    ...(isObject(nested) ? nestedTags(nested) : flattenedTags(claims)),
  })
}

function nestedTags(claim: Claims): AssertedTags {
  return {
    tags: Object.entries(isObject(claim.principal_tags) ? claim.principal_tags : {}).map(
      ([key, value]) => [key, listOf(value)] as const,
    ),
    transitive: keysOf(claim.transitive_tag_keys),
  }
}

function listOf(value: unknown): readonly unknown[] {
  return value === undefined ? [] : [value].flat()
}

function keysOf(value: unknown): readonly string[] {
  return listOf(value).map((key) => theOne([key]))
}

/** For providers that cannot nest claims. */
function flattenedTags(claims: Claims): AssertedTags {
  const prefix = `${awsTokenClaims.tags}/principal_tags/`
  return {
    tags: Object.entries(claims).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), listOf(value)] as const] : [],
    ),
    transitive: keysOf(claims[`${awsTokenClaims.tags}/transitive_tag_keys`]),
  }
}
