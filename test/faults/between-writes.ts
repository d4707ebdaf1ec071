/**
 * A fault at each operation of the store in a sign-in, an exchange, a renewal and a logout: one after the other, until the
 * flow has no further one. Afterwards nothing is half done, and the browser can start again.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore, type StoreDeps } from '../../src/stores/open.ts'
import { refusalIn } from '../harness/html.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { nameId, requestXml, signedQuery, uniqueId } from '../harness/logout-messages.ts'
import { FINISH, postAnswer, whoIs } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { answerOf, createTestIdp, type TestIdp } from '../harness/test-idp.ts'
import { answerAtOp, askedOf, openAtOp, tokenOfOp } from '../harness/test-op.ts'
import {
  type Json,
  startTamperingProvider,
  type Tampering,
  type TamperingProvider,
} from '../oidc/tampering-provider.ts'
import { nodeOf, plain, startRedis } from '../stores/redis-servers.ts'
import { type FailingStore, type Failure, failingStore, failures } from './failing-store.ts'
import { atLeast, exactly, type Figure, type Scenario } from './figures.ts'

const ROLE = 'arn:aws:iam::111122223333:role/Developer'
const MINUTE = 60_000
/** No flow has as many operations: one that has would go on for ever. */
const MOST_OPERATIONS = 100

/** A gateway whose store can be made to fail, and what it speaks to. */
interface House {
  readonly gateway: ReservedGateway
  readonly store: FailingStore
  readonly idp: TestIdp
  readonly op: TamperingProvider
  /** A user whom nobody has seen before. */
  newUser(): string
  /** Moves the clock of the gateway; without minutes, back to now. */
  ahead(minutes?: number): void
  now(): Date
}

interface Trial {
  /** What the fault falls into. */
  act(): Promise<Page>
  /** What is wrong afterwards, as sentences. */
  check(answer: Page): Promise<readonly string[]>
}

type Flow = (house: House) => Promise<Trial>

/** An address of the user's own: many refusals of one address are counted, not written. */
const addressOf = (subject: string) => ({ 'x-forwarded-for': `2001:db8:${subject.slice('user-'.length)}::1` })

const signedOn = async ({ gateway, idp }: House, browser: HttpBrowser, subject: string): Promise<Page> => {
  const says = { subject, attributes: { groups: ['dev'] }, sessionIndex: `_${subject}` }
  return postAnswer(browser, await answerOf(idp, browser, gateway.url, 'corp', says))
}

const said = ({ gateway }: House, subject: string, ...names: readonly string[]): number =>
  gateway.audit().filter((line) => names.includes(line.eventName) && line.subject === subject).length

const signsInAgain = async (house: House, browser: HttpBrowser, subject: string): Promise<readonly string[]> => {
  await signedOn(house, browser, subject)
  return (await whoIs(browser, house.gateway.url)) === subject ? [] : ['the browser cannot sign in again']
}

/** After some minutes who is signed in is in the audit log: a login that was interrupted has ended. */
const sessionsAreRecorded = async (house: House, browser: HttpBrowser, subject: string): Promise<readonly string[]> => {
  house.ahead(6)
  const { body } = await browser.open(`${house.gateway.url}/activity`)
  const table = /<tbody>(.*?)<\/tbody>/s.exec(body)?.[1] ?? ''
  const live = table.split('<tr>').length - 1
  house.ahead()
  const recorded = said(house, subject, 'login') - said(house, subject, 'logout')
  return live <= recorded ? [] : [`${live} active sessions, ${recorded} of them recorded`]
}

const responseAtAcs: Flow = async (house) => {
  const [browser, subject] = [new HttpBrowser(), house.newUser()]
  const { gateway, idp } = house
  const answer = await answerOf(idp, browser, gateway.url, 'corp', { subject, attributes: { groups: ['dev'] } })
  return {
    act: () => postAnswer(browser, answer, { stopBefore: FINISH }),
    check: async (page) => {
      const again = await postAnswer(new HttpBrowser(), answer, { stopBefore: FINISH })
      const isTwice = page.status === 303 && again.status < 400
      return [
        ...(isTwice ? ['the response was accepted twice'] : []),
        ...(await signsInAgain(house, browser, subject)),
        ...(await sessionsAreRecorded(house, browser, subject)),
      ]
    },
  }
}

const finishLogin: Flow = async (house) => {
  const [browser, subject] = [new HttpBrowser(), house.newUser()]
  const { gateway, idp } = house
  const answer = await answerOf(idp, browser, gateway.url, 'corp', { subject, attributes: { groups: ['dev'] } })
  const { location = '' } = await postAnswer(browser, answer, { stopBefore: FINISH })
  const isRecorded = () => said(house, subject, 'login') > 0
  return {
    act: () => browser.open(location, { stopBefore: /\/roles$/ }),
    check: async () => {
      const who = await whoIs(browser, gateway.url)
      const wrong = who !== undefined && !isRecorded() ? ['a session without its audit line'] : []
      const again = await postAnswer(new HttpBrowser(), answer, { stopBefore: FINISH })
      if (again.status < 400) wrong.push('the response was accepted twice')
      await browser.open(location)
      if ((await whoIs(browser, gateway.url)) !== undefined && !isRecorded())
        wrong.push('a session without its audit line after the page was loaded again')
      const stranger = new HttpBrowser()
      await stranger.open(location)
      if ((await whoIs(stranger, gateway.url)) !== undefined) wrong.push('another browser got the session')
      return [
        ...wrong,
        ...(await signsInAgain(house, browser, subject)),
        ...(await sessionsAreRecorded(house, browser, subject)),
      ]
    },
  }
}

const taking =
  (path: string, eventName: string, isHandedOut: (page: Page) => boolean): Flow =>
  async (house) => {
    const [browser, subject] = [new HttpBrowser(), house.newUser()]
    const { url } = house.gateway
    const page = await signedOn(house, browser, subject)
    const form = { ...formWith(page, 'role', ROLE), action: `${url}${path}` }
    const take = () => browser.submit(page, form, {}, { stopBefore: /\/federation\?/ })
    return {
      act: take,
      check: async (answer) => {
        const wrong: string[] = []
        if (isHandedOut(answer) && said(house, subject, eventName) === 0) wrong.push('handed out without an audit line')
        if ((await whoIs(browser, url)) !== subject) wrong.push('the session is gone')
        if (!isHandedOut(await take())) wrong.push('cannot be taken afterwards')
        return wrong
      },
    }
  }

const hasCredentials = ({ body }: Page): boolean => /ASIA[A-Z0-9]{12}/.test(body)
const opensConsole = ({ location = '' }: Page): boolean => location.includes('SigninToken=')

/** The ID token that answers next: another session of the provider's each time, as a renewal may bring. */
const fresh = ({ now }: House, sub: string, sid: string, refreshToken: string): Tampering => {
  const seconds = Math.floor(now().getTime() / 1000)
  return {
    claims: (claims) => ({ ...claims, sub, sid, iat: seconds, exp: seconds + 300, auth_time: seconds }),
    userinfo: () => ({ sub }),
    token: (document: Json) => ({ ...document, refresh_token: refreshToken }),
  }
}

const BACK_CHANNEL = 'http://schemas.openid.net/event/backchannel-logout'

const notify = async ({ gateway, op, now }: House, subject: string, claims: Json): Promise<Page> => {
  const iat = Math.floor(now().getTime() / 1000)
  const token = tokenOfOp(
    { iss: op.issuer, aud: 'fedgate', iat, exp: iat + 120, events: { [BACK_CHANNEL]: {} }, ...claims },
    'logout+jwt',
  )
  return new HttpBrowser().post(
    `${gateway.url}/oidc/openid/backchannel-logout`,
    { logout_token: token },
    { from: op.issuer, headers: { accept: 'application/json', ...addressOf(subject) } },
  )
}

const signedInAtOp = async (house: House, browser: HttpBrowser, subject: string) => {
  const asked = askedOf(await browser.open(`${house.gateway.url}/login/openid`, openAtOp))
  const page = await answerAtOp(house.op, browser, asked, fresh(house, subject, `${subject}-1`, `${subject}-r1`))
  return { page, nonce: asked.get('nonce') ?? '' }
}

const renewal: Flow = async (house) => {
  const { gateway, op } = house
  house.ahead()
  const [browser, subject] = [new HttpBrowser(), house.newUser()]
  const { page, nonce } = await signedInAtOp(house, browser, subject)
  house.ahead(6)
  op.behave(fresh(house, subject, `${subject}-2`, `${subject}-r2`), nonce)
  const form = { ...formWith(page, 'role', ROLE), action: `${gateway.url}/roles/credentials` }
  const take = () => browser.submit(page, form)
  return {
    act: take,
    check: async (answer) => {
      const wrong: string[] = []
      if (hasCredentials(answer) && said(house, subject, 'exchange') === 0)
        wrong.push('handed out without an audit line')
      if ((await whoIs(browser, gateway.url)) !== subject) wrong.push('the session is gone')
      if (!hasCredentials(await take())) wrong.push('cannot be taken afterwards')
      // The login now has the second sign-in, and must be found by its name.
      await notify(house, subject, { sid: `${subject}-2`, jti: `${subject}-jti` })
      if ((await whoIs(browser, gateway.url)) !== undefined) wrong.push('a renewed login that its logout does not find')
      return wrong
    },
  }
}

/** After it was said to have ended, and whenever it is recorded so, a login never lives again. */
const staysEnded = async (
  house: House,
  browsers: readonly HttpBrowser[],
  subject: string,
  wasEnded: boolean,
  isRecorded = said(house, subject, 'logout', 'logout.refused') > 0,
): Promise<readonly string[]> => {
  const live = await Promise.all(browsers.map((browser) => whoIs(browser, house.gateway.url)))
  const isLive = live.some((who) => who !== undefined)
  return [
    ...(wasEnded && isLive ? ['an ended login lives'] : []),
    ...(isLive || isRecorded ? [] : ['ended without an audit line']),
  ]
}

const logout =
  (fields: Readonly<Record<string, string>>): Flow =>
  async (house) => {
    const [browser, other, subject] = [new HttpBrowser(), new HttpBrowser(), house.newUser()]
    const { url } = house.gateway
    const isEverywhere = fields.everywhere === 'yes'
    const page = await signedOn(house, browser, subject)
    if (isEverywhere) await signedOn(house, other, subject)
    const headers = addressOf(subject)
    const leave = (from: Page) =>
      browser.submit(from, { ...formWith(from, 'csrf'), action: `${url}/logout` }, fields, { headers })
    return {
      act: () => leave(page),
      check: async (answer) => {
        const wrong = [...(await staysEnded(house, [browser], subject, answer.status < 400))]
        const cookie = browser.cookies.value('fedgate_session')
        if ((await whoIs(browser, url)) !== undefined) await leave(await browser.open(`${url}/logout`))
        else if (isEverywhere && (await whoIs(other, url)) !== undefined) {
          const from = await other.open(`${url}/activity`)
          await other.submit(from, { ...formWith(from, 'everywhere'), action: `${url}/logout` })
        }
        const all = isEverywhere ? [browser, other] : [browser]
        wrong.push(...(await staysEnded(house, all, subject, true)))
        wrong.push(...(await signsInAgain(house, new HttpBrowser(), subject)))
        const thief = new HttpBrowser()
        thief.cookies.keep([`fedgate_session=${cookie}`], new URL(url))
        return [...wrong, ...(await staysEnded(house, [thief], subject, true))]
      },
    }
  }

const logoutByIdp: Flow = async (house) => {
  const [browser, other, subject] = [new HttpBrowser(), new HttpBrowser(), house.newUser()]
  const { gateway, idp } = house
  await signedOn(house, browser, subject)
  await signedOn(house, other, subject)
  const xml = requestXml({
    id: uniqueId(subject),
    issuer: idp.entityId,
    destination: `${gateway.url}/saml/corp/slo`,
    issueInstant: house.now().toISOString(),
    notOnOrAfter: new Date(house.now().getTime() + 5 * MINUTE).toISOString(),
    subject: nameId(subject),
  })
  const send = () =>
    new HttpBrowser().open(`${gateway.url}/saml/corp/slo?${signedQuery(xml, idp.keys.privateKey)}`, {
      stopBefore: /corp\.example/,
      headers: addressOf(subject),
    })
  return {
    act: send,
    check: async (answer) => {
      const wrong = [...(await staysEnded(house, [browser, other], subject, answer.status < 400))]
      await send()
      wrong.push(...(await staysEnded(house, [browser, other], subject, true)))
      return wrong
    },
  }
}

const logoutByOp: Flow = async (house) => {
  house.ahead()
  const [browser, subject] = [new HttpBrowser(), house.newUser()]
  await signedInAtOp(house, browser, subject)
  const send = () => notify(house, subject, { sub: subject, jti: `${subject}-jti` })
  const refused = () => house.gateway.audit().filter(({ eventName }) => eventName === 'logout.refused').length
  const before = refused()
  /** The refusal of a token names no user. */
  const isRecorded = () => said(house, subject, 'logout') > 0 || refused() > before
  return {
    act: send,
    check: async (answer) => {
      const wrong = [...(await staysEnded(house, [browser], subject, answer.status < 400, isRecorded()))]
      await send()
      return [...wrong, ...(await staysEnded(house, [browser], subject, true, isRecorded()))]
    },
  }
}

const flows: Readonly<Record<string, Flow>> = {
  'the ACS': responseAtAcs,
  'finish-login': finishLogin,
  'take-role': taking('/roles/credentials', 'exchange', hasCredentials),
  'open-console': taking('/roles/console', 'console', opensConsole),
  renewal,
  logout: logout({}),
  'logout everywhere': logout({ everywhere: 'yes' }),
  "the identity provider's logout": logoutByIdp,
  "the OpenID provider's logout": logoutByOp,
}

/** An error that users may see: 503 and its code, and nothing of the program. */
const wrongIn = ({ status, body, headers }: Page): readonly string[] => {
  if (status < 400) return []
  if (/\n\s+at |node_modules|\.ts:\d/.test(body)) return ['an answer with a stack']
  const isJson = headers.get('content-type')?.includes('json') ?? false
  if (isJson) return body.includes('store.unavailable') ? [] : [`answered ${status}: ${body.slice(0, 200)}`]
  const { code } = refusalIn(body)
  return status === 503 && code === 'store.unavailable' ? [] : [`answered ${status} ${code}`]
}

interface Outcome {
  operations: number
  faults: number
  unavailable: number
  readonly wrong: string[]
}

const runFlow = async (house: House, flow: Flow, kinds: readonly Failure[]): Promise<Outcome> => {
  const outcome: Outcome = { operations: 0, faults: 0, unavailable: 0, wrong: [] }
  for (const failure of kinds) {
    for (let n = 1; n <= MOST_OPERATIONS; n += 1) {
      const trial = await flow(house)
      house.store.failAt(n, failure)
      const answer = await trial.act()
      if (!house.store.mend()) break
      outcome.operations = Math.max(outcome.operations, n)
      outcome.faults += 1
      if (answer.status === 503) outcome.unavailable += 1
      const wrong = [...wrongIn(answer), ...(await trial.check(answer))]
      outcome.wrong.push(...wrong.map((what) => `${failure} operation ${n}: ${what}`))
    }
  }
  house.ahead()
  return outcome
}

const openHouse = async (kind: 'file' | 'redis'): Promise<House & { close(): Promise<void> }> => {
  let minutes = 0
  const now = (): Date => new Date(Date.now() + minutes * MINUTE)
  const folder = await mkdtemp(join(tmpdir(), 'fedgate-faults-'))
  const redis = kind === 'redis' ? await startRedis() : undefined
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const deps: StoreDeps = { now, log: quiet }
  const place = redis ? plain(nodeOf(redis)) : ({ kind: 'file', folder: join(folder, 'store') } as const)
  const store = failingStore(await openStore(place, deps))
  const [idp, op, url] = [await createTestIdp('corp'), await startTamperingProvider(), await reserveGateway()]
  const openid = {
    protocol: 'oidc',
    issuer: op.issuer,
    clientId: 'fedgate',
    clientSecret: 's',
    allowInsecureHttp: true,
  }
  const keys = {
    trustProxy: 1,
    providers: [
      { id: 'corp', protocol: 'saml', metadata: './corp.xml' },
      { id: 'openid', ...openid },
    ],
    access: [{ when: { provider: ['corp', 'openid'] }, roles: [ROLE] }],
    limits: { loginStarts: '100000/s', acs: '100000/s', callbacks: '100000/s', logouts: '100000/s', api: '100000/s' },
  }
  const gateway = await startConfiguredGateway(url, keys, { files: { 'corp.xml': idp.metadata }, now, store })
  let users = 0
  return {
    gateway,
    store,
    idp,
    op,
    now,
    newUser: () => {
      users += 1
      return `user-${users}`
    },
    ahead: (by = 0) => {
      minutes = by
    },
    close: async () => {
      await gateway.close()
      await op.close()
      await redis?.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const betweenWrites = async (kind: 'file' | 'redis', size: 'full' | 'short'): Promise<readonly Figure[]> => {
  // An operation that was not carried out is the mildest of the three.
  const kinds = size === 'full' ? failures : failures.filter((failure) => failure !== 'before')
  const house = await openHouse(kind)
  try {
    const figures: Figure[] = []
    for (const [name, flow] of Object.entries(flows)) {
      const { operations, faults, unavailable, wrong } = await runFlow(house, flow, kinds)
      figures.push(
        atLeast(`${name}: operations that were made to fail, each`, operations, 2),
        atLeast(`${name}: faults in all`, faults, kinds.length * operations),
        atLeast(`${name}: answered 503 store.unavailable`, unavailable, 1),
        exactly(
          `${name}: half done${wrong.length > 0 ? ` (${[...new Set(wrong)].slice(0, 5).join('; ')})` : ''}`,
          wrong.length,
          0,
        ),
      )
    }
    return figures
  } finally {
    await house.close()
  }
}

export const betweenWritesOnFile: Scenario = { name: 'between-writes-file', run: (size) => betweenWrites('file', size) }
export const betweenWritesOnRedis: Scenario = {
  name: 'between-writes-redis',
  run: (size) => betweenWrites('redis', size),
}
