/** Policy documents of the configuration: the path of a JSON file, or the document itself, as JSON. */
import { repeatedName } from '../core/json.ts'
import { type Path, showValue } from './issue.ts'

/** As it stands in the configuration. */
export type WrittenPolicy = string | Readonly<Record<string, unknown>>

/** The text of a file as the configuration names it; undefined when it cannot be read. */
export type ReadText = (path: string) => string | undefined

/** A role's trust policy, or a policy that scopes a session down. */
export type PolicyKind = 'trust' | 'session'

/** What AWS would find wrong in a policy. Paths are IAM's own, such as `Statement[0].Effect`. */
export interface PolicyProblem {
  readonly path: string
  readonly expected: string
  readonly found: string
}

type Read = { readonly json: string } | { readonly expected: string; readonly found: string }

/**
 * The text of a policy as `aws iam get-role` shows it: the document itself, URL-encoded (RFC 3986) as IAM's own answers
 * have it, or the whole answer around it.
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

/** The `Role` of an answer; one that has a name twice is left as it is, to be refused for that. */
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
  if (text === undefined) return { expected: 'a file that can be read', found: showValue(written) }
  try {
    const policy = decodedPolicy(text)
    const json = compact(JSON.parse(policy))
    if (repeatedName(policy) === undefined) return { json }
    return { expected: `each name once in every object of ${written}`, found: 'one twice' }
  } catch (error) {
    return { expected: `JSON in ${written}`, found: `something else${placeOf(error, text)}` }
  }
}

/** STS takes no character beyond Latin-1 in a policy: JSON can write all others in ASCII. */
function compact(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\0-\xff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Where the parser gave up, without quoting: a path may name the wrong file. */
function placeOf(error: unknown, text: string): string {
  const position = error instanceof Error ? / at position (\d+)/.exec(error.message)?.[1] : undefined
  return position === undefined ? '' : ` in line ${text.slice(0, Number(position)).split('\n').length}`
}

/** IAM's path as steps into a document, as far as they are there: keys may have dots of their own. */
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
