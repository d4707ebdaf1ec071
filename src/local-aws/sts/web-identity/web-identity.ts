/** The issuer of a token: an OpenID provider, Login with Amazon or Facebook (aws-facts C.4 to C.8). */
import { issuerHostPath } from '../../../core/arn.ts'
import { authorizedRoles, type WebIdentityFacts } from '../../../iam/condition-keys/web-identity-context.ts'
import { namedProviders } from '../../../iam/principals.ts'
import { AwsError, invalidToken, notAuthorized, texts } from '../../aws-errors.ts'
import type { Parameters } from '../../query/parameters.ts'
import { required } from '../../query/shapes.ts'
import type { IamStore, Role } from '../../state.ts'
import type { Sts } from '../call.ts'
import type { SessionTags } from '../session-tags.ts'
import type { AssumeAction } from '../trust.ts'
import { type AccessTokenProvider, accessTokenProviders } from './access-tokens.ts'
import {
  checkAudience,
  checkTimes,
  type DecodedToken,
  decodeToken,
  subjectOf,
  tokenSourceIdentity,
  tokenTags,
  verifyTokenSignature,
} from './web-identity-token.ts'

/** The user of a token that its provider vouched for. */
interface VerifiedUser extends WebIdentityFacts {
  /** As the trust policy names it. */
  readonly provider: string
  /** The session that the token requests. Throws AwsError for values that AWS would not accept. */
  session(): { readonly sourceIdentity: string | undefined; readonly tags: SessionTags }
}

/** A well-formed token that is not verified. */
interface ReadToken {
  verify(aws: Sts, account: string, now: Date): Promise<VerifiedUser>
  /**
   * The refusal if the role is in another partition than the endpoint: the provider or the role does not exist there.
   */
  unknownHere(action: AssumeAction): AwsError
}

const GOOGLE = 'accounts.google.com'

interface Provider {
  /** As the trust policy names it. */
  readonly principal: string
  readonly clientIds: readonly string[] | undefined
  readonly thumbprints: readonly string[]
}

/** Throws InvalidIdentityToken for a text that cannot be a token. */
export function readToken(parameters: Parameters): ReadToken {
  const token = required(parameters, 'WebIdentityToken')
  const host = parameters.get('ProviderId')
  if (host !== undefined) {
    const provider = accessTokenProvider(host, token)
    return { verify: (aws) => userOfAccessToken(provider, token, aws), unknownHere: roleUnknownHere }
  }
  const decoded = decodeToken(token)
  return {
    verify: (aws, account, now) => userOfIdToken(decoded, aws, account, now),
    unknownHere: isNamedIssuer(decoded.issuer) ? roleUnknownHere : () => noProvider(decoded.issuer),
  }
}

/** Throws InvalidIdentityToken for a provider without access tokens, and for an ID token. */
function accessTokenProvider(host: string, token: string): AccessTokenProvider {
  const provider = accessTokenProviders.find((one) => one === host)
  if (provider && !/^ey[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return provider
  throw invalidToken(texts.notAnAccessToken, `an access token of ${host} is wanted`)
}

/**
 * Only its provider can interpret an access token: the state says what that answers, or it is asked (C.8). Throws
 * IDPRejectedClaim or IDPCommunicationError.
 */
export async function userOfAccessToken(
  host: AccessTokenProvider,
  token: string,
  { iam, accessTokens }: Pick<Sts, 'iam' | 'accessTokens'>,
): Promise<VerifiedUser> {
  const known = iam.accessToken(host, token)
  if (known && !known.of) throw new AwsError('IDPCommunicationError', texts.providerUnreachable(host))
  const { appId, userId } = known?.of ?? (await accessTokens.ownerOf(host, token))
  const session = () => ({ sourceIdentity: undefined, tags: { tags: new Map(), transitiveKeys: [] } })
  return { provider: host, issuer: host, subject: userId, audience: appId, claims: {}, session }
}

function roleUnknownHere(action: AssumeAction): AwsError {
  return notAuthorized(action, 'the role is of another partition than the endpoint')
}

/** Of an issuer that IAM knows in that account. Throws InvalidIdentityToken or ExpiredToken. */
export async function userOfIdToken(
  token: DecodedToken,
  { iam, issuerKeys, outbound }: Pick<Sts, 'iam' | 'issuerKeys' | 'outbound'>,
  account: string,
  now: Date,
): Promise<VerifiedUser> {
  if (outbound.isOwn(token.issuer)) throw invalidToken(texts.outboundNotAccepted, token.issuer)
  const provider = findProvider(iam, account, token.issuer)
  const audience = checkAudience(token, provider.clientIds)
  await verifyTokenSignature(token, issuerKeys, provider.thumbprints, now)
  checkTimes(token, now)
  return {
    provider: provider.principal,
    issuer: token.issuer,
    subject: subjectOf(token),
    audience,
    claims: token.claims,
    session: () => ({ sourceIdentity: tokenSourceIdentity(token), tags: tokenTags(token) }),
  }
}

/**
 * A token with the claim https://aws.amazon.com/roles is for those roles only: ARNs, compared byte for byte, whatever
 * the trust policy says (C.7). Throws InvalidIdentityToken.
 */
export function requireAuthorizedRole({ claims }: VerifiedUser, { arn }: Role): void {
  const roles = authorizedRoles(claims)
  if (roles?.includes(arn) === false) throw invalidToken(texts.roleNotAuthorized, `the claim names ${roles.join(', ')}`)
}

/** Registered in the account of the role, or one that IAM knows by name. */
function findProvider(iam: IamStore, account: string, issuer: string): Provider {
  const registered = iam.oidcProvider(account, issuer)
  if (registered) {
    const { arn, clientIds, thumbprints } = registered
    return { principal: arn, clientIds, thumbprints }
  }
  if (isNamedIssuer(issuer)) return { principal: issuerHostPath(issuer), clientIds: undefined, thumbprints: [] }
  throw noProvider(issuer)
}

/** Google's tokens may name it without a scheme. */
function isNamedIssuer(issuer: string): boolean {
  return (issuer.startsWith('https://') || issuer === GOOGLE) && namedProviders.has(issuerHostPath(issuer))
}

function noProvider(issuer: string): AwsError {
  return invalidToken(texts.noOidcProvider(/^https?:\/\//.test(issuer) ? issuer : `https://${issuer}`))
}
