/**
 * What AWS accepts in a session's tags and source identity: why a value is not accepted, as text; undefined if it is.
 */
import { sessionTag, sourceIdentity } from './facts/limits.ts'

interface Limit {
  readonly min: number
  readonly max: number
  readonly pattern: RegExp
}

/** The tags of a session, and the keys of those that are transitive. */
export interface SessionTags {
  readonly tags: ReadonlyMap<string, string>
  readonly transitiveTags: readonly string[]
}

export function tagKeyProblem(key: string): string | undefined {
  return isReserved(key, sessionTag.reservedPrefix)
    ? `the prefix ${sessionTag.reservedPrefix}`
    : problemOf(key, sessionTag.key)
}

function isReserved(text: string, prefix: string): boolean {
  return text.toLowerCase().startsWith(prefix)
}

function problemOf(text: string, limit: Limit): string | undefined {
  return (
    lengthProblem([...text].length, limit) ??
    (limit.pattern.test(text) ? undefined : 'characters that AWS does not take there')
  )
}

function lengthProblem(length: number, { min, max }: Limit): string | undefined {
  return length < min || length > max ? `${length} characters, and AWS takes ${min} to ${max}` : undefined
}

export function tagValueProblem(value: string): string | undefined {
  return problemOf(value, sessionTag.value)
}

export function sourceIdentityProblem(value: string): string | undefined {
  return isReserved(value, sourceIdentity.reservedPrefix)
    ? `the prefix ${sourceIdentity.reservedPrefix}`
    : problemOf(value, sourceIdentity)
}

/** Never contains a value: values belong to users. */
export function sessionTagsProblem({ tags, transitiveTags }: SessionTags): string | undefined {
  const keys = [...tags.keys()]
  if (tags.size > sessionTag.count) return `${tags.size} tags`
  const key = keys.find((each) => tagKeyProblem(each) !== undefined)
  if (key !== undefined) return `the key ${JSON.stringify(key.slice(0, sessionTag.key.max))}`
  const [owner] = [...tags].find(([, value]) => tagValueProblem(value) !== undefined) ?? []
  if (owner !== undefined) return `the value of ${owner}`
  const known = new Set(keys.map((each) => each.toLowerCase()))
  if (known.size < keys.length) return 'keys that differ in case only'
  const stray = transitiveTags.find((each) => !known.has(each.toLowerCase()))
  return stray === undefined ? undefined : `the transitive key ${JSON.stringify(stray)} without a tag`
}
