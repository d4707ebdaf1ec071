/** The catalogue that a running gateway uses: read at the start, and again when its files change. */
import type { FedgateError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import type { Catalog } from './catalog.ts'
import { CatalogError } from './errors.ts'
import { type CatalogFiles, fingerprintOf, loadCatalog } from './files.ts'

export interface CatalogStatus {
  /** When the one in use was read. */
  readonly readAt: Date
  readonly files: number
  readonly accounts: number
  readonly roles: number
  /** Why a newer version is not in use. */
  readonly problem: FedgateError | undefined
  readonly notes: readonly string[]
}

export interface CatalogSource {
  /** The last version that could be read. */
  current(): Catalog
  status(): CatalogStatus
  /** Reads the files again if they have changed since. A version that cannot be read is logged, and the one before stays. */
  refresh(): Promise<void>
  stop(): void
}

/** How often the files are looked at, by their time and size. */
const EVERY_MS = 10_000

/** Throws CatalogError if the files cannot be read. */
export async function openCatalog(
  files: CatalogFiles,
  { log, now }: { readonly log: Log; readonly now: () => Date },
): Promise<CatalogSource> {
  // Taken before reading: a file that is written meanwhile is read again.
  let inUse = await fingerprintOf(files)
  let current = await loadCatalog(files)
  let readAt = now()
  let problem: FedgateError | undefined
  /** The version that was tried last, or why there was none. */
  let tried = inUse
  let running: Promise<void> | undefined

  const readIfChanged = async (): Promise<void> => {
    const found = await fingerprintOf(files).catch(asProblem)
    const version = found instanceof CatalogError ? found.message : found
    if (version === tried) return
    tried = version
    if (version === inUse) {
      problem = undefined
      return
    }
    const next = found instanceof CatalogError ? found : await loadCatalog(files).catch(asProblem)
    if (next instanceof CatalogError) {
      problem = next
      log.error(`The catalogue was not read again, and the one before still applies. ${next.message}`, {
        code: next.code,
      })
      return
    }
    ;[current, inUse, readAt, problem] = [next, version, now(), undefined]
    log.info(`The catalogue was read again: ${next.accounts.size} accounts, ${next.roles.size} roles.`)
  }
  const refresh = (): Promise<void> => {
    running ??= readIfChanged().finally(() => {
      running = undefined
    })
    return running
  }
  const timer = setInterval(() => void refresh().catch((error: unknown) => log.error(String(error))), EVERY_MS)
  timer.unref()
  return {
    current: () => current,
    status: () => ({
      readAt,
      files: current.files.length,
      accounts: current.accounts.size,
      roles: current.roles.size,
      problem,
      notes: current.notes,
    }),
    refresh,
    stop: () => clearInterval(timer),
  }
}

function asProblem(error: unknown): CatalogError {
  if (error instanceof CatalogError) return error
  throw error
}
