/** An identity provider that is down takes nothing else down with it. */
import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDemoOpenIdProvider } from '../../src/demo/openid-provider.ts'
import { demoUsers } from '../../src/demo/users.ts'
import { refusalIn } from '../harness/html.ts'
import { HttpBrowser } from '../harness/http-browser.ts'
import { freePort } from '../harness/ports.ts'
import { postAnswer, signIn, whoIs } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { answerOf, createTestIdp, type TestIdp } from '../harness/test-idp.ts'

let gateway: ReservedGateway
let corp: TestIdp
let broken: Server
let downPort: number
let time = new Date()

/** Answers everything with a page, as a proxy in front of a provider that is down does. */
const startBroken = (): Promise<{ server: Server; url: string }> =>
  new Promise((resolve) => {
    const server = createServer((_request, response) => {
      response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>')
    })
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve({ server, url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}` })
    })
  })

const client = { protocol: 'oidc', clientId: 'gateway', clientSecret: 'gateway-secret', allowInsecureHttp: true }

beforeAll(async () => {
  const url = await reserveGateway()
  corp = await createTestIdp('corp')
  downPort = await freePort()
  const { server, url: brokenUrl } = await startBroken()
  broken = server
  gateway = await startConfiguredGateway(
    url,
    {
      providers: [
        { id: 'corp', label: 'Corp', protocol: 'saml', metadata: './corp.xml' },
        { id: 'down', label: 'Down', issuer: `http://127.0.0.1:${downPort}`, ...client },
        { id: 'broken', label: 'Broken', issuer: brokenUrl, ...client },
        { id: 'nowhere', label: 'Nowhere', protocol: 'saml', metadata: `${brokenUrl}/metadata` },
      ],
    },
    { files: { 'corp.xml': corp.metadata }, now: () => time },
  )
})
afterAll(async () => {
  await gateway.close()
  broken.closeAllConnections()
  broken.close()
})

const choices = async (): Promise<Readonly<Record<string, boolean>>> => {
  const { body } = await new HttpBrowser().open(`${gateway.url}/login`)
  const rows = body.match(/<li>.*?<\/li>/gs) ?? []
  return Object.fromEntries(
    rows.map((row) => [/class="choice-label">([^<]*)</.exec(row)?.[1] ?? '', !row.includes('is-unavailable')]),
  )
}

describe('a gateway with providers that are down', () => {
  it('starts, and its chooser says which cannot be used', async () => {
    expect(await choices()).toEqual({ Corp: true, Down: false, Broken: false, Nowhere: false })
  })

  it('a gateway with providers that are down has no link to what cannot be used', async () => {
    const { body } = await new HttpBrowser().open(`${gateway.url}/login`)
    expect(body).toContain('href="/login/corp"')
    expect(body).not.toMatch(/href="\/login\/(down|broken|nowhere)/)
  })

  it('signs users in by the others', async () => {
    const browser = new HttpBrowser()
    await postAnswer(browser, await answerOf(corp, browser, gateway.url, 'corp', { subject: 'alice', attributes: {} }))
    expect(await whoIs(browser, gateway.url)).toBe('alice')
  })

  it.each([
    ['down', 502, 'oidc.provider_unavailable'],
    ['broken', 502, 'oidc.provider_failed'],
    ['nowhere', 502, 'provider.unavailable'],
  ])('answers an attempt at %s with %i %s', async (provider, status, code) => {
    const page = await new HttpBrowser().open(`${gateway.url}/login/${provider}`)
    expect(refusalIn(page.body)).toMatchObject({ status, code })
    expect(page.body).not.toContain('Bad gateway')
  })
})

describe('a provider that comes up later', () => {
  it('a provider that comes up later is used then, without starting the gateway again', async () => {
    const provider = await startDemoOpenIdProvider({
      host: '127.0.0.1',
      port: downPort,
      users: demoUsers,
      clients: [
        { clientId: 'gateway', clientSecret: 'gateway-secret', redirectUris: [`${gateway.url}/oidc/down/callback`] },
      ],
    })
    try {
      time = new Date(time.getTime() + 60_000)
      expect(await choices()).toMatchObject({ Down: true })
      const browser = new HttpBrowser()
      await signIn(browser, { gateway: gateway.url, provider: 'down', username: 'alice' })
      expect(await whoIs(browser, gateway.url)).toBe('alice')
    } finally {
      await provider.close()
    }
  })
})
