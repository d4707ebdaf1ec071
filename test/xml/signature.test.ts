import { constants, createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { canonicalize } from '../../src/xml/canonicalize.ts'
import { childElements } from '../../src/xml/navigate.ts'
import { parseXml } from '../../src/xml/parse.ts'
import { signEnveloped } from '../../src/xml/sign.ts'
import { signedChild, verifySignature } from '../../src/xml/signature.ts'
import { errorOf } from '../saml/saml-fixtures.ts'
import { makeKeyPair } from './keys.ts'

const keys = await makeKeyPair()
const stranger = await makeKeyPair()
const publicKey = createPublicKey(keys.certificate)
const plain = '<a ID="_1"><i>us</i><b>text</b></a>'
const signed = await signEnveloped(plain, { id: '_1', after: 'i', signer: keys })
const codeOf = (xml: string, key: KeyObject = publicKey) => errorOf(() => verifySignature(parseXml(xml), [key])).code

/** Changes SignedInfo as a key holder could, and signs it again. */
const resigned = (
  edit: (xml: string) => string,
  signWith = (octets: Buffer) => sign('sha256', octets, keys.privateKey),
): string => {
  const edited = edit(signed)
  const signature = childElements(parseXml(edited))[1]
  const [signedInfo] = signature ? childElements(signature) : []
  if (!signedInfo) throw new Error('no SignedInfo')
  const value = signWith(Buffer.from(canonicalize(signedInfo))).toString('base64')
  return edited.replace(/(?<=<ds:SignatureValue>)[^<]*/, value)
}

const digest = /(?<=<ds:DigestValue>)[^<]*/
const method = /(?<=<ds:SignatureMethod Algorithm=")[^"]*/

describe('a signature made by xml-crypto', () => {
  it('verifies, and hands on the very element', () => {
    const root = parseXml(signed)
    expect(verifySignature(root, [publicKey])).toBe(root)
  })

  it('verifies with the second of two keys', () => {
    expect(() => verifySignature(parseXml(signed), [createPublicKey(stranger.certificate), publicKey])).not.toThrow()
  })

  it('a signature made by xml-crypto does not verify with another key, none, or the private key', () => {
    expect(codeOf(signed, createPublicKey(stranger.certificate))).toBe('xml.signature_invalid')
    expect(errorOf(() => verifySignature(parseXml(signed), [])).code).toBe('xml.signature_key_unfit')
    expect(codeOf(signed, keys.privateKey)).toBe('xml.signature_key_unfit')
  })

  it('covers the text', () => {
    expect(codeOf(signed.replace('>text<', '>test<'))).toBe('xml.signature_digest')
  })

  it('a signature made by xml-crypto is of no use to an element that holds none', () => {
    expect(codeOf(plain)).toBe('xml.signature_shape')
    expect(codeOf(`<r ID="_2">${signed}</r>`)).toBe('xml.signature_shape')
  })
})

describe('with SignedInfo signed by the right key (security-requirements 3)', () => {
  it('the test itself makes valid signatures', () => {
    expect(() => verifySignature(parseXml(resigned((xml) => xml)), [publicKey])).not.toThrow()
  })

  it('a truncated digest is refused', () => {
    const cut = (xml: string) =>
      xml.replace(digest, (value) => Buffer.from(value, 'base64').subarray(0, 16).toString('base64'))
    expect(codeOf(resigned(cut))).toBe('xml.signature_digest')
  })

  it('a digest of another algorithm than named is refused', () => {
    const sha512 = createHash('sha512')
      .update(canonicalize(parseXml(plain)))
      .digest('base64')
    expect(codeOf(resigned((xml) => xml.replace(digest, sha512)))).toBe('xml.signature_digest')
  })

  it.each([
    [
      'SHA-1 as digest',
      'http://www.w3.org/2001/04/xmlenc#sha256',
      'http://www.w3.org/2000/09/xmldsig#sha1',
      'xml.signature_digest_algorithm',
    ],
    [
      'an unknown transform',
      'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
      'http://www.w3.org/2000/09/xmldsig#base64',
      'xml.signature_transforms',
    ],
    ['a reference to all', 'URI="#_1"', 'URI=""', 'xml.signature_reference'],
    ['a reference with an XPointer', 'URI="#_1"', 'URI="#xpointer(/)"', 'xml.signature_reference'],
  ])('%s is refused', (_, from, to, code) => {
    expect(codeOf(resigned((xml) => xml.replace(from, to)))).toBe(code)
  })

  it('RSA-PSS is accepted with a salt as long as the hash', () => {
    const named = (xml: string) => xml.replace(method, 'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1')
    const pss = (saltLength: number) => (octets: Buffer) =>
      sign('sha256', octets, { key: keys.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })
    expect(() => verifySignature(parseXml(resigned(named, pss(32))), [publicKey])).not.toThrow()
    expect(codeOf(resigned(named, pss(20)))).toBe('xml.signature_invalid')
    expect(codeOf(resigned(named))).toBe('xml.signature_invalid')
  })

  it('ECDSA is accepted on the three curves of NIST only', () => {
    const named = (xml: string) => xml.replace(method, 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256')
    const verifyOn = (namedCurve: string, dsaEncoding: 'ieee-p1363' | 'der' = 'ieee-p1363') => {
      const pair = generateKeyPairSync('ec', { namedCurve })
      const xml = resigned(named, (octets) => sign('sha256', octets, { key: pair.privateKey, dsaEncoding }))
      return () => verifySignature(parseXml(xml), [pair.publicKey])
    }
    for (const curve of ['prime256v1', 'secp384r1', 'secp521r1']) expect(verifyOn(curve)).not.toThrow()
    expect(errorOf(verifyOn('secp256k1')).code).toBe('xml.signature_key_unfit')
    expect(errorOf(verifyOn('prime256v1', 'der')).code).toBe('xml.signature_invalid')
  })

  it.each(['rsa', 'ec', 'ed25519'] as const)('a key of type %s fits its own methods only', (type) => {
    const key =
      type === 'rsa'
        ? publicKey
        : type === 'ec'
          ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey
          : generateKeyPairSync('ed25519').publicKey
    const code = codeOf(signed.replace('rsa-sha256', type === 'rsa' ? 'ecdsa-sha256' : 'rsa-sha256'), key)
    expect(code).toBe('xml.signature_key_unfit')
  })
})

describe('a signed element', () => {
  it('vouches for its own children and for no user else', () => {
    const root = verifySignature(parseXml(signed), [publicKey])
    const [child] = childElements(root)
    const [other] = childElements(parseXml(plain))
    if (!child || !other) throw new Error('no children')
    expect(signedChild(root, child)).toBe(child)
    expect(() => signedChild(root, other)).toThrow()
  })
})

describe('signing', () => {
  it.each(["_1' or '1'='1", '', '1', 'a b'])('refuses the ID %j, which is none of ours', async (id) => {
    await expect(signEnveloped(plain, { id, after: 'i', signer: keys })).rejects.toThrow('IDs of our own making')
  })

  it('passes on what the signer throws', async () => {
    const broken = { certificate: keys.certificate, sign: async () => Promise.reject(new Error('no key today')) }
    await expect(signEnveloped(plain, { id: '_1', after: 'i', signer: broken })).rejects.toThrow('the signer failed')
  })

  it('fails when there is nothing to stand after', async () => {
    await expect(signEnveloped(plain, { id: '_1', after: 'x', signer: keys })).rejects.toThrow()
  })
})
