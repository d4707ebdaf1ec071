/**
 * What the configuration maps arrives at AWS: every role's trust policy here asks for exactly the tags, transitive keys
 * and source identity of alice, so that credentials prove that AWS had them, and a denial that it had others.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { oidcProviderArn } from '../../src/core/arn.ts'
import { refusalIn } from '../harness/html.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { postAnswer } from '../harness/sign-in.ts'
import {
  type AuditLine,
  type ReservedGateway,
  reserveGateway,
  startConfiguredGateway,
} from '../harness/test-gateway.ts'
import { answerOf, createTestIdp, type TestIdp } from '../harness/test-idp.ts'
import { signInAtOp } from '../harness/test-op.ts'
import { startTamperingProvider, type TamperingProvider } from '../oidc/tampering-provider.ts'

const AWS = 'https://aws.amazon.com/SAML/Attributes/'
const ACCOUNT = '111122223333'
const READ_ONLY = 'arn:aws:iam::aws:policy/ReadOnlyAccess'

interface Way {
  readonly login: 'saml' | 'oidc'
  readonly via: 'saml' | 'web-identity'
  readonly evidence: 'original' | 'reissued'
}

const ways: readonly Way[] = [
  { login: 'saml', via: 'saml', evidence: 'reissued' },
  { login: 'saml', via: 'web-identity', evidence: 'reissued' },
  { login: 'saml', via: 'saml', evidence: 'original' },
  { login: 'oidc', via: 'saml', evidence: 'reissued' },
  { login: 'oidc', via: 'web-identity', evidence: 'reissued' },
  { login: 'oidc', via: 'web-identity', evidence: 'original' },
]
const idOf = ({ login, via, evidence }: Way): string => `${login}-${via}-${evidence}`
const roleOf = (way: Way): string => `arn:aws:iam::${ACCOUNT}:role/${idOf(way)}`

/** What a provider says of somebody. */
type Said = Readonly<Record<'uid' | 'costCenter' | 'team', string>>
const alice: Said = { uid: 'alice', costCenter: '4711', team: 'blue' }

let gateway: ReservedGateway
let idp: TestIdp
let op: TamperingProvider

const providerArnOf = (way: Way, gatewayUrl: string): string => {
  if (way.via === 'saml')
    return `arn:aws:iam::${ACCOUNT}:saml-provider/${way.evidence === 'reissued' ? 'fedgate' : idOf(way)}`
  return oidcProviderArn('aws', ACCOUNT, way.evidence === 'reissued' ? gatewayUrl : op.issuer)
}

/** Of original evidence the recipient is the gateway, which AWS takes only where the trust policy names it. */
const federationStatement = (way: Way, gatewayUrl: string) => {
  if (way.via === 'web-identity') return { Action: 'sts:AssumeRoleWithWebIdentity' }
  const acs = `${gatewayUrl}/saml/${idOf(way)}/acs`
  const recipient = way.evidence === 'original' ? acs : 'https://signin.aws.amazon.com/saml'
  return { Action: 'sts:AssumeRoleWithSAML', Condition: { StringEquals: { 'SAML:aud': recipient } } }
}

const trustPolicy = (way: Way, gatewayUrl: string) => {
  const allow = { Effect: 'Allow', Principal: { Federated: providerArnOf(way, gatewayUrl) } }
  return {
    Version: '2012-10-17',
    Statement: [
      { ...allow, ...federationStatement(way, gatewayUrl) },
      {
        ...allow,
        Action: 'sts:TagSession',
        Condition: {
          StringEquals: { 'aws:RequestTag/CostCenter': alice.costCenter, 'aws:RequestTag/Team': alice.team },
          'ForAllValues:StringEquals': { 'aws:TagKeys': ['CostCenter', 'Team'] },
          'ForAnyValue:StringEquals': { 'sts:TransitiveTagKeys': 'CostCenter' },
        },
      },
      {
        ...allow,
        Action: 'sts:SetSourceIdentity',
        Condition: { StringEquals: { 'sts:SourceIdentity': alice.uid } },
      },
    ],
  }
}

const providerOf = (way: Way) => ({
  id: idOf(way),
  protocol: way.login,
  exchange: { via: way.via, evidence: way.evidence },
  ...(way.login === 'saml'
    ? { metadata: './corp.xml' }
    : { issuer: op.issuer, clientId: 'fedgate', clientSecret: 's', allowInsecureHttp: true, userinfo: false }),
})

beforeAll(async () => {
  const url = await reserveGateway()
  idp = await createTestIdp('corp')
  op = await startTamperingProvider()
  const keys = {
    providers: ways.map(providerOf),
    access: ways.map((way) => ({ when: { provider: idOf(way) }, roles: [roleOf(way)] })),
    roles: [{ match: `arn:aws:iam::${ACCOUNT}:role/saml-*-reissued`, sessionPolicyArns: [READ_ONLY] }],
    sessionName: '{uid}',
    sourceIdentity: '{uid}',
    sessionTags: { CostCenter: '{costCenter}', Team: '{team}' },
    transitiveTags: ['CostCenter'],
  }
  const roles = ways.map((way) => ({ arn: roleOf(way), trustPolicy: trustPolicy(way, url) }))
  gateway = await startConfiguredGateway(url, keys, { files: { 'corp.xml': idp.metadata }, state: { roles } })
})
afterAll(async () => {
  await gateway.close()
  await op.close()
})

const once = (said: Said): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(Object.entries(said).map(([name, value]) => [name, [value]]))

const bySaml = async (browser: HttpBrowser, way: Way, said: Said): Promise<Page> => {
  // For the gateway to map, or for AWS to read: the other of the two takes no notice.
  const attributes = {
    ...once(said),
    [`${AWS}Role`]: [`${providerArnOf(way, gateway.url)},${roleOf(way)}`],
    [`${AWS}RoleSessionName`]: [said.uid],
    [`${AWS}PrincipalTag:CostCenter`]: [said.costCenter],
    [`${AWS}PrincipalTag:Team`]: [said.team],
    [`${AWS}TransitiveTagKeys`]: ['CostCenter'],
    [`${AWS}SourceIdentity`]: [said.uid],
  }
  const says = { subject: 'a-lasting-id', attributes, now: new Date() }
  return postAnswer(browser, await answerOf(idp, browser, gateway.url, idOf(way), says))
}

const byOpenId = (browser: HttpBrowser, way: Way, said: Said): Promise<Page> =>
  signInAtOp(op, browser, `${gateway.url}/login/${idOf(way)}`, {
    claims: (claims) => ({
      ...claims,
      ...said,
      'https://aws.amazon.com/tags': {
        principal_tags: { CostCenter: [said.costCenter], Team: [said.team] },
        transitive_tag_keys: ['CostCenter'],
      },
      'https://aws.amazon.com/source_identity': said.uid,
    }),
  })

const take = async (way: Way, said: Said): Promise<Page> => {
  const browser = new HttpBrowser()
  const page = await (way.login === 'saml' ? bySaml : byOpenId)(browser, way, said)
  return browser.submit(page, { ...formWith(page, 'role', roleOf(way)), action: `${gateway.url}/roles/credentials` })
}

const lastLine = (eventName: string): AuditLine | undefined =>
  gateway.audit().findLast((line) => line.eventName === eventName)

const carried = {
  sourceIdentity: 'alice',
  principalTags: { CostCenter: '4711', Team: 'blue' },
  transitiveTagKeys: ['CostCenter'],
}

describe.each(ways)('$login sign-in, $via, $evidence', (way) => {
  it('ends in a session with the tags and the source identity of alice, and the audit log says so', async () => {
    expect((await take(way, alice)).status).toBe(200)
    expect(lastLine('exchange')).toMatchObject({
      requestParameters: { roleArn: roleOf(way), roleSessionName: 'alice', ...carried },
      // Both from AWS's own answer.
      responseElements: { sourceIdentity: 'alice', packedPolicySize: expect.any(Number) },
    })
  })

  it.each([
    ['cost center', { ...alice, costCenter: '4712' }],
    ['team', { ...alice, team: 'red' }],
    ['name', { ...alice, uid: 'alicia' }],
  ])('the exchange is denied by AWS to a user of another %s', async (_, said) => {
    expect(refusalIn((await take(way, said)).body)).toMatchObject({ status: 403, code: 'sts.access_denied' })
    expect(lastLine('exchange.denied')).toMatchObject({
      errorCode: 'sts.access_denied',
      requestParameters: { sourceIdentity: said.uid, principalTags: { CostCenter: said.costCenter, Team: said.team } },
    })
  })
})

const reissued: Way = { login: 'oidc', via: 'web-identity', evidence: 'reissued' }

describe('what the gateway maps', () => {
  it('leaves a tag out that AWS would not take, and says why, instead of another value', async () => {
    await take(reissued, { ...alice, team: 'blue; red' })
    expect(lastLine('exchange.denied')?.requestParameters).toMatchObject({
      principalTags: { CostCenter: '4711' },
      leftOut: [{ what: 'sessionTags.Team', reason: 'its value has characters that AWS does not take there' }],
    })
  })

  it('asks AWS for nothing where the source identity cannot be made', async () => {
    const refused = refusalIn((await take(reissued, { ...alice, uid: 'al ice' })).body)
    expect(refused).toMatchObject({ status: 403, code: 'role.source_identity_missing' })
    expect(lastLine('exchange.denied')).toMatchObject({
      errorCode: 'role.source_identity_missing',
      found: 'its value has characters that AWS does not take there',
    })
  })
})

describe('what the gateway cannot add to original evidence', () => {
  it('what the gateway cannot add to original evidence is in the audit log as left out', async () => {
    await take({ login: 'oidc', via: 'web-identity', evidence: 'original' }, alice)
    const reason = 'AWS sees only what oidc-web-identity-original itself has signed'
    expect(lastLine('exchange')?.requestParameters).toMatchObject({
      leftOut: [
        { what: 'sourceIdentity', reason },
        { what: 'sessionTags.CostCenter', reason },
        { what: 'sessionTags.Team', reason },
      ],
    })
  })
})

describe('policies of a role', () => {
  it('go along with the call, and weigh', async () => {
    const saml: Way = { login: 'saml', via: 'saml', evidence: 'reissued' }
    await take(saml, alice)
    const scoped = lastLine('exchange')
    expect(scoped?.requestParameters).toMatchObject({ policyArns: [READ_ONLY] })
    await take(reissued, alice)
    const free = lastLine('exchange')
    expect(free?.requestParameters).not.toHaveProperty('policyArns')
    const weightOf = ({ responseElements }: Partial<AuditLine> = {}): number =>
      (responseElements as { packedPolicySize: number }).packedPolicySize
    expect(weightOf(scoped)).toBeGreaterThan(weightOf(free))
  })
})

describe('a subject that changes at each sign-in', () => {
  const signInAs = async (format: string): Promise<AuditLine | undefined> => {
    const browser = new HttpBrowser()
    const nameId = { value: 'as-it-is-today', format: `urn:oasis:names:tc:SAML:2.0:nameid-format:${format}` }
    const says = { subject: nameId.value, nameId, attributes: once(alice) }
    await postAnswer(browser, await answerOf(idp, browser, gateway.url, 'saml-saml-reissued', says))
    return lastLine('login')
  }

  it('a subject that changes at each sign-in is warned about in the audit log', async () => {
    expect(await signInAs('transient')).toMatchObject({
      subject: 'as-it-is-today',
      warnings: [
        expect.stringMatching(/^saml-saml-reissued gives you a new ID each time you sign in \(a transient NameID\)/),
      ],
    })
    expect(await signInAs('persistent')).not.toHaveProperty('warnings')
  })
})
