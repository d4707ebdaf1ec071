/** What is refused before AWS is asked, because AWS would refuse it in words that help nobody. */
import { describe, expect, it } from 'vitest'
import type { Evidence } from '../../src/core/identity.ts'
import { Secret } from '../../src/core/secret.ts'
import type { Login } from '../../src/gateway/login/logins.ts'
import { type Exchange, requestFor, type StsRequestPorts } from '../../src/gateway/roles/sts-request.ts'
import { identity } from '../access/identities.ts'
import { samlProvider } from './configured.ts'

const NOW = new Date('2026-11-22T12:00:00Z')
const PROVIDER = 'arn:aws:iam::111122223333:saml-provider/corp'
const arn = 'arn:aws:iam::111122223333:role/Developer'

const gatewayWith = (stsDecrypts: boolean): StsRequestPorts => {
  const exchange = { via: 'saml', evidence: 'original', provider: 'corp', stsDecrypts } as const
  const providers = new Map([['corp', samlProvider({ exchange })]])
  return { providers, settings: { baseUrl: 'https://aws.example.com' }, now: () => NOW }
}

const exchange: Exchange = {
  role: {
    arn,
    partition: 'aws',
    account: '111122223333',
    name: 'Developer',
    path: '/',
    providerArn: PROVIDER,
    grantedBy: 'corp',
    accountName: 'Production',
    accountColor: undefined,
    environment: undefined,
    unit: undefined,
    tags: {},
    isSensitive: false,
    description: undefined,
    alias: undefined,
    maxSessionSeconds: 3600,
    maxAuthAgeSeconds: undefined,
    authnContext: undefined,
    region: 'eu-west-1',
    sessionPolicyArns: [],
    sessionPolicy: undefined,
    trustPolicy: undefined,
  },
  durationSeconds: 3600,
  session: {
    roleSessionName: 'alice@corp',
    sourceIdentity: undefined,
    tags: new Map(),
    transitiveTagKeys: [],
    packedSizePercent: 0,
    leftOut: [],
  },
}

type SamlEvidence = Extract<Evidence, { kind: 'saml' }>

const loginWith = (changes: Partial<SamlEvidence>): Login => ({
  id: 'login',
  startedAt: NOW,
  expiresAt: new Date('2026-11-22T20:00:00Z'),
  signIn: {
    identity: identity(),
    evidence: {
      kind: 'saml',
      response: new Secret('PD94bWw/\r\nPg=='),
      issuedAt: NOW,
      expiresAt: new Date('2026-11-22T12:05:00Z'),
      confirmationCount: 1,
      isEncrypted: false,
      ...changes,
    },
    logoutRef: { kind: 'saml', nameId: { value: 'alice' } },
  },
})

const request = (changes: Partial<SamlEvidence> = {}, stsDecrypts = false) =>
  requestFor(gatewayWith(stsDecrypts), loginWith(changes), exchange)

describe("the provider's own response", () => {
  it("the provider's own response is passed on with the SAML provider of its pair, without the line breaks of a form", async () => {
    const sent = await request()
    expect(sent).toMatchObject({ kind: 'saml', roleArn: arn, providerArn: PROVIDER, durationSeconds: 3600 })
    expect(sent.kind === 'saml' && sent.samlResponse.reveal()).toBe('PD94bWw/Pg==')
  })

  it.each([0, 2])("the provider's own response is refused with %i confirmations", async (confirmationCount) => {
    await expect(request({ confirmationCount })).rejects.toMatchObject({
      code: 'sts.evidence_ambiguous',
      found: `${confirmationCount}`,
    })
  })

  it("the provider's own response is refused where it was not kept, as it was not sent to AWS then", async () => {
    const login = loginWith({})
    const { response: _, ...evidence } = login.signIn.evidence as SamlEvidence
    const before: Login = { ...login, signIn: { ...login.signIn, evidence } }
    await expect(requestFor(gatewayWith(false), before, exchange)).rejects.toMatchObject({
      code: 'sts.evidence_kind',
      found: 'none that was kept',
    })
  })

  it("the provider's own response is refused encrypted, unless AWS has our key", async () => {
    await expect(request({ isEncrypted: true })).rejects.toMatchObject({ code: 'sts.evidence_encrypted' })
    await expect(request({ isEncrypted: true }, true)).resolves.toMatchObject({ kind: 'saml' })
  })

  it("the provider's own response is refused from 100,001 characters on, line breaks not counted", async () => {
    const of = (length: number) => new Secret(`${'A'.repeat(length)}\r\n`)
    await expect(request({ response: of(100_000) })).resolves.toBeDefined()
    await expect(request({ response: of(100_001) })).rejects.toMatchObject({
      code: 'sts.evidence_too_large',
      found: '100001',
    })
  })

  it("the provider's own response is refused when AWS would no longer accept it", async () => {
    await expect(request({ expiresAt: NOW })).rejects.toMatchObject({ code: 'sts.evidence_stale' })
  })

  it("the provider's own response is limited by the policies of the role", async () => {
    const role = {
      ...exchange.role,
      sessionPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
      sessionPolicy: '{}',
    }
    expect(await requestFor(gatewayWith(false), loginWith({}), { ...exchange, role })).toMatchObject({
      policyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
      policy: '{}',
    })
  })
})
