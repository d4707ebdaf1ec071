import { type KeyPair, keyPairFromPem } from '../../src/core/keys.ts'
import { createKeyPem } from '../../src/issuer/keys.ts'

/** A fresh RSA key with a self-signed certificate. */
export const makeKeyPair = async (): Promise<KeyPair> => {
  const { privateKey, certificate } = await createKeyPem('test', new Date())
  return keyPairFromPem(privateKey, certificate)
}
