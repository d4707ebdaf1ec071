/**
 * Keys in AWS KMS, by a stand-in of its API: users sign in and take roles both ways, with no key on this machine that signs
 * for AWS; and what they and operators see while KMS is down, busy, or signs with another key.
 */
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openKmsKey } from '../../src/aws/kms/client.ts'
import { kmsTokenSigner } from '../../src/aws/kms/signers.ts'
import { gatewayFor } from '../../src/cli/gateway-server.ts'
import { kmsCertificate } from '../../src/cli/keys/new-key.ts'
import { lineLog } from '../../src/cli/line-log.ts'
import { readConfig } from '../../src/cli/load-config.ts'
import { refusalIn } from '../harness/html.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { EC_KEY, KMS_REGION, RSA_KEY, type StandInKms, startKms } from '../harness/kms.ts'
import { postAnswer } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway, writeConfig } from '../harness/test-gateway.ts'
import { answerOf, createTestIdp, type TestIdp } from '../harness/test-idp.ts'

const ROLES = { saml: 'arn:aws:iam::111122223333:role/BySaml', token: 'arn:aws:iam::111122223333:role/ByToken' }

let kms: StandInKms
let idp: TestIdp
let gateway: ReservedGateway
let keys: Readonly<Record<string, unknown>>
let files: Readonly<Record<string, string>>
/** The gateway's clock is ahead by this: what it knows of KMS gets old. */
let ahead = 0
const now = () => new Date(Date.now() + ahead)

/** As the SDK finds them on a machine with a role. */
const withCredentials = (accessKeyId = 'ASIAINSTANCEROLE0000'): void => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId)
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret-of-the-instance-role')
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
}

beforeAll(async () => {
  withCredentials()
  kms = await startKms()
  idp = await createTestIdp('corp')
  const place = (keyId: string) => ({ keyId, region: KMS_REGION, endpoint: kms.url })
  files = { 'corp.xml': idp.metadata, 'signing.crt': await kmsCertificate(place(RSA_KEY), new Date()) }
  const provider = (id: string, via: string) => ({
    id,
    protocol: 'saml',
    metadata: './corp.xml',
    signRequests: 'always',
    exchange: { via, evidence: 'reissued' },
  })
  keys = {
    signing: { kms: place(RSA_KEY), certificate: './signing.crt' },
    issuer: { kms: place(EC_KEY), algorithm: 'ES256' },
    providers: [provider('saml', 'saml'), provider('token', 'web-identity')],
    access: Object.entries(ROLES).map(([id, role]) => ({ when: { provider: id }, roles: [role] })),
  }
  gateway = await startConfiguredGateway(await reserveGateway(), keys, { files, now })
})
afterAll(async () => {
  await gateway.close()
  await kms.close()
})
beforeEach(() => {
  withCredentials()
  kms.behave('well')
})

const signIn = async (browser: HttpBrowser, provider: keyof typeof ROLES): Promise<Page> => {
  const says = { subject: 'alice', attributes: {}, now: now() }
  return postAnswer(browser, await answerOf(idp, browser, gateway.url, provider, says))
}

const take = (browser: HttpBrowser, page: Page, provider: keyof typeof ROLES): Promise<Page> =>
  browser.submit(page, { ...formWith(page, 'role', ROLES[provider]), action: `${gateway.url}/roles/credentials` })

const filesIn = async (folder: string): Promise<readonly string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
}

describe('a gateway with its keys in AWS KMS', () => {
  it.each(['saml', 'token'] as const)('the gateway signs %s evidence for AWS there', async (provider) => {
    const browser = new HttpBrowser()
    const taken = await take(browser, await signIn(browser, provider), provider)
    expect(taken.status).toBe(200)
    expect(taken.body).toContain(`assumed-role/${provider === 'saml' ? 'BySaml' : 'ByToken'}/alice`)
    const key = provider === 'saml' ? RSA_KEY : EC_KEY
    expect(kms.calls).toContainEqual({ operation: 'Sign', accessKeyId: 'ASIAINSTANCEROLE0000', keyId: key })
  })

  it('the gateway keeps no private key on disk but those that decrypt and that sign its own log', async () => {
    const folder = dirname(gateway.configFile)
    const texts = await Promise.all(
      (await filesIn(folder)).map(
        async (path) => [path.slice(folder.length + 1), await readFile(path, 'latin1')] as const,
      ),
    )
    const secret = texts.filter(([, text]) => text.includes('PRIVATE KEY')).map(([path]) => path)
    expect(secret.sort()).toEqual(['certs/encryption.key', 'state/audit/key.pem'])
  })

  it('the gateway publishes the public keys of both', async () => {
    const [metadata, keySet] = await Promise.all(
      ['/idp/metadata', '/idp/jwks'].map(async (path) => (await fetch(`${gateway.url}${path}`)).text()),
    )
    const certificate = (files['signing.crt'] ?? '').replace(/-----.*-----|\s/g, '')
    expect(metadata?.replace(/\s/g, '')).toContain(certificate)
    expect(JSON.parse(keySet ?? '').keys).toMatchObject([{ kty: 'EC', crv: 'P-256', alg: 'ES256' }])
  })

  it('the gateway signs its metadata once, however often anybody asks', async () => {
    const ask = async () => (await fetch(`${gateway.url}/saml/saml/metadata?signed=true`)).text()
    const first = await ask()
    const before = kms.calls.length
    expect(await ask()).toBe(first)
    expect(kms.calls.length).toBe(before)
  })
})

describe('while AWS KMS does not sign', () => {
  it.each([
    ['down', 'kms.unreachable', '10'],
    ['failing', 'kms.unreachable', '10'],
    ['silent', 'kms.unreachable', '10'],
    ['throttled', 'kms.throttled', '5'],
    ['denied', 'kms.refused', null],
  ] as const)(
    'an exchange while KMS is %s is refused with 503 and %s',
    { timeout: 20_000 },
    async (mood, code, retryAfter) => {
      const browser = new HttpBrowser()
      const page = await signIn(browser, 'saml')
      kms.behave(mood)
      const started = Date.now()
      const refused = await take(browser, page, 'saml')
      expect(refusalIn(refused.body)).toMatchObject({ status: 503, code })
      expect(refused.status).toBe(503)
      expect(refused.headers.get('retry-after')).toBe(retryAfter)
      // Two seconds, and the rest of a slow machine.
      expect(Date.now() - started).toBeLessThan(8_000)
      const [line] = gateway.audit().filter(({ errorCode }) => errorCode === code)
      expect(line).toBeDefined()
    },
  )

  it('a sign-in whose request must be signed is refused with 503', async () => {
    kms.behave('down')
    const refused = await new HttpBrowser().open(`${gateway.url}/login/saml`)
    expect(refusalIn(refused.body)).toMatchObject({ status: 503, code: 'kms.unreachable' })
  })

  it('readiness names the keys, and recovers by itself', async () => {
    const readyz = async () => {
      const response = await fetch(`${gateway.url}/readyz`)
      return { status: response.status, ...((await response.json()) as object) }
    }
    kms.behave('throttled')
    ahead += 60_000
    expect(await readyz()).toMatchObject({
      status: 'not ready',
      keys: 'failing',
      failingKeys: { signing: 'kms.throttled', issuer: 'kms.throttled' },
    })
    kms.behave('well')
    ahead += 60_000
    const after = await readyz()
    expect(after).toMatchObject({ keys: 'ok' })
    expect(after).not.toHaveProperty('failingKeys')
  })
})

describe('keys in AWS KMS at the start', () => {
  const built = async (
    changes: Readonly<Record<string, unknown>> = {},
    more: Readonly<Record<string, string>> = {},
  ) => {
    const { file } = await writeConfig('http://localhost:1', { ...keys, ...changes }, { files: { ...files, ...more } })
    const log: string[] = []
    const config = await readConfig(file, {})
    const surroundings = { log: lineLog((line) => log.push(line)), now }
    const parts = { audit: undefined as never, store: undefined as never }
    return { gateway: await gatewayFor(config, parts, surroundings), log }
  }

  it('the latency of each signature is in a histogram, by key, place and outcome', async () => {
    const { gateway: own } = await built()
    await own.samlIssuer?.signer.sign(Buffer.from('text'))
    await own.webIdentityIssuer?.signer.sign(Buffer.from('text'))
    kms.behave('denied')
    await expect(own.samlIssuer?.signer.sign(Buffer.from('text'))).rejects.toMatchObject({ code: 'kms.refused' })
    const text = await own.signatures?.registry.metrics()
    for (const labels of ['key="signing",place="kms"', 'key="issuer",place="kms"'])
      expect(text).toContain(`fedgate_signature_seconds_count{${labels},outcome="ok"} 1`)
    expect(text).toContain('fedgate_signature_seconds_count{key="signing",place="kms",outcome="kms.refused"} 1')
    expect(text).toMatch(/fedgate_certificate_expiry_timestamp_seconds\{key="signing",serial="01\w+"\} \d+/)
  })

  it('a gateway starts without KMS where a certificate has the public key, and says so', async () => {
    const signing = {
      kms: { keyId: RSA_KEY, region: KMS_REGION, endpoint: 'http://127.0.0.1:1' },
      certificate: './signing.crt',
    }
    const { log } = await built({ signing })
    expect(log.join()).toContain('was not compared with')
  })

  it('a gateway does not start without the public key of its issuer', async () => {
    kms.behave('down')
    await expect(built()).rejects.toMatchObject({ code: 'kms.unreachable' })
  })

  it('a gateway does not start with the certificate of another key', async () => {
    const other = (await createTestIdp('other')).keys.certificate
    await expect(built({}, { 'signing.crt': other })).rejects.toMatchObject({ code: 'kms.key_mismatch' })
  })

  it('a signature by another key than the published one is not used', async () => {
    const signer = await kmsTokenSigner(openKmsKey({ keyId: EC_KEY, region: KMS_REGION, endpoint: kms.url }))
    const other = await startKms()
    const key = openKmsKey({ keyId: EC_KEY, region: KMS_REGION, endpoint: other.url })
    const moved = await kmsTokenSigner({ ...key, publicKey: async () => signer.publicKey })
    await expect(moved.sign(Buffer.from('text'))).rejects.toMatchObject({ code: 'kms.key_mismatch' })
    await other.close()
  })

  it('a machine without credentials is told so', async () => {
    withCredentials('')
    await expect(built()).rejects.toMatchObject({ code: 'kms.no_credentials' })
  })
})
