/** RSA-OAEP by our own hand, held against keys that openssl wrapped, and against node:crypto where that can do it. */
import { constants, createPublicKey, generateKeyPairSync, publicEncrypt, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type OaepHash, unwrapOaep } from '../../src/xml/oaep.ts'
import { decryptionKeys } from '../saml/saml-fixtures.ts'

interface WrappedKey {
  readonly digest: OaepHash
  readonly mask: OaepHash
  /** base64 */
  readonly key: string
  readonly octets: string
}

const vectors = JSON.parse(
  readFileSync(join(import.meta.dirname, '../fixtures/saml/wrapped-keys.json'), 'utf8'),
) as readonly WrappedKey[]

const [privateKey] = decryptionKeys
if (!privateKey) throw new Error('no key')
const publicKey = createPublicKey(privateKey)
const hashes: readonly OaepHash[] = ['sha1', 'sha256', 'sha384', 'sha512']
const octetsOf = (base64: string): Buffer => Buffer.from(base64, 'base64')

/** Encrypts octets that are padded already: what a sender can do who knows the public key. */
const raw = (padded: Buffer): Buffer => publicEncrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, padded)

const thrownBy = (step: () => unknown): string => {
  try {
    step()
  } catch (error) {
    return `${error}`
  }
  throw new Error('it was taken')
}

const REFUSAL = 'Error: not wrapped for this key'

describe('keys that openssl wrapped', () => {
  it('come with every digest and every MGF1', () => {
    expect(new Set(vectors.map(({ digest, mask }) => `${digest} ${mask}`)).size).toBe(hashes.length ** 2)
  })

  it.each(vectors)(
    'keys that openssl wrapped with digest $digest and MGF1 $mask are unwrapped',
    ({ digest, mask, key, octets }) => {
      const expected = octetsOf(key)
      expect(unwrapOaep(octetsOf(octets), privateKey, { digest, mask }, expected.length)).toEqual(expected)
    },
  )

  it.each(vectors)(
    'keys that openssl wrapped with digest $digest and MGF1 $mask are not unwrapped by any other',
    ({ octets, key, ...own }) => {
      const others = hashes
        .flatMap((digest) => hashes.map((mask) => ({ digest, mask })))
        .filter(({ digest, mask }) => digest !== own.digest || mask !== own.mask)
      const answers = others.map((other) =>
        thrownBy(() => unwrapOaep(octetsOf(octets), privateKey, other, octetsOf(key).length)),
      )
      expect(new Set(answers)).toEqual(new Set([REFUSAL]))
    },
  )

  it.each(vectors)(
    'keys that openssl wrapped with digest $digest and MGF1 $mask are of one length only',
    ({ digest, mask, key, octets }) => {
      const length = octetsOf(key).length
      for (const other of [0, 1, length - 1, length + 1, 32 + 16 + 24 - length, 200])
        expect(thrownBy(() => unwrapOaep(octetsOf(octets), privateKey, { digest, mask }, other))).toBe(REFUSAL)
    },
  )
})

it.each(hashes)('agrees with node:crypto on %s for keys of chance', (hash) => {
  for (let i = 0; i < 20; i += 1) {
    const key = randomBytes(32)
    const wrapped = publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hash }, key)
    expect(unwrapOaep(wrapped, privateKey, { digest: hash, mask: hash }, 32)).toEqual(key)
  }
})

describe('octets that are not padded as OAEP says have one answer', () => {
  const attempt = (octets: Buffer) =>
    thrownBy(() => unwrapOaep(octets, privateKey, { digest: 'sha256', mask: 'sha1' }, 32))

  it("octets with invalid padding have one answer whatever their first octet is, which Manger's attack varies", () => {
    const answers = [0, 1, 2, 0x7f].map((first) =>
      attempt(raw(Buffer.concat([Buffer.from([first]), randomBytes(255)]))),
    )
    expect(new Set(answers)).toEqual(new Set([REFUSAL]))
  })

  it('octets with invalid padding have one answer with a label of another kind', () => {
    const oaepLabel = Buffer.from('abc')
    const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256', oaepLabel }
    const wrapped = publicEncrypt({ key: publicKey, ...padding }, randomBytes(32))
    expect(thrownBy(() => unwrapOaep(wrapped, privateKey, { digest: 'sha256', mask: 'sha256' }, 32))).toBe(REFUSAL)
  })

  it('padded as PKCS #1 v1.5 has it', () => {
    const wrapped = publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, randomBytes(32))
    expect(attempt(wrapped)).toBe(REFUSAL)
  })

  it('octets with invalid padding have one answer with any octet of a good one changed', () => {
    const good = vectors.find(({ digest, mask }) => digest === 'sha256' && mask === 'sha1')
    const octets = octetsOf(good?.octets ?? '')
    for (const at of [1, 20, 100, 255]) {
      const changed = Buffer.from(octets)
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
      expect(attempt(changed)).toBe(REFUSAL)
    }
  })

  it('octets with invalid padding have one answer for a key too small for the hash', () => {
    const small = generateKeyPairSync('rsa', { modulusLength: 1024 })
    const octets = publicEncrypt({ key: small.publicKey, padding: constants.RSA_NO_PADDING }, Buffer.alloc(128))
    expect(thrownBy(() => unwrapOaep(octets, small.privateKey, { digest: 'sha512', mask: 'sha512' }, 32))).toBe(REFUSAL)
  })
})

it('a ciphertext of another length, or larger than the modulus, is not unwrapped', () => {
  for (const octets of [Buffer.alloc(0), Buffer.alloc(255, 1), Buffer.alloc(257, 1), Buffer.alloc(256, 0xff)])
    expect(() => unwrapOaep(octets, privateKey, { digest: 'sha1', mask: 'sha1' }, 16)).toThrow()
})
