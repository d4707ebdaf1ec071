/** Signers whose key is in AWS KMS. Each signature is verified here before it is used: it costs a tenth of a millisecond. */
import { createHash, type KeyObject, verify, X509Certificate } from 'node:crypto'
import { type Signer, type TokenAlgorithm, type TokenSigner, tokenAlgorithmOf } from '../../core/keys.ts'
import type { KmsAlgorithm, KmsKey } from './client.ts'
import { joseSignature } from './ecdsa-signature.ts'
import { KmsError } from './errors.ts'

const ALGORITHMS = {
  RS256: 'RSASSA_PKCS1_V1_5_SHA_256',
  ES256: 'ECDSA_SHA_256',
} as const satisfies Record<TokenAlgorithm, KmsAlgorithm>

/**
 * Signs with that RSA key, whose public key is in the certificate (PEM). Nothing is sent yet. Throws KmsError
 * `kms.key_unusable` if the certificate is not for an RSA key: SAML messages are signed with RSA.
 */
export function kmsSigner(key: KmsKey, certificatePem: string): Signer {
  const certificate = new X509Certificate(certificatePem)
  const { publicKey } = certificate
  if (tokenAlgorithmOf(publicKey) !== 'RS256')
    throw new KmsError('kms.key_unusable', { expected: 'RSA', found: String(publicKey.asymmetricKeyType) })
  return {
    certificate: certificate.toString(),
    sign: (octets) => signedBy(key, { algorithm: 'RS256', publicKey }, octets),
  }
}

/** Throws KmsError `kms.key_mismatch` if the key in KMS is another than that of the certificate, and as KmsKey does. */
export async function mustBeKeyOf(key: KmsKey, certificatePem: string): Promise<void> {
  const { publicKey } = new X509Certificate(certificatePem)
  if (publicKey.equals(await key.publicKey())) return
  throw new KmsError('kms.key_mismatch', {
    sentence: `The KMS key ${key.settings.keyId} is not the key of its certificate.`,
  })
}

/** Signs tokens with that key: its kind decides the algorithm. Throws KmsError. */
export async function kmsTokenSigner(key: KmsKey): Promise<TokenSigner> {
  const publicKey = await key.publicKey()
  const algorithm = tokenAlgorithmOf(publicKey)
  if (!algorithm)
    throw new KmsError('kms.key_unusable', {
      expected: 'RSA of 2048 bits or more, or P-256',
      found: String(publicKey.asymmetricKeyType),
    })
  return { algorithm, publicKey, sign: (octets) => signedBy(key, { algorithm, publicKey }, octets) }
}

interface Verifier {
  readonly algorithm: TokenAlgorithm
  readonly publicKey: KeyObject
}

/** An alias that was moved to another key would make AWS refuse every user, without saying why. */
async function signedBy(key: KmsKey, { algorithm, publicKey }: Verifier, octets: Uint8Array): Promise<Uint8Array> {
  const digest = createHash('sha256').update(octets).digest()
  const signature = await key.sign(digest, ALGORITHMS[algorithm])
  const wanted = algorithm === 'ES256' ? joseSignature(signature) : signature
  if (wanted && verify('sha256', octets, { key: publicKey, dsaEncoding: 'ieee-p1363' }, wanted)) return wanted
  throw new KmsError('kms.key_mismatch', { source: `${key.settings.keyId} in ${key.settings.region}` })
}
