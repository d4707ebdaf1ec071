/** Operators see who is signed in, and take access back: from one session, or from a user. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CommandLineGateway, startCommandLineGateway } from '../harness/command-line-gateway.ts'
import { refusalIn } from '../harness/html.ts'
import type { HttpBrowser, Page } from '../harness/http-browser.ts'
import { whoIs } from '../harness/sign-in.ts'

let gateway: CommandLineGateway
beforeAll(async () => {
  gateway = await startCommandLineGateway({
    operators: [{ when: { provider: 'corp', displayName: 'olga' } }],
  })
})
afterAll(() => gateway.close())

const list = (browser: HttpBrowser, query = ''): Promise<Page> =>
  browser.open(`${gateway.url}/status/sessions${query === '' ? '' : `?q=${query}`}`)

/** The forms that end the sessions that a page lists, in its order. */
const endings = (page: Page) => page.forms.filter(({ fields }) => 'handle' in fields)

const endFirst = async (browser: HttpBrowser, query: string, more: Readonly<Record<string, string>> = {}) => {
  const page = await list(browser, query)
  const [form] = endings(page)
  if (!form) throw new Error(`no session of ${query}`)
  return browser.submit(page, form, more)
}

describe('the page of active sessions', () => {
  it('the page of active sessions lists who is signed in, and finds them by name', async () => {
    const operator = await gateway.signIn('olga')
    await gateway.signIn('anna')
    const all = await list(operator)
    expect(all.status).toBe(200)
    expect(all.body).toMatch(/<bdi>olga<\/bdi> <strong class="here">/)
    expect(all.body).toContain('<bdi>anna</bdi>')
    const found = await list(operator, 'ANN')
    expect(found.body).toContain('<bdi>anna</bdi>')
    expect(found.body).not.toMatch(/<th scope="row"[^>]*><bdi>olga/)
  })

  it('the page of active sessions is for operators only, to see and to end', async () => {
    const user = await gateway.signIn('anna')
    expect(refusalIn((await list(user)).body)).toMatchObject({ status: 403, code: 'operator.required' })
    const own = await user.open(`${gateway.url}/roles`)
    const csrf = own.forms.find(({ fields }) => fields.csrf)?.fields.csrf ?? ''
    const posted = await user.post(`${gateway.url}/status/sessions`, { csrf, handle: 'any' }, { from: own.url })
    expect(refusalIn(posted.body)).toMatchObject({ status: 403, code: 'operator.required' })
  })

  it('a session that an operator ends is over, and the others of that user go on', async () => {
    const operator = await gateway.signIn('olga')
    const first = await gateway.signIn('bert')
    const second = await gateway.signIn('bert')
    const page = await endFirst(operator, 'bert')
    expect(page.url).toBe(`${gateway.url}/status/sessions?q=bert`)
    const left = [await whoIs(first, gateway.url), await whoIs(second, gateway.url)].filter((who) => who !== undefined)
    expect(left).toEqual(['bert'])
    const line = gateway.audit().findLast(({ eventName }) => eventName === 'logout')
    expect(line).toMatchObject({
      subject: 'bert',
      reason: 'operator',
      endedBy: { provider: 'corp', subject: 'olga' },
    })
  })

  it('all sessions of a user end at once, and are recorded with the operator', async () => {
    const operator = await gateway.signIn('olga')
    const browsers = [await gateway.signIn('carl'), await gateway.signIn('carl')]
    const page = await endFirst(operator, 'carl', { everywhere: 'yes' })
    expect(endings(page)).toEqual([])
    for (const browser of browsers) expect(await whoIs(browser, gateway.url)).toBeUndefined()
    expect(gateway.audit().findLast(({ eventName }) => eventName === 'access.revoked')).toMatchObject({
      provider: 'corp',
      subject: 'carl',
      sessions: 2,
      devices: 0,
      revokedBy: { provider: 'corp', subject: 'olga' },
    })
    expect(await whoIs(await gateway.signIn('carl'), gateway.url)).toBe('carl')
  })

  it('a session cannot be ended without the token of the page, nor twice', async () => {
    const operator = await gateway.signIn('olga')
    const user = await gateway.signIn('dora')
    expect(refusalIn((await endFirst(operator, 'dora', { csrf: 'guessed' })).body)).toMatchObject({ code: 'http.csrf' })
    expect(await whoIs(user, gateway.url)).toBe('dora')
    const page = await list(operator, 'dora')
    const [form] = endings(page)
    if (!form) throw new Error('no session of dora')
    await operator.submit(page, form)
    expect(refusalIn((await operator.submit(page, form)).body)).toMatchObject({ status: 404, code: 'session.ended' })
  })
})
