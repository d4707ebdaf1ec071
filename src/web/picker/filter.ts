/**
 * What the list of roles is narrowed to: a text, an environment and tags, as parameters of its address. The browser
 * filters by the same rule: it searches what the templates mark `data-find`.
 */
import type { ListedRole } from '../../gateway/roles/list-roles.ts'
import { text, texts } from '../fields.ts'
import type { FilterForm, RoleAccount, RoleChoice, TagKey } from './model.ts'

export type Filter = Pick<FilterForm, 'query' | 'environment' | 'tags'>

const [LONGEST_QUERY, LONGEST_TAG, MOST_TAGS] = [200, 400, 10]

/** A key with more values than this tells roles apart, and does not group them. */
const MOST_VALUES = 20
const MOST_KEYS = 6

/** The parameters `q`, `environment` and `tag`, the last of which may be repeated. */
export function filterIn(query: Readonly<Record<string, unknown>>): Filter {
  return {
    query: text(query.q).slice(0, LONGEST_QUERY).trim(),
    environment: text(query.environment).slice(0, LONGEST_QUERY).trim(),
    tags: texts(query.tag)
      .map((tag) => tag.slice(0, LONGEST_TAG))
      .slice(0, MOST_TAGS),
  }
}

export function isFiltered({ query, environment, tags }: Filter): boolean {
  return query !== '' || environment !== '' || tags.length > 0
}

/** The address of the list with this filter, and further parameters. */
export function listPath({ query, environment, tags }: Filter, more: Readonly<Record<string, string>> = {}): string {
  const parameters = new URLSearchParams([
    ...(query === '' ? [] : [['q', query]]),
    ...(environment === '' ? [] : [['environment', environment]]),
    ...tags.map((tag) => ['tag', tag]),
    ...Object.entries(more),
  ])
  return parameters.size === 0 ? '/roles' : `/roles?${parameters}`
}

/** Whether a role has all that the filter asks for. An environment is compared in any case. */
export function isWanted({ query, environment, tags }: Filter): (role: ListedRole) => boolean {
  const [wanted, pairs] = [environment.toLowerCase(), tags.map(pairOf)]
  return (role) =>
    (wanted === '' || role.environment?.toLowerCase() === wanted) &&
    pairs.every(([key, value]) => tagOf(role, key) === value) &&
    matchesQuery(query, { id: role.account, name: role.accountName, environment: role.environment }, role)
}

function tagOf({ tags }: Pick<ListedRole, 'tags'>, key: string): string | undefined {
  return Object.hasOwn(tags, key) ? tags[key] : undefined
}

/** `Team=payments`: up to the first equals sign the key. */
function pairOf(tag: string): readonly [key: string, value: string] {
  const at = tag.indexOf('=')
  return at < 0 ? [tag, ''] : [tag.slice(0, at), tag.slice(at + 1)]
}

/**
 * Whether a role matches a query: each of its words occurs, in any case, in the account's name, ID or environment, or in
 * the role's name, alias, description or ARN.
 */
export function matchesQuery(
  query: string,
  account: Pick<RoleAccount, 'id' | 'name' | 'environment'>,
  role: Pick<RoleChoice, 'arn' | 'name' | 'alias' | 'description'>,
): boolean {
  if (query === '') return true
  const found = [account.name, account.id, account.environment, role.name, role.alias, role.description, role.arn]
    .join(' ')
    .toLowerCase()
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => found.includes(word))
}

/** The environments of these roles, in the order of their names; none where there is nothing to choose. */
export function environmentsOf(roles: readonly ListedRole[]): readonly string[] {
  const byWord = new Map<string, string>()
  for (const { environment } of roles)
    if (environment !== undefined && !byWord.has(environment.toLowerCase()))
      byWord.set(environment.toLowerCase(), environment)
  const isChoice = byWord.size > 1 || (byWord.size === 1 && roles.some(({ environment }) => environment === undefined))
  return isChoice ? [...byWord.values()].toSorted((a, b) => a.localeCompare(b, 'en')) : []
}

/**
 * The tags that tell groups of these roles apart, numbered: not AWS's own, none that all of them share, and none with a
 * value for almost every role.
 */
export function tagKeysOf(roles: readonly ListedRole[]): readonly TagKey[] {
  const counts = new Map<string, Map<string, number>>()
  for (const { tags } of roles)
    for (const [key, value] of Object.entries(tags)) {
      if (key.startsWith('aws:') || value === '') continue
      const values = counts.get(key) ?? new Map<string, number>()
      counts.set(key, values.set(value, (values.get(value) ?? 0) + 1))
    }
  let number = 0
  return [...counts]
    .filter(([, values]) => values.size <= MOST_VALUES && [...values.values()].some((count) => count < roles.length))
    .toSorted(([a], [b]) => a.localeCompare(b, 'en'))
    .slice(0, MOST_KEYS)
    .map(([key, values]) => ({
      key,
      values: [...values.keys()]
        .toSorted((a, b) => a.localeCompare(b, 'en'))
        .map((value) => ({ value, number: number++ })),
    }))
}

/** The numbers of a role's tags, separated by spaces. */
export function tagNumbers(keys: readonly TagKey[]): (role: Pick<ListedRole, 'tags'>) => string {
  const numbers = new Map(
    keys.map(({ key, values }) => [key, new Map(values.map(({ value, number }) => [value, number]))]),
  )
  if (numbers.size === 0) return () => ''
  return (role) => [...numbers].flatMap(([key, values]) => values.get(tagOf(role, key) ?? '') ?? []).join(' ')
}
