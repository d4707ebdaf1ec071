/** Who gets which role, and what AWS must say about it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../../src/core/running-server.ts'
import { startDemoOpenIdProvider } from '../../src/demo/openid-provider.ts'
import { demoUsers } from '../../src/demo/users.ts'
import { refusalIn, unescapeMarkup } from '../harness/html.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { postAnswer, signIn } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { type Attributes, answerOf, createTestIdp, type TestIdp } from '../harness/test-idp.ts'

const ROLE_ATTRIBUTE = 'https://aws.amazon.com/SAML/Attributes/Role'
const ACCOUNT = 'arn:aws:iam::111122223333'
const DEVELOPER = `${ACCOUNT}:role/Developer`
const LOCKED = `${ACCOUNT}:role/Locked`
const ADMIN = `${ACCOUNT}:role/Admin`
const MISSING = `${ACCOUNT}:role/Missing`
const FOREIGN = 'arn:aws:iam::999999999999:role/Developer'

let gateway: ReservedGateway
let corp: TestIdp
let partner: TestIdp
let openId: RunningServer

const samlTrust = (condition: object) => ({
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Principal: { Federated: `${ACCOUNT}:saml-provider/fedgate` },
    Action: 'sts:AssumeRoleWithSAML',
    Condition: { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml', ...condition } },
  },
})

const webIdentityTrust = (issuer: string, subject: string) => {
  const key = new URL(issuer).host
  return {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Federated: `${ACCOUNT}:oidc-provider/${key}` },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { [`${key}:aud`]: 'gateway', [`${key}:sub`]: subject } },
    },
  }
}

const state = (issuer: string) => ({
  accounts: [{ id: '111122223333', name: 'Production' }],
  roles: [
    { arn: DEVELOPER, trustPolicy: samlTrust({}), maxSessionDuration: 7200 },
    { arn: LOCKED, trustPolicy: samlTrust({ 'saml:iss': 'https://another-idp.example' }) },
    { arn: ADMIN, trustPolicy: webIdentityTrust(issuer, 'bob') },
  ],
})

beforeAll(async () => {
  const url = await reserveGateway()
  corp = await createTestIdp('corp')
  partner = await createTestIdp('partner')
  openId = await startDemoOpenIdProvider({
    host: '127.0.0.1',
    port: 0,
    users: demoUsers,
    clients: [{ clientId: 'gateway', clientSecret: 'gateway-secret', redirectUris: [`${url}/oidc/openid/callback`] }],
  })
  gateway = await startConfiguredGateway(
    url,
    {
      providers: [
        { id: 'corp', protocol: 'saml', metadata: './corp.xml' },
        { id: 'partner', protocol: 'saml', metadata: './partner.xml' },
        { id: 'believed', protocol: 'saml', metadata: './corp.xml', rolesFromAssertion: true },
        {
          id: 'openid',
          protocol: 'oidc',
          issuer: openId.url,
          clientId: 'gateway',
          clientSecret: 'gateway-secret',
          allowInsecureHttp: true,
        },
      ],
      roles: [{ match: DEVELOPER, maxSessionDuration: '4h' }],
      access: [
        { when: { provider: 'corp', groups: 'dev' }, roles: [DEVELOPER, LOCKED, FOREIGN] },
        {
          when: { provider: 'corp', groups: '/^aws-(?<account>\\d{12})-(?<role>[\\w+=,.@-]+)$/' },
          roles: ['arn:aws:iam::{account}:role/{role}'],
        },
        { when: { provider: 'openid', email: '/.*@example[.]com/' }, roles: [ADMIN] },
      ],
    },
    { files: { 'corp.xml': corp.metadata, 'partner.xml': partner.metadata }, state: state(openId.url) },
  )
})
afterAll(async () => {
  await gateway.close()
  await openId.close()
})

const signInAt = async (provider: string, attributes: Attributes) => {
  const browser = new HttpBrowser()
  const idp = provider === 'partner' ? partner : corp
  const page = await postAnswer(
    browser,
    await answerOf(idp, browser, gateway.url, provider, { subject: 'dora', attributes }),
  )
  return { browser, page }
}

const rolesOn = ({ forms }: Page): readonly string[] =>
  forms.flatMap(({ fields }) => (fields.role === undefined ? [] : [fields.role]))

/** Posts the form of any role, changed so. */
const take = (
  browser: HttpBrowser,
  page: Page,
  fields: Readonly<Record<string, string>>,
  path = '/roles/credentials',
) => browser.submit(page, { ...formWith(page, 'csrf'), action: `${gateway.url}${path}` }, fields)

describe('a role', () => {
  it('a role that no rule grants is refused, also to one who is signed in, and is in the audit log', async () => {
    const { browser, page } = await signInAt('corp', { groups: ['dev'] })
    const refused = refusalIn((await take(browser, page, { role: ADMIN })).body)
    expect(refused).toMatchObject({ status: 403, code: 'role.not_granted' })
    const line = gateway.audit().find(({ referenceId }) => referenceId === refused.reference)
    expect(line).toMatchObject({ eventName: 'exchange.denied', subject: 'dora', requestParameters: { roleArn: ADMIN } })
  })

  it.each([
    '',
    'x',
    DEVELOPER.toUpperCase(),
    `${DEVELOPER} `,
    `${DEVELOPER}/`,
    `${DEVELOPER}\u0000`,
    'Developer',
    '__proto__',
  ])('named %j is not one', async (role) => {
    const { browser, page } = await signInAt('corp', { groups: ['dev'] })
    expect(refusalIn((await take(browser, page, { role })).body).code).toBe('role.not_granted')
  })

  it('a role whose trust policy asks for something else is denied by AWS', async () => {
    const { browser, page } = await signInAt('corp', { groups: ['dev'] })
    const answer = await take(browser, page, { role: LOCKED })
    expect(answer.status).toBe(403)
    expect(refusalIn(answer.body)).toMatchObject({
      status: 403,
      code: 'sts.access_denied',
      sentence: 'AWS refused this role.',
    })
  })

  it('a role whose trust policy requires another user is denied by AWS, with the original token too', async () => {
    const [alice, bob] = [new HttpBrowser(), new HttpBrowser()]
    const page = await signIn(alice, { gateway: gateway.url, provider: 'openid', username: 'alice' })
    expect(refusalIn((await take(alice, page, { role: ADMIN })).body).code).toBe('sts.access_denied')
    const other = await signIn(bob, { gateway: gateway.url, provider: 'openid', username: 'bob' })
    expect((await take(bob, other, { role: ADMIN })).status).toBe(200)
  })

  it('a role that does not exist in AWS is denied like one that is locked', async () => {
    // By a pattern: roles that rules name letter by letter exist in the local AWS.
    const { browser, page } = await signInAt('corp', { groups: ['aws-111122223333-Missing'] })
    expect(refusalIn((await take(browser, page, { role: MISSING })).body).code).toBe('sts.access_denied')
  })

  it('a role that is denied opens no console', async () => {
    const { browser, page } = await signInAt('corp', { groups: ['dev'] })
    const answer = await take(browser, page, { role: LOCKED }, '/roles/console')
    expect(refusalIn(answer.body).code).toBe('sts.access_denied')
  })
})

describe('the duration', () => {
  const taken = async (duration: string) => {
    const { browser, page } = await signInAt('corp', { groups: ['dev'] })
    return take(browser, page, { role: DEVELOPER, duration })
  }

  it.each(['900', '15m', '1h', '3600', '2h', ''])('%j is accepted', async (duration) => {
    expect((await taken(duration)).status).toBe(200)
  })

  it.each(['0', '899', '-1', '14401', '5h', '1e9', '3600.5', '1 h', 'NaN', '99999999999999999999', '0x384'])(
    '%j is refused before AWS is asked',
    async (duration) => {
      expect(refusalIn((await taken(duration)).body)).toMatchObject({ status: 400, code: 'role.duration_invalid' })
    },
  )

  it('a duration that the gateway allows and AWS does not becomes an hour, and both are in the audit log', async () => {
    const page = await taken('3h')
    expect(page.status).toBe(200)
    expect(page.body).toContain('You asked for 3h, but this role allows less. You got 1 hour.')
    const reference = page.headers.get('x-request-id')
    const lines = gateway.audit().filter(({ referenceId }) => referenceId === reference)
    expect(lines).toMatchObject([
      {
        eventName: 'exchange.denied',
        errorCode: 'sts.duration_too_long',
        requestParameters: { durationSeconds: 10800 },
      },
      { eventName: 'exchange', requestParameters: { durationSeconds: 3600 } },
    ])
  })
})

describe('the duration of a console', () => {
  const opened = async (duration: string) => {
    const { browser, page } = await signInAt('corp', { groups: ['dev'] })
    const answer = await browser.submit(
      page,
      { ...formWith(page, 'csrf'), action: `${gateway.url}/roles/console` },
      { role: DEVELOPER, duration, destination: 's3' },
      { stopBefore: /\/federation\?/ },
    )
    return { browser, answer }
  }

  it('a duration that AWS allows leads straight there', async () => {
    expect((await opened('2h')).answer.status).toBe(303)
  })

  it('a duration that AWS does not allow becomes an hour, is shown, and one press leads on', async () => {
    const { browser, answer } = await opened('3h')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.body).toContain('You asked for 3h, but this role allows less. You got 1 hour.')
    const href = unescapeMarkup(/<a class="button primary" href="([^"]*)"/.exec(answer.body)?.[1] ?? '')
    const console = await browser.open(href)
    expect(console.url).toBe(`${gateway.localAws}/console`)
    expect(console.body).toContain('/s3/home')
  })
})

describe('a second identity provider', () => {
  it("a second identity provider that asserts the first one's groups gets nothing", async () => {
    const groups = ['dev', 'aws-111122223333-Developer']
    const { browser, page } = await signInAt('partner', {
      groups,
      [ROLE_ATTRIBUTE]: [`${DEVELOPER},${ACCOUNT}:saml-provider/fedgate`],
    })
    expect(rolesOn(page)).toEqual([])
    expect(page.body).toContain('You don’t have any roles yet')
    for (const role of [DEVELOPER, LOCKED, ADMIN])
      expect(refusalIn((await take(browser, page, { role })).body).code).toBe('role.not_granted')
  })
})

describe("the identity provider's own Role attribute", () => {
  const pair = `${DEVELOPER},${ACCOUNT}:saml-provider/any`
  const turned = `${ACCOUNT}:saml-provider/any,${DEVELOPER}`

  it.each([pair, turned, ` ${DEVELOPER} , ${ACCOUNT}:saml-provider/any `])(
    '%j grants the role where it is to be believed',
    async (value) => {
      const { browser, page } = await signInAt('believed', { [ROLE_ATTRIBUTE]: [value] })
      expect(rolesOn(page)).toEqual([DEVELOPER])
      expect((await take(browser, page, { role: DEVELOPER })).status).toBe(200)
    },
  )

  it('grants nothing where it is not', async () => {
    const { page } = await signInAt('corp', { [ROLE_ATTRIBUTE]: [pair] })
    expect(rolesOn(page)).toEqual([])
  })

  it.each([DEVELOPER, `${DEVELOPER},${DEVELOPER}`, `${pair},${DEVELOPER}`, 'x,y', ''])(
    '%j is no pair and grants nothing',
    async (value) => {
      const { page } = await signInAt('believed', { [ROLE_ATTRIBUTE]: [value] })
      expect(rolesOn(page)).toEqual([])
    },
  )
})

describe('many roles', () => {
  const groups = Array.from({ length: 500 }, (_, n) => `aws-${String(n % 50).padStart(12, '9')}-Team${n}`)

  it('many roles are all on one page, by account', async () => {
    const { page } = await signInAt('corp', { groups })
    expect(rolesOn(page)).toHaveLength(500)
    expect(page.body).toContain('500 roles in 50 accounts')
  })

  it('many roles are narrowed by a search', async () => {
    const { browser } = await signInAt('corp', { groups })
    const page = await browser.open(`${gateway.url}/roles?q=team49`)
    expect(rolesOn(page)).toHaveLength(11)
  })

  it('come with one each where several groups and rules name the same', async () => {
    const { page } = await signInAt('corp', { groups: ['dev', 'aws-111122223333-Developer'] })
    expect(rolesOn(page).filter((arn) => arn === DEVELOPER)).toEqual([DEVELOPER])
  })
})

describe('what a provider says', () => {
  const nasty = `"><script>alert(1)</script><img src=x onerror='alert(2)'>{{7*7}}`

  it('what a provider says is shown as text, never as markup', async () => {
    const { browser } = await signInAt('corp', { displayName: [nasty], groups: [nasty] })
    for (const path of ['/roles', '/identity', '/logout', '/login']) {
      const { body } = await browser.open(`${gateway.url}${path}`)
      expect(body).not.toContain('<script>alert')
      expect(body).not.toContain('<img src=x')
    }
    expect((await browser.open(`${gateway.url}/identity`)).body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  })

  it('what a provider says is shown as text in what a script asks for, under names that mean something to JavaScript', async () => {
    const { browser } = await signInAt('corp', { constructor: ['a'], toString: ['b'], groups: [nasty] })
    const { body } = await browser.open(`${gateway.url}/api/session`)
    expect(JSON.parse(body).attributes).toEqual({ constructor: ['a'], toString: ['b'], groups: [nasty] })
  })
})
