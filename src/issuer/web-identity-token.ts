import type { SessionTags } from '../aws/session-values.ts'
import type { Identity } from '../core/identity.ts'
import { newToken } from '../core/ids.ts'
import { Secret } from '../core/secret.ts'
import { checkSessionTags, checkSourceIdentity, checkSubject, checkTokenLength } from './session-limits.ts'
import type { WebIdentityIssuer } from './web-identity-issuer.ts'

const TAGS = 'https://aws.amazon.com/tags'
const SOURCE_IDENTITY = 'https://aws.amazon.com/source_identity'

/** Before the provider's id in `amr`. */
const PROVIDER = 'provider:'

/**
 * For whom, and what the session is to carry. Which role and which session name is not in a token: AWS accepts both as
 * parameters of the call, and its trust policies see `aud`, `sub` and `amr` alone.
 */
export interface TokenForAws extends SessionTags {
  readonly identity: Identity
  readonly sourceIdentity?: string | undefined
  /** The `jti`. Default: a new one. */
  readonly id?: string
}

/**
 * How the user signed in: what their OpenID provider says (OpenID Connect Core 2), and which provider of ours that
 * was. Subjects of two providers may be the same text; by `amr` a trust policy tells them apart, so nobody but us says
 * `provider:`.
 */
export function methodsOf({ protocol, provider, attributes }: Identity): readonly string[] {
  const stated = protocol === 'oidc' ? (attributes.get('amr') ?? []) : []
  return [...stated.filter((method) => !method.startsWith(PROVIDER)), `${PROVIDER}${provider}`]
}

/**
 * A token of the gateway's own for AssumeRoleWithWebIdentity. Throws IssuerError where AWS would refuse it for its
 * size: `issuer.subject_invalid`, `issuer.session_tags_invalid`, `issuer.source_identity_invalid`,
 * `issuer.token_too_long`.
 */
export async function webIdentityTokenForAws(
  issuer: WebIdentityIssuer,
  wanted: TokenForAws,
  now: Date,
): Promise<Secret> {
  checkSubject(wanted.identity.subject)
  checkSessionTags(wanted)
  if (wanted.sourceIdentity !== undefined) checkSourceIdentity(wanted.sourceIdentity)
  const token = await signed(issuer, claimsOf(issuer, wanted, now))
  checkTokenLength(token)
  return new Secret(token)
}

/** JWS Compact Serialization. RFC 7515 7.1 */
async function signed({ signer, keys: [{ kid }] }: WebIdentityIssuer, claims: unknown): Promise<string> {
  const input = `${encoded({ alg: signer.algorithm, typ: 'JWT', kid })}.${encoded(claims)}`
  const signature = await signer.sign(Buffer.from(input))
  return `${input}.${Buffer.from(signature).toString('base64url')}`
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function claimsOf(issuer: WebIdentityIssuer, wanted: TokenForAws, now: Date) {
  const { identity, sourceIdentity, id = newToken() } = wanted
  const issuedAt = Math.floor(now.getTime() / 1000)
  return {
    iss: issuer.url,
    aud: issuer.audience,
    sub: identity.subject,
    iat: issuedAt,
    exp: issuedAt + issuer.tokenLifetimeSeconds,
    jti: id,
    amr: methodsOf(identity),
    ...tagsClaim(wanted),
    ...(sourceIdentity === undefined ? {} : { [SOURCE_IDENTITY]: sourceIdentity }),
  }
}

/**
 * AWS wants a list of one for each tag. Without tags there is no claim: it would ask for sts:TagSession all the same.
 */
function tagsClaim({ tags, transitiveTags }: SessionTags) {
  return tags.size === 0
    ? {}
    : {
        [TAGS]: {
          principal_tags: Object.fromEntries([...tags].map(([key, value]) => [key, [value]])),
          ...(transitiveTags.length > 0 ? { transitive_tag_keys: transitiveTags } : {}),
        },
      }
}
