import { type KeyObject, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { FedgateError } from '../../core/errors.ts'
import { unusableScopes } from '../../saml/scopes.ts'
import { GatewayError } from '../errors.ts'
import { mustEndInTime, mustNotBeOlder } from './age.ts'
import type { Download, DownloadLimits, Validators } from './download.ts'
import { closeOctets, type DownloadBuffer } from './download-buffer.ts'
import { type CopyRecord, type MetadataCache, metadataCache } from './metadata-cache.ts'
import { type ReadyMetadata, readDocument } from './read-document.ts'
import type { MetadataContext, MetadataSettings } from './settings.ts'
import { openSource, type Source } from './source.ts'

/** A version of the metadata, verified and read. */
export interface Version {
  readonly ready: ReadyMetadata
  readonly from: 'source' | 'disk'
  /** When the source last returned it. */
  readonly fetchedAt: Date
  readonly validators: Validators
}

export interface Loader {
  readonly source: Source
  /** The source's current version: a new one, or the previous one confirmed. Throws FedgateError. */
  fromSource(before: Version | undefined): Promise<Version>
  /** The last valid copy; undefined if there is none that can be used. */
  fromDisk(): Promise<Version | undefined>
}

/** One identity provider's metadata, and an aggregate. */
const ONE: DownloadLimits = { octets: 10 * 1024 * 1024, milliseconds: 10_000 }
const MANY: DownloadLimits = { octets: 512 * 1024 * 1024, milliseconds: 3 * 60_000 }

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** `signal` aborts everything in progress. */
export function createLoader(
  settings: MetadataSettings,
  { now, stateFolder, isReadOnly = false, log }: MetadataContext,
  signal: AbortSignal,
): Loader {
  const source = openSource(settings.metadata, settings.discovery ? undefined : settings.entityId)
  const copy: MetadataCache | undefined = source.isRemote
    ? metadataCache(stateFolder, settings.id, source.place)
    : undefined
  const limits = settings.discovery || settings.entityId !== undefined ? MANY : ONE

  const get = (validators: Validators): Promise<Download> =>
    source
      .get({ ...limits, folder: isReadOnly ? tmpdir() : stateFolder, validators, signal })
      .catch((cause: unknown) => {
        throw unavailable(cause, source.place)
      })
  const read = async (octets: DownloadBuffer): Promise<ReadyMetadata> => {
    try {
      const keys = settings.metadataCertificate === undefined ? undefined : await keysOf(settings.metadataCertificate)
      const { entityId, discovery, idps } = settings
      const ready = await readDocument(octets, {
        now: now(),
        discovery,
        signal,
        ...(keys && { keys }),
        ...(entityId !== undefined && { entityId }),
        ...(discovery && idps && { idps }),
      })
      mustEndInTime(ready, settings, now())
      return ready
    } catch (error) {
      await closeOctets(octets)
      throw error instanceof FedgateError ? error : unavailable(error, source.place)
    }
  }
  const isSigned = settings.metadataCertificate !== undefined
  const recordOf = ({ ready: { publishedAt, validUntil }, fetchedAt, validators }: Version): CopyRecord => {
    const { etag, lastModified } = validators
    return {
      url: source.place,
      fetchedAt,
      ...(etag === undefined ? {} : { etag }),
      ...(lastModified === undefined ? {} : { lastModified }),
      ...(isSigned ? { age: { publishedAt, validUntil } } : {}),
    }
  }
  const confirmed = async (version: Version): Promise<Version> => {
    const current = { ...version, from: 'source', fetchedAt: now() } as const
    if (!isReadOnly) await copy?.confirm(recordOf(current)).catch(complain)
    return current
  }
  /**
   * The version in use, and the copy, which another process may have renewed. Throws SamlError `saml.metadata_older`.
   */
  const checkAge = async (ready: ReadyMetadata, before: Version | undefined): Promise<void> => {
    if (!isSigned) return
    if (before) mustNotBeOlder(ready, before.ready)
    mustNotBeOlder(ready, (await copy?.record())?.age ?? {})
  }
  const readNewer = async (octets: DownloadBuffer, before: Version | undefined): Promise<ReadyMetadata> => {
    const ready = await read(octets)
    await checkAge(ready, before).catch(async (error: unknown) => {
      await ready.close()
      throw error
    })
    return ready
  }
  const complain = (error: unknown): void =>
    log?.warn('No last good copy of the metadata is kept', { provider: settings.id, reason: reasonOf(error) })

  const accept = async (
    { received, validators }: Extract<Download, { kind: 'received' }>,
    before: Version | undefined,
  ): Promise<Version> => {
    const ready = await readNewer(received.octets, before).catch(async (error: unknown) => {
      await received.discard()
      throw error
    })
    const unusable = unusableScopes(ready.idp?.scopes ?? [])
    if (unusable.length > 0)
      log?.warn('Scopes of the metadata are ignored', { provider: settings.id, scopes: unusable.join(', ') })
    const version = { ready, from: 'source', fetchedAt: now(), validators } as const
    await (isReadOnly ? received.discard() : copy?.keep(received, recordOf(version)))?.catch(complain)
    return version
  }
  const fromDisk = async (): Promise<Version | undefined> => {
    const record = await copy?.record()
    if (!copy || !record) return undefined
    try {
      return { ready: await read(await copy.octets()), from: 'disk', fetchedAt: record.fetchedAt, validators: record }
    } catch (error) {
      log?.warn('The last good copy of the metadata cannot be used', { provider: settings.id, reason: reasonOf(error) })
      return undefined
    }
  }
  return {
    source,
    fromDisk,
    fromSource: async (before) => {
      const answer = await get(before?.validators ?? validatorsOf(await copy?.record()))
      if (answer.kind === 'received') return accept(answer, before)
      const version = before ?? (await fromDisk())
      if (version) return confirmed(version)
      const again = await get({})
      if (again.kind === 'received') return accept(again, before)
      throw unavailable(new Error('nothing, when asked for everything'), source.place)
    },
  }
}

function unavailable(cause: unknown, source: string): FedgateError {
  return cause instanceof FedgateError
    ? cause
    : new GatewayError('provider.unavailable', { expected: 'metadata', found: reasonOf(cause), source, cause })
}

/** fetch says "fetch failed" and hides the reason one level down. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}

/** The keys of every certificate in the file: a publisher has two of them while it changes its key. */
async function keysOf(path: string): Promise<readonly KeyObject[]> {
  const certificates = (await readFile(path, 'utf8')).match(CERTIFICATE) ?? []
  if (certificates.length === 0) throw new Error(`${path} holds no PEM certificate`)
  return certificates.map((pem) => new X509Certificate(pem).publicKey)
}

function validatorsOf(record: CopyRecord | undefined): Validators {
  return record ?? {}
}
