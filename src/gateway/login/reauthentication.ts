/**
 * Original evidence expires within minutes: STS accepts a response for five. So that picking a role still works later,
 * the user is sent through the identity provider once more, silently if possible, and returns to the same pick. Their
 * login, session and open pages remain if they are still the same user.
 */
import { StsError } from '../../aws/errors.ts'
import type { SignIn } from '../../core/identity.ts'
import { fingerprint, newToken } from '../../core/ids.ts'
import { type ExchangeSettings, type Gateway, providerOf } from '../gateway.ts'
import { type Login, readLogin, renewLogin } from './logins.ts'
import { type StartedLogin, type StartLoginPorts, startOidc, startSaml } from './start-login.ts'
import type { VerifiedSignIn } from './verified-sign-ins.ts'

/** Leaves a minute for the way to STS. */
const RENEW_RESPONSE_AFTER_MS = 4 * 60_000
const TOKEN_MARGIN_MS = 15_000

interface AskedRenewal {
  /** The user must have authenticated within so many seconds; undefined: silently is enough. */
  readonly maxAuthAgeSeconds: number | undefined
  /** The authentication contexts that the roles accept; undefined: any. */
  readonly authnContext?: readonly string[] | undefined
  /** The user must sign in again with one of these. */
  readonly isStepUp?: boolean
  readonly returnTo: string
  readonly browserSecret: string | undefined
}

/** Whether AWS is sent what the identity provider itself signed. */
export function usesOriginalEvidence(gateway: ExchangeSettings, { signIn: { identity } }: Login): boolean {
  return providerOf(gateway, identity.provider).settings.exchange.evidence === 'original'
}

/** Whether AWS would soon no longer accept this login's evidence. */
export function isEvidenceExpiring(gateway: ExchangeSettings & Pick<Gateway, 'now'>, login: Login): boolean {
  if (!usesOriginalEvidence(gateway, login)) return false
  const { evidence } = login.signIn
  const { issuedAt, expiresAt } = evidence
  const now = gateway.now().getTime()
  if (evidence.kind === 'web-identity') return expiresAt.getTime() - TOKEN_MARGIN_MS <= now
  // From before the configuration was changed, when evidence was not forwarded to AWS.
  if (!evidence.response) return true
  return now - issuedAt.getTime() > RENEW_RESPONSE_AFTER_MS || expiresAt.getTime() <= now
}

/**
 * Redirects to the identity provider again, silently unless the role requires the user to sign in again; ends at
 * `returnTo`. Throws GatewayError, SamlError or OidcError.
 */
export async function startReauthentication(
  gateway: StartLoginPorts,
  login: Login,
  asked: AskedRenewal,
): Promise<StartedLogin> {
  const { identity } = login.signIn
  const provider = providerOf(gateway, identity.provider)
  const browserSecret = asked.browserSecret ?? newToken()
  const { maxAuthAgeSeconds, authnContext, isStepUp = false } = asked
  const intent = {
    returnTo: asked.returnTo,
    binding: fingerprint(browserSecret),
    renews: login.id,
    ...(maxAuthAgeSeconds === undefined ? {} : { maxAuthAgeSeconds }),
    ...(maxAuthAgeSeconds === undefined && !isStepUp ? { isPassive: true } : {}),
    ...(authnContext === undefined ? {} : { authnContext }),
  }
  const departure =
    provider.protocol === 'saml'
      ? await startSaml(gateway, provider, {
          ...intent,
          ...(provider.settings.discovery ? { idp: identity.issuer } : {}),
        })
      : await startOidc(gateway, provider, intent)
  return { departure, browserSecret }
}

/**
 * The login with the fresh evidence, if it is live, of this browser and of the same user; else undefined. `prepare` is
 * called with what it will be, before it is. Throws StsError `sts.evidence_stale` if the fresh evidence is too old as
 * well.
 */
export async function reauthenticatedBy(
  gateway: ExchangeSettings & Pick<Gateway, 'store' | 'now'>,
  loginId: string | undefined,
  verified: VerifiedSignIn,
  prepare: (next: Login) => Promise<void>,
): Promise<Login | undefined> {
  if (verified.renews === undefined || verified.renews !== loginId) return undefined
  const login = await readLogin(gateway.store, loginId)
  if (!login || !isSamePerson(login.signIn, verified.signIn)) return undefined
  await prepare({ ...login, signIn: verified.signIn })
  const renewed = await renewLogin(gateway.store, login, verified)
  if (renewed) mustBeNew(gateway, renewed)
  return renewed
}

function isSamePerson({ identity: one }: SignIn, { identity: other }: SignIn): boolean {
  return one.provider === other.provider && one.issuer === other.issuer && one.subject === other.subject
}

/** Otherwise the user would be redirected in a loop: each response would be as old as the one before. */
function mustBeNew(gateway: ExchangeSettings & Pick<Gateway, 'now'>, login: Login): void {
  if (!isEvidenceExpiring(gateway, login)) return
  throw new StsError('sts.evidence_stale', {
    expected: `an answer issued at about ${gateway.now().toISOString()}`,
    found: login.signIn.evidence.issuedAt.toISOString(),
    source: login.signIn.evidence.kind === 'saml' ? 'Assertion/@IssueInstant' : 'iat',
    hint: 'The clocks of the identity provider and of this gateway differ. Send the reference to your administrator.',
  })
}
