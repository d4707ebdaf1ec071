import { describe, expect, it } from 'vitest'
import { checkOpenIdProvider } from '../../src/check/openid-provider.ts'
import { answer, configWith, discoveryDocument, findingOf, now, portsOf, type Web } from './world.ts'

const DISCOVERY = 'https://op.example.com/.well-known/openid-configuration'
const KEYS = 'https://op.example.com/jwks'

const check = (web: Web = {}) => {
  const provider = configWith().providers.find((one) => one.protocol === 'oidc')
  if (provider?.protocol !== 'oidc') throw new Error('no OpenID provider')
  return checkOpenIdProvider(provider, portsOf({ web }))
}

const document = (changes: Readonly<Record<string, unknown>>) =>
  answer(JSON.stringify({ ...discoveryDocument, ...changes }))

describe('an OpenID provider', () => {
  it('is well when discovery, keys and clock are', async () => {
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

  it('that is down fails once, and the rest is not run', async () => {
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
  ])('that answers with %s fails', async (_what, there, found) => {
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
  ])('whose key set holds %s fails', async (_what, there, found) => {
    expect(findingOf(await check({ [KEYS]: there }), 'signingKeysAreThere')).toMatchObject({ outcome: 'fail', found })
  })

  it('whose clock is two minutes off fails', async () => {
    const late = answer(JSON.stringify(discoveryDocument), { date: new Date(now.getTime() - 120_000) })
    expect(findingOf(await check({ [DISCOVERY]: late }), 'clockAgrees').outcome).toBe('fail')
  })
})
