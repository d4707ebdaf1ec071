/**
 * What a request carries for conditions to look at. Names of condition keys are case-insensitive (E.4), so the map is
 * keyed by the lower-case name and every value remembers how its key is written.
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
  /** Where the values rest on a fact that AWS has not confirmed: what they would be if it is the other way. */
  readonly otherwise?: { readonly fact: UnverifiedAssumption; readonly values: readonly string[] }
}

export type RequestContext = ReadonlyMap<string, ContextValue>

/** A key without values is an absent key. Of two values for one key the first counts. */
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

/** What the request has under that lower-case name; undefined when the key is absent. */
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
