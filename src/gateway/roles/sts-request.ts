/** The call to STS, with evidence signed by the identity provider or by the gateway. */
import type { PresentedAssertion, PresentedEvidence, PresentedToken } from '../../access/preflight/facts.ts'
import type { SessionMapping } from '../../access/session.ts'
import { StsError } from '../../aws/errors.ts'
import { samlAssertion, webIdentityToken } from '../../aws/facts/limits.ts'
import type { AssumedRole, RoleRequest } from '../../aws/sts/client.ts'
import type { ReissuedExchange } from '../../config/types.ts'
import type { Evidence, Identity, SignIn } from '../../core/identity.ts'
import type { Secret } from '../../core/secret.ts'
import { presentEvidence } from '../../evidence/presented-evidence.ts'
import {
  type ReissuedAssertion,
  type ReissuedToken,
  reissuedAssertion,
  reissuedToken,
  reissuedTokenForPool,
} from '../../evidence/reissued-evidence.ts'
import { IssuerError } from '../../issuer/errors.ts'
import { assertionForAws } from '../../issuer/saml-assertion.ts'
import { webIdentityTokenForAws } from '../../issuer/web-identity-token.ts'
import { type Gateway, providerOf } from '../gateway.ts'
import type { Login } from '../login/logins.ts'
import { type EvidencePorts, evidenceToPresent } from './evidence-to-present.ts'
import type { ListedRole } from './list-roles.ts'

/** What the call to STS is made with. */
export type StsRequestPorts = EvidencePorts & Pick<Gateway, 'samlIssuer' | 'identityPools' | 'now'>

/** A granted role, and how to assume it. */
export interface Exchange {
  readonly role: ListedRole
  readonly durationSeconds: number
  readonly session: SessionMapping
}

export interface RequestedRole {
  /** The role's ARN, as received. */
  readonly role: string
  /** undefined: an hour, or the role's maximum if that is shorter. */
  readonly durationSeconds: number | undefined
  /**
   * The duration as the user chose it (`1h`, `until 18:00`), to be offered next time; undefined if they did not choose.
   */
  readonly chosen?: string | undefined
}

export interface TakenRole extends AssumedRole {
  readonly role: ListedRole
  readonly durationSeconds: number
  readonly session: SessionMapping
  /** The duration that was requested, if AWS answered that the role allows less. */
  readonly shortenedFromSeconds?: number
}

/**
 * The call to STS, by this provider's configured exchange. Throws StsError if AWS would refuse it anyway, and
 * IssuerError if the gateway cannot vouch for it.
 */
export async function requestFor(
  gateway: StsRequestPorts,
  { signIn }: Login,
  exchange: Exchange,
): Promise<RoleRequest> {
  const toPresent = evidenceToPresent(gateway, signIn)
  const { original, provider } = toPresent
  const { via, evidence } = provider.exchange
  if (evidence === 'reissued') return reissuedRequest(gateway, signIn, exchange, provider.exchange)
  if (original.kind === via && original.encoded)
    return originalRequest(gateway, signIn, exchange, {
      presented: presentEvidence(toPresent)(exchange.role),
      encoded: original.encoded,
    })
  // A login from before the configuration was changed: its evidence is of the other protocol, or was not kept.
  const found = original.kind === via ? 'none that was kept' : original.kind
  throw new StsError('sts.evidence_kind', { expected: via, found })
}

/** A response or a token that our own key signs, so src/evidence decides all of its content. */
function reissuedRequest(
  gateway: StsRequestPorts,
  { identity }: SignIn,
  exchange: Exchange,
  how: ReissuedExchange,
): Promise<RoleRequest> {
  return how.via === 'saml'
    ? reissuedResponse(gateway, identity, exchange, reissuedAssertion(identity, how.provider)(exchange.role))
    : how.identityPoolId === undefined
      ? reissuedTokenRequest(gateway, exchange, reissuedToken(identity))
      : poolTokenRequest(gateway, exchange, forPool(gateway, identity), how.identityPoolId)
}

function forPool(gateway: StsRequestPorts, identity: Identity): ReissuedToken {
  return reissuedTokenForPool(identity, providerOf(gateway, identity.provider).settings)
}

async function reissuedResponse(
  gateway: StsRequestPorts,
  { authenticatedAt }: Identity,
  exchange: Exchange,
  { aws, ...said }: ReissuedAssertion,
): Promise<RoleRequest> {
  if (!gateway.samlIssuer) throw new Error('a provider with reissued evidence needs the signing key')
  const { role, durationSeconds, session } = exchange
  const { arn, partition } = role
  if (!aws) throw new StsError('sts.partition_unknown', { found: partition, source: arn })
  const wanted = {
    ...said,
    ...aws,
    authenticatedAt,
    roleArn: arn,
    sessionName: session.roleSessionName,
    durationSeconds,
    ...statedSession(exchange),
  }
  const samlResponse = await assertionForAws(gateway.samlIssuer, wanted, gateway.now())
  return { kind: 'saml', ...wantedSession(exchange), providerArn: said.providerArn, samlResponse }
}

/** The session as the gateway itself asserts it. */
function statedSession({ session: { tags, transitiveTagKeys, sourceIdentity } }: Exchange) {
  return {
    tags,
    transitiveTags: transitiveTagKeys,
    sourceIdentity,
  }
}

/** What both calls state about the role and the session, for original and for reissued evidence. */
function wantedSession({ role, durationSeconds }: Exchange) {
  return {
    roleArn: role.arn,
    durationSeconds,
    region: role.region,
    policyArns: role.sessionPolicyArns,
    policy: role.sessionPolicy,
  }
}

async function reissuedTokenRequest(
  gateway: StsRequestPorts,
  exchange: Exchange,
  said: ReissuedToken,
): Promise<RoleRequest> {
  if (!gateway.webIdentityIssuer) throw new IssuerError('issuer.not_configured')
  const wanted = { ...said, ...statedSession(exchange) }
  return webIdentityRequest(exchange, await webIdentityTokenForAws(gateway.webIdentityIssuer, wanted, gateway.now()))
}

/** The identity pool gets the gateway's token, and AWS the pool's. Throws CognitoError. */
async function poolTokenRequest(
  gateway: StsRequestPorts,
  exchange: Exchange,
  said: ReissuedToken,
  identityPoolId: string,
): Promise<RoleRequest> {
  const { webIdentityIssuer, identityPools } = gateway
  if (!webIdentityIssuer) throw new IssuerError('issuer.not_configured')
  if (!identityPools) throw new Error('a provider with an identity pool needs the pools')
  const wanted = { ...said, ...statedSession(exchange) }
  const token = await webIdentityTokenForAws(webIdentityIssuer, wanted, gateway.now())
  const login = { identityPoolId, issuer: webIdentityIssuer.url, token }
  return webIdentityRequest(exchange, (await identityPools.exchange(login)).token)
}

function webIdentityRequest(exchange: Exchange, token: Secret): RoleRequest {
  return {
    kind: 'web-identity',
    ...wantedSession(exchange),
    sessionName: exchange.session.roleSessionName,
    token,
  }
}

/** The identity provider's own response or token, if AWS still accepts it. */
function originalRequest(
  gateway: StsRequestPorts,
  { evidence }: SignIn,
  exchange: Exchange,
  { presented, encoded }: { readonly presented: PresentedEvidence; readonly encoded: Secret },
): RoleRequest {
  if (presented.kind === 'saml') {
    checkResponse(presented, encoded)
    checkFreshness(gateway, evidence, 'Assertion/@IssueInstant')
    return { kind: 'saml', ...wantedSession(exchange), providerArn: presented.principal, samlResponse: encoded }
  }
  checkToken(presented, encoded)
  checkFreshness(gateway, evidence, 'exp')
  const { providerId } = presented
  return { ...webIdentityRequest(exchange, encoded), ...(providerId !== undefined && { providerId }) }
}

/** Throws StsError for values that AWS would refuse with an error that explains nothing. */
function checkResponse({ isReadable, confirmationCount }: PresentedAssertion, encoded: Secret): void {
  if (!isReadable)
    throw new StsError('sts.evidence_encrypted', { expected: 'an Assertion', found: 'an EncryptedAssertion' })
  if (confirmationCount !== 1)
    throw new StsError('sts.evidence_ambiguous', {
      expected: 'one SubjectConfirmation',
      found: `${confirmationCount}`,
      source: 'Subject/SubjectConfirmation',
    })
  checkLength(encoded, samlAssertion.max, 'SAMLResponse')
}

/** Throws StsError for values that AWS would refuse without a reason. */
function checkToken({ algorithm = 'none', providerId }: PresentedToken, encoded: Secret): void {
  if (providerId === undefined && !/^[RE]S(256|384|512)$/.test(algorithm))
    throw new StsError('sts.evidence_algorithm', { expected: 'RS* or ES*', found: algorithm, source: 'alg' })
  checkLength(encoded, webIdentityToken.max, 'ID token')
}

function checkLength(encoded: Secret, max: number, source: string): void {
  const { length } = encoded.reveal()
  if (length <= max) return
  throw new StsError('sts.evidence_too_large', {
    expected: `at most ${max} characters`,
    found: `${length}`,
    source,
  })
}

function checkFreshness(gateway: Pick<Gateway, 'now'>, { expiresAt }: Evidence, source: string): void {
  if (expiresAt > gateway.now()) return
  throw new StsError('sts.evidence_stale', {
    expected: 'evidence that AWS still takes',
    found: `it took it until ${expiresAt.toISOString()}`,
    source,
  })
}
