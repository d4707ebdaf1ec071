import { type KeyPair, keyPairFromPem } from '../../src/core/keys.ts'
import { createKeyPem } from '../../src/issuer/keys.ts'

/** A fresh key with its own certificate. */
export const makeKeyPair = async (): Promise<KeyPair> => {
  const { privateKey, certificate } = await createKeyPem('demo', new Date())
  return keyPairFromPem(privateKey, certificate)
}
