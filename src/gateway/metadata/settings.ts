import type { SamlProviderConfig } from '../../config/types.ts'
import type { Log } from '../../core/log.ts'
import type { Clock } from '../ports.ts'

/** What of a provider's configuration its metadata depends on. */
export type MetadataSettings = Pick<
  SamlProviderConfig,
  'id' | 'metadata' | 'metadataCertificate' | 'metadataMaxValiditySeconds' | 'entityId' | 'discovery'
> &
  Partial<Pick<SamlProviderConfig, 'requireValidUntil'>>

/** What reading metadata needs of the process around it. */
export interface MetadataContext {
  readonly now: Clock
  /** Where last good copies are kept. */
  readonly stateFolder: string
  /** Copies are read and none is kept: whoever only looks must leave nothing behind. */
  readonly isReadOnly?: boolean
  readonly log?: Log
}
