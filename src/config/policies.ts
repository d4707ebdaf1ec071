/** Policy documents of the configuration: the path of a JSON file, or the document itself, as JSON. */
import { repeatedName } from '../core/json.ts'
import { type Path, showValue } from './issue.ts'

/** As written in the configuration. */
export type WrittenPolicy = string | Readonly<Record<string, unknown>>

/** The text of a file by its path in the configuration; undefined if it cannot be read. */
export type ReadText = (path: string) => string | undefined

/** A role's trust policy, or a policy that scopes a session down. */
export type PolicyKind = 'trust' | 'session'

/** What AWS would refuse in a policy. Paths are IAM's own, such as `Statement[0].Effect`. */
export interface PolicyProblem {
  readonly path: string
  readonly expected: string
  readonly found: string
}

type Read = { readonly json: string } | { readonly expected: string; readonly found: string }

/**
 * The policy document in the output of `aws iam get-role`: the document itself, URL-encoded (RFC 3986) as in IAM's own
 * responses, or within the whole response.
 */
export function decodedPolicy(text: string): string {
  const json = /^\s*%7B/i.test(text) ? unescaped(text.trim()) : text
  const document = roleIn(json)?.AssumeRolePolicyDocument
  if (document === undefined) return json
  return typeof document === 'string' ? unescaped(document) : JSON.stringify(document)
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The `Role` of a response; undefined for a duplicate name, which is refused later. */
function roleIn(json: string): { readonly AssumeRolePolicyDocument?: unknown } | undefined {
  if (!json.includes('"AssumeRolePolicyDocument"')) return undefined
  try {
    const answer: { readonly Role?: { readonly AssumeRolePolicyDocument?: unknown } } | null = JSON.parse(json)
    return repeatedName(json) === undefined ? (answer?.Role ?? undefined) : undefined
  } catch {
    return undefined
  }
}

/** The document as compact JSON, or why there is none. */
export function policyJson(written: WrittenPolicy, readText: ReadText): Read {
  if (typeof written !== 'string') return { json: compact(written) }
  const text = readText(written)
  if (text === undefined) return { expected: 'a readable file', found: showValue(written) }
  try {
    const policy = decodedPolicy(text)
    const json = compact(JSON.parse(policy))
    if (repeatedName(policy) === undefined) return { json }
    return { expected: `unique names in every object of ${written}`, found: 'a duplicate' }
  } catch (error) {
    return { expected: `JSON in ${written}`, found: `invalid JSON${placeOf(error, text)}` }
  }
}

/** STS accepts only Latin-1 in a policy: other characters are escaped, as JSON allows. */
function compact(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\0-\xff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** The line of the error. Nothing is quoted, as the path may name the wrong file. */
function placeOf(error: unknown, text: string): string {
  const position = error instanceof Error ? / at position (\d+)/.exec(error.message)?.[1] : undefined
  return position === undefined ? '' : ` at line ${text.slice(0, Number(position)).split('\n').length}`
}

/** IAM's path as keys and indexes of a document, as far as they exist: keys may contain dots. */
export function stepsInto(value: unknown, path: string): Path {
  if (path === '' || typeof value !== 'object' || value === null) return []
  const rest = path.replace(/^\./, '')
  const index = /^\[(\d+)\]/.exec(rest)
  if (index && Array.isArray(value))
    return [Number(index[1]), ...stepsInto(value[Number(index[1])], rest.slice(index[0].length))]
  const fields: readonly (readonly [string, unknown])[] = Array.isArray(value) ? [] : Object.entries(value)
  const [key, field] = fields.find(([name]) => rest.startsWith(name) && /^($|[.[])/.test(rest.slice(name.length))) ?? []
  return key === undefined ? [] : [key, ...stepsInto(field, rest.slice(key.length))]
}
