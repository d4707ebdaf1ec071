import type { FedgateError } from '../core/errors.ts'
import type { IdpMetadata } from './metadata.ts'

/** How things stand with a provider's metadata, for the operator. */
export interface MetadataStatus {
  /** Path or URL. */
  readonly source: string
  /** Where that which logins go by was read: its source, or the last good copy. undefined: there is nothing. */
  readonly from?: 'source' | 'disk'
  /** When the source last had it. */
  readonly fetchedAt?: Date
  readonly validUntil?: Date
  /** Why what the source has now cannot be used. */
  readonly problem?: FedgateError
  /** The one identity provider; with discovery there are many, and none here. */
  readonly idp?: IdpMetadata
  readonly identityProviders: number
}
