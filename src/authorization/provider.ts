/** How the library is set up: one public client, no ID tokens, nothing that the command line does not need. */
import { generateKeyPairSync } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Account, Configuration, JWK, KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { Caller, Gateway, GatewaySettings } from '../gateway/gateway.ts'
import { type Login, readLogin } from '../gateway/login/logins.ts'
import type { Recording, WritableAudit } from '../gateway/record.ts'
import { readDevice } from '../gateway/user/devices.ts'
import type { OAuthLibrary } from './library.ts'
import { derivedKey } from './secrets.ts'
import { storeAdapter } from './store-adapter.ts'

export type AuthorizationPorts = Recording &
  WritableAudit &
  Pick<Gateway, 'store' | 'now'> & { readonly settings: Pick<GatewaySettings, 'baseUrl' | 'session'> }

/** Where the authorization server is below baseUrl. */
export const MOUNT = '/oauth'

/** The page of the gateway that asks the user. */
export const CONSENT_PATH = `${MOUNT}/consent`

export const CLIENT_ID = 'fedgate-cli'
export const SCOPE = 'aws offline_access'

const ACCESS_TOKEN_SECONDS = 10 * 60
const REQUEST_SECONDS = 15 * 60

const LONGEST_DEVICE_NAME = 100

/** What a request with the longest values of the command line needs, twice. */
export const LONGEST_REQUEST = 4096

/** RFC 8252 7.3: any port of a loopback address, and nothing that only looks like one. */
const LOOPBACK_REDIRECT = /^http:\/\/(?:127\.0\.0\.1|\[::1\]):[1-9]\d{0,4}\/callback$/

/** Whether codes may be sent there. */
export function isLoopbackRedirect(uri: string): boolean {
  return LOOPBACK_REDIRECT.test(uri)
}

export type CallerOf = (request: IncomingMessage) => Caller

/** What the library knows of a user: their login. */
export interface LoginAccount extends Account {
  readonly login: Login
}

/** `callerOf`: who sent the request that the library has in hand. */
export function createProvider(ports: AuthorizationPorts, library: OAuthLibrary, callerOf: CallerOf): Provider {
  const provider = new library.Provider(`${ports.settings.baseUrl}${MOUNT}`, configuration(ports, library, callerOf))
  provider.proxy = true
  return provider
}

function configuration(ports: AuthorizationPorts, library: OAuthLibrary, callerOf: CallerOf): Configuration {
  const { baseUrl, session } = ports.settings
  const isHttps = baseUrl.startsWith('https:')
  // Their paths are not /, which the prefix __Host- asks for.
  const cookiePrefix = isHttps ? '__Secure-' : ''
  const cookie = { httpOnly: true, sameSite: 'lax', secure: isHttps, signed: true, overwrite: true } as const
  return {
    adapter: storeAdapter(ports, library),
    clients: [
      {
        client_id: CLIENT_ID,
        client_name: 'fedgate',
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
        response_types: ['code'],
        response_modes: ['query'],
        id_token_signed_response_alg: 'ES256',
        redirect_uris: ['http://127.0.0.1/callback', 'http://[::1]/callback'],
        scope: SCOPE,
      },
    ],
    clientAuthMethods: ['none'],
    clientBasedCORS: () => false,
    jwks: { keys: [unusedKey()] },
    scopes: SCOPE.split(' '),
    responseTypes: ['code'],
    pkce: { required: () => true },
    cookies: {
      keys: session.secrets.map((secret) => derivedKey(secret, 'cookies').toString('base64url')),
      names: {
        session: `${cookiePrefix}fedgate_oauth_session`,
        interaction: `${cookiePrefix}fedgate_oauth_request`,
        resume: `${cookiePrefix}fedgate_oauth_resume`,
      },
      long: cookie,
      short: cookie,
    },
    extraParams: { device_name: isBrief(library), role: null },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      claimsParameter: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      resourceIndicators: { enabled: false },
      revocation: { enabled: true, allowedPolicy: (_context, client, token) => token.clientId === client.clientId },
      dPoP: { enabled: true, nonceSecret: derivedKey(session.secrets[0], 'nonces') },
      deviceFlow: { enabled: true, charset: 'base-20', mask: '****-****', deviceInfo: whereabouts(callerOf) },
    },
    routes: {
      authorization: '/auth',
      token: '/token',
      revocation: '/token/revocation',
      device_authorization: '/device/auth',
      code_verification: '/device',
      jwks: '/jwks',
    },
    findAccount: accountOf(ports, library),
    interactions: { url: (_context, { uid }) => `${CONSENT_PATH}/${uid}` },
    // Pages are the gateway's.
    renderError: () => undefined,
    loadExistingGrant: ({ oidc }) => {
      const grantId = oidc.result?.consent?.grantId
      return grantId === undefined ? Promise.resolve(undefined) : oidc.provider.Grant.find(grantId)
    },
    expiresWithSession: () => false,
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    revokeGrantPolicy: () => true,
    ttl: {
      AccessToken: (context) => Math.min(ACCESS_TOKEN_SECONDS, secondsLeft(ports, context)),
      AuthorizationCode: 60,
      DeviceCode: 10 * 60,
      Grant: session.lifetimeSeconds,
      Interaction: REQUEST_SECONDS,
      RefreshToken: (context) => secondsLeft(ports, context),
      Session: 60,
    },
  }
}

/** The library asks for one. Nothing is signed: access tokens are opaque, and there are no ID tokens. */
function unusedKey(): JWK {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ format: 'jwk' }) as JWK
}

function whereabouts(callerOf: CallerOf) {
  return ({ req }: KoaContextWithOIDC) => {
    const { sourceIp, userAgent } = callerOf(req)
    return { sourceIp, userAgent }
  }
}

/** Everything that a request says is stored, and anyone can send one. */
function isBrief({ errors }: OAuthLibrary) {
  return ({ oidc }: KoaContextWithOIDC, name: string | undefined): void => {
    if (name !== undefined && name.length > LONGEST_DEVICE_NAME)
      throw new errors.InvalidRequest(`device_name may have ${LONGEST_DEVICE_NAME} characters`)
    if (JSON.stringify(oidc.params).length > LONGEST_REQUEST)
      throw new errors.InvalidRequest(`the request may have ${LONGEST_REQUEST} characters`)
  }
}

/** Undefined for a login or a device that has ended. Checked at every use of a token. */
function accountOf({ store }: AuthorizationPorts, { errors }: OAuthLibrary): Configuration['findAccount'] {
  return async ({ oidc }, loginId, token) => {
    const login = await readLogin(store, loginId)
    // Between the user's decision and the next request of their browser.
    if (!login && oidc.route === 'resume') throw new errors.AccessDenied('the login has ended')
    if (!login) return undefined
    const grantId = (token as { grantId?: string } | undefined)?.grantId
    if (grantId !== undefined && (await readDevice(store, grantId))?.loginId !== loginId) return undefined
    return { accountId: loginId, claims: () => ({ sub: loginId }), login } satisfies LoginAccount
  }
}

/** Of the login: tokens end with it. */
function secondsLeft({ now }: AuthorizationPorts, { oidc }: KoaContextWithOIDC): number {
  const { login } = oidc.entities.Account as LoginAccount
  return Math.max(1, Math.floor((login.expiresAt.getTime() - now().getTime()) / 1000))
}
