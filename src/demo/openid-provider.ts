import { randomBytes } from 'node:crypto'
import express, { type Express, type Request, type Response } from 'express'
import { exportJWK, generateKeyPair, type JSONWebKeySet } from 'jose'
import type { Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider'
import { html } from '../core/html.ts'
import type { RunningServer } from '../core/running-server.ts'
import { memoryAdapter } from './memory-adapter.ts'
import { loginPage, messagePage } from './pages.ts'
import { type DemoUser, userWith } from './users.ts'
import { pageHeaders, sendPage, serveAssets, startDemoServer } from './web-server.ts'

export interface DemoClient {
  readonly clientId: string
  readonly clientSecret: string
  readonly redirectUris: readonly string[]
}

export interface DemoOpenIdProviderOptions {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly users: readonly DemoUser[]
  readonly clients: readonly DemoClient[]
  /** Private signing keys. Default: an RS256 key made at start. */
  readonly keys?: JSONWebKeySet
}

const PROTOCOL = 'OpenID Connect'

// Imported by its file: the package's entry prints a warning on Node 20, where it works (test/demo runs it there).
const PROVIDER_FILE = 'oidc-provider/lib/provider.js'

/** RFC 6749 4.1.2.1 */
const CANCELLED = { error: 'access_denied', error_description: 'The user cancelled the sign-in' }

const renderError: NonNullable<Configuration['renderError']> = (context, out) => {
  const message = out.error_description ?? out.error
  context.set(pageHeaders([]))
  context.type = 'html'
  context.body = messagePage(PROTOCOL, 'That did not work', message, html`<p><code>${out.error}</code></p>`)
}

/**
 * The demo's OpenID provider: panva's oidc-provider with a sign-in page of its own. The known clients need no consent,
 * and the ID token itself contains email, name and groups, because AWS sees only the ID token. Its `url` is its issuer.
 * Rejects with the system's error if the port is in use.
 */
export function startDemoOpenIdProvider(options: DemoOpenIdProviderOptions): Promise<RunningServer> {
  return startDemoServer(options, async (issuer) => {
    const Provider = await loadProvider()
    const provider = new Provider(issuer, configuration(options, options.keys ?? (await makeKeys())))
    return application(provider, options)
  })
}

async function loadProvider(): Promise<typeof Provider> {
  return ((await import(PROVIDER_FILE)) as typeof import('oidc-provider')).Provider
}

function configuration({ clients, users }: DemoOpenIdProviderOptions, jwks: JSONWebKeySet): Configuration {
  return {
    adapter: memoryAdapter(),
    clients: clients.map(({ clientId, clientSecret, redirectUris }) => ({
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: [...redirectUris],
      post_logout_redirect_uris: [...new Set(redirectUris.map((uri) => `${new URL(uri).origin}/logout`))],
    })),
    jwks: jwks as NonNullable<Configuration['jwks']>,
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name', 'preferred_username', 'groups', 'eduPersonAffiliation', 'costCenter'],
    },
    conformIdTokenClaims: false,
    clientBasedCORS: () => false,
    cookies: {
      keys: [randomBytes(32).toString('hex')],
      names: { session: 'demo-op-session', interaction: 'demo-op-interaction', resume: 'demo-op-resume' },
    },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: true, logoutSource, postLogoutSuccessSource },
    },
    findAccount: (_context, id) => account(users.find(({ username }) => username === id)),
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    loadExistingGrant: grantEverything,
    pkce: { required: () => true },
    renderError,
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 28_800, IdToken: 600, Interaction: 3600, Session: 28_800 },
  }
}

function logoutSource(context: KoaContextWithOIDC): void {
  const { session } = context.oidc
  const secret = (session as { state?: { secret?: string } } | undefined)?.state?.secret ?? ''
  const origins = (context.oidc.client?.postLogoutRedirectUris ?? []).map((uri) => new URL(uri).origin)
  context.set(pageHeaders(origins))
  context.type = 'html'
  context.body = messagePage(
    PROTOCOL,
    'Sign out',
    'Do you want to sign out of the demo identity provider too?',
    html`<form method="post" action="/session/end/confirm">
<input type="hidden" name="xsrf" value="${secret}">
<ul><li><button class="main" name="logout" value="yes">Sign out</button></li>
<li><button class="plain">Stay signed in</button></li></ul></form>`,
  )
}

function postLogoutSuccessSource(context: KoaContextWithOIDC): void {
  context.set(pageHeaders([]))
  context.type = 'html'
  context.body = messagePage(PROTOCOL, 'Signed out', 'You are signed out of the demo identity provider.')
}

function account(user: DemoUser | undefined) {
  return (
    user && {
      accountId: user.username,
      claims: () => ({
        sub: user.username,
        email: user.mail,
        email_verified: true,
        name: user.name,
        preferred_username: user.username,
        groups: [...user.groups],
        eduPersonAffiliation: user.affiliation,
        costCenter: user.costCenter,
      }),
    }
  )
}

/** Every client here is our own, so consent is not needed. */
async function grantEverything({ oidc }: KoaContextWithOIDC) {
  const { client, session, provider } = oidc
  if (!client || !session?.accountId) return undefined
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
  grant.addOIDCScope('openid email profile')
  await grant.save()
  return grant
}

async function makeKeys(): Promise<JSONWebKeySet> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const kid = randomBytes(8).toString('hex')
  return { keys: [{ ...(await exportJWK(privateKey)), kid, alg: 'RS256', use: 'sig' }] }
}

function application(provider: Provider, { users, clients }: DemoOpenIdProviderOptions): Express {
  const app = express().disable('x-powered-by')
  const targets = [...new Set(clients.flatMap(({ redirectUris }) => redirectUris.map((uri) => new URL(uri).origin)))]
  const sendLogin = async (request: Request, response: Response, wrongPassword: boolean) => {
    const { uid, params } = await provider.interactionDetails(request, response)
    const application = String(params.client_id)
    const page = loginPage({ protocol: PROTOCOL, application, users, action: `/interaction/${uid}`, wrongPassword })
    sendPage(response, wrongPassword ? 403 : 200, page, targets)
  }
  serveAssets(app)
  app.get('/', (_request, response) => sendPage(response, 200, frontPage(provider.issuer), []))
  app.get('/interaction/:uid', (request, response) => sendLogin(request, response, false))
  app.post('/interaction/:uid', express.urlencoded({ extended: false, limit: '10kb' }), async (request, response) => {
    if (request.body?.cancel) return provider.interactionFinished(request, response, CANCELLED)
    const user = userWith(users, request.body?.username, request.body?.password)
    if (!user) return sendLogin(request, response, true)
    const login = { accountId: user.username, amr: ['pwd'] }
    await provider.interactionFinished(request, response, { login })
  })
  app.use(provider.callback())
  app.use(answerError)
  return app
}

function frontPage(issuer: string): string {
  return messagePage(
    PROTOCOL,
    'Nothing to do here',
    'Start at the gateway, which sends you here to sign in.',
    html`<p class="quiet">Issuer <code>${issuer}</code></p>
<p><a href="/session/end">Sign out of this demo provider</a></p>`,
  )
}

// Express recognizes an error handler by its four parameters.
function answerError(_error: unknown, _request: Request, response: Response, _next: () => void): void {
  const message = 'This sign-in has expired or was never started. Start again at the gateway.'
  sendPage(response, 400, messagePage(PROTOCOL, 'That did not work', message), [])
}
