import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tokenSignerFromPem } from '../../src/core/keys.ts'
import { loadTokenSigner } from '../../src/issuer/token-keys.ts'
import { openWebIdentityIssuer, webIdentityIssuer } from '../../src/issuer/web-identity-issuer.ts'
import { newSigner, terms } from './support.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fedgate-issuer-'))
})
afterAll(() => rm(folder, { recursive: true }))

const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()
const written = async (name: string, text: string): Promise<string> => {
  const file = join(folder, name)
  await writeFile(file, text)
  return file
}

describe('a key of the issuer', () => {
  it.each(['RS256', 'ES256'] as const)(
    'a key of the issuer for %s is made at first start, for its owner only, and kept',
    async (algorithm) => {
      const file = join(folder, 'new', `${algorithm}.key`)
      const made = await loadTokenSigner(file, algorithm)
      expect(made.algorithm).toBe(algorithm)
      expect((await stat(file)).mode & 0o777).toBe(0o600)
      const again = await loadTokenSigner(file, algorithm)
      expect(again.publicKey.equals(made.publicKey)).toBe(true)
      expect(createPublicKey(await readFile(file)).equals(made.publicKey)).toBe(true)
    },
  )

  it('a key of the issuer is not made where it was configured', async () => {
    await expect(loadTokenSigner(join(folder, 'none.key'), undefined)).rejects.toMatchObject({
      code: 'issuer.key_unusable',
      message: expect.stringMatching(/none\.key cannot be used: it is not there\.$/),
    })
  })

  it.each([
    ['RSA of 1024 bits', generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey],
    ['for RSA-PSS', generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey],
    ['on P-384', generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey],
    ['on secp256k1', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey],
    ['Ed25519', generateKeyPairSync('ed25519').privateKey],
  ])('a key of the issuer is refused that is %s', async (name, key) => {
    await expect(loadTokenSigner(await written(name, pem(key)), undefined)).rejects.toThrow(
      'the private key is neither RSA of 2048 bits or more nor P-256',
    )
  })

  it('a key of the issuer is refused that is no private key', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const text = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    await expect(loadTokenSigner(await written('public.key', text), 'RS256')).rejects.toMatchObject({
      code: 'issuer.key_unusable',
    })
    expect(await readFile(join(folder, 'public.key'), 'utf8')).toBe(text)
  })

  it('a key of the issuer for ES256 signs as JOSE wants it: r and s side by side', async () => {
    expect(await (await newSigner('ES256')).sign(Buffer.from('octets'))).toHaveLength(64)
  })
})

describe('a published key', () => {
  it('a published key is named by its thumbprint (the example of RFC 7638 3.1)', async () => {
    const example = {
      kty: 'RSA',
      n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
      e: 'AQAB',
    }
    const signer = { ...(await newSigner()), publicKey: createPublicKey({ key: example, format: 'jwk' }) }
    const { keys } = await webIdentityIssuer(terms, signer)
    expect(keys[0]).toEqual({
      ...example,
      kid: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
      use: 'sig',
      alg: 'RS256',
    })
  })

  it.each(['RS256', 'ES256'] as const)('a published key for %s holds nothing of the private one', async (algorithm) => {
    const { keys } = await webIdentityIssuer(terms, await newSigner(algorithm))
    const members = algorithm === 'RS256' ? ['n', 'e'] : ['crv', 'x', 'y']
    expect(Object.keys(keys[0]).sort()).toEqual([...members, 'kty', 'kid', 'use', 'alg'].sort())
  })

  it('a published key is published once, however often it is named', async () => {
    const [signer, next] = [await newSigner('ES256'), await newSigner('ES256')]
    const { keys } = await webIdentityIssuer(terms, signer, [next, signer, next])
    expect(keys.map(({ x }) => x)).toEqual([signer, next].map(({ publicKey }) => publicKey.export({ format: 'jwk' }).x))
  })

  it('holds nothing of a private key that a signer gives away by mistake', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const { keys } = await webIdentityIssuer(terms, { ...(await newSigner()), publicKey: privateKey })
    expect(keys[0]).not.toHaveProperty('d')
  })
})

describe('the issuer of a configuration', () => {
  const settings = async (algorithm: 'RS256' | 'ES256', ...names: readonly string[]) => ({
    ...terms,
    algorithm,
    keys: names.map((name) => ({ key: join(folder, name), createIfMissing: false })),
  })

  it('signs with the first key and publishes all, of either kind', async () => {
    await written('old.key', pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey))
    await written('new.key', pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey))
    const issuer = await openWebIdentityIssuer(await settings('ES256', 'new.key', 'old.key'))
    expect(issuer.signer.algorithm).toBe('ES256')
    expect(issuer.keys.map(({ alg }) => alg)).toEqual(['ES256', 'RS256'])
  })

  it('the issuer of a configuration is refused where the first key is of another kind than it says', async () => {
    const file = await written('ec.key', pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey))
    await expect(openWebIdentityIssuer(await settings('RS256', 'ec.key'))).rejects.toMatchObject({
      code: 'issuer.key_unusable',
      message: `The key ${file} is for ES256, and the configuration says RS256.`,
    })
  })

  it('makes the first key where none is named', async () => {
    const keys = [{ key: join(folder, 'first', 'issuer.key'), createIfMissing: true }]
    const issuer = await openWebIdentityIssuer({ ...terms, algorithm: 'ES256', keys })
    expect(issuer.signer.algorithm).toBe('ES256')
    expect(tokenSignerFromPem(await readFile(join(folder, 'first', 'issuer.key'), 'utf8')).algorithm).toBe('ES256')
  })
})
