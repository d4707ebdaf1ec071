/**
 * metadata keeps what a SAML provider's metadata says ready for logins: it asks the source (source.ts), verifies and
 * reads what came (read-document.ts), keeps a last good copy of what came over the network (metadata-cache.ts), and asks
 * again in time (schedule.ts). It knows no login. A new version is swapped in whole, and only once it was verified;
 * until then, and while the source fails, the one before serves, but never past its validUntil.
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
   * The identity provider: the one that is configured, or with discovery the one that is named. Throws GatewayError
   * (`provider.unavailable`, `provider.idp_unknown`) or SamlError.
   */
  read(entityId?: string): Promise<IdpMetadata>
  /** Whether there is metadata to go by. Throws as `read` does. */
  check(): Promise<void>
  /** With discovery: identity providers by name. Throws as `read` does. */
  search(query: string, limit: number, languages: readonly string[]): Promise<readonly FoundEntity[]>
  /** With discovery: what the identity provider is called; undefined when there is none of that entityID. */
  nameOf(entityId: string, languages: readonly string[]): Promise<string | undefined>
  /** Asks the source when it is time to, or at once when told so. Never rejects. */
  refresh(options?: { readonly now: true }): Promise<void>
  status(): MetadataStatus
  /** Ends what is under way and lets go of files. */
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

  /** Waits for the source only where there is nothing to go by, or a small file to look at. */
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
    nameOf: async (entityId, languages) => (await current()).ready.nameOf(entityId, languages),
    refresh: (options) => (options?.now || isDue() ? update() : Promise.resolve()),
    status: () => statusOf(loader.source.place, inUse, problem),
    close: async () => {
      closing.abort()
      await updating
      await inUse?.ready.close()
    },
  }
}

/** Who signs in has no part in what is wrong with the metadata: its XML or signature is not called theirs. */
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
