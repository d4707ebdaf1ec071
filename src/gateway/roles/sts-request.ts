/** What AWS is asked, and on whose word: the identity provider's own, or the gateway's. */
import type { SessionMapping } from '../../access/session.ts'
import { StsError } from '../../aws/errors.ts'
import { samlAssertion, webIdentityToken } from '../../aws/facts/limits.ts'
import type { AssumedRole, RoleRequest } from '../../aws/sts/client.ts'
import type { OriginalSamlExchange } from '../../config/types.ts'
import { samlProviderArn } from '../../core/arn.ts'
import type { Evidence } from '../../core/identity.ts'
import { Secret } from '../../core/secret.ts'
import { awsAttributesOf } from '../../evidence/aws-attributes.ts'
import { IssuerError } from '../../issuer/errors.ts'
import { assertionForAws } from '../../issuer/saml-assertion.ts'
import { webIdentityTokenForAws } from '../../issuer/web-identity-token.ts'
import { type Gateway, providerOf } from '../gateway.ts'
import type { Login } from '../login/logins.ts'
import type { ListedRole } from './list-roles.ts'

/** A role that may be taken, and how. */
export interface Exchange {
  readonly role: ListedRole
  readonly durationSeconds: number
  readonly session: SessionMapping
}

type WebIdentityEvidence = Extract<Evidence, { kind: 'web-identity' }>

type SamlEvidence = Extract<Evidence, { kind: 'saml' }>

export interface RequestedRole {
  /** The role's ARN, as it came. */
  readonly role: string
  /** Undefined: an hour, or the role's maximum where that is shorter. */
  readonly durationSeconds: number | undefined
  /** The same as a person chose it (`1h`, `until 18:00`), to be offered the next time; undefined where nobody chose. */
  readonly chosen?: string | undefined
}

export interface TakenRole extends AssumedRole {
  readonly role: ListedRole
  readonly durationSeconds: number
  readonly session: SessionMapping
  /** AWS said that the role does not allow as long as this, which was asked for. */
  readonly shortenedFromSeconds?: number
}

/**
 * The call to STS, as this provider's exchange is configured. Throws StsError where AWS would refuse it anyway, and
 * IssuerError where the gateway cannot vouch for it.
 */
export async function requestFor(gateway: Gateway, login: Login, exchange: Exchange): Promise<RoleRequest> {
  const { exchange: how } = providerOf(gateway, login.signIn.identity.provider).settings
  const { evidence } = login.signIn
  if (how.evidence === 'reissued')
    return how.via === 'saml'
      ? reissuedResponse(gateway, login, exchange, how.provider)
      : reissuedToken(gateway, login, exchange)
  if (how.via === 'saml' && evidence.kind === 'saml' && evidence.response)
    return originalResponse(gateway, { ...evidence, response: evidence.response }, exchange, how)
  if (how.via === 'web-identity' && evidence.kind === 'web-identity') return originalToken(gateway, evidence, exchange)
  // A login from before the configuration was changed: what it has to show is of the other protocol, or was not kept.
  const found = evidence.kind === how.via ? 'none that was kept' : evidence.kind
  throw new StsError('sts.evidence_kind', { expected: how.via, found })
}

/** A response of our own making: our key vouches, so everything in it has been decided here. */
async function reissuedResponse(
  gateway: Gateway,
  { signIn }: Login,
  exchange: Exchange,
  provider: string,
): Promise<RoleRequest> {
  if (!gateway.samlIssuer) throw new Error('a provider with reissued evidence needs the signing key')
  const { role, durationSeconds, session } = exchange
  const providerArn = samlProviderArn(role.role.partition, role.role.account, provider)
  const samlResponse = await assertionForAws(
    gateway.samlIssuer,
    {
      identity: signIn.identity,
      role: role.role,
      providerArn,
      sessionName: session.roleSessionName,
      durationSeconds,
      ...statedSession(exchange),
      attributes: awsAttributesOf(signIn.identity.attributes),
    },
    gateway.now(),
  )
  return { kind: 'saml', ...wantedSession(exchange), providerArn, samlResponse }
}

/** What the gateway itself says of the session. */
function statedSession({ session: { tags, transitiveTagKeys, sourceIdentity } }: Exchange) {
  return {
    tags,
    transitiveTags: transitiveTagKeys,
    sourceIdentity,
  }
}

/** What both calls say of the role and of the session, whoever vouches. */
function wantedSession({ role, durationSeconds }: Exchange) {
  return {
    roleArn: role.role.arn,
    durationSeconds,
    region: role.region,
    policyArns: role.sessionPolicyArns,
    policy: role.sessionPolicy,
  }
}

/** A token of our own making. */
async function reissuedToken(gateway: Gateway, { signIn }: Login, exchange: Exchange): Promise<RoleRequest> {
  if (!gateway.webIdentityIssuer) throw new IssuerError('issuer.not_configured')
  const wanted = { identity: signIn.identity, ...statedSession(exchange) }
  return webIdentityRequest(exchange, await webIdentityTokenForAws(gateway.webIdentityIssuer, wanted, gateway.now()))
}

function webIdentityRequest(exchange: Exchange, token: WebIdentityEvidence['token']): RoleRequest {
  return {
    kind: 'web-identity',
    ...wantedSession(exchange),
    sessionName: exchange.session.roleSessionName,
    token,
  }
}

/** The identity provider's own response, for the SAML provider that it named beside the role. */
function originalResponse(
  gateway: Gateway,
  evidence: SamlEvidence & { readonly response: Secret },
  exchange: Exchange,
  how: OriginalSamlExchange,
): RoleRequest {
  const { providerArn } = exchange.role
  if (providerArn === undefined) throw new Error('an asserted role without its SAML provider')
  // A browser's form may have broken its lines, which base64 allows and STS need not.
  const samlResponse = new Secret(evidence.response.reveal().replaceAll(/\s/g, ''))
  mustSuitAws(evidence, samlResponse, how)
  mustBeFresh(gateway, evidence, 'Assertion/@IssueInstant')
  return { kind: 'saml', ...wantedSession(exchange), providerArn, samlResponse }
}

/** What AWS would refuse in words that help nobody. */
function mustSuitAws(
  { confirmationCount, isEncrypted }: SamlEvidence,
  response: Secret,
  how: OriginalSamlExchange,
): void {
  if (isEncrypted && !how.stsDecrypts)
    throw new StsError('sts.evidence_encrypted', { expected: 'an Assertion', found: 'an EncryptedAssertion' })
  if (confirmationCount !== 1)
    throw new StsError('sts.evidence_ambiguous', {
      expected: 'one SubjectConfirmation',
      found: `${confirmationCount}`,
      source: 'Subject/SubjectConfirmation',
    })
  const { length } = response.reveal()
  if (length > samlAssertion.max)
    throw new StsError('sts.evidence_too_large', {
      expected: `at most ${samlAssertion.max} characters`,
      found: `${length}`,
      source: 'SAMLResponse',
    })
}

function mustBeFresh(gateway: Gateway, { expiresAt }: Evidence, source: string): void {
  if (expiresAt > gateway.now()) return
  throw new StsError('sts.evidence_stale', {
    expected: 'evidence that AWS still takes',
    found: `it took it until ${expiresAt.toISOString()}`,
    source,
  })
}

/** The provider's own token, as long as AWS will still take it. */
function originalToken(gateway: Gateway, evidence: WebIdentityEvidence, exchange: Exchange): RoleRequest {
  tokenMustSuitAws(evidence.token.reveal())
  mustBeFresh(gateway, evidence, 'exp')
  return webIdentityRequest(exchange, evidence.token)
}

/** What AWS would refuse without saying why. */
function tokenMustSuitAws(token: string): void {
  const algorithm = algorithmOf(token)
  if (!/^[RE]S(256|384|512)$/.test(algorithm))
    throw new StsError('sts.evidence_algorithm', { expected: 'RS* or ES*', found: algorithm, source: 'alg' })
  if (token.length > webIdentityToken.max)
    throw new StsError('sts.evidence_too_large', {
      expected: `at most ${webIdentityToken.max} characters`,
      found: `${token.length}`,
      source: 'ID token',
    })
}

/** RFC 7515 4.1.1, of a token that has been verified. */
function algorithmOf(token: string): string {
  const [header = ''] = token.split('.')
  return String((JSON.parse(Buffer.from(header, 'base64url').toString()) as { alg?: unknown }).alg)
}
