/**
 * demo owns the two identity providers of the demo: this one for SAML, openid-provider.ts for OpenID Connect. It is
 * independent of the gateway: it is given the service providers and clients, and responds only to these. Nothing in it
 * is secret, and production code never imports it. Start at `routes` below.
 */
import { parseCookie } from 'cookie'
import express, { type Express, type Request, type Response, type Router } from 'express'
import { html } from '../core/html.ts'
import { newToken, newXmlId } from '../core/ids.ts'
import type { KeyPair } from '../core/keys.ts'
import type { RunningServer } from '../core/running-server.ts'
import { boundedMap } from './bounded-map.ts'
import { type BreakItTargets, breakItRoutes } from './break-it/routes.ts'
import { autoPostPage, loginPage, messagePage } from './pages.ts'
import {
  assertUser,
  type IdpSession,
  type KnownServiceProvider,
  PASSWORD_OVER_TLS,
  type Refusal,
  refuse,
} from './saml-answers.ts'
import { samlIdpEntityId, samlIdpMetadata } from './saml-idp-metadata.ts'
import { type PendingRequest, RefusedRequest, readRequest } from './saml-requests.ts'
import { type DemoUser, userWith } from './users.ts'
import { sendPage, serveAssets, startDemoServer } from './web-server.ts'

export interface DemoSamlIdpOptions {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly keys: KeyPair
  readonly users: readonly DemoUser[]
  readonly serviceProviders: readonly KnownServiceProvider[]
  readonly now?: () => Date
  /** Where the page with broken messages sends them; without it that page does not exist. */
  readonly breakIt?: BreakItTargets
}

export interface DemoSamlIdp extends RunningServer {
  readonly metadataUrl: string
  readonly entityId: string
}

const PROTOCOL = 'SAML'
const COOKIE = 'demo-idp-session'
const MOST_REMEMBERED = 1000

const breakItLink = html`<p class="next"><a href="/break-it">Break it</a>: send deliberately broken messages, and see how they are answered.</p>`

/** The demo's SAML identity provider. Rejects with the system's error if the port is in use. */
export async function startDemoSamlIdp(options: DemoSamlIdpOptions): Promise<DemoSamlIdp> {
  const server = await startDemoServer(options, async (url) => application(url, options))
  const metadataUrl = samlIdpEntityId(server.url)
  return { ...server, metadataUrl, entityId: metadataUrl }
}

function application(url: string, options: DemoSamlIdpOptions): Express {
  const metadata = samlIdpMetadata(url, options.keys)
  const app = express().disable('x-powered-by')
  serveAssets(app)
  app.get('/metadata', (_request, response) => {
    response.type('application/samlmetadata+xml').send(metadata)
  })
  app.use(routes(samlIdpEntityId(url), options))
  const { breakIt, keys, serviceProviders, now = () => new Date() } = options
  if (breakIt) app.use(breakItRoutes({ entityId: samlIdpEntityId(url), keys, serviceProviders, now }, breakIt))
  app.use(answerUnknown)
  app.use(answerError)
  return app
}

function routes(entityId: string, options: DemoSamlIdpOptions): Router {
  const { keys, users, serviceProviders, now = () => new Date() } = options
  const memory = createMemory(now)
  const form = express.urlencoded({ extended: false, limit: '100kb' })
  const answer = async (response: Response, handle: string, outcome: IdpSession | Refusal) => {
    const request = memory.waiting(handle)
    memory.answered(handle)
    const exchange = { ...request, entityId }
    const answering =
      typeof outcome === 'string' ? refuse(exchange, outcome, keys, now()) : assertUser(exchange, outcome, keys, now())
    sendAnswer(response, request, await answering)
  }
  // Redirects to our own GET first: the browser sends our Lax cookie with it, but not with another site's POST.
  const park = (response: Response, request: PendingRequest) =>
    response.redirect(303, `/continue/${memory.park(request)}`)

  return express
    .Router()
    .get('/', (request, response) =>
      sendPage(response, 200, frontPage(memory.sessionOf(request), options.breakIt !== undefined), []),
    )
    .get('/sso', ({ query }, response) => park(response, readRequest(query, 'redirect', serviceProviders)))
    .post('/sso', form, ({ body }, response) => park(response, readRequest(body ?? {}, 'post', serviceProviders)))
    .get('/continue/:handle', async (request, response) => {
      const { handle } = request.params
      const { forceAuthn, isPassive, serviceProvider, requestedContext } = memory.waiting(handle)
      if (requestedContext && !requestedContext.classes.includes(PASSWORD_OVER_TLS))
        return answer(response, handle, 'context')
      const session = forceAuthn ? undefined : memory.sessionOf(request)
      if (session || isPassive) return answer(response, handle, session ?? 'passive')
      sendLogin(response, handle, serviceProvider, users)
    })
    .post('/continue/:handle', form, async (request, response) => {
      const handle = String(request.params.handle)
      const { serviceProvider } = memory.waiting(handle)
      if (request.body?.cancel) return answer(response, handle, 'cancelled')
      const user = userWith(users, request.body?.username, request.body?.password)
      if (!user) return sendLogin(response, handle, serviceProvider, users, true)
      memory.signOut(request)
      await answer(response, handle, memory.signIn(response, user))
    })
    .post('/logout', (request, response) => {
      memory.signOut(request)
      response.clearCookie(COOKIE, { path: '/' }).redirect(303, '/')
    })
}

/** Requests that wait for an answer, and signed-in users. */
function createMemory(now: () => Date) {
  const pending = boundedMap<PendingRequest>(MOST_REMEMBERED)
  const sessions = boundedMap<IdpSession>(MOST_REMEMBERED)
  return {
    park: (request: PendingRequest): string => {
      const handle = newToken()
      pending.set(handle, request)
      return handle
    },
    waiting: (handle: string): PendingRequest => {
      const found = pending.get(handle)
      if (found) return found
      throw new RefusedRequest('This sign-in has expired or was never started. Start again at the gateway.')
    },
    answered: (handle: string) => pending.delete(handle),
    sessionOf: (request: Request) => sessions.get(cookieOf(request)),
    signIn: (response: Response, user: DemoUser): IdpSession => {
      const [id, session] = [newToken(), { user, authnInstant: now(), sessionIndex: newXmlId() }]
      sessions.set(id, session)
      response.cookie(COOKIE, id, { httpOnly: true, sameSite: 'lax', path: '/' })
      return session
    },
    signOut: (request: Request) => sessions.delete(cookieOf(request)),
  }
}

function cookieOf(request: Request): string {
  return parseCookie(request.headers.cookie ?? '')[COOKIE] ?? ''
}

function sendAnswer(response: Response, { serviceProvider, relayState }: PendingRequest, xml: string): void {
  const fields = {
    SAMLResponse: Buffer.from(xml).toString('base64'),
    ...(relayState === undefined ? {} : { RelayState: relayState }),
  }
  const { acsUrl } = serviceProvider
  sendPage(response, 200, autoPostPage(PROTOCOL, acsUrl, fields), [new URL(acsUrl).origin])
}

function frontPage(session: IdpSession | undefined, hasBreakIt: boolean): string {
  const below = hasBreakIt ? breakItLink : undefined
  return session
    ? messagePage(
        PROTOCOL,
        `Signed in as ${session.user.name}`,
        'The next sign-in from the gateway will not ask for a password.',
        html`<form method="post" action="/logout"><button class="main">Sign out of the demo identity provider</button></form>${below}`,
      )
    : messagePage(PROTOCOL, 'Not signed in', 'Start at the gateway, which sends you here to sign in.', html`${below}`)
}

function sendLogin(
  response: Response,
  handle: string,
  { acsUrl }: KnownServiceProvider,
  users: readonly DemoUser[],
  wrongPassword = false,
): void {
  const application = new URL(acsUrl).host
  const page = loginPage({ protocol: PROTOCOL, application, users, action: `/continue/${handle}`, wrongPassword })
  sendPage(response, wrongPassword ? 403 : 200, page, [])
}

function answerUnknown(_request: Request, response: Response): void {
  sendPage(response, 404, messagePage(PROTOCOL, 'Page not found', 'The demo identity provider has no such page.'), [])
}

// Express recognizes an error handler by its four parameters.
function answerError(error: unknown, _request: Request, response: Response, _next: () => void): void {
  const message = error instanceof RefusedRequest ? error.message : 'The request could not be read.'
  sendPage(response, 400, messagePage(PROTOCOL, 'That did not work', message), [])
}
