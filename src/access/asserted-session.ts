/**
 * What the session carries where AWS sees the provider's own evidence: the provider has decided, and nothing can be
 * added. Reads the same places as AWS, and leaves to AWS what it refuses.
 */
import { estimatePackedSize } from '../aws/facts/packed-size.ts'
import type { Attributes } from '../core/identity.ts'
import type { LeftOutOfSession, SessionMapping } from './session.ts'

const SAML = 'https://aws.amazon.com/SAML/Attributes/'
const TAG = `${SAML}PrincipalTag:`
const TAGS_CLAIM = 'https://aws.amazon.com/tags'
const SOURCE_IDENTITY_CLAIM = 'https://aws.amazon.com/source_identity'

interface AssertedTags {
  /** As they came, several values of one key among them. */
  readonly tags: readonly (readonly [key: string, values: readonly string[]])[]
  readonly transitive: readonly string[]
}

interface Asserted extends AssertedTags {
  readonly roleSessionName: string
  readonly sourceIdentity: string | undefined
}

const mappingOf = ({ tags: stated, transitive, ...rest }: Asserted): SessionMapping => {
  const tags = new Map(stated.flatMap(([key, [value]]) => (value === undefined ? [] : [[key, value] as const])))
  const leftOut = stated.flatMap(([key, values]): LeftOutOfSession[] =>
    values.length === 1 ? [] : [{ what: `tag ${key}`, reason: `${values.length} values, and AWS takes exactly one` }],
  )
  return {
    ...rest,
    tags,
    transitiveTagKeys: transitive,
    packedSizePercent: estimatePackedSize({ tags }),
    leftOut,
  }
}

/** The session that an identity provider's own assertion describes (aws-sts-semantics B.4). */
export const sessionOfAssertion = (attributes: Attributes): SessionMapping =>
  mappingOf({
    roleSessionName: attributes.get(`${SAML}RoleSessionName`)?.[0] ?? '',
    sourceIdentity: attributes.get(`${SAML}SourceIdentity`)?.[0],
    tags: [...attributes].flatMap(([name, values]) =>
      name.startsWith(TAG) ? [[name.slice(TAG.length), values] as const] : [],
    ),
    transitive: attributes.get(`${SAML}TransitiveTagKeys`) ?? [],
  })

/** A token's claims. */
export type Claims = Readonly<Record<string, unknown>>

const isClaims = (value: unknown): value is Claims =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const textsOf = (value: unknown): readonly string[] =>
  [value].flat().filter((each): each is string => typeof each === 'string')

const nestedTags = (claim: Claims): AssertedTags => ({
  tags: Object.entries(isClaims(claim.principal_tags) ? claim.principal_tags : {}).map(
    ([key, value]) => [key, textsOf(value)] as const,
  ),
  transitive: textsOf(claim.transitive_tag_keys),
})

/** For providers that cannot nest. */
const flattenedTags = (claims: Claims): AssertedTags => {
  const prefix = `${TAGS_CLAIM}/principal_tags/`
  return {
    tags: Object.entries(claims).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), textsOf(value)] as const] : [],
    ),
    transitive: textsOf(claims[`${TAGS_CLAIM}/transitive_tag_keys`]),
  }
}

/** The session that a provider's own token describes (C.7). Its name is a parameter of the call. */
export const sessionOfToken = (claims: Claims, roleSessionName: string): SessionMapping => {
  const nested = claims[TAGS_CLAIM]
  return mappingOf({
    roleSessionName,
    sourceIdentity: textsOf(claims[SOURCE_IDENTITY_CLAIM])[0],
    ...(isClaims(nested) ? nestedTags(nested) : flattenedTags(claims)),
  })
}
