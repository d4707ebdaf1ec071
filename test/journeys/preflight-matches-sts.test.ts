/** What the gateway foresees of every way to AWS, and what the local AWS then says. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusalIn } from '../harness/html.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { postAnswer } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { answerOf, createTestIdp, type TestIdp } from '../harness/test-idp.ts'
import { signInAtOp } from '../harness/test-op.ts'
import { startTamperingProvider, type TamperingProvider } from '../oidc/tampering-provider.ts'

const AWS = 'https://aws.amazon.com/SAML/Attributes/'
const ACCOUNT = 'arn:aws:iam::111122223333'

const ways = [
  'saml-saml-original',
  'saml-saml-reissued',
  'saml-token-reissued',
  'oidc-token-original',
  'oidc-token-reissued',
  'oidc-saml-reissued',
] as const
type Way = (typeof ways)[number]

/** As IAM has them: the one that the configuration needs, one that asks for another subject, and one nobody knows. */
const kinds = ['Right', 'Wrong', 'Unknown', 'Changed'] as const
type Kind = (typeof kinds)[number]

/** The local AWS has every role that a rule names outright: of the one that nobody knows a part comes from the sign-in. */
const nameOf = (way: Way, kind: Kind): string => (kind === 'Unknown' ? `${way}-Unknown-alice` : `${way}-${kind}`)
const roleOf = (way: Way, kind: Kind): string => `${ACCOUNT}:role/${nameOf(way, kind)}`
const samlProviderOf = (way: Way): string => `${ACCOUNT}:saml-provider/${way}`

let gateway: ReservedGateway
let idp: TestIdp
let op: TamperingProvider

const partsOf = (way: Way) => {
  const [login, via, evidence] = way.split('-')
  return { login, via: via === 'token' ? ('web-identity' as const) : ('saml' as const), evidence }
}

const providerOf = (way: Way) => {
  const { login, via, evidence } = partsOf(way)
  const exchange = { via, evidence, ...(via === 'saml' ? { provider: way } : {}) }
  return login === 'saml'
    ? { id: way, protocol: 'saml', metadata: './corp.xml', exchange }
    : {
        id: way,
        protocol: 'oidc',
        issuer: op.issuer,
        clientId: 'fedgate',
        clientSecret: 's',
        allowInsecureHttp: true,
        exchange,
      }
}

/** Written out here: the gateway's own generator is not asked. */
const policyOf = (way: Way, url: string, subject: string) => {
  const { via, evidence } = partsOf(way)
  const issuer = evidence === 'original' ? op.issuer : url
  const host = issuer.replace(/^https?:\/\//, '')
  const aud = evidence === 'original' ? `${url}/saml/${way}/acs` : 'https://signin.aws.amazon.com/saml'
  const bySaml = {
    Principal: { Federated: samlProviderOf(way) },
    Action: 'sts:AssumeRoleWithSAML',
    Condition: { StringEquals: { 'SAML:aud': aud, 'saml:sub': subject } },
  }
  const byToken = {
    Principal: { Federated: `${ACCOUNT}:oidc-provider/${host}` },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: { [`${host}:sub`]: subject } },
  }
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...(via === 'saml' ? bySaml : byToken) }] }
}

beforeAll(async () => {
  const url = await reserveGateway()
  idp = await createTestIdp('corp')
  op = await startTamperingProvider()
  const right = (way: Way) => policyOf(way, url, 'alice')
  const wrong = (way: Way) => policyOf(way, url, 'somebody-else')
  const keys = {
    providers: ways.map(providerOf),
    access: ways.flatMap((way) => [
      {
        when: { provider: way },
        roles: kinds.filter((kind) => kind !== 'Unknown').map((kind) => roleOf(way, kind)),
      },
      { when: { provider: way, subject: '/(?<who>.+)/' }, roles: [`${ACCOUNT}:role/${way}-Unknown-{who}`] },
    ]),
    sessionName: '{subject}',
    // What the configuration says of these is not what IAM has.
    roles: ways.map((way) => ({ match: roleOf(way, 'Changed'), trustPolicy: right(way) })),
  }
  const roles = ways.flatMap((way) => [
    { arn: roleOf(way, 'Right'), trustPolicy: right(way) },
    { arn: roleOf(way, 'Wrong'), trustPolicy: wrong(way) },
    { arn: roleOf(way, 'Changed'), trustPolicy: wrong(way) },
  ])
  gateway = await startConfiguredGateway(url, keys, { files: { 'corp.xml': idp.metadata }, state: { roles } })
})
afterAll(async () => {
  await gateway.close()
  await op.close()
})

const bySaml = async (browser: HttpBrowser, way: Way): Promise<Page> => {
  const attributes = {
    [`${AWS}Role`]: kinds.map((kind) => `${roleOf(way, kind)},${samlProviderOf(way)}`),
    [`${AWS}RoleSessionName`]: ['alice'],
  }
  const says = { subject: 'alice', attributes, now: new Date() }
  return postAnswer(browser, await answerOf(idp, browser, gateway.url, way, says))
}

describe.each(ways)('%s', (way) => {
  const browser = new HttpBrowser()
  let page: Page
  let foreseen: string

  beforeAll(async () => {
    page =
      partsOf(way).login === 'saml'
        ? await bySaml(browser, way)
        : await signInAtOp(op, browser, `${gateway.url}/login/${way}`)
    const { body } = await browser.open(`${gateway.url}/identity`)
    foreseen = body
  })

  const take = (kind: Kind): Promise<Page> => {
    const form = formWith(page, 'role', roleOf(way, kind))
    return browser.submit(page, { ...form, action: `${gateway.url}/roles/credentials` })
  }

  const likelyReason = ({ body }: Page): unknown => {
    const { reference } = refusalIn(body)
    return gateway.audit().find(({ referenceId }) => referenceId === reference)?.likelyReason
  }

  const foreseenOf = (kind: Kind): string | undefined =>
    new RegExp(`data-verdict="(\\w+)">[^<]*</span> <strong><bdi>${nameOf(way, kind)}<`).exec(foreseen)?.[1]

  it('the preflight predicts that it is allowed, and it is', async () => {
    expect(foreseenOf('Right')).toBe('allowed')
    expect((await take('Right')).status).toBe(200)
  })

  it('the preflight predicts that it is denied, and it is, for that reason', async () => {
    expect(foreseenOf('Wrong')).toBe('denied')
    const reason = likelyReason(await take('Wrong'))
    expect(reason).toMatch(
      /^AWS refused\. Likely reason: Statement\[0\] of the role's trust policy requires \S+:sub to be somebody-else/,
    )
  })

  it('the preflight predicts nothing where no trust policy is known, and the refusal says so', async () => {
    expect(foreseenOf('Unknown')).toBe('unknown')
    expect(likelyReason(await take('Unknown'))).toMatch(
      /^AWS refused without giving a reason\. The role's trust policy is unknown/,
    )
  })

  it('the preflight is wrong where IAM has another trust policy, and the refusal says that this is possible', async () => {
    expect(foreseenOf('Changed')).toBe('allowed')
    expect(likelyReason(await take('Changed'))).toMatch(/^AWS refused\. The gateway knows no reason/)
  })
})
