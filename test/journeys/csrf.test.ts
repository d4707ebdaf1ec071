/** What changes something is done only for a page of the gateway, in the session that the page was made for. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusalIn } from '../harness/html.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { signIn, whoIs } from '../harness/sign-in.ts'
import { startTestGateway, type TestGateway } from '../harness/test-gateway.ts'
import { holds } from '../held/holds.ts'

let testGateway: TestGateway
beforeAll(async () => {
  testGateway = await startTestGateway()
})
afterAll(() => testGateway.close())

const ROLE = 'arn:aws:iam::111122223333:role/Developer'

const signedIn = async (username = 'alice') => {
  const browser = new HttpBrowser()
  const page = await signIn(browser, { gateway: testGateway.gateway, provider: 'corp', username })
  return { browser, page, token: formWith(page, 'csrf').fields.csrf ?? '' }
}

const paths = ['/roles/credentials', '/roles/console', '/logout']

/** Refused as a refusal of ours, without credentials, a redirect or the end of the session. */
const expectRefused = async (browser: HttpBrowser, page: Page, code: string): Promise<void> => {
  expect(page.status).toBe(403)
  expect(refusalIn(page.body).code).toBe(code)
  expect(page.body).not.toContain('ASIA')
  expect(await whoIs(browser, testGateway.gateway)).toBe('alice')
}

describe.each(paths)('POST %s', holds('8'), (path) => {
  const send = (
    browser: HttpBrowser,
    fields: Record<string, string>,
    headers = {},
    from = `${testGateway.gateway}/roles`,
  ) => browser.post(`${testGateway.gateway}${path}`, { role: ROLE, duration: '3600', ...fields }, { from, headers })

  it('the POST is refused without a token', async () => {
    const { browser } = await signedIn()
    await expectRefused(browser, await send(browser, {}), 'http.csrf')
  })

  it.each(['', 'wrong', '0'.repeat(43)])('the POST is refused with the token "%s"', async (csrf) => {
    const { browser } = await signedIn()
    await expectRefused(browser, await send(browser, { csrf }), 'http.csrf')
  })

  it("the POST is refused with another session's token", async () => {
    const { browser } = await signedIn()
    const { token: csrf } = await signedIn('bob')
    await expectRefused(browser, await send(browser, { csrf }), 'http.csrf')
  })

  it('the POST is refused with the token of the same user before a new sign-in', async () => {
    const { browser, token: csrf } = await signedIn()
    await signIn(browser, { gateway: testGateway.gateway, provider: 'corp', username: 'alice' })
    await expectRefused(browser, await send(browser, { csrf }), 'http.csrf')
  })

  it('the POST is refused with two tokens', async () => {
    const { browser, token } = await signedIn()
    const cookie = `fedgate_session=${browser.cookies.value('fedgate_session')}`
    const body = `role=${encodeURIComponent(ROLE)}&csrf=${token}&csrf=${token}`
    const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await fetch(`${testGateway.gateway}${path}`, { method: 'POST', headers, body, redirect: 'manual' })
    expect(answer.status).toBe(403)
  })

  it.each(['text/plain', 'application/json', 'multipart/form-data; boundary=x'])(
    'the POST is refused as %s, the token in it or not',
    async (type) => {
      const { browser, token: csrf } = await signedIn()
      await expectRefused(browser, await send(browser, { csrf }, { 'content-type': type }), 'http.csrf')
    },
  )

  it.each(['null', 'http://evil.example', 'http://127.0.0.1', 'https://localhost'])(
    'the POST is refused from the origin %s, with the right token',
    async (origin) => {
      const { browser, token: csrf } = await signedIn()
      await expectRefused(browser, await send(browser, { csrf }, { origin }), 'http.cross_site')
    },
  )

  it('the POST is refused from another port of the same host, with the right token', async () => {
    const { browser, token: csrf } = await signedIn()
    await expectRefused(
      browser,
      await send(browser, { csrf }, {}, `${testGateway.localAws}/console`),
      'http.cross_site',
    )
  })

  it.each(['cross-site', 'same-site', 'none', 'nonsense'])(
    'the POST is refused where the browser says Sec-Fetch-Site: %s, with the right token',
    async (site) => {
      const { browser, token: csrf } = await signedIn()
      await expectRefused(browser, await send(browser, { csrf }, { 'sec-fetch-site': site }), 'http.cross_site')
    },
  )

  it('the action is not available by GET', async () => {
    const { browser } = await signedIn()
    await browser.open(`${testGateway.gateway}${path}?role=${encodeURIComponent(ROLE)}&duration=3600`)
    expect(await whoIs(browser, testGateway.gateway)).toBe('alice')
  })
})

it('accepts a form from an older browser, which sends no origin', async () => {
  const { browser, token } = await signedIn()
  const answer = await fetch(`${testGateway.gateway}/roles/credentials`, {
    method: 'POST',
    headers: { cookie: `fedgate_session=${browser.cookies.value('fedgate_session')}` },
    body: new URLSearchParams({ csrf: token, role: ROLE }),
  })
  expect(answer.status).toBe(200)
})

it('asks for a sign-in where a form is posted without a session', async () => {
  const page = await new HttpBrowser().post(
    `${testGateway.gateway}/roles/credentials`,
    { role: ROLE },
    { from: testGateway.gateway },
  )
  expect(refusalIn(page.body)).toMatchObject({ status: 401, code: 'session.required' })
})

describe('the audit log', () => {
  it('the audit log has the refusal, and does not trust what a client says about the origin of a form', async () => {
    const origin = 'http://x\u009b2J\u0085 everything is fine'
    await new HttpBrowser().post(
      `${testGateway.gateway}/roles/pin`,
      {},
      { from: `${testGateway.gateway}/roles`, headers: { origin } },
    )
    const lines = (await readFile(join(testGateway.folder, 'audit.jsonl'), 'utf8')).split('\n')
    expect(lines.filter((line) => line.includes('everything is fine'))).toEqual([
      expect.stringMatching(/^\P{Cc}+"http\.cross_site"\P{Cc}+$/u),
    ])
    expect(testGateway.log.filter((line) => line.includes('everything is fine'))).toEqual([])
  })
})
