import { type KeyObject, verify } from 'node:crypto'
import { type SignatureMethod, signatureMethods } from './algorithms.ts'
import { XmlError } from './errors.ts'

/** Signatures over octets, by the algorithms of XML Signature: over a canonical SignedInfo, or a redirect's query. */

/** The method of that URI; throws `xml.signature_algorithm` for any that is not accepted. */
export const signatureMethod = (algorithm: string, source: string): SignatureMethod => {
  const method = signatureMethods.get(algorithm)
  if (method) return method
  const expected = 'RSA or ECDSA with SHA-256 or stronger'
  throw new XmlError('xml.signature_algorithm', { expected, found: algorithm, source })
}

/** Passes when one of the keys made the signature; throws `xml.signature_key_unfit` or `xml.signature_invalid`. */
export const mustBeSignedOctets = (
  octets: Buffer,
  { method, value }: { readonly method: SignatureMethod; readonly value: Buffer },
  keys: readonly KeyObject[],
): void => {
  const fitting = keys.filter((key) => fits(key, method))
  if (fitting.length === 0)
    throw new XmlError('xml.signature_key_unfit', {
      expected: `a key for ${method.keyType}`,
      found: keys.map(describeKey).join(', '),
      source: 'metadata',
    })
  if (fitting.some((key) => verify(method.hash, octets, { key, ...method.options }, value))) return
  throw new XmlError('xml.signature_invalid', {
    expected: `one of ${fitting.length} known keys`,
    found: 'another key, or changed octets',
    source: 'signature value',
  })
}

const MIN_RSA_BITS = 2048
const CURVES: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1', 'secp521r1'])

const fits = (key: KeyObject, { keyType }: SignatureMethod): boolean => {
  if (key.type !== 'public' || key.asymmetricKeyType !== keyType) return false
  const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {}
  return keyType === 'rsa' ? modulusLength >= MIN_RSA_BITS : CURVES.has(namedCurve)
}

const describeKey = (key: KeyObject): string => {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {}
  return `${key.asymmetricKeyType} ${modulusLength ?? namedCurve ?? ''}`.trim()
}
