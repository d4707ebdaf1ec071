/**
 * Changes one list of keys in the text of a configuration file. Only the lines of that key change: comments, order and
 * variables elsewhere stay byte for byte.
 */
import { isDeepStrictEqual } from 'node:util'
import {
  Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  YAMLMap,
  YAMLSeq,
} from 'yaml'
import { KeysError } from './errors.ts'
import type { KeyPurpose } from './options.ts'

/** A changed text, and its difference as lines that begin with `-` or `+`. */
export interface ConfigEdit {
  readonly text: string
  readonly difference: readonly string[]
}

/** The entries of a list before a change, to those after it. */
type Change = (entries: readonly unknown[]) => readonly unknown[]

/** Where each list is: a key of the configuration, or a key below one. */
const PLACES = {
  signing: ['signing'],
  encryption: ['encryption'],
  issuer: ['issuer', 'key'],
  session: ['session', 'secret'],
} as const satisfies Record<KeyPurpose, readonly [string, string?]>

/** The entries as written, with variables in them; a single key is a list of one. Throws KeysError `keys.not_editable`. */
export function entriesIn(text: string, purpose: KeyPurpose): readonly unknown[] {
  const nodes = nodesOf(rootOf(text).root, purpose)
  return nodes.map((node) =>
    isCollection(node) || isScalar(node) ? node.toJS(new Document()) : notEditable('an alias'),
  )
}

/**
 * Adds an entry at the end; `before`: the entries that were implied if the file names none. Throws KeysError
 * `keys.not_editable` if the result would not mean exactly that.
 */
export function withEntry(text: string, purpose: KeyPurpose, entry: unknown, implied: readonly unknown[]): ConfigEdit {
  return edited(text, purpose, (nodes) => [...(nodes.length === 0 ? implied : nodes), entry])
}

/** The second entry first. Throws as withEntry. */
export function withSecondFirst(text: string, purpose: KeyPurpose): ConfigEdit {
  return edited(text, purpose, ([first, second, ...rest]) => [second, first, ...rest])
}

/** Only the first entry. Throws as withEntry. */
export function withFirstAlone(text: string, purpose: KeyPurpose): ConfigEdit {
  return edited(text, purpose, ([first]) => [first])
}

function edited(text: string, purpose: KeyPurpose, change: Change): ConfigEdit {
  const { root } = rootOf(text)
  const [top, below] = PLACES[purpose] as readonly [string, string?]
  const before = entriesIn(text, purpose)
  const list = listOf(change(nodesOf(root, purpose)), isFlow(root))
  const pair = root.items.find((one) => keyOf(one) === top)
  const value = below === undefined ? list : withKey(pair?.value, below, list, isFlow(root))
  const block = render(top, value)
  const next = pair ? spliced(text, pair, block) : appended(text, root, block)
  mustMeanTheSame(text, next, { purpose, top, wanted: change(before) })
  // In a file on one line, a line has everything, secrets too.
  return { text: next, difference: root.flow ? [`+ ${block.trim()}`] : differenceOf(text, next) }
}

function rootOf(text: string): { readonly root: YAMLMap } {
  const doc = parseDocument(text, { prettyErrors: false })
  const root = doc.contents
  if (doc.errors.length > 0 || !isMap(root)) return notEditable('no mapping')
  return { root: root as YAMLMap }
}

function nodesOf(root: YAMLMap, purpose: KeyPurpose): readonly Node[] {
  const [top, below] = PLACES[purpose] as readonly [string, string?]
  const found = root.get(top, true) as Node | undefined
  if (below === undefined) return itemsOf(found)
  if (found === undefined || (isScalar(found) && found.value === null)) return []
  if (!isMap(found)) return notEditable(`${top} is not a plain mapping`)
  // `issuer.kms` is short for a list with one such entry.
  const kms = purpose === 'issuer' ? (found.get('kms', true) as Node | undefined) : undefined
  if (kms === undefined) return itemsOf(found.get(below, true) as Node | undefined)
  const entry = new YAMLMap()
  entry.set('kms', kms)
  return [entry]
}

function itemsOf(node: Node | undefined): readonly Node[] {
  if (node === undefined || (isScalar(node) && node.value === null)) return []
  if (isAlias(node)) return notEditable('an alias')
  return isSeq(node) ? (node.items as Node[]) : [node]
}

function listOf(entries: readonly unknown[], isFlow: boolean): Node {
  const nodes = entries.map((entry) => (isNode(entry) ? entry : new Document().createNode(entry, { flow: isFlow })))
  const [only] = nodes
  if (only && nodes.length === 1) return withoutSpace(only)
  const list = new YAMLSeq()
  list.items = nodes.map(withoutSpace)
  list.flow = isFlow
  return list
}

function isNode(value: unknown): value is Node {
  return isCollection(value) || isScalar(value) || isAlias(value)
}

/** A blank line before an entry belongs to its old place. */
function withoutSpace(node: Node): Node {
  node.spaceBefore = false
  return node
}

function withKey(mapping: unknown, key: string, value: Node, isFlow: boolean): YAMLMap {
  const map = isMap(mapping) ? (mapping as YAMLMap) : new YAMLMap()
  if (!isMap(mapping)) map.flow = isFlow
  map.delete('kms')
  map.set(key, value)
  return map
}

function isFlow(map: YAMLMap): boolean {
  return map.flow === true
}

function keyOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : ''
}

/** The lines of one key, without what is above it. */
function render(key: string, value: Node): string {
  const mapping = new YAMLMap()
  mapping.set(key, value)
  const doc = new Document()
  doc.contents = mapping as typeof doc.contents
  return doc.toString({ lineWidth: 0 }).trimEnd()
}

/** The text with this behind everything: in a mapping in braces, before the closing one. */
function appended(text: string, root: YAMLMap, block: string): string {
  if (!isFlow(root)) return `${text.replace(/\n*$/, '\n')}\n${block}\n`
  const [, end] = root.range ?? notEditable('a mapping without a place')
  const [before, after] = [text.slice(0, end - 1), text.slice(end - 1)]
  const separator = root.items.length === 0 || before.trimEnd().endsWith(',') ? '' : ', '
  return `${before}${separator}${block}${after}`
}

/** The text with this instead of the pair. */
function spliced(text: string, pair: Pair, block: string): string {
  const [start] = (pair.key as Scalar).range ?? notEditable('a key without a place')
  const range = isCollection(pair.value) || isScalar(pair.value) ? pair.value.range : undefined
  const end = range?.[1] ?? notEditable('an alias')
  const tail = text.slice(end)
  // A block ends with its last line's break, or before it.
  const separator = text.slice(0, end).endsWith('\n') ? '\n' : ''
  return `${text.slice(0, start)}${block}${separator}${tail}`
}

interface Meaning {
  readonly purpose: KeyPurpose
  readonly top: string
  /** The entries after the change. */
  readonly wanted: readonly unknown[]
}

/** Whatever YAML can do, the file says the same afterwards, but for the list. */
function mustMeanTheSame(before: string, after: string, { purpose, top, wanted }: Meaning): void {
  const [old, now] = [valuesIn(before), valuesIn(after)]
  const others = (values: Record<string, unknown>) => ({ ...values, [top]: restOf(values[top], purpose) })
  if (!isDeepStrictEqual(others(old), others(now)) || !isDeepStrictEqual(entriesIn(after, purpose), wanted))
    notEditable('the result would mean something else')
}

function valuesIn(text: string): Record<string, unknown> {
  const doc = parseDocument(text, { prettyErrors: false })
  if (doc.errors.length > 0) return notEditable('the result is not YAML')
  try {
    return doc.toJS() as Record<string, unknown>
  } catch {
    // An alias whose anchor is gone.
    return notEditable('the result is not YAML')
  }
}

/** What stands beside the list under the same key. */
function restOf(value: unknown, purpose: KeyPurpose): unknown {
  const [, below] = PLACES[purpose] as readonly [string, string?]
  if (below === undefined) return undefined
  const { [below]: _, kms: __, ...rest } = (value ?? {}) as Record<string, unknown>
  return rest
}

function differenceOf(before: string, after: string): readonly string[] {
  const [old, now] = [before.split('\n'), after.split('\n')]
  let start = 0
  while (start < old.length && old[start] === now[start]) start += 1
  let end = 0
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) end += 1
  return [
    ...old.slice(start, old.length - end).map((line) => `- ${line}`),
    ...now.slice(start, now.length - end).map((line) => `+ ${line}`),
  ]
}

function notEditable(found: string): never {
  throw new KeysError('keys.not_editable', { found })
}
