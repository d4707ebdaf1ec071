/** Signing out ends the session on the server, whatever the browser keeps. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { formWith, HttpBrowser } from '../harness/http-browser.ts'
import { signIn, whoIs } from '../harness/sign-in.ts'
import { startTestGateway, type TestGateway } from '../harness/test-gateway.ts'

let testGateway: TestGateway
beforeAll(async () => {
  testGateway = await startTestGateway()
})
afterAll(() => testGateway.close())

const signedIn = async () => {
  const browser = new HttpBrowser()
  const page = await signIn(browser, { gateway: testGateway.gateway, provider: 'corp', username: 'alice' })
  return { browser, page }
}

const headerOf = (browser: HttpBrowser): string => `fedgate_session=${browser.cookies.value('fedgate_session')}`

it('asks first, then ends the session and says so', async () => {
  const { browser } = await signedIn()
  const question = await browser.open(`${testGateway.gateway}/logout`)
  expect(question.body).toContain('Sign out?')
  expect(await whoIs(browser, testGateway.gateway)).toBe('alice')
  const page = await browser.submit(question, formWith(question, 'csrf'))
  expect(page.body).toContain('You are signed out')
  expect(await whoIs(browser, testGateway.gateway)).toBeUndefined()
})

const signOut = async (browser: HttpBrowser) => {
  const question = await browser.open(`${testGateway.gateway}/logout`)
  return browser.submit(question, formWith(question, 'csrf'))
}

it('takes the cookie from the browser, and makes a copy of it worthless', async () => {
  const { browser } = await signedIn()
  const copy = headerOf(browser)
  await signOut(browser)
  expect(browser.cookies.value('fedgate_session')).toBeUndefined()
  const answer = await fetch(`${testGateway.gateway}/api/session`, { headers: { cookie: copy } })
  expect(answer.status).toBe(401)
})

it('starts nothing by itself: the page offers to sign in again', async () => {
  const { browser } = await signedIn()
  const page = await signOut(browser)
  expect(page.url).toBe(`${testGateway.gateway}/logout`)
  expect(page.body).toMatch(/href="\/login"[^>]*>Sign in again</)
})

it('ends in the header of every page as well', async () => {
  const { browser, page } = await signedIn()
  const form = page.forms.find(({ action }) => action.endsWith('/logout'))
  if (!form) throw new Error('the header has no sign-out')
  expect((await browser.submit(page, form)).body).toContain('You are signed out')
})

it('a sign-out is harmless a second time, from a page that is still open', async () => {
  const { browser, page } = await signedIn()
  const form = page.forms.find(({ action }) => action.endsWith('/logout'))
  if (!form) throw new Error('the header has no sign-out')
  await browser.submit(page, form)
  const again = await browser.submit(page, form)
  expect(again.status).toBe(200)
  expect(again.body).toContain('You are signed out')
})

it('ends one session and not that of another browser of the same user', async () => {
  const [first, second] = [await signedIn(), await signedIn()]
  await signOut(first.browser)
  expect(await whoIs(second.browser, testGateway.gateway)).toBe('alice')
})

it('a sign-out does nothing on GET', async () => {
  const { browser } = await signedIn()
  await browser.open(`${testGateway.gateway}/logout`)
  expect(await whoIs(browser, testGateway.gateway)).toBe('alice')
})
