/**
 * A gateway in which every page of the gateway can be reached: a SAML provider that answers by itself, one that wants
 * requests by POST, one where sign-ins begin, a federation, and one that is down. Its names are the test's to choose.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type { BrowserContext } from 'playwright-core'
import { type RunningServer, startServer } from '../../src/core/running-server.ts'
import { parseAuthnRequest } from '../../src/saml/authn-request.ts'
import { buildIdpMetadata } from '../../src/saml/idp-metadata.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { type Attributes, answerTo, createTestIdp, type TestIdp } from '../harness/test-idp.ts'

export interface Names {
  readonly provider: string
  readonly account: string
  readonly alias: string
  readonly subject: string
  readonly attributes: Attributes
  /** ARNs: the first needs a recent sign-in. */
  readonly roles: readonly [string, ...string[]]
}

export interface EverythingGateway {
  readonly gateway: ReservedGateway
  readonly corpUrl: string
  /** Moves the gateway's and the provider's clock. */
  goAhead(seconds: number): void
  close(): Promise<void>
}

/** Where the gateway has an account, so that a role may be in it. */
export const ACCOUNT = '111122223333'

/** In the catalogue: a role that no rule grants. */
const LACKED = `arn:aws:iam::${ACCOUNT}:role/Billing`

const config = (url: string, { provider, account, alias, roles }: Names): Readonly<Record<string, unknown>> => {
  const saml = (id: string, label: string, more: object = {}) => ({
    id,
    protocol: 'saml',
    label,
    metadata: `./${id}.xml`,
    ...more,
  })
  return {
    providers: [
      saml('corp', provider),
      saml('posts', `${provider} by post`, { signRequests: 'always' }),
      saml('silent', `${provider} begins`, { allowIdpInitiated: true }),
      saml('edu', 'Example Federation', { discovery: true }),
      saml('down', 'Out of order', { metadata: `${url}/nowhere` }),
    ],
    accounts: { [ACCOUNT]: { name: account, environment: 'production' } },
    roles: [{ match: roles[0], alias, maxAuthAge: '10m', sensitive: true }],
    catalog: './catalog.json',
    requestAccess: { url: 'https://tickets.example.com/new?role={arn}', show: ['arn:aws:iam::*:role/*'] },
    access: [{ when: { provider: ['corp', 'posts', 'silent'] }, roles }],
    operators: [{ when: { provider: 'corp' } }],
    sessionName: '{displayName}',
    sourceIdentity: '{uid}',
    sessionTags: { Name: '{displayName}', Department: '{department}' },
    transitiveTags: ['Name'],
  }
}

const formPage = (action: string, fields: Readonly<Record<string, string>>): string => {
  const inputs = Object.entries(fields).map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`)
  return `<!doctype html><title>Corp</title><form method="post" action="${action}">${inputs.join('')}<button>Go on</button></form><script>document.forms[0].submit()</script>`
}

export const startEverythingGateway = async (names: Names): Promise<EverythingGateway> => {
  let ahead = 0
  const now = (): Date => new Date(Date.now() + ahead * 1000)
  const url = await reserveGateway()
  let corp: TestIdp | undefined
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!corp) return
    const address = new URL(request.url ?? '', corp.ssoUrl)
    // Who signs out is let go, and led nowhere.
    if (address.pathname === '/slo')
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Corp</title>')
    const form = request.method === 'POST' ? new URLSearchParams(await text(request)) : address.searchParams
    const asked =
      address.pathname === '/portal'
        ? { issuer: `${url}/saml/silent/metadata`, acsUrl: `${url}/saml/silent/acs` }
        : parseAuthnRequest(Object.fromEntries(form), request.method === 'POST' ? 'post' : 'redirect')
    const says = { subject: names.subject, attributes: names.attributes, now: now() }
    const { acs, SAMLResponse, RelayState } = await answerTo(corp, asked, says)
    response.writeHead(200, { 'content-type': 'text/html' }).end(formPage(acs, { SAMLResponse, RelayState }))
  }
  const server: RunningServer = await startServer(
    { host: '127.0.0.1', port: 0, graceMs: 0 },
    () => (request, response) => {
      if (request.url === '/favicon.ico') response.writeHead(204).end()
      else void answer(request, response)
    },
  )
  corp = await createTestIdp('corp', `${server.url}/sso`)
  const { entityId, ssoUrl, keys: signer } = corp
  const metadata = buildIdpMetadata({ entityId, ssoUrl, signer, sloUrl: `${server.url}/slo` })
  const without = (service: RegExp): string => metadata.replaceAll(service, '')
  const gateway = await startConfiguredGateway(url, config(url, names), {
    now,
    files: {
      'catalog.json': JSON.stringify({ Roles: [{ Arn: LACKED, Description: 'Reads the bills' }] }),
      'corp.xml': metadata,
      'posts.xml': without(/<md:SingleSignOnService Binding="[^"]*HTTP-Redirect"[^>]*\/>/g),
      'silent.xml': without(/<md:SingleSignOnService [^>]*\/>/g),
      'edu.xml': `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${metadata}</md:EntitiesDescriptor>`,
    },
  })
  return {
    gateway,
    corpUrl: server.url,
    goAhead: (seconds) => {
      ahead = seconds
    },
    close: async () => {
      await gateway.close()
      await server.close()
    },
  }
}

/** Stops a page that leads on by itself, so that it can be looked at: what it asks for next never comes. */
export const withoutGoingTo = async <Result>(
  context: BrowserContext,
  address: (url: URL) => boolean,
  look: () => Promise<Result>,
): Promise<Result> => {
  await context.route(address, (route) => route.abort('aborted'))
  try {
    return await look()
  } finally {
    await context.unroute(address)
  }
}
