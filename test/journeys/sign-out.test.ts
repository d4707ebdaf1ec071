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
  const visitor = new HttpBrowser()
  const page = await signIn(visitor, { gateway: testGateway.gateway, provider: 'corp', username: 'alice' })
  return { visitor, page }
}

const headerOf = (visitor: HttpBrowser): string => `fedgate_session=${visitor.cookies.value('fedgate_session')}`

it('asks first, then ends the session and says so', async () => {
  const { visitor } = await signedIn()
  const question = await visitor.open(`${testGateway.gateway}/logout`)
  expect(question.body).toContain('Sign out?')
  expect(await whoIs(visitor, testGateway.gateway)).toBe('alice')
  const page = await visitor.submit(question, formWith(question, 'csrf'))
  expect(page.body).toContain('You are signed out')
  expect(await whoIs(visitor, testGateway.gateway)).toBeUndefined()
})

const signOut = async (visitor: HttpBrowser) => {
  const question = await visitor.open(`${testGateway.gateway}/logout`)
  return visitor.submit(question, formWith(question, 'csrf'))
}

it('takes the cookie from the browser, and makes a copy of it worthless', async () => {
  const { visitor } = await signedIn()
  const copy = headerOf(visitor)
  await signOut(visitor)
  expect(visitor.cookies.value('fedgate_session')).toBeUndefined()
  const answer = await fetch(`${testGateway.gateway}/api/session`, { headers: { cookie: copy } })
  expect(answer.status).toBe(401)
})

it('starts nothing by itself: the page offers to sign in again', async () => {
  const { visitor } = await signedIn()
  const page = await signOut(visitor)
  expect(page.url).toBe(`${testGateway.gateway}/logout`)
  expect(page.body).toMatch(/href="\/login"[^>]*>Sign in again</)
})

it('ends in the header of every page as well', async () => {
  const { visitor, page } = await signedIn()
  const form = page.forms.find(({ action }) => action.endsWith('/logout'))
  if (!form) throw new Error('the header has no sign-out')
  expect((await visitor.submit(page, form)).body).toContain('You are signed out')
})

it('is harmless a second time, from a page that is still open', async () => {
  const { visitor, page } = await signedIn()
  const form = page.forms.find(({ action }) => action.endsWith('/logout'))
  if (!form) throw new Error('the header has no sign-out')
  await visitor.submit(page, form)
  const again = await visitor.submit(page, form)
  expect(again.status).toBe(200)
  expect(again.body).toContain('You are signed out')
})

it('ends one session and not that of another browser of the same person', async () => {
  const [first, second] = [await signedIn(), await signedIn()]
  await signOut(first.visitor)
  expect(await whoIs(second.visitor, testGateway.gateway)).toBe('alice')
})

it('does nothing on GET', async () => {
  const { visitor } = await signedIn()
  await visitor.open(`${testGateway.gateway}/logout`)
  expect(await whoIs(visitor, testGateway.gateway)).toBe('alice')
})
