import { join } from 'node:path'
import type { Config } from '../../config/types.ts'

/** Where a gateway keeps what proves its audit log: its public keys, and the last head of each chain. */
export function auditFolders({ stateFolder }: Pick<Config, 'stateFolder'>): {
  readonly publicKeys: string
  readonly heads: string
} {
  const publicKeys = join(stateFolder, 'audit')
  return { publicKeys, heads: join(publicKeys, 'heads') }
}
