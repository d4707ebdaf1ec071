/** The main job on the real app: from the sign-in page to credentials and the console, by either protocol. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { signIn } from '../harness/sign-in.ts'
import { startTestGateway, type TestGateway } from '../harness/test-gateway.ts'

const PRODUCTION = 'arn:aws:iam::111122223333:role/Developer'
const SANDBOX = 'arn:aws:iam::444455556666:role/Developer'

let testGateway: TestGateway
beforeAll(async () => {
  testGateway = await startTestGateway()
})
afterAll(() => testGateway.close())

const rolesOn = (page: Page): readonly string[] =>
  page.forms.flatMap(({ fields }) => (fields.role === undefined ? [] : [fields.role]))

const signedIn = async (provider: string, username: string) => {
  const browser = new HttpBrowser()
  const page = await signIn(browser, { gateway: testGateway.gateway, provider, username })
  return { browser, page }
}

const credentialsJson = (page: Page): Record<string, string> => {
  const json = /aria-label="Credentials, JSON"><code>([^<]*)</.exec(page.body)?.[1] ?? ''
  return JSON.parse(json.replaceAll('&quot;', '"'))
}

const providers = [
  { provider: 'corp', label: 'Example Corp', via: 'a SAML response signed by this gateway' },
  { provider: 'openid', label: 'Example ID', via: 'your provider’s own token' },
]

it('begins with a choice of both providers for anyone who comes to the front door', async () => {
  const page = await new HttpBrowser().open(testGateway.gateway)
  expect(page.url).toBe(`${testGateway.gateway}/login`)
  expect(page.body).toContain('href="/login/corp"')
  expect(page.body).toContain('href="/login/openid"')
})

describe.each(providers)('by $provider', ({ provider, label, via }) => {
  it('shows alice the role of her group in both accounts, and nothing of bob', async () => {
    const { page } = await signedIn(provider, 'alice')
    expect(page.url).toBe(`${testGateway.gateway}/roles`)
    expect(rolesOn(page)).toEqual([PRODUCTION, SANDBOX])
    expect(page.body).toContain('Alice Archer')
    expect(page.body).toContain(`via <bdi>${label}</bdi>`)
    expect(page.body).toContain(via)
  })

  it('gives alice credentials of the role she picks, for the time she picks', async () => {
    const { browser, page } = await signedIn(provider, 'alice')
    const shown = await browser.submit(page, formWith(page, 'role', SANDBOX), { duration: '7200' })
    expect(shown.status).toBe(200)
    expect(shown.body).toContain('arn:aws:sts::444455556666:assumed-role/Developer/alice@example.com')
    const credentials = credentialsJson(shown)
    expect(credentials).toMatchObject({ Version: 1, AccessKeyId: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/) })
    const seconds = (Date.parse(credentials.Expiration ?? '') - Date.now()) / 1000
    expect(seconds).toBeGreaterThan(7100)
    expect(seconds).toBeLessThanOrEqual(7200)
  })

  it('opens the console for alice in that role, signed in as herself', async () => {
    const { browser, page } = await signedIn(provider, 'alice')
    const form = formWith(page, 'role', PRODUCTION)
    const console = await browser.submit(page, { ...form, action: `${testGateway.gateway}/roles/console` })
    expect(console.url).toBe(`${testGateway.localAws}/console`)
    expect(console.body).toContain('alice@example.com')
    expect(console.body).toContain('arn:aws:sts::111122223333:assumed-role/Developer/alice@example.com')
  })

  it('opens the page of the console that was asked for', async () => {
    const { browser, page } = await signedIn(provider, 'alice')
    const destination = 'https://eu-west-1.console.aws.amazon.com/s3/home?region=eu-west-1'
    const form = { ...formWith(page, 'role', PRODUCTION), action: `${testGateway.gateway}/roles/console` }
    const console = await browser.submit(page, form, { destination })
    expect(console.body).toContain(destination)
  })

  it('makes bob an administrator', async () => {
    const { browser, page } = await signedIn(provider, 'bob')
    expect(rolesOn(page)).toEqual([
      'arn:aws:iam::111122223333:role/Administrator',
      'arn:aws:iam::444455556666:role/Administrator',
    ])
    const shown = await browser.submit(page, formWith(page, 'role'))
    expect(shown.body).toContain('arn:aws:sts::111122223333:assumed-role/Administrator/bob@example.com')
  })

  it('signs carol in, who has no role, and says what to tell the administrator', async () => {
    const { page } = await signedIn(provider, 'carol')
    expect(page.status).toBe(200)
    expect(rolesOn(page)).toEqual([])
    expect(page.body).toContain('You don’t have any roles yet')
    expect(page.body).toContain('What to tell your administrator')
    expect(page.body).toContain('carol@example.com')
  })

  it('leads back to the page that was asked for before signing in', async () => {
    const browser = new HttpBrowser()
    const attempt = { gateway: testGateway.gateway, provider, username: 'alice', returnTo: '/identity?from=start' }
    expect((await signIn(browser, attempt)).url).toBe(`${testGateway.gateway}/identity?from=start`)
  })

  it('tells alice who she is', async () => {
    const { browser } = await signedIn(provider, 'alice')
    const page = await browser.open(`${testGateway.gateway}/identity`)
    for (const text of ['alice@example.com', 'Alice Archer', 'aws-dev', label]) expect(page.body).toContain(text)
  })

  it('tells a script who is signed in and what they may take', async () => {
    const { browser } = await signedIn(provider, 'alice')
    const { status, body } = await browser.open(`${testGateway.gateway}/api/session`)
    expect(status).toBe(200)
    expect(JSON.parse(body)).toEqual({
      authenticated: true,
      provider,
      subject: 'alice',
      attributes: expect.objectContaining({ groups: ['aws-dev'] }),
      roles: [
        {
          arn: PRODUCTION,
          account: '111122223333',
          accountName: 'Production',
          name: 'Developer',
          alias: 'dev',
          provider,
        },
        { arn: SANDBOX, account: '444455556666', accountName: 'Sandbox', name: 'Developer', alias: 'dev', provider },
      ],
      expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    })
  })
})

it('finds roles by account, number and name, without JavaScript', async () => {
  const { browser } = await signedIn('corp', 'alice')
  const found = async (query: string) => rolesOn(await browser.open(`${testGateway.gateway}/roles?q=${query}`))
  expect(await found('sandbox')).toEqual([SANDBOX])
  expect(await found('1111')).toEqual([PRODUCTION])
  expect(await found('developer')).toEqual([PRODUCTION, SANDBOX])
  expect(await found('administrator')).toEqual([])
})

it('the gateway has no session for a user who has not signed in', async () => {
  const page = await new HttpBrowser().open(`${testGateway.gateway}/api/session`)
  expect(page.status).toBe(401)
  expect(page.headers.get('content-type')).toContain('application/problem+json')
  expect(JSON.parse(page.body)).toMatchObject({ status: 401, code: 'session.required', hint: 'Sign in again.' })
})

it.each(['/roles', '/identity?x=1'])(
  'sends a user who is not signed in from %s to the sign-in page and remembers it',
  async (path) => {
    const page = await new HttpBrowser().open(`${testGateway.gateway}${path}`)
    expect(page.url).toBe(`${testGateway.gateway}/login?${new URLSearchParams({ return_to: path })}`)
    expect(page.body).toContain(`/login/corp?${new URLSearchParams({ return_to: path })}`)
  },
)
