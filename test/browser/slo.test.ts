/** Single logout in Chromium, which holds forms and the redirects after them to the page's Content-Security-Policy. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { inflateRawSync } from 'node:zlib'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type RunningServer, startServer } from '../../src/core/running-server.ts'
import { parseAuthnRequest } from '../../src/saml/authn-request.ts'
import { buildIdpMetadata } from '../../src/saml/idp-metadata.ts'
import { nameId, requestXml, responseXml, signedQuery, uniqueId } from '../harness/logout-messages.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { answerTo, createTestIdp, type TestIdp } from '../harness/test-idp.ts'
import { requireTool } from '../tools.ts'
import { type BrowserUser, CHROMIUM, launchChromium, newBrowserUser, whoIs } from './chromium.ts'

describe.skipIf(!requireTool(CHROMIUM))('single logout in Chromium', () => {
  let gateway: ReservedGateway
  let browser: Browser
  let corp: TestIdp
  let corpServer: RunningServer
  /** Another application of the company, on an origin of its own: the identity provider signs users out there too. */
  let wiki: RunningServer
  let user: BrowserUser
  let visited: string[] = []
  /** Without JavaScript, Chromium goes from a form no further than to the identity provider: other sites are unknown. */
  let usedWiki = true

  const listen = (answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>) =>
    startServer({ host: '127.0.0.1', port: 0, graceMs: 0 }, () => (request, response) => {
      visited.push(`${request.method} ${request.url?.split('?')[0]}`)
      void answer(request, response)
    })

  const redirect = (response: ServerResponse, location: string): void => {
    response.writeHead(302, { location }).end()
  }

  const sloUrl = (): string => `${gateway.url}/saml/corp/slo`

  const logoutResponse = (inResponseTo: string, provider: string): string => {
    const destination = `${gateway.url}/saml/${provider}/slo`
    const said = { id: uniqueId(inResponseTo), issuer: corp.entityId, destination, inResponseTo }
    const xml = responseXml({ ...said, issueInstant: new Date().toISOString() })
    return `${destination}?${signedQuery(xml, corp.keys.privateKey, { parameter: 'SAMLResponse' })}`
  }

  /** Signs in at /sso; at /slo first sends the browser to the wiki, and from there back to answer. */
  const answerAtCorp = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '', corpServer.url)
    const form = request.method === 'POST' ? new URLSearchParams(await text(request)) : url.searchParams
    if (url.pathname === '/sso') {
      const asked = parseAuthnRequest(Object.fromEntries(form), 'redirect')
      const says = { subject: 'dora', attributes: {}, sessionIndex: '_s' }
      const { acs, SAMLResponse, RelayState } = await answerTo(corp, asked, says)
      const inputs = `<input name="SAMLResponse" value="${SAMLResponse}"><input name="RelayState" value="${RelayState}">`
      const page = `<!doctype html><title>Corp</title><form method="post" action="${acs}">${inputs}<button>Back</button></form>`
      return void response.writeHead(200, { 'content-type': 'text/html' }).end(page)
    }
    if (url.pathname === '/slo' && form.has('SAMLRequest')) {
      const octets = Buffer.from(form.get('SAMLRequest') ?? '', 'base64')
      const xml = (request.method === 'POST' ? octets : inflateRawSync(octets)).toString()
      const [, id = ''] = / ID="([^"]*)"/.exec(xml) ?? []
      const provider = /\/saml\/(\w+)\/metadata/.exec(xml)?.[1] ?? ''
      const next = usedWiki ? `${wiki.url}/slo` : `${corpServer.url}/done`
      return redirect(response, `${next}?${new URLSearchParams({ id, provider })}`)
    }
    if (url.pathname === '/done')
      return redirect(response, logoutResponse(form.get('id') ?? '', form.get('provider') ?? ''))
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Corp</title>The end')
  }

  beforeAll(async () => {
    const url = await reserveGateway()
    corpServer = await listen(answerAtCorp)
    wiki = await listen(async (request, response) => {
      redirect(response, `${corpServer.url}/done?${request.url?.split('?')[1]}`)
    })
    corp = await createTestIdp('corp', `${corpServer.url}/sso`)
    const { entityId, ssoUrl, keys: signer } = corp
    const metadata = buildIdpMetadata({ entityId, ssoUrl, signer, sloUrl: `${corpServer.url}/slo` })
    const saml = (id: string) => ({ id, protocol: 'saml', label: 'Corp', metadata: `./${id}.xml` })
    const posts = metadata.replace(/<md:SingleLogoutService Binding="[^"]*HTTP-Redirect"[^>]*\/>/, '')
    ;[gateway, browser] = await Promise.all([
      startConfiguredGateway(
        url,
        { providers: [saml('corp'), saml('posts')], access: [] },
        { files: { 'corp.xml': metadata, 'posts.xml': posts } },
      ),
      launchChromium(),
    ])
  })
  afterAll(async () => {
    await browser.close()
    await gateway.close()
    await wiki.close()
    await corpServer.close()
  })
  afterEach(async () => {
    await user.context.close()
    expect(user.complaints).toEqual([])
    visited = []
    usedWiki = true
  })

  const signIn = async (provider: string, options: BrowserContextOptions = {}): Promise<Page> => {
    user = await newBrowserUser(browser, options)
    await user.page.goto(`${gateway.url}/login/${provider}`)
    await user.page.getByRole('button', { name: 'Back' }).click()
    await user.page.waitForURL(`${gateway.url}/roles`)
    return user.page
  }

  it.each([
    ['corp', 'GET /slo'],
    ['posts', 'POST /slo'],
  ])('began here, at %s, goes through every application and back', async (provider, asked) => {
    const page = await signIn(provider)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('You are signed out at Corp as well.').waitFor()
    expect(page.url()).toBe(`${gateway.url}/logout`)
    expect(visited).toEqual(expect.arrayContaining([asked, 'GET /done']))
    expect(visited.filter((path) => path === 'GET /slo').length).toBe(provider === 'corp' ? 2 : 1)
    expect(await whoIs(user, gateway.url)).toBeUndefined()
  })

  it.each(['corp', 'posts'])('began here, at %s, without JavaScript', async (provider) => {
    usedWiki = false
    const page = await signIn(provider, { javaScriptEnabled: false })
    await page.getByRole('button', { name: 'Sign out' }).click()
    if (provider === 'posts') await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByText('You are signed out at Corp as well.').waitFor()
  })

  it('began at the identity provider ends the session here and goes back there', async () => {
    const page = await signIn('corp')
    const said = { id: uniqueId('corp asks'), issuer: corp.entityId, destination: sloUrl() }
    const xml = requestXml({ ...said, issueInstant: new Date().toISOString(), subject: nameId('dora') })
    await page.goto(`${sloUrl()}?${signedQuery(xml, corp.keys.privateKey)}`)
    await page.getByText('The end').waitFor()
    expect(page.url()).toMatch(new RegExp(`^${corpServer.url}/slo\\?SAMLResponse=`))
    expect(await whoIs(user, gateway.url)).toBeUndefined()
  })
})
