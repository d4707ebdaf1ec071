/** Every refusal whose page shows a reference has its line under that reference, wherever it was refused. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { refusalIn } from '../harness/html.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { freePort } from '../harness/ports.ts'
import { FINISH, postAnswer } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { answerOf, createTestIdp, type TestIdp } from '../harness/test-idp.ts'

const ROLE = 'arn:aws:iam::111122223333:role/Developer'
const OTHER = ROLE.replace('Developer', 'Other')

let gateway: ReservedGateway
let idp: TestIdp
let alice: HttpBrowser
let roles: Page

const answer = (browser: HttpBrowser) =>
  answerOf(idp, browser, gateway.url, 'corp', { subject: 'alice', attributes: { groups: ['dev'] } })

beforeAll(async () => {
  idp = await createTestIdp('corp')
  const nowhere = `http://127.0.0.1:${await freePort()}`
  const openId = { protocol: 'oidc', clientId: 'gateway', clientSecret: 'gateway-secret', allowInsecureHttp: true }
  gateway = await startConfiguredGateway(
    await reserveGateway(),
    {
      providers: [
        { id: 'corp', protocol: 'saml', metadata: './corp.xml' },
        { id: 'no-metadata', protocol: 'saml', metadata: `${nowhere}/metadata` },
        { id: 'spoilt-metadata', protocol: 'saml', metadata: './spoilt.xml' },
        { id: 'no-discovery', issuer: nowhere, ...openId },
        { id: 'federation', protocol: 'saml', metadata: `${nowhere}/aggregate`, discovery: true },
      ],
      access: [{ when: { provider: 'corp', groups: 'dev' }, roles: [ROLE] }],
    },
    { files: { 'corp.xml': idp.metadata, 'spoilt.xml': '<EntityDescriptor' } },
  )
  alice = new HttpBrowser()
  roles = await postAnswer(alice, await answer(alice))
})
afterAll(() => gateway.close())

const open = (path: string, browser = new HttpBrowser()): Promise<Page> => browser.open(`${gateway.url}${path}`)
const go = (query: Record<string, string>): Promise<Page> => open(`/go?${new URLSearchParams(query)}`, alice)

const usedFinish = async (): Promise<Page> => {
  const browser = new HttpBrowser()
  const { location = '' } = await postAnswer(browser, await answer(browser), { stopBefore: FINISH })
  await browser.open(location)
  return new HttpBrowser().open(location)
}

it.each<readonly [what: string, code: string, how: () => Promise<Page>, line: Record<string, unknown>]>([
  [
    'a way back that leads elsewhere',
    'login.return_to_refused',
    () => open('/login/corp?return_to=https://evil.example/'),
    { eventName: 'login.refused', provider: 'corp' },
  ],
  ['a provider that is not there', 'provider.unknown', () => open('/login/nobody'), { request: 'GET /login/nobody' }],
  [
    'metadata that cannot be fetched',
    'provider.unavailable',
    () => open('/login/no-metadata'),
    { eventName: 'login.refused', provider: 'no-metadata' },
  ],
  [
    'metadata that cannot be read',
    'provider.unavailable',
    () => open('/login/spoilt-metadata'),
    { eventName: 'login.refused', provider: 'spoilt-metadata' },
  ],
  [
    'discovery that cannot be fetched',
    'oidc.provider_unavailable',
    () => open('/login/no-discovery'),
    { eventName: 'login.refused', provider: 'no-discovery' },
  ],
  [
    'an aggregate that cannot be fetched',
    'provider.unavailable',
    () => open('/login/federation?q=example'),
    { eventName: 'request.refused', request: 'GET /login/federation' },
  ],
  ['a sign-in that is over', 'login.expired', () => open('/login/finish?handle=gone'), {}],
  ['a sign-in that is used', 'login.used', usedFinish, {}],
  ['a callback that is over', 'login.expired', () => open('/oidc/no-discovery/callback?handle=gone'), {}],
  [
    'nobody signed in',
    'session.required',
    () => new HttpBrowser().post(`${gateway.url}/roles/pin`, {}, { from: gateway.url }),
    {},
  ],
  [
    'a link to a role of others',
    'role.not_granted',
    () => go({ role: OTHER }),
    { eventName: 'request.refused', provider: 'corp', subject: 'alice', found: OTHER },
  ],
  [
    'a link to a page elsewhere',
    'role.destination_refused',
    () => go({ destination: 'https://evil.example/' }),
    { subject: 'alice', found: 'https://evil.example/' },
  ],
  ['a page for operators', 'operator.required', () => open('/status', alice), { subject: 'alice' }],
  [
    'a form without its token',
    'http.csrf',
    () => alice.post(`${gateway.url}/roles/pin`, { role: ROLE }, { from: roles.url }),
    { request: 'POST /roles/pin' },
  ],
  ['a page that is not there', 'http.not_found', () => open('/nothing'), { request: 'GET /nothing' }],
])('%s is recorded as %s', async (_what, code, how, line) => {
  const refused = refusalIn((await how()).body)
  expect(refused.code).toBe(code)
  expect(gateway.audit().filter(({ referenceId }) => referenceId === refused.reference)).toMatchObject([
    { errorCode: code, sourceIPAddress: expect.any(String), ...line },
  ])
})

it('a console address that is refused is recorded and in the activity, under the reference of the form', async () => {
  const form = { ...formWith(roles, 'role'), action: `${gateway.url}/roles/console` }
  const page = await alice.submit(roles, form, { destination: 'https://evil.example/' })
  const line = gateway.audit().at(-1)
  expect(line).toMatchObject({ eventName: 'console.denied', errorCode: 'role.destination_refused', subject: 'alice' })
  expect(page.body).toContain(String(line?.referenceId))
  expect((await open('/activity', alice)).body).toContain(String(line?.referenceId))
})

it('a script that is not signed in finds its reference too', async () => {
  const response = await fetch(`${gateway.url}/api/session`)
  const { code, reference } = (await response.json()) as { code: string; reference: string }
  expect(code).toBe('session.required')
  expect(gateway.audit().at(-1)).toMatchObject({ referenceId: reference, errorCode: code, request: 'GET /api/session' })
})

it('a flood of refusals writes a bounded amount, and each page still has a reference that the log has', async () => {
  const url = await reserveGateway()
  const providers = [{ id: 'corp', protocol: 'saml', metadata: './corp.xml' }]
  const flooded = await startConfiguredGateway(url, { providers }, { files: { 'corp.xml': idp.metadata } })
  const form = { SAMLResponse: Buffer.from('<Response>\u001b'.repeat(100)).toString('base64') }
  const headers = { 'user-agent': 'x'.repeat(1000) }
  const shown = new Set<string>()
  for (let n = 0; n < 40; n += 1)
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        const page = await new HttpBrowser().post(`${url}/saml/corp/acs`, form, { from: idp.ssoUrl, headers })
        shown.add(refusalIn(page.body).reference)
      }),
    )
  await flooded.close()
  const lines = flooded.audit()
  const counted = lines.filter(({ eventName }) => eventName === 'refusals')
  expect(counted.reduce((sum, { count }) => sum + Number(count), 0) + lines.length - counted.length).toBe(400)
  // 120 lines in a minute; a slow machine takes more than one minute.
  expect(lines.length).toBeLessThan(400)
  expect(JSON.stringify(lines).length / lines.length).toBeLessThan(1500)
  const recorded = new Set(lines.map(({ referenceId }) => referenceId))
  expect([...shown].filter((reference) => !recorded.has(reference))).toEqual([])
}, 120_000)
