import {
  constants,
  createCipheriv,
  createHash,
  createHmac,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  publicEncrypt,
  randomBytes,
  sign,
} from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Secret } from '../../src/core/secret.ts'
import { createRelyingParty } from '../../src/oidc/relying-party.ts'
import type { OidcSettings } from '../../src/oidc/settings.ts'
import { attempt, refusal, settingsFor } from './login-attempt.ts'
import {
  encode,
  good,
  hmacWith,
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

const ours = generateKeyPairSync('rsa', { modulusLength: 2048 })
const oursToo = generateKeyPairSync('rsa', { modulusLength: 2048 })
const oursEc = generateKeyPairSync('ec', { namedCurve: 'P-256' })

interface Encrypting {
  readonly header?: Json
  readonly key?: KeyObject
  readonly oaepHash?: string
  readonly padding?: number
  /** Changes the five parts. */
  readonly tamper?: (parts: string[]) => string[]
}

/** A compact JWE by node:crypto alone, AES-256 in GCM under RSA. RFC 7516 5.1 */
const encryptedWith =
  ({ header = {}, key = ours.publicKey, oaepHash = 'sha256', padding, tamper = (same) => same }: Encrypting = {}) =>
  (text: string): string => {
    const protectedHeader = encode({ alg: 'RSA-OAEP-256', enc: 'A256GCM', cty: 'JWT', ...header })
    const [contentKey, iv] = [randomBytes(32), randomBytes(12)]
    const encryptedKey = publicEncrypt(
      padding === undefined ? { key, oaepHash, padding: constants.RSA_PKCS1_OAEP_PADDING } : { key, padding },
      contentKey,
    )
    const cipher = createCipheriv('aes-256-gcm', contentKey, iv).setAAD(Buffer.from(protectedHeader, 'ascii'))
    const ciphertext = Buffer.concat([cipher.update(text), cipher.final()])
    const octets = [encryptedKey, iv, ciphertext, cipher.getAuthTag()].map((part) => part.toString('base64url'))
    return tamper([protectedHeader, ...octets]).join('.')
  }

/** ECDH-ES with A256GCM by node:crypto alone. RFC 7518 4.6 */
const encryptedByAgreement = (text: string): string => {
  const ephemeral = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const shared = diffieHellman({ privateKey: ephemeral.privateKey, publicKey: oursEc.publicKey })
  const int = (value: number) => Buffer.from([0, 0, value >> 8, value & 255])
  const info = Buffer.concat([int(7), Buffer.from('A256GCM'), int(0), int(0), int(256)])
  const contentKey = createHash('sha256').update(int(1)).update(shared).update(info).digest()
  const epk = ephemeral.publicKey.export({ format: 'jwk' })
  const protectedHeader = encode({ alg: 'ECDH-ES', enc: 'A256GCM', epk })
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', contentKey, iv).setAAD(Buffer.from(protectedHeader, 'ascii'))
  const ciphertext = Buffer.concat([cipher.update(text), cipher.final()])
  return [protectedHeader, '', ...[iv, ciphertext, cipher.getAuthTag()].map((part) => part.toString('base64url'))].join(
    '.',
  )
}

const withKeys: { settings: Partial<OidcSettings> } = {
  settings: { decryptionKeys: [{ privateKey: oursEc.privateKey }, { privateKey: ours.privateKey, kid: 'enc-1' }] },
}
const flip = (part: string): string => (part.startsWith('A') ? 'B' : 'A') + part.slice(1)

/** Whole groups of four characters and one that is left over, under a signature that holds. */
const strayCharacter = (signingInput: string): string => {
  const [header = '', claims = ''] = signingInput.split('.')
  const padding = ['', ' ', '  '].find((spaces) => (Buffer.from(header, 'base64url').length + spaces.length) % 3 === 0)
  const whole = Buffer.from(Buffer.from(header, 'base64url').toString() + padding).toString('base64url')
  return signedBy(good.privateKey)(`${whole}A.${claims}`)
}

describe('an ID token whose base64url has a stray character', () => {
  it('an ID token whose base64url has a stray character is refused though its signature holds: decoders differ', async () => {
    expect((await refusal(provider, { seal: strayCharacter })).code).toBe('oidc.id_token_malformed')
  })
})

describe('an encrypted ID token is opened', () => {
  it.each<[string, (text: string) => string]>([
    ['by RSA-OAEP-256', encryptedWith()],
    ['by RSA-OAEP', encryptedWith({ header: { alg: 'RSA-OAEP' }, oaepHash: 'sha1' })],
    ['by ECDH-ES', encryptedByAgreement],
    ['by the key that it names', encryptedWith({ header: { kid: 'enc-1' } })],
    ['by a key under a name that is not ours', encryptedWith({ header: { kid: 'what they call it' } })],
  ])('an encrypted ID token is opened: %s', async (_, tamper) => {
    const { evidence } = await attempt(provider, { tamper }, withKeys)
    if (evidence.kind !== 'web-identity') throw new Error('no ID token')
    expect(evidence.token.reveal().split('.')).toHaveLength(3)
  })

  it('an encrypted ID token is opened by an older key of ours too', async () => {
    const settings = { decryptionKeys: [{ privateKey: oursToo.privateKey }, { privateKey: ours.privateKey }] }
    await expect(attempt(provider, { tamper: encryptedWith() }, { settings })).resolves.toBeDefined()
  })

  it('an encrypted ID token is opened and judged like any other', async () => {
    const stranger: Tampering = { claims: (claims) => ({ ...claims, aud: 'somebody' }), tamper: encryptedWith() }
    expect((await refusal(provider, stranger, withKeys)).code).toBe('oidc.audience_mismatch')
    const forged: Tampering = { seal: signedBy(rogue.privateKey), tamper: encryptedWith() }
    expect((await refusal(provider, forged, withKeys)).code).toBe('oidc.signature_invalid')
  })

  it('an encrypted ID token is opened and refused where nothing inside of it is signed', async () => {
    const unsigned = (token: string) => encryptedWith()(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    expect((await refusal(provider, { tamper: unsigned }, withKeys)).code).toBe('oidc.id_token_malformed')
  })

  it('an ID token that is encrypted twice is refused', async () => {
    const twice = (token: string) => encryptedWith()(encryptedWith()(token))
    expect((await refusal(provider, { tamper: twice }, withKeys)).code).toBe('oidc.id_token_malformed')
  })
})

/** One answer for all of them: nobody learns how far a made-up ciphertext came. */
describe('an encrypted ID token is refused with oidc.decryption_failed', () => {
  const at = (index: number) => (parts: string[]) => parts.map((part, i) => (i === index ? flip(part) : part))
  it.each<[string, Encrypting]>([
    ['for another key', { key: oursToo.publicKey }],
    ['by RSA1_5', { header: { alg: 'RSA1_5' }, padding: constants.RSA_PKCS1_PADDING }],
    ['with the key sent along', { header: { alg: 'dir' }, tamper: (parts) => parts.map((p, i) => (i === 1 ? '' : p)) }],
    ['by a password', { header: { alg: 'PBES2-HS256+A128KW', p2c: 1, p2s: 'AAAA' } }],
    ['by a cipher without authentication', { header: { enc: 'A256CBC' } }],
    ['with another header', { tamper: ([header = '', ...parts]) => [flipHeader(header), ...parts] }],
    ['with another content key', { tamper: at(1) }],
    ['with another initialization vector', { tamper: at(2) }],
    ['with another text', { tamper: at(3) }],
    ['with another tag', { tamper: at(4) }],
    ['with a tag cut short', { tamper: (parts) => parts.map((part, i) => (i === 4 ? part.slice(0, 11) : part)) }],
  ])('an encrypted ID token is refused with oidc.decryption_failed: %s', async (_, encrypting) => {
    const error = await refusal(provider, { tamper: encryptedWith(encrypting) }, withKeys)
    expect(error.code).toBe('oidc.decryption_failed')
    expect(error.found).toMatch(/^alg [\w+-]+, enc \w+, kid undefined$/)
  })

  const flipHeader = (header: string): string =>
    encode({ ...JSON.parse(Buffer.from(header, 'base64url').toString()), more: true })
})

const LONG_SECRET = 'a-client-secret-of-64-bytes-and-more-0123456789-0123456789-0123456789'
const clientSecret = new Secret(LONG_SECRET)

const sealedBy =
  (hash: string, secret: string) =>
  (input: string): string =>
    `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`

describe('an ID token under the client secret', () => {
  const withAlg = (alg: string): Tampering => ({ header: (header) => ({ ...header, alg }) })
  const atHash = (hash: string): Tampering['claims'] => {
    const digest = createHash(hash).update('an-access-token').digest()
    return (claims) => ({ ...claims, at_hash: digest.subarray(0, digest.length / 2).toString('base64url') })
  }

  it.each([
    ['HS256', 'sha256'],
    ['HS384', 'sha384'],
    ['HS512', 'sha512'],
  ])('an ID token under the client secret is accepted where %s is configured', async (alg, hash) => {
    const tampering: Tampering = {
      ...withAlg(alg),
      seal: sealedBy(hash, LONG_SECRET),
      claims: atHash(hash) ?? ((c) => c),
    }
    const { identity } = await attempt(provider, tampering, { settings: { clientSecret, idTokenAlgs: [alg] } })
    expect(identity.subject).toBe('alice')
  })

  it('an ID token under the client secret is refused where it is not configured, though the provider offers it', async () => {
    const tampering = { ...withAlg('HS256'), seal: hmacWith(LONG_SECRET) }
    expect((await refusal(provider, tampering, { settings: { clientSecret } })).code).toBe('oidc.algorithm_refused')
  })

  it.each([
    ['the published key', () => good.publicKey.export({ type: 'spki', format: 'pem' }).toString()],
    ['the modulus', () => String(good.publicKey.export({ format: 'jwk' }).n)],
    ['nothing', () => ''],
  ])(
    'an ID token under the client secret is refused when it is %s instead of the secret, even beside RS256',
    async (_, secret) => {
      const settings = { clientSecret, idTokenAlgs: ['RS256', 'HS256'] }
      const tampering = { ...withAlg('HS256'), seal: hmacWith(secret()) }
      expect((await refusal(provider, tampering, { settings })).code).toBe('oidc.signature_invalid')
    },
  )

  it('leaves the published keys to the other algorithms', async () => {
    const settings = { clientSecret, idTokenAlgs: ['RS256', 'HS256'] }
    await expect(attempt(provider, {}, { settings })).resolves.toBeDefined()
  })

  it.each([
    ['HS256', 31],
    ['HS384', 47],
    ['HS512', 63],
  ])('needs a secret as long as the hash: %s refuses %i bytes', (alg, length) => {
    const settings = { idTokenAlgs: [alg], clientSecret: new Secret('x'.repeat(length)) }
    const refused = expect.objectContaining({ code: 'oidc.client_secret_too_short', found: `${length} bytes` })
    expect(() => createRelyingParty(settingsFor(provider.issuer, settings))).toThrow(refused)
    const enough = { idTokenAlgs: [alg], clientSecret: new Secret('x'.repeat(length + 1)) }
    expect(() => createRelyingParty(settingsFor(provider.issuer, enough))).not.toThrow()
  })
})

describe('an ID token by a key of another kind', () => {
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  const edwards = generateKeyPairSync('ed25519')
  const publishing = (key: KeyObject): Tampering['keySet'] => {
    return () => ({ keys: [{ ...key.export({ format: 'jwk' }), kid: KID }] })
  }
  const ecdsa = (hash: string, key: KeyObject) => (input: string) =>
    `${input}.${sign(hash, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
  const without_ = (claims: Json): Json => ({ ...claims, at_hash: undefined })
  const everything = { settings: { idTokenAlgs: ['RS256', 'PS384', 'ES256', 'ES384', 'EdDSA', 'Ed25519'] } }
  const judged = async (alg: string, key: KeyObject, seal: (input: string) => string) => {
    const tampering: Tampering = {
      header: (header) => ({ ...header, alg }),
      keySet: publishing(key) ?? ((same) => same),
      claims: without_,
      seal,
    }
    return attempt(provider, tampering, everything).then(
      () => 'signed in',
      (error: { code: string }) => error.code,
    )
  }

  it.each<[string, KeyObject, (input: string) => string]>([
    ['ES256', p256.publicKey, ecdsa('sha256', p256.privateKey)],
    ['ES384', p384.publicKey, ecdsa('sha384', p384.privateKey)],
    ['EdDSA', edwards.publicKey, (i) => `${i}.${sign(null, Buffer.from(i), edwards.privateKey).toString('base64url')}`],
    [
      'Ed25519',
      edwards.publicKey,
      (i) => `${i}.${sign(null, Buffer.from(i), edwards.privateKey).toString('base64url')}`,
    ],
    [
      'PS384',
      good.publicKey,
      (input) => {
        const key = { key: good.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 48 }
        return `${input}.${sign('sha384', Buffer.from(input), key).toString('base64url')}`
      },
    ],
  ])('an ID token by a key of another kind is accepted with %s', async (alg, key, seal) => {
    expect(await judged(alg, key, seal)).toBe('signed in')
  })

  it('an ID token by a key of another kind is refused with the curve of another algorithm', async () => {
    expect(await judged('ES256', p384.publicKey, ecdsa('sha256', p384.privateKey))).toBe('oidc.key_unknown')
  })

  it('an ID token by a key of another kind is refused with a signature of zeros', async () => {
    const zeros = (input: string) => `${input}.${Buffer.alloc(64).toString('base64url')}`
    expect(await judged('ES256', p256.publicKey, zeros)).toBe('oidc.signature_invalid')
  })

  it('an ID token by a key of another kind is refused with a signature in the form of ASN.1', async () => {
    const der = (i: string) => `${i}.${sign('sha256', Buffer.from(i), p256.privateKey).toString('base64url')}`
    expect(await judged('ES256', p256.publicKey, der)).toBe('oidc.signature_invalid')
  })

  it('an ID token by a key of another kind is refused with an RSA key of 1024 bits', async () => {
    const small = generateKeyPairSync('rsa', { modulusLength: 1024 })
    expect(await judged('RS256', small.publicKey, signedBy(small.privateKey))).toBe('oidc.key_unknown')
  })
})
