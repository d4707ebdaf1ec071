/**
 * The gateway as OpenID Connect relying party: one provider, from the authorization request to a verified SignIn.
 * openid-client speaks the protocol; signed tokens are read and checked here, each type by one list of checks. It does
 * not know browsers, cookies or stores: the caller keeps state, nonce and code verifier and binds them to both. Start
 * at `finish`, then callback.ts (before the code is redeemed), signed-token.ts and id-token-checks.ts (after).
 */
import type { SignIn } from '../core/identity.ts'
import { within } from '../core/time-limit.ts'
import { tracedFetch } from '../core/tracing/outgoing.ts'
import type { Observe } from '../core/verdict.ts'
import {
  authorizationRequest,
  type LoginSecrets,
  type LoginWishes,
  refuseReservedParameters,
} from './authorization-request.ts'
import { boundedFetch, type Fetch } from './bounded-fetch.ts'
import { checkCallback } from './callback.ts'
import { createDiscovery, type DiscoveredProvider, type OidcStatus } from './discovery.ts'
import { OidcError } from './errors.ts'
import { redeemCode, redeemRefreshToken } from './grant.ts'
import {
  checkFrontchannelLogout,
  type EndSession,
  type EndSessionRequest,
  endSessionRequest,
  type LogoutNotice,
  verifyLogoutToken,
} from './logout.ts'
import type { OidcSettings } from './settings.ts'
import { renewedSignIn, signInFromTokens } from './sign-in.ts'
import { refuseShortSecret } from './tokens/signed-token.ts'
import { userinfoOf } from './userinfo.ts'

export interface RelyingParty {
  /** Whether a login could start now; responds within two seconds and never throws. For the chooser. */
  available(): Promise<boolean>
  /** The authorization request: authorization code with PKCE S256. Throws OidcError. */
  start(now: Date, wishes?: LoginWishes): Promise<LoginSecrets & { readonly url: URL }>
  /**
   * Redeems the callback's code and verifies everything; parameters are the same from a query and from a form_post.
   * `expected` belongs to this browser and this provider: the caller has checked that. Throws OidcError, with the
   * verdict on the ID token if there was one. `observe`: told of every verdict, for a test sign-in.
   */
  finish(callback: URLSearchParams, expected: LoginSecrets, now: Date, observe?: Observe): Promise<SignIn>
  /** The same sign-in with a fresh ID token, by its refresh token and without the user. Throws OidcError. */
  refresh(signIn: SignIn, now: Date): Promise<SignIn>
  /**
   * How the browser ends the provider's session; undefined if the provider has no endpoint for that. Throws OidcError.
   */
  endSession(session: EndSession, now: Date): Promise<EndSessionRequest | undefined>
  /** A back-channel logout token, verified. The caller accepts each `jti` once. Throws OidcError. */
  verifyLogoutToken(token: string, now: Date): Promise<LogoutNotice>
  /** The session that a front-channel logout names. Throws OidcError. */
  checkFrontchannelLogout(query: URLSearchParams): { readonly sid: string }
  /** What is known about the provider, without a request. */
  status(): OidcStatus
}

export interface RelyingPartyOptions {
  /** Default: Node's own, with the trace context of the request. */
  readonly fetch?: Fetch
  /**
   * Limits the rate of requests for discovery and keys. Default: this machine's clock; pass the one that `now` comes
   * from.
   */
  readonly clock?: () => Date
  /** For a whole exchange with the provider. Default: 10 seconds. */
  readonly limitMilliseconds?: number
}

/** For requests whose results a page can do without. */
const ANSWERS_WITHIN_MILLISECONDS = 2_000

type Discover = (now: Date) => Promise<DiscoveredProvider>

/** Sends no request before the first use. Throws OidcError if the settings contradict the protocol. */
export function createRelyingParty(settings: OidcSettings, options: RelyingPartyOptions = {}): RelyingParty {
  const { fetch = tracedFetch, clock = () => new Date(), limitMilliseconds = 10_000 } = options
  refuseReservedParameters(settings)
  refuseShortSecret(settings)
  const { discover, status } = createDiscovery(settings, boundedFetch(fetch, limitMilliseconds), clock)
  const inTime = <Result>(work: Promise<Result>): Promise<Result> =>
    within(limitMilliseconds, work, () => {
      throw new OidcError('oidc.provider_timeout', { expected: `within ${limitMilliseconds} ms`, found: 'no answer' })
    })
  let idTokenSeconds: number | undefined
  const noting = (signIn: SignIn): SignIn => {
    const { issuedAt, expiresAt } = signIn.evidence
    idTokenSeconds = (expiresAt.getTime() - issuedAt.getTime()) / 1000
    return signIn
  }
  return {
    available: () => within(ANSWERS_WITHIN_MILLISECONDS, isThere(discover(clock())), () => false),
    start: async (now, wishes = {}) => inTime(discover(now).then((it) => authorizationRequest(settings, it, wishes))),
    finish: (callback, expected, now, observe) =>
      inTime(finish(settings, discover, callback, { ...expected, now, observe }).then(noting)),
    refresh: (signIn, now) => inTime(refresh(settings, discover, signIn, now).then(noting)),
    endSession: (session, now) =>
      inTime(
        discover(now).then((it) =>
          endSessionRequest(settings, it, session, () =>
            within(ANSWERS_WITHIN_MILLISECONDS, it.endsSessionByPost(), () => true),
          ),
        ),
      ),
    verifyLogoutToken: (token, now) => inTime(discover(now).then((it) => verifyLogoutToken(settings, it, token, now))),
    checkFrontchannelLogout: (query) => checkFrontchannelLogout(settings, query),
    status: () => ({ ...status(), ...(idTokenSeconds === undefined ? {} : { idTokenSeconds }) }),
  }
}

function isThere(discovered: Promise<unknown>): Promise<boolean> {
  return discovered.then(
    () => true,
    () => false,
  )
}

async function finish(
  settings: OidcSettings,
  discover: Discover,
  callback: URLSearchParams,
  { now, observe, ...expected }: LoginSecrets & { readonly now: Date; readonly observe: Observe | undefined },
): Promise<SignIn> {
  const provider = await discover(now)
  const issuerIsPromised = provider.metadata.authorization_response_iss_parameter_supported === true
  const code = checkCallback(callback, { state: expected.state, issuer: settings.issuer, issuerIsPromised }, observe)
  const tokens = await redeemCode(settings, provider, code, expected, now, observe)
  const userinfo = await userinfoOf(settings, provider, tokens)
  return signInFromTokens(settings, tokens, userinfo, expected.nonce)
}

async function refresh(settings: OidcSettings, discover: Discover, signIn: SignIn, now: Date): Promise<SignIn> {
  const { identity, renewal } = signIn
  if (!renewal) throw new OidcError('oidc.refresh_refused', { expected: 'a refresh token', found: 'none' })
  // A refresh token is only sent to the provider that issued it.
  if (identity.provider !== settings.id) {
    throw new OidcError('oidc.refresh_refused', { expected: settings.id, found: identity.provider, source: 'provider' })
  }
  const tokens = await redeemRefreshToken(settings, await discover(now), renewal, identity.subject, now)
  return renewedSignIn(signIn, renewal, tokens)
}
