import type { SessionTags } from '../aws/session-values.ts'
import { awsTokenClaims } from '../core/aws-attributes.ts'
import { newToken } from '../core/ids.ts'
import { Secret } from '../core/secret.ts'
import { checkSessionTags, checkSourceIdentity, checkSubject, checkTokenLength } from './session-limits.ts'
import type { WebIdentityIssuer } from './web-identity-issuer.ts'

/**
 * The user and what the session will carry, as decided in src/evidence. The role and the session name are not in a
 * token: both are parameters of the call, and trust policies see only `aud`, `sub` and `amr`.
 */
export interface TokenForAws extends SessionTags {
  readonly subject: string
  /** `amr`: how the user signed in. */
  readonly methods: readonly string[]
  readonly sourceIdentity?: string | undefined
  /** The `jti`. Default: a new one. */
  readonly id?: string
}

/**
 * A token by the gateway for AssumeRoleWithWebIdentity. Throws IssuerError if AWS would refuse it for its size:
 * `issuer.subject_invalid`, `issuer.session_tags_invalid`, `issuer.source_identity_invalid`, `issuer.token_too_long`.
 */
export async function webIdentityTokenForAws(
  issuer: WebIdentityIssuer,
  wanted: TokenForAws,
  now: Date,
): Promise<Secret> {
  checkSubject(wanted.subject)
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
  const { subject, methods, sourceIdentity, id = newToken() } = wanted
  const issuedAt = Math.floor(now.getTime() / 1000)
  return {
    iss: issuer.url,
    aud: issuer.audience,
    sub: subject,
    iat: issuedAt,
    exp: issuedAt + issuer.tokenLifetimeSeconds,
    jti: id,
    amr: methods,
    ...tagsClaim(wanted),
    ...(sourceIdentity === undefined ? {} : { [awsTokenClaims.sourceIdentity]: sourceIdentity }),
  }
}

/**
 * AWS requires a list of one value for each tag. Without tags the claim is omitted: it would require sts:TagSession.
 */
function tagsClaim({ tags, transitiveTags }: SessionTags) {
  return tags.size === 0
    ? {}
    : {
        [awsTokenClaims.tags]: {
          principal_tags: Object.fromEntries([...tags].map(([key, value]) => [key, [value]])),
          ...(transitiveTags.length > 0 ? { transitive_tag_keys: transitiveTags } : {}),
        },
      }
}
