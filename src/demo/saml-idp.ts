/**
 * demo owns the two identity providers that a newcomer signs in with: this one speaks SAML, openid-provider.ts OpenID
 * Connect. It does not know the gateway: it is told the service providers and clients, and answers only these.
 * Nothing in it is secret, and nothing in production imports it.
 */
import express, { type Express, type Request, type Response } from 'express'
import { newToken, newXmlId } from '../core/ids.ts'
import type { KeyPair } from '../core/keys.ts'
import { parseAuthnRequest } from '../saml/authn-request.ts'
import { buildIdpMetadata } from '../saml/idp-metadata.ts'
import { boundedMap } from './bounded-map.ts'
import { html } from './html.ts'
import { autoPostPage, loginPage, messagePage } from './pages.ts'
import { type Person, personWith } from './people.ts'
import { assertPerson, type IdpSession, type KnownServiceProvider, refusePassive } from './saml-answers.ts'
import { type RunningServer, sendPage, serveAssets, startServer } from './web-server.ts'

export interface DemoSamlIdpOptions {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly keys: KeyPair
  readonly people: readonly Person[]
  readonly serviceProviders: readonly KnownServiceProvider[]
  readonly now?: () => Date
}

export interface DemoSamlIdp extends RunningServer {
  readonly metadataUrl: string
  readonly entityId: string
}

/** A request that waits for its answer. */
interface Pending {
  readonly serviceProvider: KnownServiceProvider
  readonly inResponseTo: string
  readonly relayState: string | undefined
  readonly forceAuthn: boolean
  readonly isPassive: boolean
}

const PROTOCOL = 'SAML'
const COOKIE = 'demo-idp-session'
const MOST_REMEMBERED = 1000

/** The demo's SAML identity provider. Rejects with the system's error when the port is taken. */
export const startDemoSamlIdp = async (options: DemoSamlIdpOptions): Promise<DemoSamlIdp> => {
  const server = await startServer(options, async (url) => application(url, options))
  const metadataUrl = entityIdOf(server.url)
  return { ...server, metadataUrl, entityId: metadataUrl }
}

const entityIdOf = (url: string): string => `${url}/metadata`

const application = (url: string, options: DemoSamlIdpOptions): Express => {
  const { keys, people, serviceProviders, now = () => new Date() } = options
  const entityId = entityIdOf(url)
  const metadata = buildIdpMetadata({ entityId, signer: keys, ssoUrl: `${url}/sso` })
  const pending = boundedMap<Pending>(MOST_REMEMBERED)
  const sessions = boundedMap<IdpSession>(MOST_REMEMBERED)
  const form = express.urlencoded({ extended: false, limit: '100kb' })
  const app = express().disable('x-powered-by')

  const sessionOf = (request: Request) => sessions.get(cookieOf(request))
  const park = (response: Response, request: Pending) => {
    const handle = newToken()
    pending.set(handle, request)
    // A GET of our own: the browser then sends our Lax cookie, which it holds back from another site's POST.
    response.redirect(303, `/continue/${handle}`)
  }
  const answer = async (response: Response, handle: string, request: Pending, session: IdpSession | undefined) => {
    pending.delete(handle)
    const exchange = { ...request, entityId }
    const xml = await (session ? assertPerson(exchange, session, keys, now()) : refusePassive(exchange, keys, now()))
    sendAnswer(response, request, xml)
  }
  const signIn = (response: Response, person: Person): IdpSession => {
    const session = { person, authnInstant: now(), sessionIndex: newXmlId() }
    const id = newToken()
    sessions.set(id, session)
    response.cookie(COOKIE, id, { httpOnly: true, sameSite: 'lax', path: '/' })
    return session
  }

  serveAssets(app)
  app.get('/', (request, response) => sendPage(response, 200, frontPage(sessionOf(request)), []))
  app.get('/metadata', (_request, response) => {
    response.type('application/samlmetadata+xml').send(metadata)
  })
  app.get('/sso', ({ query }, response) => park(response, readRequest(query, 'redirect', serviceProviders)))
  app.post('/sso', form, ({ body }, response) => park(response, readRequest(body ?? {}, 'post', serviceProviders)))
  app.get('/continue/:handle', async (request, response) => {
    const { handle } = request.params
    const waiting = pendingOf(pending.get(handle))
    const session = waiting.forceAuthn ? undefined : sessionOf(request)
    if (session || waiting.isPassive) return answer(response, handle, waiting, session)
    sendLogin(response, handle, waiting, people, false)
  })
  app.post('/continue/:handle', form, async (request, response) => {
    const { handle = '' } = request.params
    const waiting = pendingOf(pending.get(String(handle)))
    const person = personWith(people, request.body?.username, request.body?.password)
    if (!person) return sendLogin(response, String(handle), waiting, people, true)
    sessions.delete(cookieOf(request))
    await answer(response, String(handle), waiting, signIn(response, person))
  })
  app.post('/logout', (request, response) => {
    sessions.delete(cookieOf(request))
    response.clearCookie(COOKIE, { path: '/' }).redirect(303, '/')
  })
  app.use(answerUnknown)
  app.use(answerError)
  return app
}

/** What a person may be told of a request that is refused. */
class RefusedRequest extends Error {}

const pendingOf = (found: Pending | undefined): Pending => {
  if (found) return found
  throw new RefusedRequest('This sign-in has ended or was never started. Start again at the gateway.')
}

/** The request, with the ACS that is registered for its issuer: where it asks for another one it is refused. */
const readRequest = (
  parameters: { readonly SAMLRequest?: unknown; readonly RelayState?: unknown },
  binding: 'redirect' | 'post',
  serviceProviders: readonly KnownServiceProvider[],
): Pending => {
  const { id, issuer, acsUrl, ...wishes } = parseAuthnRequest(parameters, binding)
  const serviceProvider = serviceProviders.find(({ entityId }) => entityId === issuer)
  if (!serviceProvider) throw new RefusedRequest('This service provider is not registered here.')
  if (acsUrl !== undefined && acsUrl !== serviceProvider.acsUrl) {
    throw new RefusedRequest('The request asks for an answer at an address that is not registered.')
  }
  return { serviceProvider, inResponseTo: id, ...wishes }
}

const sendLogin = (
  response: Response,
  handle: string,
  { serviceProvider }: Pending,
  people: readonly Person[],
  wrongPassword: boolean,
): void => {
  const application = new URL(serviceProvider.acsUrl).host
  const page = loginPage({ protocol: PROTOCOL, application, people, action: `/continue/${handle}`, wrongPassword })
  sendPage(response, wrongPassword ? 403 : 200, page, [])
}

const sendAnswer = (response: Response, { serviceProvider, relayState }: Pending, xml: string): void => {
  const fields = {
    SAMLResponse: Buffer.from(xml).toString('base64'),
    ...(relayState === undefined ? {} : { RelayState: relayState }),
  }
  const { acsUrl } = serviceProvider
  sendPage(response, 200, autoPostPage(PROTOCOL, acsUrl, fields), [new URL(acsUrl).origin])
}

const frontPage = (session: IdpSession | undefined): string =>
  session
    ? messagePage(
        PROTOCOL,
        `Signed in as ${session.person.name}`,
        'The next sign-in from the gateway will not ask again.',
        html`<form method="post" action="/logout"><button class="main">Sign out of the demo identity provider</button></form>`,
      )
    : messagePage(PROTOCOL, 'Not signed in', 'Start at the gateway: it sends you here to sign in.')

const cookieOf = (request: Request): string =>
  (request.headers.cookie ?? '')
    .split(/; */)
    .find((pair) => pair.startsWith(`${COOKIE}=`))
    ?.slice(COOKIE.length + 1) ?? ''

const answerUnknown = (_request: Request, response: Response): void =>
  sendPage(response, 404, messagePage(PROTOCOL, 'Not here', 'There is no such page at the demo identity provider.'), [])

// Express tells a handler of errors by its four parameters.
const answerError = (error: unknown, _request: Request, response: Response, _next: () => void): void => {
  const message = error instanceof RefusedRequest ? error.message : 'The request could not be read.'
  sendPage(response, 400, messagePage(PROTOCOL, 'That did not work', message), [])
}
