/**
 * The values that conditions can refer to. Names of condition keys are case-insensitive (E.4), so the map's keys are
 * lower-case names and every value remembers how its key is written.
 */
import type { UnverifiedAssumption } from '../unverified-assumptions.ts'

export interface ContextValue {
  /** The condition key as AWS writes it, such as `saml:aud`. */
  readonly key: string
  readonly values: readonly string[]
  /** Whether the key can hold a list: such keys need ForAnyValue or ForAllValues. */
  readonly multi: boolean
  /** Where the values came from, such as `SubjectConfirmationData/@Recipient`. */
  readonly source?: string
  /** If the values depend on a fact that AWS has not confirmed: what they would be otherwise. */
  readonly otherwise?: { readonly fact: UnverifiedAssumption; readonly values: readonly string[] }
}

export type RequestContext = ReadonlyMap<string, ContextValue>

/** A key without values is an absent key. If a key is given twice, the first values count. */
export function requestContext(entries: Iterable<ContextValue>): RequestContext {
  const context = new Map<string, ContextValue>()
  for (const entry of entries) {
    const name = entry.key.toLowerCase()
    const before = context.get(name)
    const isBetter = before === undefined || (before.values.length === 0 && entry.values.length > 0)
    if (isBetter && (entry.values.length > 0 || entry.otherwise)) context.set(name, entry)
  }
  return context
}

function entry(key: string, values: readonly string[], multi: boolean, source: string | undefined): ContextValue {
  return source === undefined ? { key, values, multi } : { key, values, multi, source }
}

/** The request's entry for that lower-case name; undefined if the key is absent. */
export function entryOf(context: RequestContext, name: string): ContextValue | undefined {
  const found = context.get(name)
  return found === undefined || found.values.length === 0 ? undefined : found
}

/** An entry with at most one value. */
export function single(key: string, value: string | undefined, source?: string): ContextValue {
  return entry(key, value === undefined ? [] : [value], false, source)
}

/** An entry that can hold a list. */
export function list(key: string, values: readonly string[], source?: string): ContextValue {
  return entry(key, values, true, source)
}
