import { hash, type KeyObject, timingSafeEqual } from 'node:crypto'
import {
  canonicalizationMethods,
  digestMethods,
  ENVELOPED_SIGNATURE,
  EXCLUSIVE_C14N,
  inclusiveMethods,
  type SignatureMethod,
  XMLDSIG,
} from './algorithms.ts'
import { decodeBase64 } from './base64.ts'
import { canonicalize, canonicalizeInclusive } from './canonicalize.ts'
import { XmlError, type XmlReason } from './errors.ts'
import { attributeOf, childElements, childrenNamed, isNamed, textOf } from './navigate.ts'
import { mustBeSignedOctets, signatureMethod } from './signed-octets.ts'
import type { XmlElement } from './tree.ts'

/**
 * XML Signature, the one profile that SAML needs (Core 5.4): one enveloped Signature, a child of the element it signs,
 * with one Reference to that element's ID. The verifier reads the same tree that it canonicalized, so the verified
 * element is the one that was hashed.
 */

declare const signed: unique symbol
/** An element whose canonical form a trusted key signed. Only `verifySignature` and `signedChild` create one. */
export type SignedElement = XmlElement & { readonly [signed]: true }

/** What a trusted key signed about an element: its canonicalization without its Signature, and the digest of that. */
export interface SignedReference {
  readonly inclusivePrefixes: ReadonlySet<string>
  /** node:crypto's name of the hash. */
  readonly digestMethod: string
  readonly digest: Buffer
}

/** A Signature of the required shape; nothing of it is verified. */
interface Signature {
  readonly element: XmlElement
  readonly canonicalizeSignedInfo: () => string
  readonly method: SignatureMethod
  readonly value: Buffer
  readonly referencePrefixes: ReadonlySet<string>
  readonly digestMethod: string
  readonly digest: Buffer
}

const MAX_PREFIXES = 32

/** Whether a Signature is its own child; not whether that is valid. */
export function isSigned(element: XmlElement): boolean {
  return childrenNamed(element, XMLDSIG, 'Signature').length > 0
}

/** An element inside a signed one is signed with it. */
export function signedChild(parent: SignedElement, child: XmlElement): SignedElement {
  if (!parent.children.includes(child)) throw new Error('not a child of the signed element')
  return child as SignedElement
}

/** Decrypted content of a signed element is as trustworthy as its ciphertext. */
export function decryptedFrom(_ciphertext: SignedElement, plain: XmlElement): SignedElement {
  return plain as SignedElement
}

/**
 * The element, if its own Signature verified with one of the keys; throws XmlError `xml.signature_*` otherwise. KeyInfo
 * is ignored: only the caller knows which keys to trust.
 */
export function verifySignature(element: XmlElement, keys: readonly KeyObject[]): SignedElement {
  const signature = readSignature(element)
  verifySignatureValue(signature, keys)
  mustBeDigest(digestOf(element, signature), signature)
  return element as SignedElement
}

function readSignature(element: XmlElement): Signature {
  const [signature, another] = childrenNamed(element, XMLDSIG, 'Signature')
  if (!signature || another)
    throw refuse('signature_shape', 'one Signature', another ? 'several' : 'none', element.local)
  const hasKeyInfo = childrenNamed(signature, XMLDSIG, 'KeyInfo').length > 0
  const [signedInfo, value] = childrenInOrder(
    signature,
    'SignedInfo',
    'SignatureValue',
    ...(hasKeyInfo ? ['KeyInfo'] : []),
  )
  if (!signedInfo || !value) throw new XmlError('signature_shape')
  const [c14n, method, reference] = childrenInOrder(
    signedInfo,
    'CanonicalizationMethod',
    'SignatureMethod',
    'Reference',
  )
  if (!c14n || !method || !reference) throw new XmlError('signature_shape')
  return {
    element: signature,
    canonicalizeSignedInfo: readSignedInfoForm(signedInfo, c14n),
    method: readMethod(method),
    value: readOctets(value),
    ...readReference(reference, element),
  }
}

function refuse(code: XmlReason, expected: string, found: string, source: string): XmlError {
  return new XmlError(code, { expected, found, source })
}

/** Exactly these child elements in this order, and no text among them. */
function childrenInOrder(parent: XmlElement, ...names: readonly string[]): readonly XmlElement[] {
  const children = childElements(parent)
  const isAsExpected =
    children.length === names.length && children.every((child, i) => isNamed(child, XMLDSIG, names[i] ?? ''))
  if (isAsExpected) return children
  throw refuse('signature_shape', names.join(', '), children.map(({ local }) => local).join(', '), parent.local)
}

/**
 * How SignedInfo is canonicalized. Inclusive is as safe as exclusive there (.NET's SignedXml uses it by default): it
 * signs more of the context and leaves nothing out, and SignedInfo is read from the tree that was canonicalized. What
 * the Reference covers must be exclusive: an assertion means the same wherever it is copied.
 */
function readSignedInfoForm(signedInfo: XmlElement, method: XmlElement): Signature['canonicalizeSignedInfo'] {
  const isInclusive = inclusiveMethods.has(attributeOf(method, 'Algorithm') ?? '') && childElements(method).length === 0
  if (!isInclusive) {
    const inclusivePrefixes = readCanonicalization(method, 'signature_canonicalization')
    return () => canonicalize(signedInfo, { inclusivePrefixes })
  }
  return () => {
    const text = canonicalizeInclusive(signedInfo)
    if (text !== undefined) return text
    throw refuse('signature_canonicalization', 'fewer namespaces in scope', 'too many', method.local)
  }
}

/** The PrefixList of an exclusive canonicalization; `code` is thrown for any other method. */
function readCanonicalization(method: XmlElement, code: XmlReason): ReadonlySet<string> {
  const algorithm = attributeOf(method, 'Algorithm') ?? ''
  const [inclusive, ...more] = childElements(method)
  const isKnown =
    inclusive === undefined ||
    (isNamed(inclusive, EXCLUSIVE_C14N, 'InclusiveNamespaces') && childElements(inclusive).length === 0)
  if (!canonicalizationMethods.has(algorithm) || !isKnown || more.length > 0) {
    throw refuse(code, EXCLUSIVE_C14N, algorithm, method.local)
  }
  const list = inclusive && attributeOf(inclusive, 'PrefixList')
  const prefixes = (list ?? '').split(/[ \t\r\n]+/).filter((prefix) => prefix !== '')
  if (prefixes.length > MAX_PREFIXES) throw refuse(code, `${MAX_PREFIXES} prefixes`, `${prefixes.length}`, 'PrefixList')
  return new Set(prefixes.map((prefix) => (prefix === '#default' ? '' : prefix)))
}

function readMethod(element: XmlElement): SignatureMethod {
  const algorithm = attributeOf(element, 'Algorithm') ?? ''
  const method = signatureMethod(algorithm, element.local)
  childrenInOrder(element)
  return method
}

function readOctets(element: XmlElement): Buffer {
  const octets = decodeBase64(textOf(element))
  if (!octets || octets.length === 0) throw new XmlError('signature_encoding', { source: element.local })
  return octets
}

function readReference(reference: XmlElement, target: XmlElement) {
  const id = attributeOf(target, 'ID')
  const uri = attributeOf(reference, 'URI')
  if (id === undefined || uri !== `#${id}`) {
    throw refuse('signature_reference', `#${id}`, uri ?? 'no URI', 'Reference/@URI')
  }
  const [transforms, method, value] = childrenInOrder(reference, 'Transforms', 'DigestMethod', 'DigestValue')
  if (!transforms || !method || !value) throw new XmlError('signature_shape')
  const digestMethod = digestMethods.get(attributeOf(method, 'Algorithm') ?? '')
  if (!digestMethod) {
    throw refuse(
      'signature_digest_algorithm',
      'SHA-256 or stronger',
      attributeOf(method, 'Algorithm') ?? '',
      method.local,
    )
  }
  childrenInOrder(method)
  return { referencePrefixes: readTransforms(transforms), digestMethod, digest: readOctets(value) }
}

/**
 * The enveloped-signature transform, then exclusive canonicalization; nothing else and in no other order. Core 5.4.4
 */
function readTransforms(transforms: XmlElement): ReadonlySet<string> {
  const [enveloped, exclusive, ...more] = childElements(transforms)
  const isFirstEnveloped =
    enveloped !== undefined &&
    isNamed(enveloped, XMLDSIG, 'Transform') &&
    attributeOf(enveloped, 'Algorithm') === ENVELOPED_SIGNATURE &&
    childElements(enveloped).length === 0
  if (!isFirstEnveloped || !exclusive || !isNamed(exclusive, XMLDSIG, 'Transform') || more.length > 0) {
    const found = childElements(transforms).map((transform) => attributeOf(transform, 'Algorithm') ?? transform.local)
    throw refuse(
      'signature_transforms',
      'enveloped-signature, exclusive c14n',
      found.slice(0, 5).join(', '),
      transforms.local,
    )
  }
  return readCanonicalization(exclusive, 'signature_transforms')
}

/** The signature first: without a trusted key nothing beyond SignedInfo is canonicalized. */
function verifySignatureValue(
  { canonicalizeSignedInfo, ...signature }: Pick<Signature, 'canonicalizeSignedInfo' | 'method' | 'value'>,
  keys: readonly KeyObject[],
): void {
  mustBeSignedOctets(Buffer.from(canonicalizeSignedInfo(), 'utf8'), signature, keys)
}

function digestOf(element: XmlElement, { element: omit, ...signed }: Signature): Buffer {
  const text = canonicalize(element, { inclusivePrefixes: signed.referencePrefixes, omit })
  return hash(signed.digestMethod, text, 'buffer')
}

/**
 * The first half of `verifySignature`, for an element that is read as a stream: needs only its start tag and its
 * Signature. Throws XmlError `xml.signature_*`. Nothing of the element may be trusted before `mustBeDigest`.
 */
export function verifySignedInfo(element: XmlElement, keys: readonly KeyObject[]): SignedReference {
  const { referencePrefixes, digestMethod, digest, ...signature } = readSignature(element)
  verifySignatureValue(signature, keys)
  return { inclusivePrefixes: referencePrefixes, digestMethod, digest }
}

/** The second half: throws `xml.signature_digest` if what was hashed is not what was signed. */
export function mustBeDigest(digest: Buffer, signed: Pick<SignedReference, 'digest'>): void {
  if (digest.length !== signed.digest.length || !timingSafeEqual(digest, signed.digest)) {
    throw refuse('signature_digest', signed.digest.toString('base64'), digest.toString('base64'), 'DigestValue')
  }
}
