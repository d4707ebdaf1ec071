/**
 * metadata keeps the metadata of SAML providers ready for logins: it fetches it (source.ts), verifies and reads it
 * (read-document.ts), stores the last valid copy of what came over the network (metadata-cache.ts), and fetches it
 * again in time (schedule.ts). It knows no login. A new version is used only after it was verified as a whole; until
 * then, and while the source fails, the previous one is used, but never past its validUntil.
 */
import { FedgateError, reasonOf } from '../../core/errors.ts'
import type { FoundEntity } from '../../saml/federation/search.ts'
import { type IdpMetadata, mustBeValidAt } from '../../saml/metadata.ts'
import type { MetadataStatus } from '../../saml/metadata-status.ts'
import { GatewayError } from '../errors.ts'
import { createLoader, type Version } from './load.ts'
import { nextRefresh, nextRetry } from './schedule.ts'
import type { MetadataContext, MetadataSettings } from './settings.ts'

export interface ProviderMetadata {
  /**
   * The identity provider: the configured one, or with discovery the named one. Throws GatewayError
   * (`provider.unavailable`, `provider.idp_unknown`) or SamlError.
   */
  read(entityId?: string): Promise<IdpMetadata>
  /** Whether usable metadata is available. Throws as `read` does. */
  check(): Promise<void>
  /** With discovery: identity providers by name. Throws as `read` does. */
  search(query: string, limit: number, languages: readonly string[]): Promise<readonly FoundEntity[]>
  /** With discovery: how to show that identity provider; undefined if it is not offered. */
  describe(entityId: string, languages: readonly string[]): Promise<FoundEntity | undefined>
  /** With discovery: how many users can find. 0 before the metadata was read. */
  offered(): number
  /** Fetches from the source when it is due, or immediately if told so. Never rejects. */
  refresh(options?: { readonly now: true }): Promise<void>
  status(): MetadataStatus
  /** Aborts what is in progress and closes files. */
  close(): Promise<void>
}

/** How soon a file is looked at again: an operator who replaces it sees the change at once, and no login pays for it. */
const LOOK_AGAIN_MS = 1_000

/** Nothing is read before it is needed or `refresh` is called: a source that is down stops neither start nor others. */
export function createMetadata(settings: MetadataSettings, surroundings: MetadataContext): ProviderMetadata {
  const { now, log } = surroundings
  const closing = new AbortController()
  const loader = createLoader(settings, surroundings, closing.signal)
  let inUse: Version | undefined
  let problem: FedgateError | undefined
  let failures = 0
  let nextAt = new Date(0)
  let updating: Promise<void> | undefined

  const swapIn = async (version: Version): Promise<void> => {
    const before = inUse?.ready
    inUse = version
    problem = undefined
    failures = 0
    nextAt = loader.source.isRemote ? nextRefresh(version.ready, now()) : new Date(now().getTime() + LOOK_AGAIN_MS)
    if (before === version.ready) return
    for (const { place, reason } of version.ready.idp?.unreadableKeys ?? [])
      log?.warn('A key of the metadata is left out', { provider: settings.id, place, reason })
    await before?.close()
  }
  const fall = async (error: unknown): Promise<void> => {
    problem = error instanceof FedgateError ? error : new GatewayError('provider.unavailable', { cause: error })
    failures += 1
    nextAt = nextRetry(failures, now())
    if (closing.signal.aborted) return
    const reason = reasonOf(problem) ?? problem.message
    log?.warn('The metadata cannot be refreshed', { provider: settings.id, reason })
    inUse ??= await loader.fromDisk()
  }
  const update = (): Promise<void> => {
    updating ??= loader
      .fromSource(inUse)
      .then(swapIn, fall)
      .finally(() => {
        updating = undefined
      })
    return updating
  }
  const isDue = (): boolean => now() >= nextAt

  /** Waits for the source only if there is no usable metadata, or if it is a small file. */
  const current = async (): Promise<Version> => {
    const isPast = inUse?.ready.validUntil !== undefined && inUse.ready.validUntil <= now()
    const mayWait = inUse && !isPast && (loader.source.isRemote || inUse.ready.kind === 'aggregate')
    if (isDue()) {
      const updated = update()
      if (!mayWait) await updated
    }
    if (updating && !inUse) await updating
    if (!inUse) throw toUnavailable(problem, loader.source.place)
    mustBeValidAt(now(), inUse.ready.validUntil)
    return inUse
  }
  return {
    read: async (entityId) => {
      const { ready } = await current()
      const idp = entityId === undefined ? ready.idp : await ready.find(entityId, now())
      if (!idp)
        throw new GatewayError('provider.idp_unknown', {
          ...(entityId !== undefined && { found: entityId.slice(0, 300) }),
        })
      mustBeValidAt(now(), idp.validUntil)
      return idp
    },
    check: async () => void (await current()),
    search: async (query, limit, languages) => (await current()).ready.search(query, limit, languages),
    describe: async (entityId, languages) => (await current()).ready.describe(entityId, languages),
    offered: () => inUse?.ready.offered ?? 0,
    refresh: (options) => (options?.now || isDue() ? update() : Promise.resolve()),
    status: () => statusOf(loader.source.place, inUse, problem),
    close: async () => {
      closing.abort()
      await updating
      await inUse?.ready.close()
    },
  }
}

/** Errors in metadata are not the user's: its XML and signature are reported as the metadata's. */
function toUnavailable(problem: FedgateError | undefined, source: string): FedgateError {
  if (problem && /^(provider|saml\.metadata)[._]/.test(problem.code)) return problem
  const found = problem && [problem.code, reasonOf(problem)].filter((text) => text !== undefined).join(': ')
  return new GatewayError('provider.unavailable', {
    expected: 'metadata',
    source,
    ...(found !== undefined && { found }),
    ...(problem && { cause: problem }),
  })
}

function statusOf(source: string, inUse: Version | undefined, problem: FedgateError | undefined): MetadataStatus {
  const shared = { source, ...(problem && { problem }) }
  if (!inUse) return { ...shared, identityProviders: 0 }
  const { ready, from, fetchedAt } = inUse
  const { validUntil, idp, identityProviders } = ready
  return {
    ...shared,
    from,
    fetchedAt,
    identityProviders,
    ...(validUntil && { validUntil }),
    ...(idp && { idp }),
  }
}
