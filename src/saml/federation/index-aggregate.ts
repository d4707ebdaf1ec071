/**
 * federation owns metadata that is too large for a tree: an aggregate of thousands of entities is read once as a
 * stream, verified, and indexed by the position of each identity provider. It does no input or output: octets come in
 * as chunks, and the caller keeps the document and returns a slice of it when a login needs an entity. Start at
 * indexAggregate; entity.ts reads one entity again, search.ts finds entities by name.
 */
import type { KeyObject } from 'node:crypto'
import { canonicalStart } from '../../xml/canonicalize.ts'
import { XmlError } from '../../xml/errors.ts'
import { isNamed } from '../../xml/navigate.ts'
import { readElements } from '../../xml/parse.ts'
import type { OpenElement, XmlLimits } from '../../xml/reader/events.ts'
import { verifyWhileReading } from '../../xml/signed-stream.ts'
import type { NamespaceScope, XmlElement } from '../../xml/tree.ts'
import { asSamlError, SamlError } from '../errors.ts'
import { isPublicationInfo, mustBeValidAt, publicationInstantOf, validityOf, validUntilOf } from '../metadata.ts'
import { METADATA } from '../names.ts'
import { earliest, showTime } from '../times.ts'
import { type EntityDescription, readEntities } from './entities.ts'
import { type SearchWords, searchWords } from './names.ts'
import { createSlices, type Slice, type Slices } from './slices.ts'

/** The position of an identity provider in the document, and its names. */
export interface FederationEntity extends EntityDescription, Slice, SearchWords {
  /** Index of its surroundings in the index's contexts. */
  readonly context: number
}

/** Plain data, so a worker can pass it on. */
export interface FederationIndex {
  /** SAML 2.0 identity providers by entityID, in the order of the document. The first with an entityID counts. */
  readonly entities: ReadonlyMap<string, FederationEntity>
  /** Start tags that replace everything around an entity: its namespaces, and the earliest validUntil. */
  readonly contexts: readonly string[]
  /** Of the document as a whole. */
  readonly validUntil?: Date
  readonly publishedAt?: Date
  readonly cacheSeconds?: number
  /** How many entities the document describes, identity providers or not. */
  readonly entityCount: number
}

export interface AggregateOptions {
  readonly now: Date
  /** One of these must have signed the document; undefined: no signature is required. */
  readonly keys?: readonly KeyObject[]
}

/** Enough for a million entities; the caller limits the number of octets. */
const aggregateLimits: XmlLimits = {
  characters: Number.POSITIVE_INFINITY,
  depth: 100,
  elements: 100_000_000,
  attributesPerElement: 128,
  attributes: 200_000_000,
  takesStylesheet: true,
}

interface Reading {
  write(chunk: Uint8Array): void
  finish(): FederationIndex
}

/**
 * Reads, verifies and indexes metadata. Throws SamlError: `saml.metadata_*`, or why the XML or its signature is
 * refused. Nothing is returned before the whole document was read and its digest verified. Metadata 2.3
 */
export async function indexAggregate(
  chunks: AsyncIterable<Uint8Array>,
  { now, keys }: AggregateOptions,
): Promise<FederationIndex> {
  const reading = readAggregate(keys)
  for await (const chunk of chunks) asSamlError(() => reading.write(chunk))
  return asSamlError(() => {
    const index = reading.finish()
    mustBeValidAt(now, index.validUntil)
    return index
  })
}

function readAggregate(keys: readonly KeyObject[] | undefined): Reading {
  const slices = createSlices()
  const signature = keys && verifyWhileReading(keys)
  const collected = collectEntities(slices)
  const ids = rootIdOnce()
  const parser = readElements(aggregateLimits, {
    id: ids.claim,
    open: (element, parent) => {
      ids.opened()
      signature?.open(element, parent)
      collected.open(element, parent, parser.position)
    },
    text: (piece, parent) => {
      signature?.text(piece, parent)
      collected.text(piece, parent)
    },
    close: (element) => {
      signature?.close(element)
      collected.close(element, parser.position)
    },
  })
  return {
    write: (chunk) => void parser.write(slices.decode(chunk)),
    finish: () => {
      parser.write(slices.rest()).close()
      signature?.finish()
      return collected.index()
    },
  }
}

/** Combines the positions of entities with their contents. */
function collectEntities(slices: Slices) {
  const contexts = collectContexts()
  const entities = new Map<string, FederationEntity>()
  let root: XmlElement | undefined
  let extensions: XmlElement | undefined
  let publishedAt: Date | undefined
  let entityCount = 0
  let context = 0
  let position = 0
  const reader = readEntities({
    begin: (around) => {
      entityCount += 1
      context = contexts.numberOf(around)
      slices.begin(position)
    },
    end: (description) => {
      const slice = slices.end(position)
      if (description && !entities.has(description.entityId)) {
        entities.set(description.entityId, { ...description, ...searchWords(description), ...slice, context })
      }
    },
  })
  return {
    open: (element: OpenElement, parent: OpenElement | undefined, at: number): void => {
      root ??= element
      if (parent === root && isNamed(element, METADATA, 'Extensions')) extensions ??= element
      if (parent && parent === extensions && isPublicationInfo(element)) publishedAt ??= publicationInstantOf(element)
      position = at
      reader.open(element, parent)
    },
    text: reader.text,
    close: (element: OpenElement, at: number): void => {
      position = at
      reader.close(element)
    },
    index: (): FederationIndex => {
      if (!root || entities.size === 0) throw new SamlError('saml.metadata_not_idp', { found: root?.local ?? '' })
      const published = publishedAt ? { publishedAt } : {}
      return { entities, contexts: contexts.all, entityCount, ...validityOf(root), ...published }
    },
  }
}

/** Usually one: the aggregate itself. */
function collectContexts() {
  const all: string[] = []
  let last: { readonly of: XmlElement | undefined; readonly number: number } | undefined
  return {
    all,
    numberOf: (around: readonly XmlElement[]): number => {
      const of = around.at(-1)
      if (last?.of !== of || !last) last = { of, number: all.push(contextOf(around)) - 1 }
      return last.number
    },
  }
}

/** The innermost EntitiesDescriptor's start tag, with every namespace in scope and the earliest validUntil. */
function contextOf(around: readonly XmlElement[]): string {
  const inner = around.at(-1)
  if (!inner) return ''
  const ends = around.flatMap(validUntilOf)
  const value = ends.length > 0 ? showTime(earliest(ends)) : undefined
  const validUntil = { name: 'validUntil', prefix: '', local: 'validUntil', uri: '', value: value ?? '' }
  const bare: XmlElement = { ...inner, attributes: value === undefined ? [] : [validUntil] }
  return canonicalStart(bare, undefined, prefixesInScope(inner.scope), true).text
}

function prefixesInScope(scope: NamespaceScope | undefined): ReadonlySet<string> {
  const prefixes = new Set<string>()
  for (let at = scope; at !== undefined; at = at.outer) for (const prefix of at.declared.keys()) prefixes.add(prefix)
  return prefixes
}

/** The signature's reference must name one element only. Other IDs do not matter here. */
function rootIdOnce() {
  let isRoot = true
  let rootId: string | undefined
  return {
    opened: () => {
      isRoot = false
    },
    claim: (id: string): void => {
      if (isRoot) rootId = id
      else if (id === rootId) throw new XmlError('duplicate_id', { found: id, source: '@ID' })
    },
  }
}
