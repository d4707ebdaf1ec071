/** What the pages know of a user: pins, what was taken recently and for how long, activity, and where they are signed in. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { zoneAtHour } from '../harness/clock.ts'
import { refusalIn, unescapeMarkup } from '../harness/html.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { signIn, whoIs } from '../harness/sign-in.ts'
import { startTestGateway, type TestGateway } from '../harness/test-gateway.ts'

const PRODUCTION = 'arn:aws:iam::111122223333:role/Developer'
const SANDBOX = 'arn:aws:iam::444455556666:role/Developer'

let testGateway: TestGateway
beforeAll(async () => {
  testGateway = await startTestGateway()
})
afterAll(() => testGateway.close())

const signedIn = async (
  username = 'alice',
  browser = new HttpBrowser(),
): Promise<{ browser: HttpBrowser; page: Page }> => {
  const page = await signIn(browser, { gateway: testGateway.gateway, provider: 'corp', username })
  return { browser, page }
}

const roles = (browser: HttpBrowser): Promise<Page> => browser.open(`${testGateway.gateway}/roles`)

const pin = async (browser: HttpBrowser, role: string, pinned: 'yes' | 'no', fields: Record<string, string> = {}) => {
  const page = await roles(browser)
  const form = { ...formWith(page, 'role', role), action: `${testGateway.gateway}/roles/pin` }
  return browser.submit(page, form, { pinned, ...fields })
}

const pinnedOn = ({ body }: Page): number => body.split('aria-label="Unpin ').length - 1

describe('a pin', () => {
  it('a pin is there in every browser of the user, and in no other user’s, and can be removed', async () => {
    const { browser } = await signedIn()
    const back = await pin(browser, SANDBOX, 'yes')
    expect(back.url).toBe(`${testGateway.gateway}/roles`)
    expect(back.body).toContain('aria-label="Unpin Developer in Sandbox"')
    expect(back.body).toContain('aria-label="Pin Developer in Production"')
    expect(pinnedOn((await signedIn()).page)).toBe(1)
    expect(pinnedOn((await signedIn('bob')).page)).toBe(0)
    expect(pinnedOn(await pin(browser, SANDBOX, 'no'))).toBe(0)
  })

  it('leads back to where it was set', async () => {
    const { browser } = await signedIn()
    const back = await pin(browser, SANDBOX, 'yes', { return_to: '/roles?q=sandbox' })
    expect(back.url).toBe(`${testGateway.gateway}/roles?q=sandbox`)
  })

  it('leads to no other site', async () => {
    const { browser } = await signedIn()
    const refused = await pin(browser, SANDBOX, 'yes', { return_to: 'https://evil.example/' })
    expect(refusalIn(refused.body).code).toBe('login.return_to_refused')
  })

  it('answers a script with nothing to show', async () => {
    const { browser, page } = await signedIn()
    const fields = { ...formWith(page, 'role', SANDBOX).fields, pinned: 'yes' }
    const headers = { accept: 'application/json' }
    const answer = await browser.post(`${testGateway.gateway}/roles/pin`, fields, { from: page.url, headers })
    expect([answer.status, answer.body]).toEqual([204, ''])
  })

  it('a pin on a role that is not granted is refused', async () => {
    const { browser, page } = await signedIn()
    const form = { ...formWith(page, 'role', SANDBOX), action: `${testGateway.gateway}/roles/pin` }
    const role = 'arn:aws:iam::111122223333:role/Administrator'
    expect(refusalIn((await browser.submit(page, form, { role })).body).code).toBe('role.not_granted')
  })

  it('needs the token of the page', async () => {
    const { browser, page } = await signedIn()
    const answer = await browser.post(`${testGateway.gateway}/roles/pin`, { role: SANDBOX }, { from: page.url })
    expect(refusalIn(answer.body).code).toBe('http.csrf')
  })
})

describe('a duration', () => {
  const selectedFor = (page: Page, role: string): string | undefined => formWith(page, 'role', role).fields.duration

  it('a duration is offered again for the role it was chosen for, and for no other', async () => {
    const { browser, page } = await signedIn()
    await browser.submit(page, formWith(page, 'role', SANDBOX), { duration: '7200' })
    const again = (await signedIn()).page
    expect(selectedFor(again, SANDBOX)).toBe('2h')
    expect(selectedFor(again, PRODUCTION)).toBe('1h')
  })

  it('until a time of day is by the clock that the browser tells, and of no use without one', async () => {
    const { browser, page } = await signedIn()
    const refused = await browser.submit(page, formWith(page, 'role', PRODUCTION), { duration: 'until 18:00' })
    expect(refusalIn(refused.body).code).toBe('role.duration_invalid')
    // Somewhere it is between two and three hours before six o'clock.
    const now = new Date()
    browser.cookies.keep([`fedgate_zone=${encodeURIComponent(zoneAtHour(15))}; Path=/`], new URL(testGateway.gateway))
    const offered = await roles(browser)
    expect(offered.body).toContain('<option>until 18:00')
    const taken = await browser.submit(offered, formWith(offered, 'role', PRODUCTION), { duration: 'until 18:00' })
    const expires = /<dt>Expires<\/dt><dd><time datetime="([^"]*)"/.exec(taken.body)?.[1] ?? ''
    const end = Math.ceil(now.getTime() / 3_600_000) * 3_600_000 + 2 * 3_600_000
    expect(Math.abs(Date.parse(expires) - end)).toBeLessThan(10_000)
  })
})

describe('my activity', () => {
  it('my activity has the sign-in, and assumed roles with a ready query for CloudTrail', async () => {
    const { browser, page } = await signedIn('bob')
    const taken = await browser.submit(page, formWith(page, 'role'), {})
    const accessKeyId = /ASIA[A-Z2-7]{16}/.exec(taken.body)?.[0] ?? ''
    const { body } = await browser.open(`${testGateway.gateway}/activity`)
    expect(body).toContain('Signed in')
    expect(body).toContain(`<dt>Access key id</dt><dd><code>${accessKeyId}</code>`)
    expect(body).toContain('bob@example.com')
    expect(unescapeMarkup(body)).toContain(
      `aws cloudtrail lookup-events --region eu-west-1 --lookup-attributes AttributeKey=AccessKeyId,AttributeValue=${accessKeyId}`,
    )
  })

  it('my activity has time and address of each', async () => {
    const { browser, page } = await signedIn('bob')
    await browser.submit(page, formWith(page, 'role'), {})
    const { body } = await browser.open(`${testGateway.gateway}/activity`)
    const list = /<ol class="activities">.*<\/ol>/s.exec(body)?.[0] ?? ''
    const entries = list.match(/<li class="activity.*?<\/li>/gs) ?? []
    expect(entries.length).toBeGreaterThanOrEqual(2)
    for (const entry of entries) {
      expect(entry).toMatch(/<time datetime="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ" data-local>/)
      expect(entry).toMatch(/<code>(?:::ffff:)?127\.0\.0\.1<\/code>|<code>::1<\/code>/)
    }
    const [, logins = ''] = body.split('<h2 id="signed-in">')
    expect(logins.split('<h2')[0]).toMatch(/data-label="[^"]*"><code>(?:(?:::ffff:)?127\.0\.0\.1|::1)<\/code>/)
  })

  it('my activity has the console as one thing, with the page it opened at', async () => {
    const { browser, page } = await signedIn('bob')
    const before = (await browser.open(`${testGateway.gateway}/activity`)).body.split('<dt>Access key id</dt>').length
    const form = { ...formWith(page, 'role'), action: `${testGateway.gateway}/roles/console` }
    await browser.submit(page, form, { destination: 's3' }, { stopBefore: /\/federation\?/ })
    const { body } = await browser.open(`${testGateway.gateway}/activity`)
    expect(body.split('<dt>Access key id</dt>')).toHaveLength(before + 1)
    expect(body).toContain('https://console.aws.amazon.com/s3/home?region=eu-west-1')
  })

  it('my activity has what was refused, with the code and the reference of the error page', async () => {
    const { browser, page } = await signedIn('bob')
    const role = 'arn:aws:iam::111122223333:role/Nothing'
    const refused = refusalIn((await browser.submit(page, formWith(page, 'role'), { role })).body)
    const { body } = await browser.open(`${testGateway.gateway}/activity`)
    expect(body).toContain(`<code>${refused.code}</code>`)
    expect(body).toContain(refused.reference)
  })

  it('my activity is not shown to others', async () => {
    const { browser } = await signedIn('carol')
    const { body } = await browser.open(`${testGateway.gateway}/activity`)
    expect(body).toContain('Signed in')
    expect(body).not.toContain('Access key id')
  })

  it('says in which browsers the user is signed in, and which is this one', async () => {
    const browser = new HttpBrowser()
    const page = await signIn(
      browser,
      { gateway: testGateway.gateway, provider: 'corp', username: 'carol' },
      {
        headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' },
      },
    )
    const { body } = await browser.open(new URL('/activity', page.url).href)
    expect(body).toContain('<bdi>Firefox on Linux</bdi> <strong class="here">this browser</strong>')
    expect(body.split('this browser')).toHaveLength(2)
  })

  it('my activity requires a sign-in', async () => {
    expect((await new HttpBrowser().open(`${testGateway.gateway}/activity`)).url).toContain(
      '/login?return_to=%2Factivity',
    )
  })
})

describe('signing out everywhere', () => {
  it('ends the user’s logins in every browser, and no other user’s', async () => {
    const [one, other, bob] = [await signedIn(), await signedIn(), await signedIn('bob')]
    const page = await one.browser.open(`${testGateway.gateway}/activity`)
    const out = await one.browser.submit(page, formWith(page, 'everywhere'))
    expect(out.url).toContain('/logout')
    expect(await whoIs(one.browser, testGateway.gateway)).toBeUndefined()
    expect(await whoIs(other.browser, testGateway.gateway)).toBeUndefined()
    expect(await whoIs(bob.browser, testGateway.gateway)).toBe('bob')
  })

  it('leaves the way back in open', async () => {
    const { browser } = await signedIn()
    const page = await browser.open(`${testGateway.gateway}/activity`)
    await browser.submit(page, formWith(page, 'everywhere'))
    expect(await whoIs((await signedIn('alice', browser)).browser, testGateway.gateway)).toBe('alice')
  })

  it('signing out everywhere is not what signing out does', async () => {
    const [one, other] = [await signedIn('carol'), await signedIn('carol')]
    await one.browser.submit(one.page, formWith(one.page, 'csrf'))
    expect(await whoIs(one.browser, testGateway.gateway)).toBeUndefined()
    expect(await whoIs(other.browser, testGateway.gateway)).toBe('carol')
  })
})

describe('the chooser', () => {
  const order = (page: Page): readonly string[] =>
    [...page.body.matchAll(/class="choice-label">([^<]*)</g)].map(([, label]) => label ?? '')

  it('the chooser has the provider first that this browser used last, and says so', async () => {
    const browser = new HttpBrowser()
    expect(order(await browser.open(`${testGateway.gateway}/login`))).toEqual(['Example Corp', 'Example ID'])
    await browser.open(`${testGateway.gateway}/login/openid`, { stopBefore: /.*/ })
    const page = await browser.open(`${testGateway.gateway}/login`)
    expect(order(page)).toEqual(['Example ID', 'Example Corp'])
    expect(page.body.split('used last')).toHaveLength(2)
  })
})
