/** What is kept of an identity provider's answer: all of it only where AWS is to be shown it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProviderConfig } from '../../src/config/types.ts'
import type { Login } from '../../src/gateway/login/logins.ts'
import { isEvidenceExpiring } from '../../src/gateway/login/reauthentication.ts'
import { type ReceivePorts, receiveSamlResponse } from '../../src/gateway/login/receive-saml-response.ts'
import { startLogin } from '../../src/gateway/login/start-login.ts'
import { readVerifiedSignIn } from '../../src/gateway/login/verified-sign-ins.ts'
import type { Store } from '../../src/gateway/ports.ts'
import { createProviders } from '../../src/gateway/providers.ts'
import { parseAuthnRequest } from '../../src/saml/authn-request.ts'
import { createMemoryStore } from '../../src/stores/memory.ts'
import { makeKeyPair } from '../demo/keys.ts'
import { answerTo, createTestIdp, type TestIdp } from '../harness/test-idp.ts'
import { sampleConfig } from './configured.ts'

const BASE = 'https://gateway.example.org'
const ROLES = 'https://aws.amazon.com/SAML/Attributes/Role'
const pairs = Array.from({ length: 300 }, (_, n) => {
  const account = String(111122223333 + n)
  return `arn:aws:iam::${account}:role/Developer,arn:aws:iam::${account}:saml-provider/corp`
})
const caller = { reference: 'reference', sourceIp: '127.0.0.1', userAgent: 'test' }

let idp: TestIdp
let folder: string
beforeAll(async () => {
  idp = await createTestIdp('corp')
  folder = await mkdtemp(join(tmpdir(), 'fedgate-evidence-'))
  await writeFile(join(folder, 'idp.xml'), idp.metadata)
})
afterAll(() => rm(folder, { recursive: true }))

const provider = (evidence: 'original' | 'reissued') =>
  ({
    protocol: 'saml',
    id: 'corp',
    label: 'corp',
    metadata: { kind: 'file', path: join(folder, 'idp.xml') },
    discovery: false,
    spEntityId: `${BASE}/saml/corp/metadata`,
    signature: 'any',
    signRequests: 'auto',
    authnContext: [],
    allowIdpInitiated: false,
    wantAssertionsEncrypted: false,
    acceptCbcWithoutSignedResponse: false,
    clockSkewSeconds: 60,
    subject: { kind: 'nameId' },
    rolesFromAssertion: true,
    exchange: { via: 'saml', evidence, provider: 'corp', stsDecrypts: false },
  }) as unknown as ProviderConfig

const testGateway = async (evidence: 'original' | 'reissued'): Promise<ReceivePorts> => {
  const now = () => new Date()
  const keys = { signing: [await makeKeyPair()], encryption: [], clients: new Map() }
  const surroundings = { baseUrl: BASE, keys, now, stateFolder: folder }
  const providers = createProviders([provider(evidence)], surroundings)
  const audit = { record: async () => 'reference' }
  return { providers, store: watched(createMemoryStore(now)), now, settings: sampleConfig, audit }
}

/** What was put into a store, by its key. */
const written = new Map<string, string>()
const watched = (store: Store): Store => ({
  ...store,
  put: (key, value, expiresAt) => {
    written.set(key, value)
    return store.put(key, value, expiresAt)
  },
})

/** A user with 300 roles, verified and stored. */
const verifiedIn = async (gateway: ReceivePorts) => {
  written.clear()
  const asked = { provider: 'corp', returnTo: '/roles', browserSecret: undefined }
  const { departure } = await startLogin(gateway, asked, caller)
  if (departure.kind !== 'redirect') throw new Error('no redirect')
  const request = parseAuthnRequest(Object.fromEntries(new URL(departure.url).searchParams), 'redirect')
  const attributes = { [ROLES]: pairs }
  const { SAMLResponse, RelayState } = await answerTo(idp, request, { subject: 'alice', attributes })
  const form = { SAMLResponse, RelayState }
  const received = await receiveSamlResponse(gateway, { provider: 'corp', form }, caller)
  const verified = received.kind === 'verified' ? await readVerifiedSignIn(gateway, received.handle) : undefined
  if (!verified) throw new Error('not verified')
  return { signIn: verified.signIn, SAMLResponse, RelayState, stored: [...written.values()] }
}

const loginOf = ({ signIn }: Pick<Login, 'signIn'>): Login => ({
  id: 'login',
  signIn,
  startedAt: new Date(),
  expiresAt: new Date(Date.now() + 3600_000),
})

describe('of a SAML response with 300 roles', () => {
  it('the login that it answers is put again, so it no longer counts among those that strangers left', async () => {
    const gateway = await testGateway('reissued')
    const { RelayState } = await verifiedIn(gateway)
    expect([...written.keys()]).toContain(`pending:${RelayState}`)
  })

  it('nothing but what it said is kept where the gateway reissues', async () => {
    const gateway = await testGateway('reissued')
    const { signIn, SAMLResponse, stored } = await verifiedIn(gateway)
    expect(signIn.identity.attributes.get(ROLES)).toHaveLength(300)
    expect(signIn.evidence).not.toHaveProperty('response')
    expect(stored.join()).not.toContain(SAMLResponse.slice(0, 100))
    expect(stored.join()).toContain(pairs[299])
    expect(stored.join().length).toBeLessThan(pairs.join().length + 3000)
    expect(isEvidenceExpiring(gateway, loginOf({ signIn }))).toBe(false)
  })

  it('the whole is kept where AWS is to be shown it', async () => {
    const gateway = await testGateway('original')
    const { signIn, SAMLResponse, stored } = await verifiedIn(gateway)
    expect(signIn.evidence.kind === 'saml' && signIn.evidence.response?.reveal()).toBe(SAMLResponse)
    expect(stored.filter((text) => text.includes(SAMLResponse))).toHaveLength(1)
    expect(isEvidenceExpiring(gateway, loginOf({ signIn }))).toBe(false)
  })

  it('a login from before AWS was to be shown it goes through the identity provider again', async () => {
    const { signIn } = await verifiedIn(await testGateway('reissued'))
    const gateway = await testGateway('original')
    expect(isEvidenceExpiring(gateway, loginOf({ signIn }))).toBe(true)
  })
})
