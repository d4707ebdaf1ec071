/** Any sign-in to either exchange: every combination of protocol, exchange and evidence, at the local AWS that validates. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../src/cli/load-config.ts'
import { refusalIn } from '../harness/html.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { postAnswer } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway, writeConfig } from '../harness/test-gateway.ts'
import { answerOf, createTestIdp, type TestIdp } from '../harness/test-idp.ts'
import { signInAtOp } from '../harness/test-op.ts'
import { startTamperingProvider, type Tampering, type TamperingProvider } from '../oidc/tampering-provider.ts'

const AWS = 'https://aws.amazon.com/SAML/Attributes/'
const ACCOUNT = 'arn:aws:iam::111122223333'

type Protocol = 'saml' | 'oidc'
interface Way {
  readonly login: Protocol
  readonly via: 'saml' | 'web-identity'
  readonly evidence: 'original' | 'reissued'
  /** A Cognito identity pool in between. */
  readonly isPooled?: true
}

const POOL = 'eu-west-1:0a1b2c3d-3333-4444-8555-666677778888'

const unpooled: readonly Way[] = (['saml', 'oidc'] as const).flatMap((login) =>
  (['saml', 'web-identity'] as const).flatMap((via) =>
    (['original', 'reissued'] as const).map((evidence) => ({ login, via, evidence })),
  ),
)
const ways: readonly Way[] = [
  ...unpooled,
  { login: 'saml', via: 'web-identity', evidence: 'reissued', isPooled: true },
  { login: 'oidc', via: 'web-identity', evidence: 'reissued', isPooled: true },
  { login: 'oidc', via: 'web-identity', evidence: 'original', isPooled: true },
]
const isPossible = ({ login, via, evidence }: Way): boolean =>
  evidence === 'reissued' || (login === 'saml') === (via === 'saml')
const idOf = ({ login, via, evidence, isPooled }: Way): string =>
  isPooled ? `${login}-pool-${evidence}` : `${login}-${via}-${evidence}`
const roleOf = (way: Way): string => `${ACCOUNT}:role/${idOf(way)}`

let gateway: ReservedGateway
let idp: TestIdp
let op: TamperingProvider

const providerOf = (way: Way) => ({
  id: idOf(way),
  protocol: way.login,
  exchange: { via: way.via, evidence: way.evidence, ...(way.isPooled ? { identityPoolId: POOL } : {}) },
  ...(way.login === 'saml'
    ? { metadata: './corp.xml' }
    : { issuer: op.issuer, clientId: 'fedgate', clientSecret: 's', allowInsecureHttp: true }),
})

const keysOf = (all: readonly Way[]) => ({
  providers: all.map(providerOf),
  access: all.map((way) => ({ when: { provider: idOf(way) }, roles: [roleOf(way)] })),
  sessionName: '{email}',
})

beforeAll(async () => {
  const url = await reserveGateway()
  idp = await createTestIdp('corp')
  op = await startTamperingProvider()
  gateway = await startConfiguredGateway(url, keysOf(ways.filter(isPossible)), { files: { 'corp.xml': idp.metadata } })
})
afterAll(async () => {
  await gateway.close()
  await op.close()
})

const bySaml = async (browser: HttpBrowser, way: Way): Promise<Page> => {
  const attributes = {
    email: ['alice@example.com'],
    [`${AWS}Role`]: [`${ACCOUNT}:saml-provider/${idOf(way)},${roleOf(way)}`],
    [`${AWS}RoleSessionName`]: ['alice@example.com'],
  }
  const says = { subject: 'alice', attributes, now: new Date() }
  return postAnswer(browser, await answerOf(idp, browser, gateway.url, idOf(way), says))
}

const signIn = (browser: HttpBrowser, way: Way, tampering: Tampering = {}): Promise<Page> =>
  way.login === 'saml' ? bySaml(browser, way) : signInAtOp(op, browser, `${gateway.url}/login/${idOf(way)}`, tampering)

const take = async (way: Way, tampering: Tampering = {}): Promise<Page> => {
  const browser = new HttpBrowser()
  const page = await signIn(browser, way, tampering)
  return browser.submit(page, { ...formWith(page, 'role', roleOf(way)), action: `${gateway.url}/roles/credentials` })
}

describe.each(ways.filter(isPossible).map((way) => ({ ...way, id: idOf(way) })))('$login sign-in: $id', (way) => {
  it('the sign-in ends in credentials of the role, under the name of the user', async () => {
    const taken = await take(way)
    expect(taken.status).toBe(200)
    expect(taken.body).toContain(`assumed-role/${idOf(way)}/alice@example.com`)
  })
})

describe.each(ways.filter((way) => !isPossible(way)))('$login sign-in, $via, $evidence', (way) => {
  it('the combination is refused when the configuration is read', async () => {
    const { file } = await writeConfig('http://localhost:1', keysOf([way]), { files: { 'corp.xml': idp.metadata } })
    await expect(readConfig(file, {})).rejects.toMatchObject({
      problems: [{ path: ['providers', 0, 'exchange', 'via'] }],
    })
  })
})

describe("a provider's own token", () => {
  const original: Way = { login: 'oidc', via: 'web-identity', evidence: 'original' }

  it('a token of more than 20,000 characters is refused before AWS is asked', async () => {
    const refused = await take(original, { claims: (claims) => ({ ...claims, filling: 'x'.repeat(16_000) }) })
    expect(refusalIn(refused.body)).toMatchObject({ status: 403, code: 'sts.evidence_too_large' })
  })

  it('a token of that size can be reissued', async () => {
    const tampering: Tampering = { claims: (claims) => ({ ...claims, filling: 'x'.repeat(16_000) }) }
    expect((await take({ ...original, evidence: 'reissued' }, tampering)).status).toBe(200)
  })
})
