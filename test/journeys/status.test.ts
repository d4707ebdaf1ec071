/** The operators' page: for those whom `operators` names, and what it tells them. */
import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../../src/core/running-server.ts'
import { startDemoOpenIdProvider } from '../../src/demo/openid-provider.ts'
import { demoUsers } from '../../src/demo/users.ts'
import { refusalIn } from '../harness/html.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { freePort } from '../harness/ports.ts'
import { postAnswer, signIn } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { type Attributes, answerOf, createTestIdp, type TestIdp } from '../harness/test-idp.ts'

let gateway: ReservedGateway
let corp: TestIdp
let openId: RunningServer
let silent: Server

const LOCKED = 'arn:aws:iam::111122223333:role/Locked'

/** Nobody from this gateway is let in. */
const forOthers = { Effect: 'Allow', Principal: { AWS: '444455556666' }, Action: 'sts:AssumeRole' }

/** Takes every question and answers none. */
const startSilent = (): Promise<{ server: Server; url: string }> =>
  new Promise((resolve) => {
    const server = createServer(() => undefined)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve({ server, url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}` })
    })
  })

beforeAll(async () => {
  const url = await reserveGateway()
  corp = await createTestIdp('corp')
  const { server, url: silentUrl } = await startSilent()
  silent = server
  openId = await startDemoOpenIdProvider({
    host: '127.0.0.1',
    port: 0,
    users: demoUsers,
    clients: [{ clientId: 'gateway', clientSecret: 'gateway-secret', redirectUris: [`${url}/oidc/openid/callback`] }],
  })
  const oidc = { protocol: 'oidc', clientId: 'gateway', clientSecret: 'gateway-secret', allowInsecureHttp: true }
  gateway = await startConfiguredGateway(
    url,
    {
      providers: [
        { id: 'corp', label: 'Corp', protocol: 'saml', metadata: './corp.xml' },
        { id: 'partner', label: 'Partner', protocol: 'saml', metadata: './corp.xml' },
        { id: 'openid', label: 'Open', issuer: openId.url, ...oidc },
        { id: 'down', label: 'Down', issuer: `http://127.0.0.1:${await freePort()}`, ...oidc },
        { id: 'silent', label: 'Silent', issuer: silentUrl, ...oidc },
      ],
      access: [{ when: { provider: 'corp', groups: 'dev' }, roles: [LOCKED] }],
      operators: [{ when: { provider: 'corp', groups: '/platform-.*/' } }],
    },
    {
      files: { 'corp.xml': corp.metadata },
      state: {
        accounts: [{ id: '111122223333', name: 'Production' }],
        roles: [{ arn: LOCKED, trustPolicy: { Version: '2012-10-17', Statement: [forOthers] } }],
      },
    },
  )
})
afterAll(async () => {
  await gateway.close()
  await openId.close()
  silent.closeAllConnections()
  silent.close()
})

const signInAt = async (provider: string, attributes: Attributes): Promise<{ browser: HttpBrowser; page: Page }> => {
  const browser = new HttpBrowser()
  const answer = await answerOf(corp, browser, gateway.url, provider, { subject: 'dora', attributes })
  return { browser, page: await postAnswer(browser, answer) }
}

const asOperator = () => signInAt('corp', { groups: ['dev', 'platform-team'] })
const status = (browser: HttpBrowser): Promise<Page> => browser.open(`${gateway.url}/status`)

/** What the page says of a provider. */
const partOf = ({ body }: Page, id: string): string =>
  new RegExp(`<section class="provider" aria-labelledby="provider-${id}">.*?</section>`, 's').exec(body)?.[0] ?? ''

const countIn = (part: string, name: string): number =>
  Number(new RegExp(`<dt>${name}</dt><dd>(\\d+)</dd>`).exec(part)?.[1])

it('the chooser holds nothing against a provider that has not answered yet, and says why another cannot be used', async () => {
  const { body } = await new HttpBrowser().open(`${gateway.url}/login`)
  const silentRow = (body.match(/<li>.*?<\/li>/gs) ?? []).find((row) => row.includes('>Silent<'))
  expect(silentRow).toContain('href="/login/silent"')
  const downRow = (body.match(/<li>.*?<\/li>/gs) ?? []).find((row) => row.includes('>Down<'))
  expect(downRow).toContain('The identity provider cannot be reached.')
})

describe('who may see the status', () => {
  it('the status page is for users that the rules under operators name, who find it in the navigation', async () => {
    const { browser, page } = await asOperator()
    expect(page.body).toContain('href="/status"')
    expect((await status(browser)).status).toBe(200)
  })

  it.each([
    ['corp', ['dev']],
    ['corp', ['xplatform-team']],
    ['partner', ['platform-team']],
  ])('the status page is not for a user from %s with %j', async (provider, groups) => {
    const { browser, page } = await signInAt(provider, { groups })
    expect(page.body).not.toContain('href="/status"')
    expect(refusalIn((await status(browser)).body)).toMatchObject({ status: 403, code: 'operator.required' })
  })

  it('the status page is not for a user who is not signed in', async () => {
    expect((await status(new HttpBrowser())).url).toContain('/login?return_to=%2Fstatus')
  })
})

describe('the status', () => {
  it('the status page has each provider with what is known of it, and since when', async () => {
    const { browser } = await asOperator()
    await signIn(new HttpBrowser(), { gateway: gateway.url, provider: 'openid', username: 'alice' })
    const page = await status(browser)
    expect(partOf(page, 'corp')).toMatch(/data-health="good">Healthy<.*sign-in available.*<dt>Metadata read</s)
    expect(partOf(page, 'openid')).toMatch(/data-health="good">Healthy<.*<dt>Discovered<.*<dt>Keys read</s)
    expect(partOf(page, 'down')).toMatch(
      /data-health="bad">Failing<.*sign-in not available.*oidc[.]provider_unavailable/s,
    )
  })

  it('the status page has the end of every certificate, ours and theirs', async () => {
    const { browser } = await asOperator()
    const { body } = await status(browser)
    expect(body).toContain('this gateway&#39;s signing certificate')
    expect(body).toContain('the signing certificate of provider corp')
    expect(body).toMatch(/data-health="good">until \d{1,2} [A-Z][a-z]{2,3} \d{4}</)
  })

  it('counts sign-ins, refusals and exchanges by provider', async () => {
    const { browser, page } = await asOperator()
    const before = await status(browser)
    await signInAt('corp', { groups: ['dev'] })
    await browser.submit(page, formWith(page, 'role', LOCKED))
    const refused = await new HttpBrowser().post(
      `${gateway.url}/saml/corp/acs`,
      { SAMLResponse: 'nonsense!' },
      { from: 'https://idp.example/' },
    )
    const after = await status(browser)
    const grown = (id: string, name: string) => countIn(partOf(after, id), name) - countIn(partOf(before, id), name)
    expect(grown('corp', 'Sign-ins')).toBe(1)
    expect(grown('corp', 'Refused sign-ins')).toBe(1)
    expect(grown('corp', 'Denied exchanges')).toBe(1)
    expect(grown('corp', 'Exchanges')).toBe(0)
    expect(grown('partner', 'Sign-ins')).toBe(0)
    const { code, reference } = refusalIn(refused.body)
    expect(partOf(after, 'corp')).toContain(`<code>${code}</code>`)
    expect(partOf(after, 'corp')).toContain(`<code>${reference}</code>`)
  })

  it('holds no key and no secret', async () => {
    const { browser } = await asOperator()
    const { body } = await status(browser)
    expect(body).not.toMatch(/PRIVATE KEY|gateway-secret|only for tests/)
  })
})
