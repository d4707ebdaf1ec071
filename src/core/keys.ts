import { createPrivateKey, createPublicKey, type KeyObject, sign, X509Certificate } from 'node:crypto'

/**
 * Signs as the gateway (or as a demo provider). Asynchronous, and without exposing a key, so a key management service
 * can implement it.
 */
export interface Signer {
  /** The X.509 certificate as PEM. */
  readonly certificate: string
  /** RSASSA-PKCS1-v1_5 with SHA-256 over the octets. */
  sign(octets: Uint8Array): Promise<Uint8Array>
}

/** A signing key in memory, with its certificate, as samlify expects it. */
export interface KeyPair extends Signer {
  readonly privateKey: KeyObject
}

/**
 * The signature algorithms of tokens for AWS: of those that AWS accepts, the two that every verifier supports. RFC 7518
 * 3.1
 */
export type TokenAlgorithm = 'RS256' | 'ES256'

/** Signs tokens as the gateway. Without a certificate, as verifiers find the public key in a key set. */
export interface TokenSigner {
  readonly algorithm: TokenAlgorithm
  readonly publicKey: KeyObject
  /** RSASSA-PKCS1-v1_5 with SHA-256, or ECDSA with P-256 and SHA-256 as the 64 octets of r and s. RFC 7518 3.3, 3.4 */
  sign(octets: Uint8Array): Promise<Uint8Array>
}

const MIN_RSA_BITS = 2048

/** Throws if the key does not belong to the certificate, or either is invalid. */
export function keyPairFromPem(privateKeyPem: string, certificatePem: string): KeyPair {
  const privateKey = createPrivateKey(privateKeyPem)
  const certificate = new X509Certificate(certificatePem)
  if (!certificate.checkPrivateKey(privateKey)) throw new Error('the private key does not belong to the certificate')
  return {
    privateKey,
    certificate: certificate.toString(),
    sign: async (octets) => sign('sha256', octets, privateKey),
  }
}

/** The type of the key decides the algorithm. Throws if it is neither RSA of 2048 bits or more nor P-256. */
export function tokenSignerFromPem(privateKeyPem: string): TokenSigner {
  const privateKey = createPrivateKey(privateKeyPem)
  const algorithm = tokenAlgorithmOf(privateKey)
  if (!algorithm) throw new Error('the private key is neither RSA of 2048 bits or more nor P-256')
  return {
    algorithm,
    publicKey: createPublicKey(privateKey),
    sign: (octets) =>
      new Promise((resolve, reject) => {
        sign('sha256', octets, { key: privateKey, dsaEncoding: 'ieee-p1363' }, (error, signature) =>
          error ? reject(error) : resolve(signature),
        )
      }),
  }
}

/** By the kind of the key; undefined: it is neither RSA of 2048 bits or more nor P-256. */
export function tokenAlgorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): TokenAlgorithm | undefined {
  const { modulusLength = 0, namedCurve } = asymmetricKeyDetails ?? {}
  if (asymmetricKeyType === 'rsa' && modulusLength >= MIN_RSA_BITS) return 'RS256'
  return asymmetricKeyType === 'ec' && namedCurve === 'prime256v1' ? 'ES256' : undefined
}
