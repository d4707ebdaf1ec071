import type { KeyPair } from '../core/keys.ts'

/** This gateway as one identity provider knows it. */
export interface ServiceProvider {
  readonly entityId: string
  /** What people at the identity provider see it called: in requests (ProviderName) and in the metadata. */
  readonly name?: string
  /** Assertion consumer service, for the POST binding. */
  readonly acsUrl: string
  /** Single logout service, for redirect and POST alike. */
  readonly sloUrl?: string
  readonly keys: KeyPair
  /** Further signing keys to announce, for a rollover. */
  readonly furtherKeys?: readonly KeyPair[]
  /** What opens encrypted assertions: all are tried and announced. Missing or empty: none is taken. */
  readonly decryptionKeys?: readonly KeyPair[]
}
