/** The credentials of one role and of several: as a page, and as a file for those without a script. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusalIn } from '../harness/html.ts'
import { formWith, HttpBrowser, type Navigation, type Page } from '../harness/http-browser.ts'
import { signIn } from '../harness/sign-in.ts'
import { startTestGateway, type TestGateway } from '../harness/test-gateway.ts'

const PRODUCTION = 'arn:aws:iam::111122223333:role/Developer'
const SANDBOX = 'arn:aws:iam::444455556666:role/Developer'
const MISSING = 'arn:aws:iam::444455556666:role/Missing'

let testGateway: TestGateway
let alice: HttpBrowser
let roles: Page
beforeAll(async () => {
  testGateway = await startTestGateway()
  alice = new HttpBrowser()
  roles = await signIn(alice, { gateway: testGateway.gateway, provider: 'corp', username: 'alice' })
})
afterAll(() => testGateway.close())

const take = (fields: Readonly<Record<string, string | readonly string[]>>, navigation: Navigation = {}) =>
  alice.submit(roles, formWith(roles, 'role'), fields, navigation)

/** The format whose tab is picked on the page. */
const shownFirst = ({ body }: Page): string | undefined =>
  /<input class="format-pick[^>]* value="([\w-]+)" checked>/.exec(body)?.[1]

describe('the page of one role', () => {
  it('the page of one role has the formats of every system, hidden until they are asked for', async () => {
    const page = await take({ role: PRODUCTION })
    const ids = [...page.body.matchAll(/name="format" id="format-([\w-]+)"/g)].map(([, id]) => id)
    expect(ids).toEqual([
      'cli',
      ...['env', 'fish', 'powershell', 'windows-cmd', 'nushell', 'env-no-export', 'docker', 'ini', 'process'],
      'values',
    ])
    expect(page.body).not.toMatch(/<details[^>]*\bopen/)
    expect(page.headers.get('cache-control')).toBe('no-store')
  })

  it('has the two lines that install and use the command line', async () => {
    const { body } = await take({ role: PRODUCTION })
    const { gateway } = testGateway
    expect(body).toContain(`<code>curl -fsSO ${gateway}/cli/fedgate.mjs</code>`)
    expect(body).toContain(
      `<code>node fedgate.mjs login --gateway ${gateway} &amp;&amp; node fedgate.mjs profiles</code>`,
    )
  })

  it('shows a shell first, or PowerShell where the browser runs on Windows', async () => {
    expect(shownFirst(await take({ role: PRODUCTION }))).toBe('env')
    const windows = { 'user-agent': 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36' }
    expect(shownFirst(await take({ role: PRODUCTION }, { headers: windows }))).toBe('powershell')
  })

  it.each([
    ['fish', 'fish'],
    ['values', 'values'],
    ['"><script>', 'env'],
  ])('after %s was looked at last shows %s', async (last, shown) => {
    const browser = new HttpBrowser()
    const page = await signIn(browser, { gateway: testGateway.gateway, provider: 'corp', username: 'alice' })
    browser.cookies.keep([`fedgate_format=${last}`], new URL(testGateway.gateway))
    expect(shownFirst(await browser.submit(page, formWith(page, 'role')))).toBe(shown)
  })
})

describe('a file', () => {
  it('comes as an attachment that no cache keeps, in the format that was asked for', async () => {
    const file = await take({ role: PRODUCTION, download: 'fish' })
    expect(file.headers.get('content-disposition')).toBe('attachment; filename=aws-credentials.fish')
    expect(file.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(file.headers.get('cache-control')).toBe('no-store')
    expect(file.body).toMatch(/^set -gx AWS_ACCESS_KEY_ID 'ASIA/)
  })

  it('the file of credentials has the profile under the name that the user gave it', async () => {
    const named = await take({ role: PRODUCTION, download: 'ini', profile: 'prod@work' })
    expect(named.body).toMatch(/^\[prod@work\]\n/)
    const unnamed = await take({ role: PRODUCTION, download: 'ini' })
    expect(unnamed.body).toMatch(/^\[Production-Developer\]\n/)
  })

  it('the file of credentials is refused under a name that would write into the file, before a role is assumed', async () => {
    const page = await take({
      role: 'arn:aws:iam::444455556666:role/Missing',
      download: 'ini',
      profile: 'a]\n[default',
    })
    expect(refusalIn(page.body)).toMatchObject({ status: 400, code: 'credentials.profile_invalid' })
  })

  it('a file of credentials that AWS refuses is a page that says so, and no file', async () => {
    const page = await take({ role: MISSING, download: 'ini' })
    expect(page.headers.get('content-disposition')).toBeNull()
    expect(refusalIn(page.body).code).toBe('role.not_granted')
  })
})

describe('several roles at once', () => {
  const accessKeys = (text: string): readonly string[] => text.match(/ASIA[A-Z2-7]{16}/g) ?? []

  it('several roles are profiles of one file, each with credentials of its own', async () => {
    const page = await take({ role: [PRODUCTION, SANDBOX] })
    expect(page.body).toContain('[Production-Developer]')
    expect(page.body).toContain('[Sandbox-Developer]')
    expect(new Set(accessKeys(page.body)).size).toBe(2)
  })

  it('several roles are assumed also where one of them is refused, which says why', async () => {
    const page = await take({ role: [PRODUCTION, MISSING] })
    expect(page.status).toBe(200)
    expect(page.body).toContain('[Production-Developer]')
    expect(page.body).toContain('<h1>Credentials for 1 of 2 roles</h1>')
    expect(page.body).toContain('You don’t have access to this role.')
  })

  it('several roles are a page without a file where all of them are refused', async () => {
    const page = await take({ role: [MISSING, `${MISSING}2`] })
    expect(page.body).toContain('No credentials were issued for these roles.')
    expect(accessKeys(page.body)).toEqual([])
  })

  it('several roles are one file to save', async () => {
    const file = await take({ role: [PRODUCTION, SANDBOX], download: 'ini' })
    expect(file.headers.get('content-disposition')).toBe('attachment; filename=credentials')
    expect(file.body.match(/^\[.*\]$/gm)).toEqual(['[Production-Developer]', '[Sandbox-Developer]'])
  })

  it('several roles are at most twenty', async () => {
    const page = await take({ role: Array.from({ length: 21 }, (_, n) => `${PRODUCTION}${n}`) })
    expect(refusalIn(page.body)).toMatchObject({ status: 400, code: 'role.too_many' })
  })
})

describe('the issued roles', () => {
  it('every issued role is in the audit log role by role, whichever way it was asked for', async () => {
    const bob = new HttpBrowser()
    const own = await startTestGateway()
    try {
      const page = await signIn(bob, { gateway: own.gateway, provider: 'corp', username: 'alice' })
      await bob.submit(page, formWith(page, 'role'), { role: [PRODUCTION, SANDBOX, MISSING] })
    } finally {
      const lines = (await own.close()).trimEnd().split('\n')
      const names = lines.map((line) => (JSON.parse(line) as { eventName: string }).eventName)
      expect(names.filter((name) => name.startsWith('exchange')).toSorted()).toEqual([
        'exchange',
        'exchange',
        'exchange.denied',
      ])
    }
  })
})
