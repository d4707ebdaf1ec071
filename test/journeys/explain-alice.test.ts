/**
 * The demo's alice, and a role whose trust policy is wrong in one way after the other: the exact reason each time, and
 * the local AWS, which shares no line of that with the gateway but the policy language, refuses each of them too.
 */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { explained } from '../../src/cli/explain/question.ts'
import { readConfig } from '../../src/cli/load-config.ts'
import type { Config } from '../../src/config/types.ts'
import { assertUser } from '../../src/demo/saml-answers.ts'
import { demoUsers } from '../../src/demo/users.ts'
import { refusalIn, unescapeMarkup } from '../harness/html.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { postAnswer } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway, writeConfig } from '../harness/test-gateway.ts'
import { createTestIdp, requestOn } from '../harness/test-idp.ts'

const ACCOUNT = '111122223333'
const PROVIDER = `arn:aws:iam::${ACCOUNT}:saml-provider/fedgate`
const RECIPIENT = 'https://signin.aws.amazon.com/saml'
const GROUP_KEY = 'saml:edupersonaffiliation'

type Condition = Readonly<Record<string, Readonly<Record<string, string>>>>

interface Statement {
  readonly Effect: 'Allow' | 'Deny'
  readonly Principal: { readonly Federated: string } | '*'
  readonly Action: readonly string[]
  readonly Condition?: Condition
}

const CALL = 'sts:AssumeRoleWithSAML'
const ALL = [CALL, 'sts:TagSession', 'sts:SetSourceIdentity']
const right: Statement & { readonly Condition: Condition } = {
  Effect: 'Allow',
  Principal: { Federated: PROVIDER },
  Action: ALL,
  Condition: { StringEquals: { 'SAML:aud': RECIPIENT }, 'ForAnyValue:StringEquals': { [GROUP_KEY]: 'staff' } },
}

/** The right policy, with one more condition or another one. */
const asking = (operator: string, key: string, value: string): readonly Statement[] => [
  { ...right, Condition: { ...right.Condition, [operator]: { ...right.Condition[operator], [key]: value } } },
]

interface Wrong {
  readonly statements: readonly Statement[]
  /** What decides: name, and what was found. */
  readonly name: string
  readonly found: string
  readonly outcome?: 'unknown'
}

/** By the role's name. */
const wrong: Readonly<Record<string, Wrong>> = {
  ProviderInAnotherCase: {
    statements: [{ ...right, Principal: { Federated: `${PROVIDER.slice(0, -7)}Fedgate` } }],
    name: 'Statement[0].Principal',
    found: PROVIDER,
  },
  ProviderOfAnotherAccount: {
    statements: [{ ...right, Principal: { Federated: PROVIDER.replace(ACCOUNT, '444455556666') } }],
    name: 'Statement[0].Principal',
    found: PROVIDER,
  },
  AnotherAction: {
    statements: [{ ...right, Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession', 'sts:SetSourceIdentity'] }],
    name: 'Statement[0].Action',
    found: CALL,
  },
  AudienceWithSlash: {
    statements: asking('StringEquals', 'SAML:aud', `${RECIPIENT}/`),
    name: 'Statement[0].Condition.StringEquals.SAML:aud',
    found: `${RECIPIENT}; only a trailing slash differs`,
  },
  AudienceInAnotherCase: {
    statements: asking('StringEquals', 'SAML:aud', 'https://signin.AWS.amazon.com/saml'),
    name: 'Statement[0].Condition.StringEquals.SAML:aud',
    found: `${RECIPIENT}; only case differs`,
  },
  IssuerIsTheProvider: {
    statements: asking('StringEquals', 'saml:iss', 'https://corp.example/metadata'),
    name: 'Statement[0].Condition.StringEquals.saml:iss',
    found: 'GATEWAY/idp/metadata',
  },
  SubjectInAnotherCase: {
    statements: asking('StringEquals', 'saml:sub', 'Alice'),
    name: 'Statement[0].Condition.StringEquals.saml:sub',
    found: 'alice; only case differs',
  },
  GroupThatAwsNeverSees: {
    statements: asking('ForAnyValue:StringEquals', 'saml:groups', 'aws-dev'),
    name: 'Statement[0].Condition.ForAnyValue:StringEquals.saml:groups',
    found: 'no such key in the request',
  },
  AnotherAffiliation: {
    statements: asking('ForAnyValue:StringEquals', GROUP_KEY, 'faculty'),
    name: `Statement[0].Condition.ForAnyValue:StringEquals.${GROUP_KEY}`,
    found: 'staff',
  },
  NoTagSession: {
    statements: [{ ...right, Action: [CALL, 'sts:SetSourceIdentity'] }],
    name: 'Statement[0].Action',
    found: 'sts:TagSession',
  },
  AnotherTag: {
    statements: asking('StringEquals', 'aws:RequestTag/CostCenter', '4712'),
    name: 'Statement[0].Condition.StringEquals.aws:RequestTag/CostCenter',
    found: '4711',
  },
  NoSetSourceIdentity: {
    statements: [{ ...right, Action: [CALL, 'sts:TagSession'] }],
    name: 'Statement[0].Action',
    found: 'sts:SetSourceIdentity',
  },
  DeniedByName: {
    statements: [
      right,
      {
        Effect: 'Deny',
        Principal: { Federated: PROVIDER },
        Action: [CALL],
        Condition: { StringLike: { 'saml:sub': 'al*' } },
      },
    ],
    name: 'Statement[1]',
    found: 'a Deny whose every part matches',
  },
  DeniedWithoutTag: {
    statements: [
      right,
      {
        Effect: 'Deny',
        Principal: { Federated: PROVIDER },
        Action: [CALL],
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable, which has no value here
        Condition: { StringNotEquals: { 'saml:sub': '${aws:RequestTag/Owner}' } },
      },
    ],
    name: 'Statement[1]',
    found: 'a Deny whose every part matches',
  },
  NotYet: {
    statements: asking('DateGreaterThan', 'aws:CurrentTime', '2099-01-01T00:00:00Z'),
    name: 'Statement[0].Condition.DateGreaterThan.aws:CurrentTime',
    found: 'NOW',
  },
  FromAnotherNetwork: {
    statements: asking('IpAddress', 'aws:SourceIp', '203.0.113.0/24'),
    name: 'Statement[0].Condition.IpAddress.aws:SourceIp',
    found: 'not known before the call is made',
    outcome: 'unknown',
  },
}

const arnOf = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`
const policyOf = (Statement: readonly Statement[]) => ({ Version: '2012-10-17', Statement })
const policies = new Map([
  ['Right', [right]],
  ...Object.entries(wrong).map(([name, { statements }]) => [name, statements] as const),
])

let gateway: ReservedGateway
let page: Page
let config: Config
let claims: string
let folder: string
const alice = new HttpBrowser()
const [user] = demoUsers
const NOW = new Date()

beforeAll(async () => {
  if (user?.username !== 'alice') throw new Error('the demo has no alice')
  const url = await reserveGateway()
  const idp = await createTestIdp('corp')
  const keys = {
    providers: [{ id: 'corp', protocol: 'saml', metadata: './corp.xml' }],
    access: [{ when: { provider: 'corp', groups: 'aws-dev' }, roles: [...policies.keys()].map(arnOf) }],
    sessionName: '{email}',
    sourceIdentity: '{subject}',
    sessionTags: { CostCenter: '{costCenter}' },
  }
  const files = { 'corp.xml': idp.metadata }
  const state = {
    roles: [...policies].map(([name, statements]) => ({ arn: arnOf(name), trustPolicy: policyOf(statements) })),
  }
  gateway = await startConfiguredGateway(url, keys, { files, state })
  // The same again for explain, which knows nothing of the roles: their policies come as files.
  const written = await writeConfig(url, keys, { files })
  folder = written.folder
  config = await readConfig(written.file, {})
  const asked = requestOn(await alice.open(`${url}/login/corp`, { stopBefore: new RegExp(`^${idp.ssoUrl}`) }))
  const serviceProvider = { entityId: asked.issuer, acsUrl: asked.acsUrl ?? '' }
  const exchange = { entityId: idp.entityId, serviceProvider, inResponseTo: asked.id }
  const xml = await assertUser(exchange, { user, authnInstant: NOW, sessionIndex: '_1' }, idp.keys, NOW)
  const SAMLResponse = Buffer.from(xml).toString('base64')
  claims = join(folder, 'response.txt')
  await writeFile(claims, SAMLResponse)
  const RelayState = asked.relayState ?? ''
  page = await postAnswer(alice, { acs: serviceProvider.acsUrl, SAMLResponse, RelayState, page: { url: idp.ssoUrl } })
})
afterAll(async () => {
  await gateway.close()
  await rm(folder, { recursive: true })
})

const explain = async (name: string, statements: readonly Statement[]) => {
  const trustPolicy = join(folder, `${name}.json`)
  await writeFile(trustPolicy, JSON.stringify(policyOf(statements)))
  return (await explained(config, { config: '', provider: 'corp', role: arnOf(name), claims, trustPolicy }, NOW))
    .preflight
}

const take = (name: string): Promise<Page> => alice.submit(page, formWith(page, 'role', arnOf(name)))

const insertValues = (found: string): string => found.replace('GATEWAY', gateway.url).replace('NOW', NOW.toISOString())

describe('the right trust policy', () => {
  it('lets alice in, says explain', async () => {
    const { outcome, decidedBy } = await explain('Right', [right])
    expect({ outcome, decidedBy }).toEqual({ outcome: 'allowed', decidedBy: undefined })
  })

  it('lets alice in, says the local AWS', async () => {
    expect((await take('Right')).status).toBe(200)
  })
})

describe.each(Object.entries(wrong))('%s', (name, { statements, found, outcome = 'denied', ...decided }) => {
  it('explain names the reason', async () => {
    const preflight = await explain(name, statements)
    expect(preflight).toMatchObject({ outcome, decidedBy: { name: decided.name, found: insertValues(found) } })
  })

  it('the local AWS refuses it; page and audit line give the likely reason', async () => {
    const refused = await take(name)
    const { code, reference } = refusalIn(refused.body)
    expect({ status: refused.status, code }).toEqual({ status: 403, code: 'sts.access_denied' })
    const line = gateway.audit().find(({ referenceId }) => referenceId === reference)
    const finding = expect.objectContaining({
      outcome: outcome === 'denied' ? 'fail' : 'unknown',
      expected: expect.any(String),
    })
    expect(line).toMatchObject({ eventName: 'exchange.denied', findings: expect.arrayContaining([finding]) })
    const statement = /Statement\[\d\]/.exec(decided.name)?.[0]
    expect(line?.likelyReason).toContain(`${statement} of the role's trust policy`)
    expect(unescapeMarkup(refused.body)).toContain(line?.likelyReason)
  })
})
