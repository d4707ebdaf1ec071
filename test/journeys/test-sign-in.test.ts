/** A test sign-in: an operator sees everything that came and what it would lead to, and nobody is signed in. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../../src/core/running-server.ts'
import { startDemoOpenIdProvider } from '../../src/demo/openid-provider.ts'
import { demoUsers } from '../../src/demo/users.ts'
import { refusalIn } from '../harness/html.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { postAnswer, signIn, whoIs } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { answerOf, answerTo, createTestIdp, requestOn, type Says, type TestIdp } from '../harness/test-idp.ts'

const DEVELOPER = 'arn:aws:iam::111122223333:role/Developer'
const ADMIN = 'arn:aws:iam::111122223333:role/Admin'

let gateway: ReservedGateway
let corp: TestIdp
let openId: RunningServer

beforeAll(async () => {
  const url = await reserveGateway()
  corp = await createTestIdp('corp')
  openId = await startDemoOpenIdProvider({
    host: '127.0.0.1',
    port: 0,
    users: demoUsers,
    clients: [{ clientId: 'gateway', clientSecret: 'gateway-secret', redirectUris: [`${url}/oidc/openid/callback`] }],
  })
  gateway = await startConfiguredGateway(
    url,
    {
      providers: [
        { id: 'corp', label: 'Corp', protocol: 'saml', metadata: './corp.xml' },
        {
          ...{ id: 'openid', label: 'Open', protocol: 'oidc', issuer: openId.url, allowInsecureHttp: true },
          ...{ clientId: 'gateway', clientSecret: 'gateway-secret' },
        },
      ],
      access: [
        { when: { provider: 'corp', groups: 'dev' }, roles: [DEVELOPER] },
        { when: { provider: 'corp', groups: 'admins' }, roles: [ADMIN] },
      ],
      operators: [{ when: { provider: 'corp', groups: 'platform' } }],
    },
    { files: { 'corp.xml': corp.metadata } },
  )
})
afterAll(async () => {
  await gateway.close()
  await openId.close()
})

const signedIn = async (subject: string, ...groups: string[]): Promise<HttpBrowser> => {
  const browser = new HttpBrowser()
  await postAnswer(browser, await answerOf(corp, browser, gateway.url, 'corp', { subject, attributes: { groups } }))
  return browser
}
const asOperator = () => signedIn('olga', 'dev', 'platform')

/** From the operator's browser to the provider and back, with what the provider says. */
const tested = async (browser: HttpBrowser, says: Says, start = 'start'): Promise<Page> => {
  const departure = await browser.open(`${gateway.url}/status/try/corp/${start}`, {
    stopBefore: new RegExp(`^${corp.ssoUrl}`),
  })
  return postAnswer(browser, await answerTo(corp, requestOn(departure), says))
}

/** The row of a check. */
const outcomeOf = ({ body }: Page, check: string): string | undefined =>
  new RegExp(`<tr data-outcome="([\\w-]+)"><th scope="row"><bdi>${check}</bdi>`).exec(body)?.[1]

const ALICE: Says = { subject: 'alice', attributes: { groups: ['dev'], mail: ['alice@example.com'] } }

describe('a test sign-in', () => {
  it('is linked from the status page, and starts at a page that says what it does', async () => {
    const browser = await asOperator()
    expect((await browser.open(`${gateway.url}/status`)).body).toContain('href="/status/try/corp"')
    const { status, body } = await browser.open(`${gateway.url}/status/try/corp`)
    expect(status).toBe(200)
    expect(body).toContain('href="/status/try/corp/start"')
  })

  it('shows what came, each check, the rules, the roles and the condition keys', async () => {
    const page = await tested(await asOperator(), ALICE)
    expect(page.url).toContain('/status/try/corp/result?')
    expect(page.status).toBe(200)
    expect(page.body).toContain('alice@example.com')
    expect(outcomeOf(page, 'recipientIsOurAcs')).toBe('pass')
    expect(page.body.match(/Rule at line \d+: [a-z ]+/g)?.map((text) => text.replace(/\d+/, 'N'))).toEqual([
      'Rule at line N: matches',
      'Rule at line N: does not match',
    ])
    expect(page.body).toContain(DEVELOPER)
    expect(page.body).not.toContain(ADMIN)
    expect(page.body).toContain('<bdi>saml:sub</bdi>')
  })

  it('leaves the session of the operator as it was, and gives the user of the test none', async () => {
    const browser = await asOperator()
    await tested(browser, ALICE)
    expect(await whoIs(browser, gateway.url)).toBe('olga')
    const lines = gateway.audit()
    expect(lines.filter(({ eventName, subject }) => eventName === 'login' && subject === 'alice')).toEqual([])
    expect(lines.findLast(({ eventName }) => eventName === 'login.tested')).toMatchObject({
      provider: 'corp',
      subject: 'alice',
      testedBy: { provider: 'corp', subject: 'olga' },
    })
  })

  it('is no sign-in: its handle ends at no session', async () => {
    const browser = await asOperator()
    const handle = new URL((await tested(browser, ALICE)).url).searchParams.get('handle') ?? ''
    const page = await browser.open(`${gateway.url}/login/finish?${new URLSearchParams({ handle })}`)
    expect(refusalIn(page.body).code).toBe('login.expired')
    expect(await whoIs(browser, gateway.url)).toBe('olga')
  })

  it('shows every check of a refused answer too, and why it was refused', async () => {
    const browser = await asOperator()
    const page = await tested(browser, { ...ALICE, audience: 'https://elsewhere.example' })
    expect(page.status).toBe(200)
    expect(page.body).toContain('saml.audience_mismatch')
    expect(page.body).toContain('https://elsewhere.example')
    expect(outcomeOf(page, 'recipientIsOurAcs')).toBe('pass')
    expect(page.body).not.toContain('id="rules"')
    expect(await whoIs(browser, gateway.url)).toBe('olga')
    expect(gateway.audit().findLast(({ eventName }) => eventName === 'login.tested')).toMatchObject({
      errorCode: 'saml.audience_mismatch',
    })
  })

  it('uses its answer up: it cannot be posted again, as a test or as a sign-in', async () => {
    const browser = await asOperator()
    const departure = await browser.open(`${gateway.url}/status/try/corp/start`, {
      stopBefore: new RegExp(`^${corp.ssoUrl}`),
    })
    const answer = await answerTo(corp, requestOn(departure), ALICE)
    expect((await postAnswer(browser, answer)).body).not.toContain('saml.replayed')
    expect((await postAnswer(browser, answer)).body).toContain('saml.replayed')
    const asSignIn = await postAnswer(browser, { ...answer, RelayState: '' })
    expect(refusalIn(asSignIn.body).code).toBe('saml.replayed')
  })

  it('asks for a new sign-in as another user, and refuses an older one', async () => {
    const browser = await asOperator()
    const longAgo = new Date(Date.now() - 60 * 60_000)
    const page = await tested(browser, { ...ALICE, authnInstant: longAgo }, 'start?fresh=yes')
    expect(page.body).toContain('login.authentication_too_old')
    expect(outcomeOf(page, 'recipientIsOurAcs')).toBe('pass')
    expect(outcomeOf(page, 'login.authentication_too_old')).toBe('fail')
  })

  it('is for operators only', async () => {
    const browser = await signedIn('dora', 'dev')
    for (const path of ['', '/start', '/result?handle=x'])
      expect(refusalIn((await browser.open(`${gateway.url}/status/try/corp${path}`)).body).code).toBe(
        'operator.required',
      )
  })

  it('shows its result to nobody but the operator who started it, in that browser', async () => {
    const { url } = await tested(await asOperator(), ALICE)
    const page = await (await asOperator()).open(url)
    expect(refusalIn(page.body).code).toBe('test.unknown')
    expect(page.body).not.toContain('alice')
    expect((await new HttpBrowser().open(url, { stopBefore: /\/login/ })).location).toContain('/login?')
  })

  it('does not start for HEAD, nor at a provider that is not configured', async () => {
    const browser = await asOperator()
    expect((await browser.open(`${gateway.url}/status/try/nobody`)).status).toBe(404)
    const response = await fetch(`${gateway.url}/status/try/corp/start`, { method: 'HEAD', redirect: 'manual' })
    expect(response.status).toBe(405)
  })

  it('works at an OpenID provider, with the claims of its ID token', async () => {
    const browser = await asOperator()
    const asks = await browser.open(`${gateway.url}/status/try/openid/start`)
    const page = await browser.submit(asks, formWith(asks, 'username'), { username: 'alice', password: 'demo' })
    expect(page.url).toContain('/status/try/openid/result?')
    expect(outcomeOf(page, 'nonceIsOurs')).toBe('pass')
    expect(outcomeOf(page, 'stateIsOurs')).toBe('pass')
    expect(page.body).toContain('<bdi>iat</bdi>')
    expect(await whoIs(browser, gateway.url)).toBe('olga')
  })

  it('shows that the OpenID provider refused', async () => {
    const browser = await asOperator()
    const departure = await browser.open(`${gateway.url}/status/try/openid/start`, {
      stopBefore: new RegExp(`^${openId.url}`),
    })
    const state = new URL(departure.location ?? '').searchParams.get('state') ?? ''
    const query = new URLSearchParams({ state, error: 'access_denied', iss: openId.url })
    const page = await browser.open(`${gateway.url}/oidc/openid/callback?${query}`)
    expect(page.body).toContain('oidc.access_denied')
    expect(outcomeOf(page, 'stateIsOurs')).toBe('pass')
  })

  it('of a user with the same name leaves an earlier sign-in of that user alone', async () => {
    const alice = new HttpBrowser()
    await signIn(alice, { gateway: gateway.url, provider: 'openid', username: 'alice' })
    const before = await whoIs(alice, gateway.url)
    const browser = await asOperator()
    const asks = await browser.open(`${gateway.url}/status/try/openid/start`)
    await browser.submit(asks, formWith(asks, 'username'), { username: 'alice', password: 'demo' })
    expect(await whoIs(alice, gateway.url)).toBe(before)
    expect(before).toBeDefined()
  })
})
