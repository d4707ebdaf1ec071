import type { FedgateError } from '../core/errors.ts'
import type { IdpMetadata } from './metadata.ts'

/** The state of a provider's metadata, for the operator. */
export interface MetadataStatus {
  /** Path or URL. */
  readonly source: string
  /** Where the metadata in use was read: its source, or the last valid copy. undefined: there is none. */
  readonly from?: 'source' | 'disk'
  /** When the source last returned it. */
  readonly fetchedAt?: Date
  readonly validUntil?: Date
  /** Why the source's current metadata cannot be used. */
  readonly problem?: FedgateError
  /** The single identity provider; undefined with discovery, where there are many. */
  readonly idp?: IdpMetadata
  readonly identityProviders: number
}
