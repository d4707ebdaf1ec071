/** The gateway's tokens at the local AWS, which fetches the keys over HTTP as AWS does. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { oidcProviderArn } from '../../src/core/arn.ts'
import { trustPolicy, type WebIdentityTrust, webIdentityTrustStatement } from '../../src/iam/generate.ts'
import { type WebIdentityIssuer, webIdentityIssuer } from '../../src/issuer/web-identity-issuer.ts'
import { type TokenForAws, webIdentityTokenForAws } from '../../src/issuer/web-identity-token.ts'
import { ACCOUNT, call, type Running, start, type WireAnswer } from '../local-aws/support.ts'
import { newSigner, type Publisher, plain, startPublisher } from './support.ts'

const AUDIENCE = 'sts.amazonaws.com'
const roleArn = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`

let publisher: Publisher
let issuer: WebIdentityIssuer
let aws: Running
let clock = new Date('2026-11-22T12:00:00Z')
const later = (seconds: number): void => {
  clock = new Date(clock.getTime() + seconds * 1000)
}

const terms = () => ({ url: publisher.url, audience: AUDIENCE, tokenLifetimeSeconds: 300 })

const trusting = (name: string, more: Partial<WebIdentityTrust> = {}) => {
  const providerArn = oidcProviderArn('aws', ACCOUNT, publisher.url)
  const statement = webIdentityTrustStatement({ providerArn, issuer: publisher.url, audience: AUDIENCE, ...more })
  return { arn: roleArn(name), trustPolicy: trustPolicy([statement]) }
}

/** Only the users of one of our providers: their subjects alone would not tell. */
const trustingCorp = (name: string) => {
  const { arn, trustPolicy: policy } = trusting(name)
  const key = `${publisher.url.replace('http://', '')}:amr`
  const narrowed = policy.Statement.map((statement) => ({
    ...statement,
    Condition: { ...statement.Condition, 'ForAnyValue:StringEquals': { [key]: 'provider:corp' } },
  }))
  return { arn, trustPolicy: { ...policy, Statement: narrowed } }
}

beforeAll(async () => {
  publisher = await startPublisher()
})
beforeEach(async () => {
  issuer = await webIdentityIssuer(terms(), await newSigner())
  publisher.publish(issuer)
  aws = await start(
    {
      accounts: [{ id: ACCOUNT }],
      users: [],
      roles: [
        trusting('Plain'),
        trusting('Tagged', { sessionTags: true }),
        trusting('Named', { sourceIdentity: true }),
        trustingCorp('Corp'),
      ],
      samlProviders: [],
      oidcProviders: [
        { arn: oidcProviderArn('aws', ACCOUNT, publisher.url), url: publisher.url, clientIds: [AUDIENCE] },
      ],
    },
    () => clock,
  )
  return () => aws.close()
})
afterAll(() => publisher.close())

const assume = async (role: string, token: string): Promise<WireAnswer> =>
  call(aws.url, {
    Action: 'AssumeRoleWithWebIdentity',
    RoleArn: roleArn(role),
    RoleSessionName: 'alice@example.com',
    WebIdentityToken: token,
  })

const tokenOf = async (from: WebIdentityIssuer, wanted: TokenForAws = plain): Promise<string> =>
  (await webIdentityTokenForAws(from, wanted, clock)).reveal()

const tagged: TokenForAws = { ...plain, tags: new Map([['CostCenter', '4711']]), transitiveTags: ['CostCenter'] }
const DENIED = 'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity'

describe('a token of the gateway at AWS', () => {
  it('gives the role, to the subject that signed in elsewhere', async () => {
    const answer = await assume('Plain', await tokenOf(issuer))
    expect(answer.element('Arn')).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/Plain/alice@example.com`)
    expect(answer.element('SubjectFromWebIdentityToken')).toBe('alice-1')
    expect(answer.element('Audience')).toBe(AUDIENCE)
  })

  it('gives it with ES256 too', async () => {
    const other = await webIdentityIssuer(terms(), await newSigner('ES256'))
    publisher.publish(other)
    expect((await assume('Plain', await tokenOf(other))).status).toBe(200)
  })

  it('a token of the gateway at AWS is distinguished from that of another provider by the trust policy', async () => {
    expect((await assume('Corp', await tokenOf(issuer))).status).toBe(200)
    const partner = { ...plain, methods: ['pwd', 'provider:partner'] }
    expect((await assume('Corp', await tokenOf(issuer, partner))).error).toBe(DENIED)
  })

  it('a token of the gateway at AWS with tags needs a role that allows sts:TagSession', async () => {
    expect((await assume('Plain', await tokenOf(issuer, tagged))).error).toBe(DENIED)
    expect((await assume('Tagged', await tokenOf(issuer, tagged))).element('PackedPolicySize')).toMatch(/^\d+$/)
  })

  it('a token of the gateway at AWS without tags needs none', async () => {
    const answer = await assume('Tagged', await tokenOf(issuer))
    expect(answer.status).toBe(200)
    expect(answer.element('PackedPolicySize')).toBeUndefined()
  })

  it('a token of the gateway at AWS with a source identity needs a role that allows sts:SetSourceIdentity', async () => {
    const token = await tokenOf(issuer, { ...plain, sourceIdentity: 'alice@example.com' })
    expect((await assume('Plain', token)).error).toBe(DENIED)
    expect((await assume('Named', token)).element('SourceIdentity')).toBe('alice@example.com')
  })

  it('a token of the gateway at AWS expires', async () => {
    const token = await tokenOf(issuer)
    later(299)
    expect((await assume('Plain', token)).status).toBe(200)
    later(1)
    expect((await assume('Plain', token)).error).toMatch(/^ExpiredTokenException: /)
  })

  it('a token of the gateway at AWS is refused for another audience', async () => {
    const token = await tokenOf({ ...issuer, audience: 'elsewhere' })
    expect((await assume('Plain', token)).error).toBe('InvalidIdentityToken: Incorrect token audience')
  })

  it('a token of the gateway at AWS is refused from a stranger who publishes nothing', async () => {
    const stranger = await webIdentityIssuer(terms(), await newSigner())
    expect((await assume('Plain', await tokenOf(stranger))).error).toMatch(
      /^InvalidIdentityToken: Couldn't retrieve verification key/,
    )
  })

  it('a token of the gateway at AWS is refused if it was changed on its way', async () => {
    const [head, , signature] = (await tokenOf(issuer)).split('.')
    const [, body] = (await tokenOf(issuer, { ...plain, subject: 'bob-1' })).split('.')
    expect((await assume('Plain', `${head}.${body}.${signature}`)).error).toMatch(/^InvalidIdentityToken: /)
  })
})

describe('a rollover of keys', () => {
  it('loses no token, when the next key is published before it signs', async () => {
    const [old, next] = [issuer.signer, await newSigner('ES256')]
    const before = await webIdentityIssuer(terms(), old, [next])
    const after = await webIdentityIssuer(terms(), next, [old])
    publisher.publish(before)
    const oldToken = await tokenOf(before)
    // AWS has the keys that were there when it first looked.
    expect((await assume('Plain', oldToken)).status).toBe(200)
    const lookedUp = publisher.requests.length
    expect((await assume('Plain', await tokenOf(after))).status).toBe(200)
    publisher.publish(after)
    expect((await assume('Plain', oldToken)).status).toBe(200)
    expect(publisher.requests).toHaveLength(lookedUp)
  })

  it('ends with a key that is no longer trusted', async () => {
    const retired = await tokenOf(issuer)
    publisher.publish(await webIdentityIssuer(terms(), await newSigner()))
    expect((await assume('Plain', retired)).error).toMatch(/^InvalidIdentityToken: /)
  })
})
