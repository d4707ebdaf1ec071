/** When a session ends by itself: unused, at its lifetime, or when the identity provider says so. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { refusalIn } from '../harness/html.ts'
import { HttpBrowser } from '../harness/http-browser.ts'
import { FINISH, postAnswer, whoIs } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { answerOf, createTestIdp, type Says, type TestIdp } from '../harness/test-idp.ts'
import { holds } from '../held/holds.ts'

const START = new Date('2026-11-22T12:00:00Z')

let gateway: ReservedGateway
let idp: TestIdp
let time = START

const pass = (minutes: number): void => {
  time = new Date(time.getTime() + minutes * 60_000)
}

beforeAll(async () => {
  idp = await createTestIdp('corp')
  gateway = await startConfiguredGateway(
    await reserveGateway(),
    {
      session: { secret: 'only for tests, and long enough for them', idle: '30m', lifetime: '2h' },
      providers: [{ id: 'corp', protocol: 'saml', metadata: './corp.xml' }],
    },
    { files: { 'corp.xml': idp.metadata }, now: () => time },
  )
})
afterAll(() => gateway.close())
beforeEach(() => {
  time = START
})

const answer = (browser: HttpBrowser, more: Partial<Says> = {}) =>
  answerOf(idp, browser, gateway.url, 'corp', { subject: 'dora', attributes: {}, now: time, ...more })

const signedIn = async (more: Partial<Says> = {}): Promise<HttpBrowser> => {
  const browser = new HttpBrowser()
  await postAnswer(browser, await answer(browser, more))
  expect(await whoIs(browser, gateway.url)).toBe('dora')
  return browser
}

it('ends when it has not been used for its idle time', async () => {
  const browser = await signedIn()
  pass(31)
  expect(await whoIs(browser, gateway.url)).toBeUndefined()
})

it('goes on while it is used', async () => {
  const browser = await signedIn()
  for (const minutes of [20, 20, 20]) {
    pass(minutes)
    expect(await whoIs(browser, gateway.url)).toBe('dora')
  }
})

it('ends at its lifetime, however much it is used', async () => {
  const browser = await signedIn()
  for (const minutes of [25, 25, 25, 25]) {
    pass(minutes)
    await whoIs(browser, gateway.url)
  }
  pass(21)
  expect(await whoIs(browser, gateway.url)).toBeUndefined()
})

it('ends when the session at the identity provider does', holds('4.5'), async () => {
  const browser = await signedIn({ sessionNotOnOrAfter: new Date(START.getTime() + 10 * 60_000) })
  pass(9)
  expect(await whoIs(browser, gateway.url)).toBe('dora')
  pass(2)
  expect(await whoIs(browser, gateway.url)).toBeUndefined()
})

it('a session is not begun by an answer that has expired on its way', async () => {
  const browser = new HttpBrowser()
  const late = await answer(browser)
  pass(7)
  expect(refusalIn((await postAnswer(browser, late)).body).code).toMatch(/^saml\.(confirmation_)?expired$/)
})

it('a session is not begun by an answer to a sign-in that was started long ago', async () => {
  const browser = new HttpBrowser()
  const early = await answer(browser, { lifetimeSeconds: 3600 })
  pass(16)
  expect(refusalIn((await postAnswer(browser, early)).body).code).toBe('saml.request_unknown')
})

it('a session is not begun by a finish page that is opened long after', async () => {
  const browser = new HttpBrowser()
  const { location } = await postAnswer(browser, await answer(browser), { stopBefore: FINISH })
  pass(6)
  expect(refusalIn((await browser.open(location ?? '')).body)).toMatchObject({ status: 400, code: 'login.expired' })
})

it('a session is not begun again by a used answer, however late it comes', async () => {
  const browser = new HttpBrowser()
  const used = await answer(browser, { lifetimeSeconds: 600 })
  await postAnswer(browser, used)
  pass(10)
  expect(refusalIn((await postAnswer(browser, used)).body).code).toBe('saml.replayed')
})
