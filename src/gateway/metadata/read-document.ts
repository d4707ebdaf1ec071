import type { KeyObject } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import type { IdpMarks } from '../../core/identity.ts'
import { SamlError } from '../../saml/errors.ts'
import { type ReadSlice, readEntity } from '../../saml/federation/entity.ts'
import { type FederationIndex, indexAggregate } from '../../saml/federation/index-aggregate.ts'
import { nameOf } from '../../saml/federation/names.ts'
import { createSearch, type EntitySearch, type FoundEntity } from '../../saml/federation/search.ts'
import { fitsMarks } from '../../saml/metadata/marks.ts'
import { metadataInUtf8 } from '../../saml/metadata/text.ts'
import { type IdpMetadata, mustHaveUsableKey, parseIdpMetadata } from '../../saml/metadata.ts'
import { closeOctets, type DownloadBuffer } from './download-buffer.ts'
import { indexInWorker } from './index-in-worker.ts'

/** Metadata that was verified and is ready for logins. */
export interface ReadyMetadata {
  readonly kind: 'document' | 'aggregate'
  readonly validUntil?: Date | undefined
  readonly publishedAt?: Date | undefined
  readonly cacheSeconds?: number | undefined
  /** The single identity provider; undefined with discovery, where there are many. */
  readonly idp?: IdpMetadata
  readonly identityProviders: number
  /** How many of them users can find: those that are not hidden and have the required marks. */
  readonly offered: number
  /** undefined if it is not in the metadata. Throws SamlError. */
  find(entityId: string, now: Date): Promise<IdpMetadata | undefined>
  readonly search: EntitySearch
  /** How to show that identity provider; undefined if it is not offered here. */
  describe(entityId: string, languages: readonly string[]): FoundEntity | undefined
  close(): Promise<void>
}

export interface ReadOptions {
  readonly now: Date
  readonly keys?: readonly KeyObject[]
  /** The entityID to use; undefined: the only one in the document. */
  readonly entityId?: string
  readonly discovery: boolean
  /** With discovery: the marks that an identity provider must have; undefined: none. */
  readonly idps?: Partial<IdpMarks>
  /** Aborts the reading of a large document. */
  readonly signal: AbortSignal
}

/** Verifies and reads a document of any size: a small one directly, a large one in a worker. Throws SamlError. */
export async function readDocument(document: DownloadBuffer, options: ReadOptions): Promise<ReadyMetadata> {
  if (document.kind === 'file') return readMany(document, options)
  const octets = metadataInUtf8(document.octets)
  return options.discovery ? readMany({ kind: 'memory', octets }, options) : readOne(octets, options)
}

async function readMany(
  octets: DownloadBuffer,
  { entityId, discovery, idps = {}, ...options }: ReadOptions,
): Promise<ReadyMetadata> {
  const index = await indexOf(octets, options)
  const read = sliceReader(octets)
  const fits = (wanted: string): boolean => {
    const entity = index.entities.get(wanted)
    return entity !== undefined && fitsMarks(entity.marks, idps)
  }
  const find = async (wanted: string, now: Date) => (fits(wanted) ? readEntity(index, wanted, read, now) : undefined)
  const offered = [...index.entities.values()].filter(({ entityId: id, isHidden }) => !isHidden && fits(id))
  const idp = discovery ? undefined : await onlyOne(index, entityId, (wanted) => find(wanted, options.now))
  const { validUntil, publishedAt, cacheSeconds } = index
  return {
    kind: 'aggregate',
    validUntil,
    publishedAt,
    cacheSeconds,
    ...(idp && { idp }),
    identityProviders: index.entities.size,
    offered: offered.length,
    find,
    search: createSearch(offered),
    describe: (wanted, languages) => {
      const entity = fits(wanted) ? index.entities.get(wanted) : undefined
      return entity && { entityId: wanted, name: nameOf(entity, languages), hasLogo: entity.hasLogo }
    },
    close: () => closeOctets(octets),
  }
}

function indexOf(octets: DownloadBuffer, { signal, ...options }: Omit<ReadOptions, 'entityId' | 'discovery' | 'idps'>) {
  return octets.kind === 'file'
    ? indexInWorker({ fd: octets.file.fd, ...options }, signal)
    : indexAggregate(once(octets.octets), options)
}

async function* once(octets: Uint8Array) {
  yield octets
}

function sliceReader(octets: DownloadBuffer): ReadSlice {
  return octets.kind === 'file'
    ? (offset, length) => readExactly(octets.file, offset, length)
    : async (offset, length) => octets.octets.subarray(offset, offset + length)
}

async function readExactly(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset)
  return buffer.subarray(0, bytesRead)
}

async function onlyOne(
  { entities }: FederationIndex,
  wanted: string | undefined,
  find: (entityId: string) => Promise<IdpMetadata | undefined>,
): Promise<IdpMetadata> {
  const [only, another] = wanted === undefined ? entities.keys() : [wanted]
  const idp = only === undefined || another !== undefined ? undefined : await find(only)
  if (idp) return idp
  throw new SamlError(wanted === undefined ? 'saml.metadata_ambiguous' : 'saml.metadata_not_idp', {
    expected: wanted ?? 'one identity provider',
    found: `${entities.size} others`,
  })
}

async function readOne(octets: Uint8Array, options: ReadOptions): Promise<ReadyMetadata> {
  const idp = parseIdpMetadata(decode(octets), options)
  mustHaveUsableKey(idp)
  const { validUntil, publishedAt, cacheSeconds } = idp
  return {
    kind: 'document',
    validUntil,
    publishedAt,
    cacheSeconds,
    idp,
    identityProviders: 1,
    offered: 1,
    find: async (entityId) => (entityId === idp.entityId ? idp : undefined),
    search: () => [],
    describe: () => undefined,
    close: async () => {},
  }
}

function decode(octets: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets)
  } catch (cause) {
    throw new SamlError('saml.encoding', { expected: 'UTF-8', cause })
  }
}
