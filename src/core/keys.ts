import { createPrivateKey, type KeyObject, sign, X509Certificate } from 'node:crypto'

/**
 * What can sign as the gateway (or as a demo provider). Asynchronous and without a key in its face, so that a key
 * management service can stand behind it.
 */
export interface Signer {
  /** The X.509 certificate as PEM. */
  readonly certificate: string
  /** RSASSA-PKCS1-v1_5 with SHA-256 over the octets. */
  sign(octets: Uint8Array): Promise<Uint8Array>
}

/** A signing key in memory, with its certificate, as samlify and jose want it. */
export interface KeyPair extends Signer {
  readonly privateKey: KeyObject
}

/** Throws when the key does not belong to the certificate, or either is not what it should be. */
export const keyPairFromPem = (privateKeyPem: string, certificatePem: string): KeyPair => {
  const privateKey = createPrivateKey(privateKeyPem)
  const certificate = new X509Certificate(certificatePem)
  if (!certificate.checkPrivateKey(privateKey)) throw new Error('the private key does not belong to the certificate')
  return {
    privateKey,
    certificate: certificate.toString(),
    sign: async (octets) => sign('sha256', octets, privateKey),
  }
}
