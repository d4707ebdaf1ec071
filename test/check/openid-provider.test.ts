import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { checkOpenIdProvider } from '../../src/check/openid-provider.ts'
import { createKeyPem } from '../../src/issuer/keys.ts'
import { good, jwkOf, KID } from '../oidc/tampering-provider.ts'
import { answer, configWith, discoveryDocument, findingOf, now, portsOf, type Web } from './check-fixtures.ts'

const DISCOVERY = 'https://op.example.com/.well-known/openid-configuration'
const KEYS = 'https://op.example.com/jwks'

const GOOD = jwkOf(good.publicKey, KID)
const short = generateKeyPairSync('rsa', { modulusLength: 1024 })

const check = (web: Web = {}, files: Readonly<Record<string, string>> = {}, settings = '') => {
  const config = configWith('clientId: client-1', `clientId: client-1${settings}`)
  const provider = config.providers.find((one) => one.protocol === 'oidc')
  if (provider?.protocol !== 'oidc') throw new Error('no OpenID provider')
  return checkOpenIdProvider(provider, portsOf({ web, files }))
}

const document = (changes: Readonly<Record<string, unknown>>) =>
  answer(JSON.stringify({ ...discoveryDocument, ...changes }))

describe('an OpenID provider', () => {
  it('an OpenID provider is well when discovery, keys and clock are', async () => {
    const verdict = await check()
    const known = verdict.filter(({ name }) => name !== 'idTokensAreShortLived')
    expect(known.map(({ outcome }) => outcome)).toEqual(known.map(() => 'pass'))
    expect(findingOf(verdict, 'signingKeysAreThere').found).toBe(`1 at ${KEYS}`)
  })

  it('publishes no lifetime of its tokens: where AWS is shown them, it says where that will be known', async () => {
    const { outcome, found } = findingOf(await check(), 'idTokensAreShortLived')
    expect(outcome).toBe('not-run')
    expect(found).toContain('/status')
  })

  it('an OpenID provider that is down fails once, and the rest is not run', async () => {
    const verdict = await check({ [DISCOVERY]: new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') }) })
    expect(findingOf(verdict, 'discoveryIsReachable')).toMatchObject({
      outcome: 'fail',
      expected: 'a discovery document',
      found: 'ECONNREFUSED',
      source: DISCOVERY,
    })
    expect(verdict.filter(({ outcome }) => outcome === 'fail')).toHaveLength(1)
  })

  it.each([
    ['an error', answer('', { status: 503 }), 'HTTP 503'],
    ['a redirect', answer('', { status: 302 }), 'HTTP 302'],
    ['a page', answer('<html>'), 'no JSON object'],
    ['a list', answer('[]'), 'no JSON object'],
  ])('an OpenID provider that answers with %s fails', async (_what, there, found) => {
    expect(findingOf(await check({ [DISCOVERY]: there }), 'discoveryIsReachable')).toMatchObject({
      outcome: 'fail',
      found,
    })
  })

  it.each([
    ['issuerIsAsConfigured', { issuer: 'https://op.example.com/' }],
    ['endpointsAreThere', { token_endpoint: undefined }],
    ['endpointsAreSecure', { token_endpoint: 'http://op.example.com/token' }],
    ['someAlgorithmIsAllowed', { id_token_signing_alg_values_supported: ['HS256'] }],
  ])('fails at %s where a login would', async (name, changes) => {
    const verdict = await check({ [DISCOVERY]: document(changes) })
    expect(findingOf(verdict, name).outcome).toBe('fail')
    expect(findingOf(verdict, 'signingKeysAreThere').outcome).toBe('not-run')
  })

  it.each([
    ['no key', answer('{"keys":[]}'), 'none'],
    ['a key for encryption only', answer('{"keys":[{"kty":"RSA","use":"enc"}]}'), 'none'],
    ['a secret', answer('{"keys":[{"kty":"oct"}]}'), 'none'],
    ['something else', answer('{}'), 'no keys'],
    ['an error', answer('', { status: 500 }), 'HTTP 500'],
  ])('an OpenID provider whose key set holds %s fails', async (_what, there, found) => {
    expect(findingOf(await check({ [KEYS]: there }), 'signingKeysAreThere')).toMatchObject({ outcome: 'fail', found })
  })

  it.each([
    ['a key of 1024 bits', [jwkOf(short.publicKey, 'k1')], 'none that fits RS256: RSA of 1024 bits (k1)'],
    ['a key of another algorithm', [{ ...GOOD, alg: 'PS256' }], `none that fits RS256: RSA of 2048 bits (${KID})`],
    [
      'a key for other operations',
      [{ ...GOOD, key_ops: ['encrypt'] }],
      `none that fits RS256: RSA of 2048 bits (${KID})`,
    ],
    ['a broken key', [{ kty: 'RSA', kid: 'k1', n: '!', e: 'AQAB' }], 'none that fits RS256: RSA of 0 bits (k1)'],
  ])('an OpenID provider whose key set holds %s fails, as logins do', async (_what, keys, found) => {
    const verdict = await check({ [KEYS]: answer(JSON.stringify({ keys })) })
    expect(findingOf(verdict, 'signingKeysAreThere')).toMatchObject({ outcome: 'fail', found })
  })

  it('an OpenID provider whose key set has strange entries beside a good key is well, as logins are', async () => {
    const keys = [null, 'x', { kty: 'quantum' }, { kty: 'oct' }, { ...GOOD, key_ops: [], x5c: null, oth: null }]
    const verdict = await check({ [KEYS]: answer(JSON.stringify({ keys })) })
    expect(findingOf(verdict, 'signingKeysAreThere')).toMatchObject({ outcome: 'pass', found: `1 at ${KEYS}` })
  })

  it('an OpenID provider that lists no algorithms, and has members that are null, is well, as logins are', async () => {
    const nothing = {
      id_token_signing_alg_values_supported: undefined,
      end_session_endpoint: null,
      userinfo_endpoint: '',
    }
    const verdict = await check({ [DISCOVERY]: document(nothing) })
    expect(verdict.filter(({ outcome }) => outcome !== 'pass').map(({ name }) => name)).toEqual([
      'idTokensAreShortLived',
    ])
  })

  it('an OpenID provider that answers with a byte order mark is well, as logins are', async () => {
    const verdict = await check({ [DISCOVERY]: answer(`\uFEFF${JSON.stringify(discoveryDocument)}`) })
    expect(findingOf(verdict, 'discoveryIsReachable').outcome).toBe('pass')
  })

  it('an OpenID provider of all tenants at once fails', async () => {
    const verdict = await check({ [DISCOVERY]: document({ issuer: 'https://login.example.com/{tenantid}/v2.0' }) })
    expect(findingOf(verdict, 'issuerIsOfOneTenant')).toMatchObject({
      outcome: 'fail',
      expected: 'the issuer of one tenant',
    })
  })

  it('an OpenID provider whose keys have no name fails for AWS, which finds them by it', async () => {
    const { kid: _, ...unnamed } = GOOD
    const web = { [KEYS]: answer(JSON.stringify({ keys: [unnamed] })) }
    const verdict = await check(web)
    expect(findingOf(verdict, 'signingKeysAreThere').outcome).toBe('pass')
    expect(findingOf(verdict, 'keysSuitAws')).toMatchObject({ outcome: 'fail', found: 'none' })
    const reissued = await check(web, {}, '\n    exchange: { via: saml, evidence: reissued }')
    expect(reissued.map(({ name }) => name)).not.toContain('keysSuitAws')
  })

  it('an OpenID provider whose tokens are signed with the client secret needs no keys', async () => {
    const settings = `
    clientSecret: 0123456789abcdef0123456789abcdef
    idTokenAlgs: [HS256]
    exchange: { via: saml, evidence: reissued }`
    const verdict = await check({ [KEYS]: answer('{"keys":[]}') }, {}, settings)
    expect(findingOf(verdict, 'signingKeysAreThere')).toMatchObject({
      outcome: 'not-run',
      found: 'its tokens are signed with the client secret',
    })
  })

  it('an OpenID provider whose clock is two minutes off fails', async () => {
    const late = answer(JSON.stringify(discoveryDocument), { date: new Date(now.getTime() - 120_000) })
    expect(findingOf(await check({ [DISCOVERY]: late }), 'clockAgrees').outcome).toBe('fail')
  })
})

describe('how the gateway proves who it is', () => {
  const KEY = '/etc/fedgate/client.key'
  const CERTIFICATE = '/etc/fedgate/client.crt'
  const withKey = (
    files: Readonly<Record<string, string>>,
    more = '',
    changes: Readonly<Record<string, unknown>> = {},
  ) => check({ [DISCOVERY]: document(changes) }, files, `\n    privateKey: ./client.key${more}`)
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' })

  it.each([
    ['lists no methods', undefined, []],
    ['lists it', ['none', 'private_key_jwt'], [undefined]],
    ['lists others', ['client_secret_basic'], ['it lists client_secret_basic only']],
  ])("the gateway's client authentication is not held against a provider that %s", async (_, methods, warnings) => {
    const verdict = await check({ [DISCOVERY]: document({ token_endpoint_auth_methods_supported: methods }) })
    const found = verdict.filter(({ name }) => name === 'clientAuthIsOffered')
    expect(found.map(({ warning }) => warning)).toEqual(warnings)
    expect(found.every(({ outcome }) => outcome === 'pass')).toBe(true)
  })

  it("the gateway's client authentication by a key names what it signs with", async () => {
    const verdict = await withKey({ [KEY]: String(ec) })
    expect(findingOf(verdict, 'clientKeyIsUsable')).toMatchObject({ outcome: 'pass', found: 'ec key, ES256' })
  })

  it.each([
    [
      'the provider lists other algorithms',
      '',
      { token_endpoint_auth_signing_alg_values_supported: ['RS256'] },
      'RS256',
    ],
    ['it cannot sign what is configured', '\n    privateKeyAlgorithm: PS256', {}, 'PS256'],
  ])(
    "the gateway's client authentication by a key fails where %s, as a login does",
    async (_, more, changes, found) => {
      const verdict = await withKey({ [KEY]: String(ec) }, more, changes)
      expect(findingOf(verdict, 'clientKeyIsUsable')).toMatchObject({ outcome: 'fail', expected: 'ES256', found })
    },
  )

  it("the gateway's client authentication by a certificate needs the one of the key", async () => {
    const [own, other] = await Promise.all([createKeyPem('a', new Date()), createKeyPem('b', new Date())])
    const more = '\n    privateKeyCertificate: ./client.crt'
    const outcomeWith = async (certificate: string) => {
      const verdict = await withKey({ [KEY]: own.privateKey, [CERTIFICATE]: certificate }, more)
      return findingOf(verdict, 'clientCertificateFits')
    }
    expect((await outcomeWith(own.certificate)).outcome).toBe('pass')
    expect(await outcomeWith(other.certificate)).toMatchObject({ outcome: 'fail', found: 'that of another' })
    expect(await outcomeWith('nonsense')).toMatchObject({ outcome: 'fail', expected: 'a PEM certificate' })
  })
})
