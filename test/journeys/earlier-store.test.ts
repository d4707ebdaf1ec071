/** An upgrade: the store that the release before wrote is read by this version, and nothing that was used is accepted again. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { callApi, refresh, type Tokens, tokensIn } from '../harness/command-line.ts'
import { DEVELOPER } from '../harness/command-line-gateway.ts'
import { refusalIn } from '../harness/html.ts'
import { HttpBrowser } from '../harness/http-browser.ts'
import { freePort } from '../harness/ports.ts'
import { postAnswer, type SamlAnswer, whoIs } from '../harness/sign-in.ts'
import { type ReservedGateway, startConfiguredGateway } from '../harness/test-gateway.ts'

interface Kept {
  readonly at: string
  readonly url: string
  readonly metadata: string
  readonly cookies: Readonly<Record<'alice' | 'bob', readonly string[]>>
  readonly used: SamlAnswer
  readonly unanswered: SamlAnswer
  readonly device: Tokens
}

const FIXTURES = join(import.meta.dirname, '../fixtures/store')

describe('a store of the release before', () => {
  let kept: Kept
  let state: string
  let gateway: ReservedGateway
  /** Where it listens; its baseUrl is that of the release, as signed messages name it. */
  let here: string

  beforeAll(async () => {
    kept = JSON.parse(await readFile(join(FIXTURES, 'kept.json'), 'utf8'))
    // A minute after the release has stopped, for all: the token server has no clock but the process's.
    vi.useFakeTimers({ toFake: ['Date'], now: new Date(kept.at).getTime() + 60_000 })
    state = await mkdtemp(join(tmpdir(), 'fedgate-earlier-'))
    await mkdir(join(state, 'store'), { mode: 0o700 })
    const data = gunzipSync(await readFile(join(FIXTURES, 'data.mdb.gz')))
    await writeFile(join(state, 'store/data.mdb'), data, { mode: 0o600 })
    const port = await freePort()
    here = `http://localhost:${port}`
    gateway = await startConfiguredGateway(
      kept.url,
      {
        listen: { host: '127.0.0.1', port },
        stateDir: state,
        session: { secret: 'only for tests, and long enough for them', store: 'file', idle: '30m', lifetime: '2h' },
        providers: [{ id: 'kept', protocol: 'saml', metadata: './kept.xml' }],
        access: [{ when: { provider: 'kept', groups: 'aws' }, roles: [DEVELOPER] }],
      },
      { files: { 'kept.xml': kept.metadata } },
    )
  }, 60_000)

  afterAll(async () => {
    vi.useRealTimers()
    await gateway?.close()
    await rm(state, { recursive: true })
  })

  const browserOf = (name: 'alice' | 'bob'): HttpBrowser => {
    const browser = new HttpBrowser()
    const lines = kept.cookies[name].map((cookie) => `${cookie}; Path=/; SameSite=Lax`)
    browser.cookies.keep(lines, new URL(here))
    return browser
  }

  const posted = ({ acs, ...answer }: SamlAnswer): SamlAnswer => ({ ...answer, acs: acs.replace(kept.url, here) })

  it('keeps who is signed in, with pins and activity', async () => {
    const browser = browserOf('alice')
    expect(await whoIs(browser, here)).toBe('alice')
    const roles = await browser.open(`${here}/roles`)
    expect(roles.body).toMatch(/name="pinned" value="no"/)
    const activity = await browser.open(`${here}/activity`)
    expect(activity.body).toMatch(/ASIA[A-Z0-9]{12}/)
    expect(activity.body).toContain('laptop')
  })

  it('refuses the response that was used before', async () => {
    const page = await postAnswer(new HttpBrowser(), posted(kept.used))
    expect(refusalIn(page.body).code).toBe('saml.replayed')
  })

  it('finishes the sign-in that was begun before', async () => {
    const browser = browserOf('bob')
    const page = await postAnswer(browser, posted(kept.unanswered), { stopBefore: /login\/finish/ })
    await browser.open((page.location ?? '').replace(kept.url, here), { stopBefore: /\/roles$/ })
    expect(await whoIs(browser, here)).toBe('bob')
  })

  it('renews the tokens of a device that was allowed before', async () => {
    const tokens = tokensIn(await refresh(here, kept.device))
    const { status, body } = await callApi(`${here}/api/session`, tokens)
    expect([status, body.subject]).toEqual([200, 'alice'])
  })
})
