import type { KeyPair, Signer } from '../core/keys.ts'

/** This gateway as one identity provider knows it. */
export interface ServiceProvider {
  readonly entityId: string
  /** The name that users see at the identity provider: in requests (ProviderName) and in the metadata. */
  readonly name?: string
  /** Assertion consumer service, for the POST binding. */
  readonly acsUrl: string
  /** Single logout service, for redirect and POST. */
  readonly sloUrl?: string
  readonly keys: Signer
  /** Further signing keys to publish, for a rotation. */
  readonly furtherKeys?: readonly Signer[]
  /** Decrypts assertions: all are tried and published. Absent or empty: encrypted assertions are not accepted. */
  readonly decryptionKeys?: readonly KeyPair[]
}
