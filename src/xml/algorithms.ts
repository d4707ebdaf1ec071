import { constants, type VerifyKeyObjectInput } from 'node:crypto'

/** The accepted algorithms of XML Signature, and no others. Maps, so `constructor` finds nothing. */

export const XMLDSIG = 'http://www.w3.org/2000/09/xmldsig#'
export const XMLDSIG_MORE = 'http://www.w3.org/2001/04/xmldsig-more#'
const XMLDSIG_MORE_2007 = 'http://www.w3.org/2007/05/xmldsig-more#'
export const XMLENC = 'http://www.w3.org/2001/04/xmlenc#'
export const XMLENC11 = 'http://www.w3.org/2009/xmlenc11#'

export const EXCLUSIVE_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#'
export const ENVELOPED_SIGNATURE = `${XMLDSIG}enveloped-signature`
export const RSA_SHA256 = `${XMLDSIG_MORE}rsa-sha256`
export const SHA256 = `${XMLENC}sha256`

type Hash = 'sha256' | 'sha384' | 'sha512'
const HASHES: readonly Hash[] = ['sha256', 'sha384', 'sha512']

export interface SignatureMethod {
  readonly hash: Hash
  /** node:crypto's asymmetricKeyType that it needs. */
  readonly keyType: 'rsa' | 'ec'
  readonly options: Omit<VerifyKeyObjectInput, 'key'>
}

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }

/**
 * RFC 9231 sections 2.3.2 (RSA), 2.3.6 (ECDSA, r and s side by side) and 2.3.10 (RSA-PSS, salt as long as the hash).
 */
export const signatureMethods: ReadonlyMap<string, SignatureMethod> = new Map(
  HASHES.flatMap((hash): [string, SignatureMethod][] => [
    [`${XMLDSIG_MORE}rsa-${hash}`, { hash, keyType: 'rsa', options: { padding: constants.RSA_PKCS1_PADDING } }],
    [`${XMLDSIG_MORE_2007}${hash}-rsa-MGF1`, { hash, keyType: 'rsa', options: PSS }],
    [`${XMLDSIG_MORE}ecdsa-${hash}`, { hash, keyType: 'ec', options: { dsaEncoding: 'ieee-p1363' } }],
  ]),
)

export const digestMethods: ReadonlyMap<string, Hash> = new Map([
  [SHA256, 'sha256'],
  [`${XMLDSIG_MORE}sha384`, 'sha384'],
  [`${XMLENC}sha512`, 'sha512'],
])

/** Canonical XML 1.0, only for SignedInfo. The parser allows no comment there, so both methods are equal. */
const INCLUSIVE_C14N = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315'
export const inclusiveMethods: ReadonlySet<string> = new Set([INCLUSIVE_C14N, `${INCLUSIVE_C14N}#WithComments`])

/**
 * A same-document reference by ID omits comments even with WithComments (XML Signature 4.4.3.3), so both methods are
 * equal. That does not apply to SignedInfo, but the parser allows no comment there.
 */
export const canonicalizationMethods: ReadonlySet<string> = new Set([EXCLUSIVE_C14N, `${EXCLUSIVE_C14N}WithComments`])
