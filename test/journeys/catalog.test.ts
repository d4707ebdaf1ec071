/** A gateway with a catalogue: what users and operators see of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HttpBrowser } from '../harness/http-browser.ts'
import { postAnswer } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { answerOf, createTestIdp, type TestIdp } from '../harness/test-idp.ts'

const ACCOUNT = '111122223333'
const arnOf = (name: string, account = ACCOUNT): string => `arn:aws:iam::${account}:role/${name}`
const [DEPLOY, LOCKED, GONE] = [arnOf('Deploy'), arnOf('Locked'), arnOf('Gone')]
const CLOSED = arnOf('Admin', '444455556666')

const trust = (Principal: object) => ({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal, Action: 'sts:AssumeRoleWithSAML' },
})
const ours = trust({ Federated: `arn:aws:iam::${ACCOUNT}:saml-provider/fedgate` })
const theirs = trust({ Federated: `arn:aws:iam::${ACCOUNT}:saml-provider/other` })

let gateway: ReservedGateway
let corp: TestIdp
let browser: HttpBrowser

beforeAll(async () => {
  const url = await reserveGateway()
  corp = await createTestIdp('corp')
  const accounts = [
    { Id: ACCOUNT, Name: 'Payments live', Status: 'ACTIVE' },
    { Id: '444455556666', Name: 'Closed down', Status: 'SUSPENDED' },
  ]
  const roles = [
    {
      Arn: DEPLOY,
      Tags: [{ Key: 'fedgate:groups', Value: 'dev' }],
      AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(ours)),
    },
    { Arn: LOCKED, AssumeRolePolicyDocument: theirs },
  ]
  const list = [{ Arn: DEPLOY, Description: 'Deploys the web shop', MaxSessionDuration: 7200 }]
  gateway = await startConfiguredGateway(
    url,
    {
      providers: [{ id: 'corp', label: 'Corp', protocol: 'saml', metadata: './corp.xml' }],
      catalog: ['./accounts.json', './roles*.json'],
      access: [
        { when: { provider: 'corp' }, roles: [{ tag: 'fedgate:groups' }] },
        { when: { provider: 'corp', groups: 'dev' }, roles: [{ name: 'Locked' }, GONE, CLOSED] },
      ],
      operators: [{ when: { provider: 'corp', groups: 'dev' } }],
    },
    {
      files: {
        'corp.xml': corp.metadata,
        'accounts.json': JSON.stringify({ Accounts: accounts }),
        'roles.json': JSON.stringify({ RoleDetailList: roles }, null, 1),
        'roles-list.json': JSON.stringify({ Roles: list }),
      },
      state: {
        accounts: [{ id: ACCOUNT, name: 'P' }],
        roles: [{ arn: DEPLOY, trustPolicy: ours, maxSessionDuration: 7200 }],
      },
    },
  )
  browser = new HttpBrowser()
  const attributes = { groups: ['dev'] }
  await postAnswer(browser, await answerOf(corp, browser, url, 'corp', { subject: 'alice', attributes }))
})
afterAll(() => gateway.close())

describe('A gateway with a catalogue', () => {
  it('the picker shows names and descriptions of the catalogue, and no role that is gone', async () => {
    const { body } = await browser.open(`${gateway.url}/roles`)
    for (const text of ['Payments live', 'Deploys the web shop', DEPLOY, LOCKED]) expect(body).toContain(text)
    for (const arn of [GONE, CLOSED]) expect(body).not.toContain(arn)
    expect((await browser.open(`${gateway.url}/roles?q=web+shop`)).body).not.toContain(LOCKED)
  })

  it("the forecast knows each role's trust policy", async () => {
    const { body } = await browser.open(`${gateway.url}/roles/why?role=${encodeURIComponent(LOCKED)}`)
    expect(body).toContain('data-verdict="denied"')
    expect(body).toContain('saml-provider/other')
  })

  it('the page of a role says which tag and file granted it, and how long a session may be', async () => {
    const { body } = await browser.open(`${gateway.url}/roles/why?role=${encodeURIComponent(DEPLOY)}`)
    expect(body).toMatch(/groups = dev \(tag fedgate:groups in roles\.json:4, rule at line \d+\)/)
    expect(body).toContain('>2h<')
  })

  it('the identity page says which tag and file granted each role', async () => {
    const { body } = await browser.open(`${gateway.url}/identity`)
    expect(body).toContain('groups = dev (tag fedgate:groups in roles.json:4, rule at line')
  })

  it('the audit log says which tag and file granted the role', async () => {
    const page = await browser.open(`${gateway.url}/roles`)
    const form = page.forms.find(({ fields }) => fields.role === DEPLOY)
    if (!form) throw new Error('no form')
    const { status } = await browser.submit(page, form, { duration: '2h' })
    expect(status).toBe(200)
    const exchange = gateway.audit().find(({ eventName }) => eventName === 'exchange')
    expect(exchange).toMatchObject({ requestParameters: { roleArn: DEPLOY, durationSeconds: 7200 } })
    expect(exchange?.grantedBy).toMatch(/^groups = dev \(tag fedgate:groups in roles\.json:4, rule at line \d+\)$/)
  })

  it('a role that is gone cannot be taken by its ARN', async () => {
    const page = await browser.open(`${gateway.url}/roles`)
    const form = page.forms.find(({ fields }) => fields.role === DEPLOY)
    if (!form) throw new Error('no form')
    const { body } = await browser.submit(page, form, { role: GONE })
    expect(body).toContain('role.not_granted')
  })

  it('operators see what is in use and what is hidden', async () => {
    const { body } = await browser.open(`${gateway.url}/status`)
    for (const text of ['2 accounts, 2 roles, 3 files', '444455556666', GONE]) expect(body).toContain(text)
  })
})
