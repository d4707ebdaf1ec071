import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ClientMetadata, Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider'
import { memoryAdapter } from '../../src/demo/memory-adapter.ts'

/** panva's oidc-provider, at which alice is always signed in at once, and a browser that goes there and comes back. */
export interface OpenIdProvider {
  readonly issuer: string
  /** Follows the redirects from there to the redirect URI, and reads what arrives: a query, or a form that posts itself. */
  visit(url: URL): Promise<Arrival>
  /** The bodies of the back-channel logout requests so far. */
  readonly logoutRequests: readonly string[]
  close(): Promise<void>
}

export interface Arrival {
  readonly method: 'GET' | 'POST'
  readonly parameters: URLSearchParams
}

export const REDIRECT_URI = 'https://gateway.example/oidc/corp/callback'
export const SIGNED_OUT_URI = 'https://gateway.example/signed-out'

export const clientKeys = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ed25519: generateKeyPairSync('ed25519'),
}

export const publicJwk = (key: KeyObject, kid: string, use: 'sig' | 'enc') => ({
  ...key.export({ format: 'jwk' }),
  kid,
  use,
})

const EVERY_SIGNATURE = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'EdDSA', 'HS256'] as const
const EVERY_ENCRYPTION = ['RSA-OAEP', 'RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW'] as const

const signingKeys = () => ({
  keys: [
    generateKeyPairSync('rsa', { modulusLength: 2048 }),
    generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    generateKeyPairSync('ed25519'),
  ].map(({ privateKey }, index) => ({
    ...privateKey.export({ format: 'jwk' }),
    kid: `key-${index}`,
    use: 'sig' as const,
  })),
})

// By its file: the package's entry prints a warning on Node 20.
const PROVIDER_FILE = 'oidc-provider/lib/provider.js'
const loadProvider = async () => ((await import(PROVIDER_FILE)) as typeof import('oidc-provider')).Provider

export const startOpenIdProvider = async (
  clients: readonly ClientMetadata[],
  { requirePar = false, refreshes = true } = {},
): Promise<OpenIdProvider> => {
  const logoutRequests: string[] = []
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const Provider = await loadProvider()
  const provider = new Provider(issuer, configuration(clients, issuer, requirePar, refreshes))
  server.on('request', routes(provider, logoutRequests))
  return {
    issuer,
    logoutRequests,
    visit: browser(issuer),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const configuration = (
  clients: readonly ClientMetadata[],
  issuer: string,
  requirePar: boolean,
  refreshes: boolean,
): Configuration => ({
  adapter: memoryAdapter(),
  clients: clients.map((client) => ({
    redirect_uris: [REDIRECT_URI],
    post_logout_redirect_uris: [SIGNED_OUT_URI],
    backchannel_logout_uri: `${issuer}/gateway-backchannel-logout`,
    backchannel_logout_session_required: true,
    grant_types: ['authorization_code', 'refresh_token'],
    ...client,
  })),
  jwks: signingKeys(),
  claims: { openid: ['sub', 'sid'], email: ['email'] },
  conformIdTokenClaims: false,
  acrValues: ['mfa'],
  cookies: { keys: [randomBytes(32).toString('hex')] },
  enabledJWA: {
    idTokenSigningAlgValues: [...EVERY_SIGNATURE],
    idTokenEncryptionAlgValues: [...EVERY_ENCRYPTION],
    clientAuthSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'],
  },
  features: {
    devInteractions: { enabled: false },
    encryption: { enabled: true },
    backchannelLogout: { enabled: true },
    pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: requirePar },
    rpInitiatedLogout: { enabled: true, logoutSource },
  },
  clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
  // Its own would not reach an address of this machine, which is where everything here is.
  fetch: (input, init) => {
    const { dispatcher: _, ...options } = (init ?? {}) as RequestInit & { dispatcher?: unknown }
    return fetch(input, options)
  },
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@example.com` }) }),
  interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
  issueRefreshToken: async () => refreshes,
  loadExistingGrant: grantEverything,
  pkce: { required: () => true },
  renderError: (context, out) => {
    context.type = 'json'
    context.body = out
  },
  ttl: {
    AccessToken: 600,
    RefreshToken: 600,
    AuthorizationCode: 60,
    Grant: 600,
    IdToken: 600,
    Interaction: 600,
    Session: 600,
  },
})

const grantEverything = async ({ oidc }: KoaContextWithOIDC) => {
  const { client, session, provider } = oidc
  if (!client || !session?.accountId) return undefined
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
  grant.addOIDCScope('openid email')
  await grant.save()
  return grant
}

// The page asks; whoever comes back has answered yes.
const logoutSource = (context: KoaContextWithOIDC): void => {
  const { session } = context.oidc
  context.type = 'html'
  context.body = (session as unknown as { state: { secret: string } }).state.secret
}

const readBody = async (request: IncomingMessage): Promise<string> => {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  return body
}

const routes =
  (provider: Provider, logoutRequests: string[]): RequestListener =>
  async (request, response) => {
    if (request.url === '/gateway-backchannel-logout') {
      logoutRequests.push(await readBody(request))
      return void response.end()
    }
    if (!request.url?.startsWith('/interaction/')) return provider.callback()(request, response)
    await provider.interactionFinished(request, response, {
      login: { accountId: 'alice', amr: ['pwd', 'otp'], acr: 'mfa' },
    })
  }

/** One user's browser: it keeps cookies, and stops at the first address that is not the provider's. */
const browser = (issuer: string): OpenIdProvider['visit'] => {
  const cookies = new Map<string, string>()
  const load = async (url: URL, init: RequestInit = {}): Promise<Arrival> => {
    if (url.origin !== issuer) return { method: 'GET', parameters: url.searchParams }
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } })
    for (const line of response.headers.getSetCookie()) keep(cookies, line)
    const location = response.headers.get('location')
    if (location !== null) return load(new URL(location, url))
    const page = await response.text()
    if (url.pathname === '/session/end') return confirmLogout(load, url, page)
    if (response.status !== 200) throw new Error(`${url.pathname} answered ${response.status}: ${page}`)
    return { method: 'POST', parameters: inputsOf(page) }
  }
  return (url) => load(url)
}

const confirmLogout = (load: (url: URL, init: RequestInit) => Promise<Arrival>, url: URL, xsrf: string) => {
  if (xsrf.startsWith('{')) throw new Error(`the provider refused: ${xsrf}`)
  return load(new URL('/session/end/confirm', url), {
    method: 'POST',
    body: new URLSearchParams({ xsrf, logout: 'yes' }),
  })
}

const keep = (cookies: Map<string, string>, line: string): void => {
  const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
  if (value === '') cookies.delete(name)
  else cookies.set(name, value)
}

const inputsOf = (page: string): URLSearchParams =>
  new URLSearchParams(
    [...page.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  )
