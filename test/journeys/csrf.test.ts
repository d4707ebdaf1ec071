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
  const visitor = new HttpBrowser()
  const page = await signIn(visitor, { gateway: testGateway.gateway, provider: 'corp', username })
  return { visitor, page, token: formWith(page, 'csrf').fields.csrf ?? '' }
}

const paths = ['/roles/credentials', '/roles/console', '/logout']

/** Refused as a refusal of ours, without credentials, a redirect or the end of the session. */
const expectRefused = async (visitor: HttpBrowser, page: Page, code: string): Promise<void> => {
  expect(page.status).toBe(403)
  expect(refusalIn(page.body).code).toBe(code)
  expect(page.body).not.toContain('ASIA')
  expect(await whoIs(visitor, testGateway.gateway)).toBe('alice')
}

describe.each(paths)('POST %s', holds('8'), (path) => {
  const send = (
    visitor: HttpBrowser,
    fields: Record<string, string>,
    headers = {},
    from = `${testGateway.gateway}/roles`,
  ) => visitor.post(`${testGateway.gateway}${path}`, { role: ROLE, duration: '3600', ...fields }, { from, headers })

  it('is refused without a token', async () => {
    const { visitor } = await signedIn()
    await expectRefused(visitor, await send(visitor, {}), 'http.csrf')
  })

  it.each(['', 'wrong', '0'.repeat(43)])('is refused with the token "%s"', async (csrf) => {
    const { visitor } = await signedIn()
    await expectRefused(visitor, await send(visitor, { csrf }), 'http.csrf')
  })

  it("is refused with another session's token", async () => {
    const { visitor } = await signedIn()
    const { token: csrf } = await signedIn('bob')
    await expectRefused(visitor, await send(visitor, { csrf }), 'http.csrf')
  })

  it('is refused with the token of the same person before a new sign-in', async () => {
    const { visitor, token: csrf } = await signedIn()
    await signIn(visitor, { gateway: testGateway.gateway, provider: 'corp', username: 'alice' })
    await expectRefused(visitor, await send(visitor, { csrf }), 'http.csrf')
  })

  it('is refused with two tokens', async () => {
    const { visitor, token } = await signedIn()
    const cookie = `fedgate_session=${visitor.cookies.value('fedgate_session')}`
    const body = `role=${encodeURIComponent(ROLE)}&csrf=${token}&csrf=${token}`
    const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await fetch(`${testGateway.gateway}${path}`, { method: 'POST', headers, body, redirect: 'manual' })
    expect(answer.status).toBe(403)
  })

  it.each(['text/plain', 'application/json', 'multipart/form-data; boundary=x'])(
    'is refused as %s, the token in it or not',
    async (type) => {
      const { visitor, token: csrf } = await signedIn()
      await expectRefused(visitor, await send(visitor, { csrf }, { 'content-type': type }), 'http.csrf')
    },
  )

  it.each(['null', 'http://evil.example', 'http://127.0.0.1', 'https://localhost'])(
    'is refused from the origin %s, with the right token',
    async (origin) => {
      const { visitor, token: csrf } = await signedIn()
      await expectRefused(visitor, await send(visitor, { csrf }, { origin }), 'http.cross_site')
    },
  )

  it('is refused from another port of the same host, with the right token', async () => {
    const { visitor, token: csrf } = await signedIn()
    await expectRefused(
      visitor,
      await send(visitor, { csrf }, {}, `${testGateway.localAws}/console`),
      'http.cross_site',
    )
  })

  it.each(['cross-site', 'same-site', 'none', 'nonsense'])(
    'is refused where the browser says Sec-Fetch-Site: %s, with the right token',
    async (site) => {
      const { visitor, token: csrf } = await signedIn()
      await expectRefused(visitor, await send(visitor, { csrf }, { 'sec-fetch-site': site }), 'http.cross_site')
    },
  )

  it('is not there by GET', async () => {
    const { visitor } = await signedIn()
    await visitor.open(`${testGateway.gateway}${path}?role=${encodeURIComponent(ROLE)}&duration=3600`)
    expect(await whoIs(visitor, testGateway.gateway)).toBe('alice')
  })
})

it('takes a form from an older browser, which says nothing of where it comes from', async () => {
  const { visitor, token } = await signedIn()
  const answer = await fetch(`${testGateway.gateway}/roles/credentials`, {
    method: 'POST',
    headers: { cookie: `fedgate_session=${visitor.cookies.value('fedgate_session')}` },
    body: new URLSearchParams({ csrf: token, role: ROLE }),
  })
  expect(answer.status).toBe(200)
})

it('asks whoever posts without a session to sign in', async () => {
  const page = await new HttpBrowser().post(
    `${testGateway.gateway}/roles/credentials`,
    { role: ROLE },
    { from: testGateway.gateway },
  )
  expect(refusalIn(page.body)).toMatchObject({ status: 401, code: 'session.required' })
})

describe('the audit log', () => {
  it('has the refusal, and is steered by nobody who says where a form comes from', async () => {
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
