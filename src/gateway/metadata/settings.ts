import type { SamlProviderConfig } from '../../config/types.ts'
import type { Log } from '../../core/log.ts'
import type { Clock } from '../ports.ts'

/** The settings of a provider that its metadata depends on. */
export type MetadataSettings = Pick<
  SamlProviderConfig,
  'id' | 'metadata' | 'metadataCertificate' | 'metadataMaxValiditySeconds' | 'entityId' | 'discovery'
> &
  Partial<Pick<SamlProviderConfig, 'requireValidUntil' | 'idps'>>

/** What reading metadata needs from the process. */
export interface MetadataContext {
  readonly now: Clock
  /** Where the last valid copies are stored. */
  readonly stateFolder: string
  /** Copies are read but not written, for commands that must not leave files behind. */
  readonly isReadOnly?: boolean
  readonly log?: Log
}
