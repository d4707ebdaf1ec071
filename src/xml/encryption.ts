import type { KeyObject } from 'node:crypto'
import { XMLDSIG, XMLENC, XMLENC11 } from './algorithms.ts'
import { decodeBase64, decodeUtf8 } from './base64.ts'
import { type DataCipher, dataCiphers, maskGenerators, oaepDigests, RSA_OAEP, RSA_OAEP_MGF1P } from './ciphers.ts'
import { XmlError } from './errors.ts'
import { attributeOf, childElements, childrenNamed, isNamed, onlyChild, optionalChild, textOf } from './navigate.ts'
import { type OaepHashes, unwrapOaep } from './oaep.ts'
import { idsIn, parseXml } from './parse.ts'
import type { XmlElement } from './tree.ts'

/**
 * XML Encryption, the one profile that SAML needs (Core 2.2.4): an element with one EncryptedData, and the keys inside
 * it or next to it. A key is found by its position, never by following a reference.
 */

/** An EncryptedData of the required shape; nothing of it is decrypted. */
export interface Encrypted {
  readonly cipher: DataCipher
  readonly octets: Buffer
  readonly wrappedKeys: readonly WrappedKey[]
}

interface WrappedKey {
  readonly octets: Buffer
  readonly hashes: OaepHashes
}

/** One per recipient is usual, almost always one in all. Each costs a private key operation. */
const MAX_WRAPPED_KEYS = 4

const ELEMENT_TYPE = `${XMLENC}Element`

/** The contents of an EncryptedAssertion or EncryptedID. Throws XmlError `xml.encryption_*` before any key is used. */
export function readEncrypted(container: XmlElement): Encrypted {
  const data = onlyChild(container, XMLENC, 'EncryptedData')
  const type = attributeOf(data, 'Type')
  if (type !== undefined && type !== ELEMENT_TYPE) throw shape(ELEMENT_TYPE, type, 'EncryptedData/@Type')
  const beside = keysBeside(container, data)
  const wrapped = [...keysInside(data, beside), ...beside]
  if (wrapped.length < 1 || wrapped.length > MAX_WRAPPED_KEYS) {
    throw shape(`1 to ${MAX_WRAPPED_KEYS} EncryptedKeys`, `${wrapped.length}`, container.local)
  }
  return { cipher: readCipher(data), octets: readCiphertext(data), wrappedKeys: wrapped.map(readWrappedKey) }
}

function shape(expected: string, found: string, source: string): XmlError {
  return new XmlError('encryption_shape', { expected, found, source })
}

function keysBeside(container: XmlElement, data: XmlElement): readonly XmlElement[] {
  const [first, ...rest] = childElements(container)
  const stranger = rest.find((element) => !isNamed(element, XMLENC, 'EncryptedKey'))
  if (first !== data || stranger)
    throw shape('EncryptedData, EncryptedKey', (stranger ?? first)?.local ?? '', container.local)
  return rest
}

function keysInside(data: XmlElement, beside: readonly XmlElement[]): readonly XmlElement[] {
  const keyInfo = optionalChild(data, XMLDSIG, 'KeyInfo')
  if (!keyInfo) return []
  for (const method of childrenNamed(keyInfo, XMLDSIG, 'RetrievalMethod')) mustPointBeside(method, beside)
  return childrenNamed(keyInfo, XMLENC, 'EncryptedKey')
}

/**
 * OpenSAML refers to a key next to the data. Any other position is refused: a document that must be searched can be
 * rearranged.
 */
function mustPointBeside(method: XmlElement, beside: readonly XmlElement[]): void {
  const uri = attributeOf(method, 'URI') ?? ''
  const isBeside = uri !== '#' && beside.some((key) => uri === `#${attributeOf(key, 'Id') ?? ''}`)
  if (!isBeside || childElements(method).length > 0)
    throw shape('an EncryptedKey', 'a RetrievalMethod', 'EncryptedData/KeyInfo')
}

function readCipher(data: XmlElement): DataCipher {
  const algorithm = algorithmOf(optionalChild(data, XMLENC, 'EncryptionMethod'))
  const cipher = dataCiphers.get(algorithm)
  if (!cipher) throw unknownAlgorithm('AES-128, AES-192 or AES-256', algorithm, 'EncryptedData/EncryptionMethod')
  return cipher
}

function algorithmOf(method: XmlElement | undefined): string {
  return (method && attributeOf(method, 'Algorithm')) ?? ''
}

function unknownAlgorithm(expected: string, found: string, source: string): XmlError {
  return new XmlError('encryption_algorithm', { expected, found, source })
}

/** CipherData with a CipherValue: a CipherReference would need a request. */
function readCiphertext(element: XmlElement): Buffer {
  const [value, ...more] = childElements(onlyChild(element, XMLENC, 'CipherData'))
  if (!value || more.length > 0 || !isNamed(value, XMLENC, 'CipherValue')) {
    throw shape('one CipherValue', value?.local ?? 'nothing', `${element.local}/CipherData`)
  }
  const octets = decodeBase64(textOf(value))
  if (!octets) throw shape('base64', 'something else', `${element.local}/CipherData`)
  return octets
}

function readWrappedKey(key: XmlElement): WrappedKey {
  return {
    hashes: readOaep(onlyChild(key, XMLENC, 'EncryptionMethod')),
    octets: readCiphertext(key),
  }
}

/**
 * Without a DigestMethod or an MGF, the default is SHA-1; rsa-oaep-mgf1p has no other MGF. A label (OAEPparams) would
 * be a second name for a key that its position already identifies: no implementation sends one, and it is refused. XML
 * Encryption 1.1, 5.5.2
 */
function readOaep(method: XmlElement): OaepHashes {
  const algorithm = algorithmOf(method)
  const digestMethod = optionalChild(method, XMLDSIG, 'DigestMethod')
  const generator = optionalChild(method, XMLENC11, 'MGF')
  const digest = digestMethod ? oaepDigests.get(algorithmOf(digestMethod)) : 'sha1'
  const mask = generator ? maskGenerators.get(algorithmOf(generator)) : 'sha1'
  const isKnown = algorithm === RSA_OAEP || (algorithm === RSA_OAEP_MGF1P && mask === 'sha1')
  if (isKnown && digest && mask && !optionalChild(method, XMLENC, 'OAEPparams')) return { digest, mask }
  const found = [algorithm, algorithmOf(digestMethod), algorithmOf(generator)].join(' ').trim()
  throw unknownAlgorithm('RSA-OAEP with SHA-1, SHA-256, SHA-384 or SHA-512', found, 'EncryptedKey/EncryptionMethod')
}

/**
 * The one element that was encrypted there, parsed with the namespaces and IDs of its position in the document `root`.
 * Throws `xml.decryption_failed` for any failure, of key, padding or content: anything more would reveal the plaintext
 * to an attacker.
 */
export function decryptElement(
  container: XmlElement,
  { root, encrypted, keys }: { root: XmlElement; encrypted: Encrypted; keys: readonly KeyObject[] },
): XmlElement {
  for (const wrapped of encrypted.wrappedKeys) {
    for (const key of keys) {
      const octets = tryDecrypt(encrypted, wrapped, key)
      if (octets) return parseDecrypted(octets, container, root)
    }
  }
  throw new XmlError('decryption_failed')
}

function tryDecrypt({ cipher, octets }: Encrypted, wrapped: WrappedKey, key: KeyObject): Buffer | undefined {
  try {
    return cipher.decrypt(octets, unwrapOaep(wrapped.octets, key, wrapped.hashes, cipher.keyOctets))
  } catch {
    return undefined
  }
}

function parseDecrypted(octets: Buffer, { scope }: XmlElement, root: XmlElement): XmlElement {
  const text = decodeUtf8(octets)
  try {
    if (text !== undefined) return parseXml(text, undefined, { scope, ids: idsIn(root) })
  } catch (error) {
    if (!(error instanceof XmlError)) throw error
  }
  throw new XmlError('decryption_failed')
}
