import { type KeyObject, verify } from 'node:crypto'
import { type SignatureMethod, signatureMethods } from './algorithms.ts'
import { XmlError } from './errors.ts'

const MIN_RSA_BITS = 2048
const CURVES: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1', 'secp521r1'])

/** Signatures over octets, by the algorithms of XML Signature: over a canonical SignedInfo, or a redirect's query. */

/** The method of that URI; throws `xml.signature_algorithm` for any that is not accepted. */
export function signatureMethod(algorithm: string, source: string): SignatureMethod {
  const method = signatureMethods.get(algorithm)
  if (method) return method
  const expected = 'RSA or ECDSA with SHA-256 or stronger'
  throw new XmlError('signature_algorithm', { expected, found: algorithm, source })
}

/** Passes when one of the keys made the signature; throws `xml.signature_key_unfit` or `xml.signature_invalid`. */
export function mustBeSignedOctets(
  octets: Buffer,
  { method, value }: { readonly method: SignatureMethod; readonly value: Buffer },
  keys: readonly KeyObject[],
): void {
  const fitting = keys.filter((key) => fits(key, method))
  if (fitting.length === 0)
    throw new XmlError('signature_key_unfit', {
      expected: `a key for ${method.keyType}`,
      found: keys.map(describeKey).join(', '),
      source: 'metadata',
    })
  if (fitting.some((key) => verify(method.hash, octets, { key, ...method.options }, value))) return
  throw new XmlError('signature_invalid', {
    expected: `one of ${fitting.length} known keys`,
    found: 'another key, or changed octets',
    source: 'signature value',
  })
}

function fits(key: KeyObject, { keyType }: SignatureMethod): boolean {
  return key.asymmetricKeyType === keyType && whyUnusable(key) === undefined
}

function describeKey(key: KeyObject): string {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {}
  return `${key.asymmetricKeyType} ${modulusLength ?? namedCurve ?? ''}`.trim()
}

/** Why no signature is ever verified with the key, as text for an administrator; undefined for a usable key. */
export function whyUnusable(key: KeyObject): string | undefined {
  const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {}
  switch (key.type === 'public' ? key.asymmetricKeyType : key.type) {
    case 'rsa':
      return modulusLength < MIN_RSA_BITS ? `an RSA key of ${modulusLength} bits, below ${MIN_RSA_BITS}` : undefined
    case 'ec':
      return CURVES.has(namedCurve) ? undefined : `an EC key on ${namedCurve || 'a curve of its own'}`
    case 'rsa-pss':
      // Such a key has fixed parameters; RSA-PSS signatures are also verified with ordinary RSA keys.
      return 'a key for RSASSA-PSS alone (a certificate for rsaEncryption serves RSA-PSS signatures too)'
    default:
      return `a key of type ${key.asymmetricKeyType ?? key.type}`
  }
}
