/** Reads YAML into plain values, with the place of each value in the file. Independent of the schema. */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type Scalar,
  visit,
} from 'yaml'
import { type ConfigIssue, type Path, type Problem, showValue } from './issue.ts'

export interface ConfigDocument {
  readonly values: unknown
  readonly problems: readonly Problem[]
  /** Adds the place to an issue: that of its value or key, or else of the nearest enclosing value. */
  locate(issue: ConfigIssue): Problem
  /** The reference, such as `${SECRET}`, if the value came from a variable or a file. */
  writtenAt(path: Path): string | undefined
}

/** Replaces the references in a text, or returns what was expected in their place. */
export type Interpolate = (text: string) => { readonly text: string } | { readonly expected: string }

interface Place {
  readonly key: unknown
  readonly value: unknown
}

/** A problem of the YAML itself, with its offset in characters. */
interface YamlProblem {
  readonly offset: number
  readonly expected: string
  readonly found?: string
}

const MOST_ALIASES = 100

const tooManyAliases: YamlProblem = { offset: 0, expected: `at most ${MOST_ALIASES} aliases` }

/** Reads YAML 1.2 and replaces variables and file references. Never throws: errors are in `problems`. */
export function readDocument(text: string, file: string, interpolate: Interpolate): ConfigDocument {
  const lineCounter = new LineCounter()
  // prettyErrors would quote the line, secrets included.
  const doc = parseDocument(text, { lineCounter, prettyErrors: false })
  const placeAt = (offset: number): { file: string; line: number; column: number } => {
    const { line, col } = lineCounter.linePos(offset)
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  const locate = (issue: ConfigIssue): Problem => ({
    ...issue,
    ...placeAt(nearestOffset(doc, issue.path, issue.atKey ?? false)),
  })
  const written = new Map<unknown, string>()
  const issues = [...walk(doc.contents)].flatMap(
    ({ path, scalar, pair }) =>
      (pair ? checkKey(pair, path) : scalar ? interpolateScalar(scalar, path, interpolate, written) : undefined) ?? [],
  )
  const errors = yamlProblems(doc)
  const read = errors.length === 0 ? valuesOf(doc) : undefined
  const unread = errors.length === 0 && !read ? [tooManyAliases] : errors
  const syntax = unread.map(({ offset, ...error }): Problem => ({ ...placeAt(offset), path: [], ...error }))
  return {
    values: read?.values,
    problems: [...syntax, ...issues.map(locate)],
    locate,
    writtenAt: (path) => {
      const value = placeOf(doc, path)?.value
      return written.get(isAlias(value) ? value.resolve(doc) : value)
    },
  }
}

function nearestOffset(doc: Document, path: Path, atKey: boolean): number {
  const place = placeOf(doc, path)
  const nodes = atKey || !offsetOf(place?.value) ? [place?.key, place?.value] : [place?.value]
  const offset = nodes.map(offsetOf).find((found) => found !== undefined)
  if (offset !== undefined || path.length === 0) return offset ?? 0
  // A missing key is reported at the key of the mapping that lacks it.
  return nearestOffset(doc, path.slice(0, -1), true)
}

function placeOf(doc: Document, path: Path): Place | undefined {
  return path.reduce<Place | undefined>((place, step) => childOf(doc, place?.value, step), {
    key: undefined,
    value: doc.contents,
  })
}

function childOf(doc: Document, parent: unknown, step: string | number): Place | undefined {
  const node = isAlias(parent) ? parent.resolve(doc) : parent
  if (isSeq(node)) return typeof step === 'number' ? { key: undefined, value: node.items[step] } : undefined
  if (!isMap(node)) return undefined
  return node.items.find((pair) => keyOf(pair) === String(step))
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : ''
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined
}

/** Every scalar value and every pair, with its path; an alias is visited at its anchor. */
function* walk(node: unknown, path: Path = []): Generator<{ path: Path; scalar?: Scalar; pair?: Pair }> {
  if (isScalar(node)) yield { path, scalar: node }
  if (isSeq(node)) for (const [index, item] of node.items.entries()) yield* walk(item, [...path, index])
  if (!isMap(node)) return
  for (const pair of node.items) {
    yield { path: [...path, keyOf(pair)], pair }
    yield* walk(pair.value, [...path, keyOf(pair)])
  }
}

/** YAML reads an unquoted account ID as a number, which loses leading zeros. */
function checkKey(pair: Pair, path: Path): ConfigIssue | undefined {
  const { key } = pair
  if (!isScalar(key)) return { path, atKey: true, expected: 'text as key', found: 'something else' }
  if (key.value === '__proto__') return { path, atKey: true, expected: 'another key' }
  if (typeof key.value === 'string') return undefined
  const found = showValue(key.value)
  key.value = key.source ?? String(key.value)
  return { path: [...path.slice(0, -1), String(key.value)], atKey: true, expected: `"${key.value}" in quotes`, found }
}

function interpolateScalar(
  scalar: Scalar,
  path: Path,
  interpolate: Interpolate,
  written: Map<unknown, string>,
): ConfigIssue | undefined {
  if (typeof scalar.value !== 'string' || !scalar.value.includes('${')) return undefined
  const result = interpolate(scalar.value)
  if ('expected' in result) return { path, expected: result.expected }
  written.set(scalar, scalar.value)
  scalar.value = result.text
  return undefined
}

function yamlProblems(doc: Document): readonly YamlProblem[] {
  return [
    ...doc.errors.map(({ message, pos }) => ({ offset: pos[0], expected: 'YAML', found: message })),
    ...strayAliases(doc),
  ]
}

// Their names are not shown: an unquoted secret may begin with an asterisk.
function strayAliases(doc: Document): readonly YamlProblem[] {
  const errors: YamlProblem[] = []
  visit(doc, {
    Alias: (_, alias) => {
      if (alias.resolve(doc)) return
      const offset = alias.range?.[0] ?? 0
      errors.push({ offset, expected: 'an anchor with that name before the alias, or quoted text', found: 'none' })
    },
  })
  return errors
}

/** undefined for too many aliases, the only error that the parser itself does not report. */
function valuesOf(doc: Document): { readonly values: unknown } | undefined {
  try {
    return { values: doc.toJS({ maxAliasCount: MOST_ALIASES }) }
  } catch {
    return undefined
  }
}
