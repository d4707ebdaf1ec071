/**
 * demo owns the two identity providers that a newcomer signs in with: this one speaks SAML, openid-provider.ts OpenID
 * Connect. It does not know the gateway: it is told the service providers and clients, and answers only these.
 * Nothing in it is secret, and nothing in production imports it. Start at `routes` below.
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
import { type Person, personWith } from './people.ts'
import { assertPerson, type IdpSession, type KnownServiceProvider, type Refusal, refuse } from './saml-answers.ts'
import { samlIdpEntityId, samlIdpMetadata } from './saml-idp-metadata.ts'
import { type PendingRequest, RefusedRequest, readRequest } from './saml-requests.ts'
import { sendPage, serveAssets, startDemoServer } from './web-server.ts'

export interface DemoSamlIdpOptions {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly keys: KeyPair
  readonly people: readonly Person[]
  readonly serviceProviders: readonly KnownServiceProvider[]
  readonly now?: () => Date
  /** Where the page that sends broken messages sends them; without it there is no such page. */
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

/** The demo's SAML identity provider. Rejects with the system's error when the port is taken. */
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
  const { keys, people, serviceProviders, now = () => new Date() } = options
  const memory = createMemory(now)
  const form = express.urlencoded({ extended: false, limit: '100kb' })
  const answer = async (response: Response, handle: string, outcome: IdpSession | Refusal) => {
    const request = memory.waiting(handle)
    memory.answered(handle)
    const exchange = { ...request, entityId }
    const answering =
      typeof outcome === 'string'
        ? refuse(exchange, outcome, keys, now())
        : assertPerson(exchange, outcome, keys, now())
    sendAnswer(response, request, await answering)
  }
  // A GET of our own comes between: the browser sends it our Lax cookie, which it holds back from another site's POST.
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
      const { forceAuthn, isPassive, serviceProvider } = memory.waiting(handle)
      const session = forceAuthn ? undefined : memory.sessionOf(request)
      if (session || isPassive) return answer(response, handle, session ?? 'passive')
      sendLogin(response, handle, serviceProvider, people)
    })
    .post('/continue/:handle', form, async (request, response) => {
      const handle = String(request.params.handle)
      const { serviceProvider } = memory.waiting(handle)
      if (request.body?.cancel) return answer(response, handle, 'cancelled')
      const person = personWith(people, request.body?.username, request.body?.password)
      if (!person) return sendLogin(response, handle, serviceProvider, people, true)
      memory.signOut(request)
      await answer(response, handle, memory.signIn(response, person))
    })
    .post('/logout', (request, response) => {
      memory.signOut(request)
      response.clearCookie(COOKIE, { path: '/' }).redirect(303, '/')
    })
}

/** What waits for its answer, and who is signed in. */
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
    signIn: (response: Response, person: Person): IdpSession => {
      const [id, session] = [newToken(), { person, authnInstant: now(), sessionIndex: newXmlId() }]
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
        `Signed in as ${session.person.name}`,
        'The next sign-in from the gateway will not ask for a password.',
        html`<form method="post" action="/logout"><button class="main">Sign out of the demo identity provider</button></form>${below}`,
      )
    : messagePage(PROTOCOL, 'Not signed in', 'Start at the gateway, which sends you here to sign in.', html`${below}`)
}

function sendLogin(
  response: Response,
  handle: string,
  { acsUrl }: KnownServiceProvider,
  people: readonly Person[],
  wrongPassword = false,
): void {
  const application = new URL(acsUrl).host
  const page = loginPage({ protocol: PROTOCOL, application, people, action: `/continue/${handle}`, wrongPassword })
  sendPage(response, wrongPassword ? 403 : 200, page, [])
}

function answerUnknown(_request: Request, response: Response): void {
  sendPage(response, 404, messagePage(PROTOCOL, 'Page not found', 'The demo identity provider has no such page.'), [])
}

// Express tells a handler of errors by its four parameters.
function answerError(error: unknown, _request: Request, response: Response, _next: () => void): void {
  const message = error instanceof RefusedRequest ? error.message : 'The request could not be read.'
  sendPage(response, 400, messagePage(PROTOCOL, 'That did not work', message), [])
}
