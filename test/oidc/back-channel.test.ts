import {
  constants,
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  verify,
  X509Certificate,
} from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Secret } from '../../src/core/secret.ts'
import { createKeyPem } from '../../src/issuer/keys.ts'
import type { Fetch } from '../../src/oidc/bounded-fetch.ts'
import type { OidcError } from '../../src/oidc/errors.ts'
import { createRelyingParty } from '../../src/oidc/relying-party.ts'
import type { ClientKey, OidcSettings } from '../../src/oidc/settings.ts'
import { holds } from '../held/holds.ts'
import { attempt, refusal, settingsFor } from './login-attempt.ts'
import {
  encode,
  good,
  type Json,
  KID,
  rogue,
  signedBy,
  startTamperingProvider,
  type Tampering,
  type TamperingProvider,
} from './tampering-provider.ts'

let provider: TamperingProvider
beforeAll(async () => {
  provider = await startTamperingProvider()
})
afterAll(() => provider.close())

const answer = (status: number, type: string, body: string, headers: Record<string, string> = {}) => ({
  answer: (_: unknown, response: ServerResponse) => {
    response.writeHead(status, { 'content-type': type, ...headers }).end(body)
  },
})

const hang = { answer: () => undefined }

const hangAfterHeaders = {
  answer: (_: unknown, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'application/json' }).write('{')
  },
}

const hangUp = { answer: (_: unknown, response: ServerResponse) => void response.destroy() }

let poured = 0

/** Goes on sending until nobody listens any more, 300 MB at most. */
const flood = {
  answer: (_: unknown, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const chunk = Buffer.alloc(64 * 1024, ' ')
    let left = 300 * 16
    const pour = (): void => {
      while (left-- > 0 && !response.destroyed) {
        poured += chunk.length
        if (!response.write(chunk)) return void response.once('drain', pour)
      }
      response.end()
    }
    pour()
  },
}

const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, ' '))

const packed = {
  answer: (_: unknown, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb)
  },
}

/** Security-bar 7.8: what every request to a provider must survive. */
const misbehaviour: ReadonlyArray<readonly [name: string, code: string, answer: Tampering['token']]> = [
  ['hangs', 'oidc.provider_timeout', hang],
  ['hangs after the headers', 'oidc.provider_timeout', hangAfterHeaders],
  ['hangs up', 'oidc.provider_unavailable', hangUp],
  ['answers 500', 'oidc.provider_failed', answer(500, 'application/json', '{}')],
  ['answers 503 with HTML', 'oidc.provider_failed', answer(503, 'text/html', '<h1>Sorry</h1>')],
  ['answers HTML', 'oidc.answer_not_json', answer(200, 'text/html', '<h1>Hello</h1>')],
  ['answers 300 MB', 'oidc.answer_too_large', flood],
  ['answers 50 MB packed into 50 KB', 'oidc.answer_too_large', packed],
  [
    'points elsewhere',
    'oidc.redirect_refused',
    answer(302, 'application/json', '{}', { location: 'http://127.0.0.1:9/' }),
  ],
]

/** Short where the time is what is tested; elsewhere longer than a busy machine takes. */
const waiting = (code: string) => ({
  options: { limitMilliseconds: code === 'oidc.provider_timeout' ? 300 : 20_000 },
})

describe.each(['discovery', 'token', 'keySet'] as const)('where the provider, asked for %s,', holds('7.8'), (where) => {
  it.each(misbehaviour)('%s: %s', async (_, code, change) => {
    expect((await refusal(provider, { [where]: change }, waiting(code))).code).toBe(code)
  })
})

it.each(['token', 'userinfo'] as const)(
  'a response that the provider calls text, asked for %s, is refused',
  async (where) => {
    const error = await refusal(provider, { [where]: answer(200, 'text/plain', '{}') })
    expect([error.code, error.found].join(' ')).toContain('oidc.answer_not_json')
  },
)

describe('where the provider, asked for userinfo,', () => {
  it.each(misbehaviour)('%s, the sign-in is refused and the log says %s', async (_, code, userinfo) => {
    const error = await refusal(provider, userinfo ? { userinfo } : {}, waiting(code))
    expect(error.code).toBe(code === 'oidc.provider_timeout' ? code : 'oidc.userinfo_failed')
    if (error.code === 'oidc.userinfo_failed') expect(error.found).toContain(code)
  })
})

it.each(['discovery', 'token', 'keySet', 'userinfo'] as const)('%s may begin with a byte order mark', async (where) => {
  const options = { fetch: withMark(where) }
  await expect(attempt(provider, {}, { options })).resolves.toBeDefined()
})

const PATHS = {
  discovery: '/.well-known/openid-configuration',
  token: '/token',
  keySet: '/jwks',
  userinfo: '/userinfo',
}

const withMark =
  (where: keyof typeof PATHS): Fetch =>
  async (url, init) => {
    const response = await fetch(url, init)
    if (!url.endsWith(PATHS[where])) return response
    return new Response(`\uFEFF${await response.text()}`, { status: response.status, headers: response.headers })
  }

it('an answer of 300 MB is not read to its end', async () => {
  poured = 0
  await refusal(provider, { token: flood }, waiting('oidc.answer_too_large'))
  expect(poured).toBeGreaterThan(0)
  expect(poured).toBeLessThan(30 * 1024 * 1024)
})

describe('the token endpoint refuses', () => {
  it.each([
    ['the code', 'oidc.code_refused', answer(400, 'application/json', '{"error":"invalid_grant"}')],
    ['the client', 'oidc.client_refused', answer(401, 'application/json', '{"error":"invalid_client"}')],
    [
      'the client, with a challenge',
      'oidc.client_refused',
      answer(401, 'application/json', '{"error":"invalid_client"}', {
        'www-authenticate': 'Basic realm="op"',
      }),
    ],
    ['something else', 'oidc.provider_refused', answer(400, 'application/json', '{"error":"invalid_request"}')],
    ['without saying what', 'oidc.token_answer_invalid', answer(400, 'application/json', '{}')],
    ['with a page', 'oidc.provider_failed', answer(404, 'text/html', '<h1>Not found</h1>')],
  ])('the token endpoint refuses %s: %s', async (_, code, token) => {
    expect((await refusal(provider, { token })).code).toBe(code)
  })
})

describe('the client secret', () => {
  const authorizationOf = async (settings: Partial<OidcSettings>, discovery?: Tampering['discovery']) => {
    const token = answer(400, 'application/json', '{"error":"invalid_grant"}')
    const error = await refusal(provider, { token, ...(discovery ? { discovery } : {}) }, { settings })
    expect(JSON.stringify([error, error.cause])).not.toContain('client-secret')
    const { authorization = '', parameters = new URLSearchParams() } = provider.posted.get('/token') ?? {}
    return { authorization, body: parameters.toString() }
  }

  it('goes into the header, percent-encoded, by default', async () => {
    const { authorization, body } = await authorizationOf({ clientSecret: new Secret('a b:c%+') })
    expect(Buffer.from(authorization.replace('Basic ', ''), 'base64').toString()).toBe('fedgate:a+b%3Ac%25%2B')
    expect(body).not.toContain('client_secret')
  })

  it('the client secret is encoded no more than necessary, for providers that do not decode', async () => {
    const clientSecret = new Secret('Letters-4nd._digits*')
    const { authorization } = await authorizationOf({ clientSecret })
    expect(authorization).toBe(`Basic ${Buffer.from(`fedgate:${clientSecret.reveal()}`).toString('base64')}`)
  })

  it('goes into the body where it is configured so', async () => {
    const { authorization, body } = await authorizationOf({ tokenEndpointAuthMethod: 'client_secret_post' })
    expect(authorization).toBe('')
    expect(new URLSearchParams(body).get('client_secret')).toBe('client-secret')
  })

  it('goes into the body where the provider offers nothing else', async () => {
    const { authorization, body } = await authorizationOf({}, (document: Json) => ({
      ...document,
      token_endpoint_auth_methods_supported: ['client_secret_post'],
    }))
    expect(authorization).toBe('')
    expect(new URLSearchParams(body).get('client_secret')).toBe('client-secret')
  })

  it('the client secret is not sent by a public client, which names itself', async () => {
    const { authorization, body } = await authorizationOf({ tokenEndpointAuthMethod: 'none' })
    expect(authorization).toBe('')
    expect(Object.fromEntries(new URLSearchParams(body))).toMatchObject({ client_id: 'fedgate' })
    expect(body).not.toContain('client_secret')
  })
})

describe('a secret with characters that need encoding', () => {
  const clientSecret = new Secret('p%2B+s/=:&ü ')

  /** Takes the one secret, by whatever method, decoding Basic credentials or not. */
  const taking = (decodes: boolean): Tampering => ({
    token: (document) => {
      const { authorization = '', parameters } = provider.posted.get('/token') ?? {}
      const [, encoded = ''] = /^fedgate:(.*)$/s.exec(Buffer.from(authorization.slice(6), 'base64').toString()) ?? []
      const basic = decodes ? decodeURIComponent(encoded.replaceAll('+', ' ')) : encoded
      const found = authorization === '' ? parameters?.get('client_secret') : basic
      return found === clientSecret.reveal() ? document : { error: 'invalid_client' }
    },
  })

  it.each([
    ['that decodes Basic credentials, by client_secret_basic', true, 'client_secret_basic'],
    ['that decodes Basic credentials, by client_secret_post', true, 'client_secret_post'],
    ['that does not decode them, by client_secret_post', false, 'client_secret_post'],
  ] as const)(
    'a secret with characters that need encoding is known to a provider %s',
    async (_, decodes, tokenEndpointAuthMethod) => {
      const settings = { clientSecret, tokenEndpointAuthMethod }
      await expect(attempt(provider, taking(decodes), { settings })).resolves.toBeDefined()
    },
  )

  it('a secret with characters that need encoding is not known to a provider that does not decode them, by client_secret_basic', async () => {
    const settings = { clientSecret, tokenEndpointAuthMethod: 'client_secret_basic' as const }
    await expect(attempt(provider, taking(false), { settings })).rejects.toMatchObject({
      code: 'oidc.client_refused',
    })
  })
})

describe('a client assertion', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const assertionBy = async (
    privateKey: KeyObject,
    algorithms?: readonly string[],
    more: Pick<ClientKey, 'algorithm' | 'certificate'> = {},
  ) => {
    const discovery = (document: Json) => ({
      ...document,
      token_endpoint_auth_signing_alg_values_supported: algorithms,
    })
    await attempt(provider, { discovery }, { settings: { clientKey: { privateKey, kid: 'ours', ...more } } })
    const { authorization, parameters } = provider.posted.get('/token') ?? {}
    expect(authorization).toBe('')
    expect(parameters?.get('client_assertion_type')).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    const [header = '', claims = '', signature = ''] = (parameters?.get('client_assertion') ?? '').split('.')
    return { header: parse(header), claims: parse(claims), input: `${header}.${claims}`, signature }
  }
  const parse = (segment: string) => JSON.parse(Buffer.from(segment, 'base64url').toString())

  it('says who we are, to whom, for a minute and once', async () => {
    const { header, claims } = await assertionBy(rsa.privateKey)
    expect(header).toEqual({ alg: 'RS256', kid: 'ours' })
    expect(claims).toMatchObject({ iss: 'fedgate', sub: 'fedgate', aud: provider.issuer, jti: expect.any(String) })
    expect(claims.exp - claims.iat).toBe(60)
    expect((await assertionBy(rsa.privateKey)).claims.jti).not.toBe(claims.jti)
  })

  it('a client assertion is signed as the key and the provider allow', async () => {
    const byEc = await assertionBy(ec.privateKey)
    const key = { key: ec.publicKey, dsaEncoding: 'ieee-p1363' as const }
    expect(byEc.header.alg).toBe('ES384')
    expect(verify('sha384', Buffer.from(byEc.input), key, Buffer.from(byEc.signature, 'base64url'))).toBe(true)
    const byRsa = await assertionBy(rsa.privateKey, ['ES256', 'PS256'])
    const padding = { key: rsa.publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
    expect(byRsa.header.alg).toBe('PS256')
    expect(verify('sha256', Buffer.from(byRsa.input), padding, Buffer.from(byRsa.signature, 'base64url'))).toBe(true)
  })

  it('a client assertion is signed as configured, whatever the provider lists for others', async () => {
    const { header, input, signature } = await assertionBy(rsa.privateKey, ['RS256'], { algorithm: 'PS256' })
    const padding = { key: rsa.publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
    expect(header.alg).toBe('PS256')
    expect(verify('sha256', Buffer.from(input), padding, Buffer.from(signature, 'base64url'))).toBe(true)
    const unfit = assertionBy(ec.privateKey, undefined, { algorithm: 'PS256' })
    await expect(unfit).rejects.toMatchObject({ code: 'oidc.client_key_unusable', source: 'privateKeyAlgorithm' })
  })

  it('shows the thumbprints of a certificate, by which Entra ID knows the key', async () => {
    const pem = await createKeyPem('fedgate', new Date())
    const certificate = new X509Certificate(pem.certificate)
    const { header } = await assertionBy(createPrivateKey(pem.privateKey), undefined, { certificate })
    const thumbprint = (hash: string) => createHash(hash).update(certificate.raw).digest('base64url')
    expect(header).toEqual({ alg: 'RS256', kid: 'ours', x5t: thumbprint('sha1'), 'x5t#S256': thumbprint('sha256') })
  })

  it('a client assertion is not made where the provider takes none that the key can sign', async () => {
    await expect(assertionBy(ec.privateKey, ['RS256'])).rejects.toMatchObject({ code: 'oidc.client_key_unusable' })
    const { privateKey } = generateKeyPairSync('x25519')
    await expect(assertionBy(privateKey)).rejects.toMatchObject({ code: 'oidc.client_key_unusable' })
  })

  it.each(['private_key_jwt', 'client_secret_basic', 'client_secret_post'] as const)(
    'a client assertion or secret that is not there ends a sign-in by %s',
    async (tokenEndpointAuthMethod) => {
      const { clientSecret: _, ...settings } = settingsFor(provider.issuer, { tokenEndpointAuthMethod })
      provider.behave({})
      const started = createRelyingParty(settings).start(new Date())
      await expect(started).rejects.toMatchObject({ code: 'oidc.client_credentials_missing' })
    },
  )
})

describe('userinfo', holds('7.7'), () => {
  it('adds what the ID token does not have', async () => {
    const { identity } = await attempt(provider, {})
    expect(identity.attributes.get('department')).toEqual(['R&D'])
    expect(identity.attributes.get('groups')).toEqual(['from-userinfo'])
  })

  it('userinfo never overrides the ID token', async () => {
    const userinfo = (document: Json) => ({
      ...document,
      email: 'bob@example.com',
      iss: 'https://evil.example',
      aud: 'x',
    })
    const { identity } = await attempt(provider, { userinfo })
    expect(identity.attributes.get('email')).toEqual(['alice@example.com'])
    expect(identity.issuer).toBe(provider.issuer)
    expect(identity.attributes.has('iss')).toBe(false)
  })

  it('userinfo about another subject refuses the sign-in', async () => {
    const userinfo = (document: Json) => ({ ...document, sub: 'bob' })
    expect((await refusal(provider, { userinfo })).code).toBe('oidc.userinfo_subject_mismatch')
  })

  it('userinfo without a subject refuses the sign-in', async () => {
    const userinfo = ({ sub: _, ...rest }: Json) => rest
    expect((await refusal(provider, { userinfo })).code).toBe('oidc.userinfo_failed')
  })

  describe('that is signed', () => {
    const discovery = (document: Json) => ({ ...document, userinfo_signing_alg_values_supported: ['RS256', 'none'] })
    const signedUserinfo = (alg: string, seal: (input: string) => string): Tampering => {
      const claims = { iss: provider.issuer, aud: 'fedgate', sub: 'alice', department: 'Signing' }
      const token = seal(`${encode({ alg, kid: KID })}.${encode(claims)}`)
      return { discovery, userinfo: answer(200, 'application/jwt', token) }
    }

    it('adds to the ID token too', async () => {
      const { identity } = await attempt(provider, signedUserinfo('RS256', signedBy(good.privateKey)))
      expect(identity.attributes.get('department')).toEqual(['Signing'])
    })

    it.each([
      ['by another key', 'RS256', signedBy(rogue.privateKey)],
      ['by nothing', 'none', (input: string) => `${input}.`],
    ])('%s refuses the sign-in', async (_, alg, seal) => {
      expect((await refusal(provider, signedUserinfo(alg, seal))).code).toBe('oidc.userinfo_failed')
    })
  })

  it('userinfo is not asked for where the settings say so', async () => {
    await attempt(provider, {}, { settings: { userinfo: false } })
    expect(provider.requests.has('/userinfo')).toBe(false)
  })

  it('userinfo is not asked for where there is none', async () => {
    const discovery = ({ userinfo_endpoint: _, ...rest }: Json) => rest
    await expect(attempt(provider, { discovery })).resolves.toBeDefined()
  })
})

it('the time limit covers the whole exchange, not each request of it', async () => {
  const limitMilliseconds = 400
  const slowFetch: Fetch = async (url, init) => {
    await new Promise((resolve) => setTimeout(resolve, limitMilliseconds / 2.5))
    return fetch(url, init)
  }
  // Token, keys and userinfo: each is within the limit, the three together are not.
  const error = await refusal(provider, {}, { options: { fetch: slowFetch, limitMilliseconds } })
  expect(error.code).toBe('oidc.provider_timeout')
})

it('a provider whose port is closed is unavailable, and the error says how', async () => {
  const closed = createServer()
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
  const { port } = closed.address() as { port: number }
  await new Promise((resolve) => closed.close(resolve))
  const relyingParty = createRelyingParty(settingsFor(`http://127.0.0.1:${port}`))
  expect(await relyingParty.available()).toBe(false)
  const error = await relyingParty.start(new Date()).catch((thrown: OidcError) => thrown)
  expect(error).toMatchObject({ code: 'oidc.provider_unavailable', found: 'ECONNREFUSED' })
})
