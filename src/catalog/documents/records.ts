/** What every kind of file is read into: records of accounts and roles, with what was wrong. */
import { parseRoleArn } from '../../core/arn.ts'
import { isObject } from '../../core/json.ts'
import type { CatalogAccount, CatalogRole } from '../catalog.ts'
import type { CatalogProblem } from '../errors.ts'

/** An organizational unit, or a root of the organization. */
export interface UnitRecord {
  readonly id: string
  readonly name: string
  /** undefined: a root, or not known. */
  readonly parentId: string | undefined
}

export interface AccountRecord extends CatalogAccount {
  /** The ID of the unit or root that it is in. */
  readonly parentId?: string | undefined
}

export interface Records {
  readonly accounts: readonly AccountRecord[]
  readonly roles: readonly CatalogRole[]
  readonly units: readonly UnitRecord[]
  /** Accounts of which the file has every role. */
  readonly complete: readonly string[]
  /** Accounts of which the file has only a page. */
  readonly partial: readonly string[]
  readonly notes: readonly string[]
}

export const NO_RECORDS: Records = { accounts: [], roles: [], units: [], complete: [], partial: [], notes: [] }

/** Reads values of one file, and collects what is wrong with them. */
export interface Reader {
  readonly file: string
  /** Notes a problem; returns undefined, as the value that is missing. */
  refuse(path: string, expected: string, found: unknown): undefined
  /** The line of a text in quotes, at or after the one that was found before. */
  lineOf(text: string): number | undefined
}

/** Reads the file in its order, so that finding the lines of all its roles costs one walk through it. */
export function readerOf(file: string, text: string, problems: CatalogProblem[]): Reader {
  let [at, line] = [0, 1]
  const lineOf = (wanted: string): number | undefined => {
    const quoted = JSON.stringify(wanted)
    const found = text.indexOf(quoted, at)
    if (found < 0) return undefined
    for (let n = text.indexOf('\n', at); n >= 0 && n < found; n = text.indexOf('\n', n + 1)) line++
    at = found
    return line
  }
  return {
    file,
    lineOf,
    refuse: (path, expected, found) => {
      problems.push({ file, line, path, expected, found: shown(found) })
      return undefined
    },
  }
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value)
  if (Array.isArray(value)) return 'a list'
  return isObject(value) ? 'an object' : String(value)
}

/** The text; undefined where there is none. Anything else is a problem. */
export function textIn(reader: Reader, path: string, value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined
  return typeof value === 'string' ? value : reader.refuse(path, 'a text', value)
}

/** The list; empty where there is none. */
export function listIn(reader: Reader, path: string, value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value
  reader.refuse(path, 'a list', value)
  return []
}

/** IAM's limits of a role's sessions, in seconds. */
const [SHORTEST, LONGEST] = [3600, 43_200]

export function secondsIn(reader: Reader, path: string, value: unknown): number | undefined {
  if (value === undefined || value === null || value === '') return undefined
  const seconds = typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : value
  if (typeof seconds === 'number' && seconds >= SHORTEST && seconds <= LONGEST) return seconds
  return reader.refuse(path, `seconds from ${SHORTEST} to ${LONGEST}`, value)
}

const ACCOUNT = /^\d{12}$/

export function accountIdIn(reader: Reader, path: string, value: unknown): string | undefined {
  return typeof value === 'string' && ACCOUNT.test(value)
    ? value
    : reader.refuse(path, 'an account ID of twelve digits', value)
}

export function roleArnIn(reader: Reader, path: string, value: unknown) {
  const role = typeof value === 'string' ? parseRoleArn(value) : undefined
  return role ?? reader.refuse(path, 'a role ARN, such as arn:aws:iam::111122223333:role/Admin', value)
}

/** Names of tags must not meet the prototype's. */
function tagsOf(entries: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  return entries.length === 0 ? NO_TAGS : Object.assign(Object.create(null), Object.fromEntries(entries))
}

const NO_TAGS: Readonly<Record<string, string>> = Object.freeze(Object.create(null))

/** AWS's own form: `[{ "Key": …, "Value": … }]`. */
export function tagListIn(reader: Reader, path: string, value: unknown): Readonly<Record<string, string>> {
  return tagsOf(
    listIn(reader, path, value).flatMap((tag, n) => {
      const { Key, Value = '' } = isObject(tag) ? tag : {}
      if (typeof Key === 'string' && typeof Value === 'string') return [[Key, Value] as const]
      reader.refuse(`${path}[${n}]`, 'a tag with Key and Value', tag)
      return []
    }),
  )
}

/** An object with a text for each name, as Terraform writes tags. */
export function tagObjectIn(reader: Reader, path: string, value: unknown): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return NO_TAGS
  if (!isObject(value)) return reader.refuse(path, 'an object of texts', value) ?? NO_TAGS
  const entries = Object.entries(value)
  const texts = entries.flatMap(([key, text]) => (typeof text === 'string' ? [[key, text] as const] : []))
  if (texts.length < entries.length) reader.refuse(path, 'a text for each tag', value)
  return tagsOf(texts)
}

/** The trust policy as compact JSON: from an object, JSON, or URL-encoded JSON as in IAM's own responses (RFC 3986). */
export function trustPolicyIn(reader: Reader, path: string, value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined
  if (isObject(value)) return JSON.stringify(value)
  try {
    const text = typeof value === 'string' && /^\s*%7B/i.test(value) ? decodeURIComponent(value) : value
    const policy: unknown = typeof text === 'string' ? JSON.parse(text) : undefined
    if (isObject(policy)) return JSON.stringify(policy)
  } catch {
    // Refused below, with its place.
  }
  return reader.refuse(path, 'a policy document, as an object or as URL-encoded JSON', value)
}
