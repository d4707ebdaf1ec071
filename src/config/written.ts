/**
 * The configuration as it is written: references such as `${NAME}` are not replaced and secrets are left out, so that it can be
 * shown to operators and compared with another.
 */
import { isObject } from '../core/json.ts'
import type { ConfigDocument } from './document.ts'
import type { Path } from './issue.ts'
import type { WrittenConfig } from './types.ts'

const SECRET_KEYS: ReadonlySet<unknown> = new Set(['secret', 'clientSecret', 'password', 'authorizationParams'])
const NOT_SHOWN = '(not shown)'
const ONLY_A_REFERENCE = /^\$\{[^}]+\}$/
/** The value of a parameter, unless it is a reference or the name of one to fill in. */
const QUERY_VALUE = /([?&][^=&#\s]+=)(?!\$?\{[^}]*\}(?:[&#]|$))[^&#\s]+/g
const URL_WITH_QUERY = /^[a-z][a-z\d+.-]*:\/\/[^?#]*\?/i
const USER_OF_URL = /^([a-z][a-z\d+.-]*:\/\/)[^/?#]*@/i

export function writtenConfig({ values, writtenAt }: Pick<ConfigDocument, 'values' | 'writtenAt'>): WrittenConfig {
  const written = shown(values, [], writtenAt)
  return isObject(written) ? written : {}
}

function shown(value: unknown, path: Path, writtenAt: ConfigDocument['writtenAt']): unknown {
  if (Array.isArray(value)) return value.map((each, index) => shown(each, [...path, index], writtenAt))
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shown(each, [...path, key], writtenAt)]))
  const text = writtenAt(path) ?? value
  if (typeof text !== 'string') return text
  if (path.some((step) => SECRET_KEYS.has(step)) && !ONLY_A_REFERENCE.test(text)) return NOT_SHOWN
  const withoutUser = text.replace(USER_OF_URL, `$1${NOT_SHOWN}@`)
  return URL_WITH_QUERY.test(text) ? withoutUser.replace(QUERY_VALUE, `$1${NOT_SHOWN}`) : withoutUser
}

/** One setting that two configurations have differently; undefined: only the other has it. */
export interface WrittenChange {
  /** `providers.corp.metadata`: providers by their ID, role settings by their pattern. */
  readonly setting: string
  readonly before: unknown
  readonly after: unknown
}

/** In the order of the first, then what only the second has. Rules under `access` are one setting. */
export function changesOf(before: WrittenConfig, after: WrittenConfig): readonly WrittenChange[] {
  const [earlier, later] = [settingsOf(before), settingsOf(after)]
  return [...new Set([...earlier.keys(), ...later.keys()])].flatMap((setting) => {
    const [one, other] = [earlier.get(setting), later.get(setting)]
    return JSON.stringify(one) === JSON.stringify(other) ? [] : [{ setting, before: one, after: other }]
  })
}

/** Each value that is no mapping, by its place. */
function settingsOf(written: WrittenConfig): ReadonlyMap<string, unknown> {
  return new Map(leaves(written, ''))
}

function* leaves(value: unknown, place: string): Generator<readonly [string, unknown]> {
  const named = Array.isArray(value) ? byName(value) : value
  const entries = isObject(named) ? Object.entries(named) : []
  if (entries.length === 0) yield [place, value]
  for (const [key, each] of entries) yield* leaves(each, place === '' ? key : `${place}.${key}`)
}

/** Lists whose items have a name of their own: their order is no setting. Other lists stay whole. */
function byName(list: readonly unknown[]): unknown {
  const names = list.map((item) => (isObject(item) ? (item.id ?? item.match) : undefined))
  const isNamed = names.length > 0 && names.every((name) => typeof name === 'string')
  return isNamed && new Set(names).size === names.length
    ? Object.fromEntries(list.map((item, index) => [names[index] as string, item]))
    : undefined
}
