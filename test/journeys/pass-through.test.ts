/** The identity provider's own response goes to AWS: its pairs are the roles, and what is too old is renewed without losing the pick. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { refusalIn, unescapeMarkup } from '../harness/html.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { postAnswer, whoIs } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import {
  type Attributes,
  answerOf,
  answerTo,
  createTestIdp,
  noPassiveTo,
  requestOn,
  type TestIdp,
} from '../harness/test-idp.ts'

const AWS = 'https://aws.amazon.com/SAML/Attributes/'
const ACCOUNT = 'arn:aws:iam::111122223333'
const DEVELOPER = `${ACCOUNT}:role/Developer`
const ADMIN = `${ACCOUNT}:role/Admin`
const LOCKED = `${ACCOUNT}:role/Locked`
const SESSION = 'fedgate_session'
const MINUTE = 60_000

let gateway: ReservedGateway
let corp: TestIdp
/** How far the clocks of the gateway, of AWS and of the identity provider are ahead. */
let ahead = 0
const now = (): Date => new Date(Date.now() + ahead)

const trust = (provider: string, audience: string) => ({
  Effect: 'Allow',
  Principal: { Federated: `${ACCOUNT}:saml-provider/${provider}` },
  Action: 'sts:AssumeRoleWithSAML',
  Condition: { StringEquals: { 'SAML:aud': audience } },
})

const trustOf = (...statements: readonly object[]) => ({ Version: '2012-10-17', Statement: statements })

const state = (url: string) => {
  const statements = ['corp', 'narrow'].map((id) => trust(id, `${url}/saml/${id}/acs`))
  return {
    accounts: [{ id: '111122223333', name: 'Production' }],
    roles: [
      { arn: DEVELOPER, trustPolicy: trustOf(...statements), maxSessionDuration: 7200 },
      { arn: ADMIN, trustPolicy: trustOf(...statements) },
      { arn: LOCKED, trustPolicy: trustOf(trust('corp', 'https://signin.aws.amazon.com/saml')) },
    ],
  }
}

beforeAll(async () => {
  const url = await reserveGateway()
  corp = await createTestIdp('corp')
  const exchange = { via: 'saml', evidence: 'original' }
  const saml = (id: string) => ({ id, protocol: 'saml', metadata: './corp.xml', exchange, label: `At ${id}` })
  gateway = await startConfiguredGateway(
    url,
    {
      providers: [saml('corp'), saml('narrow')],
      roles: [{ match: DEVELOPER, maxSessionDuration: '2h' }],
      access: [{ when: { provider: 'narrow', groups: 'dev' }, roles: [DEVELOPER, LOCKED] }],
    },
    { files: { 'corp.xml': corp.metadata }, state: state(url), now },
  )
})
afterAll(() => gateway.close())
afterEach(() => {
  ahead = 0
})

const pairs = (provider: string, roles: readonly string[]) =>
  roles.map((role) => `${ACCOUNT}:saml-provider/${provider} , ${role}`)

const saysOf = (provider: string, more: Attributes = {}, subject = 'dora') => ({
  subject,
  attributes: {
    [`${AWS}Role`]: pairs(provider, [DEVELOPER, ADMIN, LOCKED]),
    [`${AWS}RoleSessionName`]: [`${subject}@corp`],
    ...more,
  },
  now: now(),
})

const signInAt = async (provider: string, changes: Partial<ReturnType<typeof saysOf>> & object = {}) => {
  const browser = new HttpBrowser()
  const says = { ...saysOf(provider), ...changes }
  const page = await postAnswer(browser, await answerOf(corp, browser, gateway.url, provider, says))
  return { browser, page }
}

const rolesOn = ({ forms }: Page): readonly string[] =>
  forms.flatMap(({ fields }) => (fields.role === undefined ? [] : [fields.role])).toSorted()

const take = (browser: HttpBrowser, page: Page, role = DEVELOPER, what = 'credentials', more = {}): Promise<Page> =>
  browser.submit(page, { ...formWith(page, 'role', role), action: `${gateway.url}/roles/${what}` }, more)

const atIdp = { stopBefore: /^https:\/\/corp/ }

/** Where the page that renews leads by itself. */
const refreshOf = ({ body }: Page): string => {
  const path = /<meta http-equiv="refresh" content="0; url=([^"]*)">/.exec(body)?.[1]
  if (path === undefined) throw new Error(`nothing leads on: ${body.slice(0, 500)}`)
  return `${gateway.url}${path.replaceAll('&amp;', '&')}`
}

/** What stands above the list, in words. */
const seenOn = ({ body }: Page): string => {
  const section = /<section class="seen".*?<\/section>/s.exec(body)?.[0] ?? ''
  return unescapeMarkup(section.replaceAll(/<[^>]*>/g, ' ')).replaceAll(/\s+/g, ' ')
}

describe('what AWS will see', () => {
  it('what AWS will see is said before the click: the mode, the age of what the provider signed, its end, and the session', async () => {
    const tags = { [`${AWS}PrincipalTag:Team`]: ['blue'], [`${AWS}SourceIdentity`]: ['dora-1'] }
    const signedAt = now()
    const { browser } = await signInAt('corp', { ...saysOf('corp', tags), now: signedAt })
    ahead = 3 * MINUTE
    const page = await browser.open(`${gateway.url}/roles`)
    const until = new Date(signedAt.getTime() + 5 * MINUTE).toISOString().slice(11, 19)
    expect(seenOn(page)).toContain('Session name (CloudTrail) dora@corp Source identity dora-1 Tags Team=blue ')
    expect(seenOn(page)).toContain('Sent to AWS your provider’s own SAML response (original)')
    expect(seenOn(page)).toMatch(new RegExp(`Signed 3 min ago Valid for AWS until ${until} UTC`))
  })

  it('what AWS will see is what CloudTrail then has', async () => {
    const { browser, page } = await signInAt('corp')
    expect(seenOn(page)).toContain('Session name (CloudTrail) dora@corp Sent to AWS your provider’s own')
    await take(browser, page)
    const trail = await (await fetch(`${gateway.localAws}/cloudtrail?limit=1`)).json()
    const [{ requestParameters }] = (trail as { Records: [{ requestParameters: Record<string, unknown> }] }).Records
    expect(requestParameters).toMatchObject({ roleArn: DEVELOPER, roleSessionName: 'dora@corp' })
    expect(requestParameters).not.toHaveProperty('principalTags')
  })
})

describe('the roles', () => {
  it("the roles are exactly the pairs of the provider's own Role attribute where no rule reaches it", async () => {
    const { page } = await signInAt('corp')
    expect(rolesOn(page)).toEqual([ADMIN, DEVELOPER, LOCKED])
    expect(page.body).toContain('Valid for AWS until')
  })

  it('the roles are narrowed by the rules that do, and never widened', async () => {
    const { browser, page } = await signInAt(
      'narrow',
      saysOf('narrow', { groups: ['dev'], [`${AWS}Role`]: pairs('narrow', [DEVELOPER, ADMIN]) }),
    )
    expect(rolesOn(page)).toEqual([DEVELOPER])
    const why = await browser.open(`${gateway.url}/roles/why?${new URLSearchParams({ role: DEVELOPER })}`)
    expect(why.body).toContain('groups = dev')
    expect(rolesOn((await signInAt('narrow')).page)).toEqual([])
  })

  it('the roles without a pair are none, whatever else is said', async () => {
    const { page } = await signInAt('corp', saysOf('corp', { [`${AWS}Role`]: [DEVELOPER] }))
    expect(rolesOn(page)).toEqual([])
  })
})

describe('the exchange', () => {
  it('shows AWS what the provider signed, with the SAML provider of the pair and the session name in it', async () => {
    const { browser, page } = await signInAt('corp')
    const taken = await take(browser, page)
    expect(taken.status).toBe(200)
    expect(taken.body).toContain('assumed-role/Developer/dora@corp')
    expect(gateway.audit().findLast(({ eventName }) => eventName === 'exchange')).toMatchObject({
      requestParameters: { roleArn: DEVELOPER, roleSessionName: 'dora@corp' },
    })
  })

  it("the exchange is refused by AWS where the trust policy asks for AWS's recipient: it is the gateway's", async () => {
    const { browser, page } = await signInAt('corp')
    expect(refusalIn((await take(browser, page, LOCKED)).body).code).toBe('sts.access_denied')
  })

  it('the exchange is refused for a role that the pairs do not hold', async () => {
    const { browser, page } = await signInAt('corp', saysOf('corp', { [`${AWS}Role`]: pairs('corp', [ADMIN]) }))
    const refused = await browser.submit(page, formWith(page, 'role', ADMIN), { role: DEVELOPER })
    expect(refusalIn(refused.body).code).toBe('role.not_granted')
  })

  it('the exchange is refused before AWS is asked with more than 100,000 characters', async () => {
    const filling = Array.from({ length: 80 }, () => 'x'.repeat(1000))
    const { browser, page } = await signInAt('corp', saysOf('corp', { filling }))
    expect(refusalIn((await take(browser, page)).body)).toMatchObject({ status: 403, code: 'sts.evidence_too_large' })
  })

  it('opens the console', async () => {
    const { browser, page } = await signInAt('corp')
    const opened = await take(browser, page, DEVELOPER, 'console')
    expect(opened.url).toContain(gateway.localAws)
  })
})

describe('a pick that comes later than four minutes after the sign-in', () => {
  /** Signed in, and so much later at the page that renews. */
  const late = async (what = 'credentials', more = {}) => {
    const { browser, page } = await signInAt('corp')
    ahead = 4 * MINUTE + 5_000
    const renewing = await take(browser, page, DEVELOPER, what, more)
    return { browser, page, renewing }
  }

  const backWith = async (browser: HttpBrowser, atProvider: Page, says = saysOf('corp')): Promise<Page> =>
    postAnswer(browser, await answerTo(corp, requestOn(atProvider), says))

  it('a pick is accepted without renewal up to four minutes', async () => {
    const { browser, page } = await signInAt('corp')
    ahead = 4 * MINUTE - 5_000
    expect((await take(browser, page)).body).toContain('assumed-role/Developer')
  })

  it('leads through the identity provider without a question, and back to one button for the same pick', async () => {
    const { browser, renewing } = await late('credentials', { duration: '7200' })
    expect(renewing.status).toBe(200)
    const atProvider = await browser.open(refreshOf(renewing), atIdp)
    expect(requestOn(atProvider)).toMatchObject({ isPassive: true, forceAuthn: false })
    const confirm = await backWith(browser, atProvider)
    expect(confirm.url).toContain(`${gateway.url}/roles/confirm?`)
    expect(formWith(confirm, 'role', DEVELOPER)).toMatchObject({
      action: `${gateway.url}/roles/credentials`,
      fields: { duration: '7200' },
    })
    const taken = await browser.submit(confirm, formWith(confirm, 'role', DEVELOPER))
    expect(taken.body).toContain('assumed-role/Developer/dora@corp')
  })

  it('keeps the console and its destination', async () => {
    const destination = 'https://eu-west-1.console.aws.amazon.com/s3/home'
    const { browser, renewing } = await late('console', { destination })
    const confirm = await backWith(browser, await browser.open(refreshOf(renewing), atIdp))
    expect(formWith(confirm, 'role', DEVELOPER)).toMatchObject({
      action: `${gateway.url}/roles/console`,
      fields: { destination },
    })
    expect(confirm.body).toContain(`<code><bdi>${destination}</bdi></code>`)
  })

  it('leaves session, token and the forms of other tabs as they are', async () => {
    const { browser, page, renewing } = await late()
    const session = browser.cookies.value(SESSION)
    await backWith(browser, await browser.open(refreshOf(renewing), atIdp))
    expect(browser.cookies.value(SESSION)).toBe(session)
    expect((await take(browser, page, ADMIN)).body).toContain('assumed-role/Admin')
    expect(gateway.audit().findLast(({ eventName }) => eventName.startsWith('login'))).toMatchObject({
      eventName: 'login.renewed',
      subject: 'dora',
    })
  })

  it('asks visibly where the provider cannot answer unseen, once', async () => {
    const { browser, renewing } = await late()
    const silent = requestOn(await browser.open(refreshOf(renewing), atIdp))
    const visible = await postAnswer(browser, await noPassiveTo(corp, silent), atIdp)
    expect(visible.status).toBe(303)
    expect(requestOn(visible)).toMatchObject({ isPassive: false })
    const confirm = await backWith(browser, visible)
    expect((await browser.submit(confirm, formWith(confirm, 'role', DEVELOPER))).body).toContain(
      'assumed-role/Developer',
    )
  })

  it('a late pick does not go on asking a provider that never answers', async () => {
    const { browser, renewing } = await late()
    const silent = requestOn(await browser.open(refreshOf(renewing), atIdp))
    const visible = requestOn(await postAnswer(browser, await noPassiveTo(corp, silent), atIdp))
    const again = await postAnswer(browser, await noPassiveTo(corp, silent), atIdp)
    expect(refusalIn(again.body)).toMatchObject({ status: 409, code: 'login.used' })
    const refused = await postAnswer(browser, await noPassiveTo(corp, visible), atIdp)
    expect(refusalIn(refused.body)).toMatchObject({ status: 403, code: 'saml.no_passive' })
    expect(await whoIs(browser, gateway.url)).toBe('dora')
  })

  it('a late pick is refused, and not redirected in a loop, where the new response is as old', async () => {
    const { browser, renewing } = await late()
    const says = { ...saysOf('corp'), now: new Date(now().getTime() - 4.5 * MINUTE), lifetimeSeconds: 3600 }
    const refused = await backWith(browser, await browser.open(refreshOf(renewing), atIdp), says)
    expect(refusalIn(refused.body)).toMatchObject({ status: 409, code: 'sts.evidence_stale' })
    expect(refused.body).toContain('The clocks of the identity provider and of this gateway differ.')
    expect(await whoIs(browser, gateway.url)).toBe('dora')
  })

  it('begins a login of its own where another user answers', async () => {
    const { browser, renewing } = await late()
    const session = browser.cookies.value(SESSION)
    const says = saysOf('corp', { [`${AWS}Role`]: pairs('corp', [ADMIN]) }, 'eve')
    const page = await backWith(browser, await browser.open(refreshOf(renewing), atIdp), says)
    expect(await whoIs(browser, gateway.url)).toBe('eve')
    expect(browser.cookies.value(SESSION)).not.toBe(session)
    expect(refusalIn(page.body).code).toBe('role.not_granted')
  })

  it('renews nothing in another browser', async () => {
    const { browser, renewing } = await late()
    const answer = await answerTo(corp, requestOn(await browser.open(refreshOf(renewing), atIdp)), saysOf('corp'))
    const thief = (await signInAt('corp', saysOf('corp', {}, 'eve'))).browser
    expect(refusalIn((await postAnswer(thief, answer)).body).code).toBe('login.other_browser')
    expect(await whoIs(thief, gateway.url)).toBe('eve')
  })

  it('revives nothing: who signed out meanwhile gets a new login', async () => {
    const { browser, page, renewing } = await late()
    const atProvider = await browser.open(refreshOf(renewing), atIdp)
    const session = browser.cookies.value(SESSION)
    await browser.submit(page, { ...formWith(page, 'csrf'), action: `${gateway.url}/logout` }, {}, atIdp)
    await backWith(browser, atProvider)
    expect(browser.cookies.value(SESSION)).not.toBe(session)
    const old = await fetch(`${gateway.url}/api/session`, { headers: { cookie: `${SESSION}=${session}` } })
    expect(old.status).toBe(401)
  })

  it('a late pick has the roles that the provider names now', async () => {
    const { browser, renewing } = await late()
    const says = saysOf('corp', { [`${AWS}Role`]: pairs('corp', [ADMIN]) })
    const page = await backWith(browser, await browser.open(refreshOf(renewing), atIdp), says)
    expect(refusalIn(page.body).code).toBe('role.not_granted')
    expect(rolesOn(await browser.open(`${gateway.url}/roles`))).toEqual([ADMIN])
  })

  it('a late pick does not make the login last longer', async () => {
    const { browser, page, renewing } = await late()
    const end = async () => JSON.parse((await browser.open(`${gateway.url}/api/session`)).body).expiresAt
    const before = await end()
    await backWith(browser, await browser.open(refreshOf(renewing), atIdp))
    expect(await end()).toBe(before)
    expect(page.status).toBe(200)
  })
})

describe('the page with the one button', () => {
  it('takes nothing by being opened, and shows no role that is not granted', async () => {
    const { browser } = await signInAt('corp')
    const exchanges = () => gateway.audit().filter(({ eventName }) => eventName.startsWith('exchange')).length
    const before = exchanges()
    const open = (role: string) => browser.open(`${gateway.url}/roles/confirm?${new URLSearchParams({ role })}`)
    expect((await open(DEVELOPER)).status).toBe(200)
    expect(refusalIn((await open(`${ACCOUNT}:role/Other`)).body).code).toBe('role.not_granted')
    expect(exchanges()).toBe(before)
  })

  it('names each role once, and no more than can be taken at once', async () => {
    const { browser } = await signInAt('corp')
    const open = (roles: readonly string[]) =>
      browser.open(`${gateway.url}/roles/confirm?${new URLSearchParams(roles.map((role) => ['role', role]))}`)
    const twice = await open([DEVELOPER, DEVELOPER])
    expect(twice.body.match(/name="role"/g)).toHaveLength(1)
    const many = await open(Array.from({ length: 21 }, (_, n) => `${DEVELOPER}${n}`))
    expect(refusalIn(many.body).code).toBe('role.too_many')
  })

  it('needs its token', async () => {
    const { browser } = await signInAt('corp')
    const page = await browser.open(`${gateway.url}/roles/confirm?${new URLSearchParams({ role: DEVELOPER })}`)
    const refused = await browser.submit(page, formWith(page, 'role', DEVELOPER), { csrf: 'x' })
    expect(refusalIn(refused.body).code).toBe('http.csrf')
  })

  it('the page with the one button is where renewing leads at once while the sign-in is fresh', async () => {
    const { browser } = await signInAt('corp')
    const page = await browser.open(`${gateway.url}/roles/reauthenticate?${new URLSearchParams({ role: DEVELOPER })}`)
    expect(page.url).toContain('/roles/confirm?')
  })

  it('asks who is not signed in to sign in first', async () => {
    const page = await new HttpBrowser().open(`${gateway.url}/roles/reauthenticate?role=x`)
    expect(page.url).toContain('/login?return_to=')
  })
})
