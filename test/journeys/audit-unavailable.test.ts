/** What cannot be recorded does not happen: no session, no credentials, no way to the console; and then all goes on. */
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusalIn } from '../harness/html.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { FINISH, postAnswer, whoIs } from '../harness/sign-in.ts'
import {
  type AuditLine,
  auditLines,
  type Keys,
  type ReservedGateway,
  reserveGateway,
  startConfiguredGateway,
} from '../harness/test-gateway.ts'
import { answerOf, createTestIdp, type TestIdp } from '../harness/test-idp.ts'
import { holds } from '../held/holds.ts'

const ROLE = 'arn:aws:iam::111122223333:role/Developer'

let idp: TestIdp
let folder: string

beforeAll(async () => {
  idp = await createTestIdp('corp')
  folder = await mkdtemp(join(tmpdir(), 'fedgate-audit-'))
})
afterAll(() => rm(folder, { recursive: true }))

const start = async (audit: Keys): Promise<ReservedGateway> =>
  startConfiguredGateway(
    await reserveGateway(),
    {
      providers: [{ id: 'corp', protocol: 'saml', metadata: './corp.xml' }],
      access: [{ when: { provider: 'corp', groups: 'dev' }, roles: [ROLE] }],
      audit,
    },
    { files: { 'corp.xml': idp.metadata } },
  )

const answer = (browser: HttpBrowser, { url }: ReservedGateway) =>
  answerOf(idp, browser, url, 'corp', { subject: 'alice', attributes: { groups: ['dev'] } })

const signIn = async (browser: HttpBrowser, gateway: ReservedGateway): Promise<Page> =>
  postAnswer(browser, await answer(browser, gateway))

const unavailable = { status: 503, code: 'audit.unavailable' }

const readyz = async ({ url }: ReservedGateway): Promise<{ readonly status: number; readonly audit: string }> => {
  const response = await fetch(`${url}/readyz`)
  return { status: response.status, audit: ((await response.json()) as { audit: string }).audit }
}

/** Until the gateway has seen by itself that it can write again, or the test's time is up. */
const untilReady = async (gateway: ReservedGateway): Promise<void> => {
  while ((await readyz(gateway)).status !== 200) await new Promise((resolve) => setTimeout(resolve, 50))
}

describe('a full disk from the start', holds('10.2'), () => {
  let gateway: ReservedGateway
  beforeAll(async () => {
    gateway = await start({ file: '/dev/full' })
  })
  afterAll(() => gateway.close())

  it('lets no user sign in', async () => {
    const browser = new HttpBrowser()
    expect(refusalIn((await signIn(browser, gateway)).body)).toMatchObject(unavailable)
    expect(await whoIs(browser, gateway.url)).toBeUndefined()
  })

  it('makes the gateway unready, and the operator’s log says why, once', async () => {
    await signIn(new HttpBrowser(), gateway)
    expect(await readyz(gateway)).toEqual({ status: 503, audit: 'failing' })
    const told = gateway.log.filter((line) => line.includes('audit log'))
    expect(told).toEqual([expect.stringMatching(/\/dev\/full cannot be written: ENOSPC/)])
  })
})

describe('a log that is not required', () => {
  let gateway: ReservedGateway
  beforeAll(async () => {
    gateway = await start({ file: '/dev/full', required: false })
  })
  afterAll(() => gateway.close())

  it('a log that is not required is said to be so at the start', () => {
    expect(gateway.log.join('\n')).toMatch(/audit\.required is false/)
  })

  it('lets users go on while it cannot be written', async () => {
    const browser = new HttpBrowser()
    const page = await signIn(browser, gateway)
    expect((await browser.submit(page, formWith(page, 'role'))).body).toMatch(/ASIA[A-Z2-7]{16}/)
    expect(await readyz(gateway)).toEqual({ status: 200, audit: 'failing' })
  })
})

describe('a log whose folder goes away and comes back', holds('10.2'), () => {
  let gateway: ReservedGateway
  let logs: string
  const file = () => join(logs, 'audit.jsonl')
  const lines = async (): Promise<readonly AuditLine[]> => auditLines(await readFile(file(), 'utf8'))
  const takeAway = async (): Promise<void> => {
    await rename(logs, `${logs}-elsewhere`)
    await writeFile(logs, 'in place of the folder')
  }
  const bringBack = async (): Promise<void> => {
    await rm(logs)
    await rename(`${logs}-elsewhere`, logs)
  }

  beforeAll(async () => {
    logs = join(folder, 'logs')
    await mkdir(logs)
    gateway = await start({ file: file() })
  })
  afterAll(() => gateway.close())

  it('gives no credentials meanwhile, not even those that AWS has issued already', async () => {
    const browser = new HttpBrowser()
    const page = await signIn(browser, gateway)
    const form = formWith(page, 'role')
    await takeAway()
    // At the first of them nobody knows yet: AWS is asked, and its answer is withheld.
    for (const action of ['credentials', 'credentials', 'console']) {
      const refused = await browser.submit(page, { ...form, action: `${gateway.url}/roles/${action}` })
      expect(refusalIn(refused.body)).toMatchObject(unavailable)
      expect(refused.body).not.toMatch(/ASIA|SecretAccessKey|SigninToken/)
      expect(JSON.stringify([...refused.headers])).not.toMatch(/ASIA|SigninToken/)
    }
    const { url } = gateway
    const problem = await browser.post(`${url}/roles/credentials`, form.fields, {
      from: `${url}/roles`,
      headers: { accept: 'application/json' },
    })
    expect(JSON.parse(problem.body)).toMatchObject({ ...unavailable, hint: expect.stringContaining('/readyz') })
    expect(await whoIs(browser, url)).toBe('alice')

    const other = new HttpBrowser()
    const { location: finish = '' } = await postAnswer(other, await answer(other, gateway), { stopBefore: FINISH })
    expect(refusalIn((await other.open(finish)).body)).toMatchObject(unavailable)
    expect(await whoIs(other, url)).toBeUndefined()
    expect(await readyz(gateway)).toEqual({ status: 503, audit: 'failing' })

    // Nobody is kept signed in by a log.
    const question = await browser.open(`${url}/logout`)
    await browser.submit(question, formWith(question, 'csrf'))
    expect(await whoIs(browser, url)).toBeUndefined()

    await bringBack()
    await untilReady(gateway)
    // Nothing was used up: the very page that was refused leads on.
    await other.open(finish)
    expect(await whoIs(other, url)).toBe('alice')
    const roles = await other.open(`${url}/roles`)
    expect((await other.submit(roles, formWith(roles, 'role'))).body).toMatch(/ASIA[A-Z2-7]{16}/)
  })

  it('a log whose folder goes away and comes back has then what happened meanwhile, after a line that tells of the gap', async () => {
    const names = (await lines()).map(({ eventName }) => eventName)
    expect(names.slice(0, 2)).toEqual(['login', 'audit.resumed'])
    expect(names).toContain('logout')
    expect(names.slice(-2)).toEqual(['login', 'exchange'])
  })

  it('names the credentials that were issued but not handed out', async () => {
    const withheld = (await lines()).filter(({ errorCode }) => errorCode === 'audit.unavailable')
    expect(withheld[0]).toMatchObject({
      eventName: 'exchange.denied',
      requestParameters: { roleArn: ROLE },
      found: expect.stringMatching(/ASIA[A-Z2-7]{16} were issued but not handed out/),
    })
    expect(withheld[1]).toMatchObject({ eventName: 'exchange.denied', found: expect.not.stringMatching(/ASIA/) })
  })

  it('a log whose folder goes away and comes back has no line for what was refused as if it had happened', async () => {
    const events = await lines()
    expect(events.filter(({ eventName }) => eventName === 'login')).toHaveLength(2)
    expect(events.filter(({ eventName }) => eventName === 'exchange')).toHaveLength(1)
    expect(events.filter(({ eventName }) => eventName === 'console')).toHaveLength(0)
  })
})
