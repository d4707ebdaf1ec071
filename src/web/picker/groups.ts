/**
 * The order of the picker and what of it is folded. By account: pinned roles, those used recently, then all others by
 * account, and a long list by organizational unit. By role: one group for each name, with its accounts.
 */
import type { Preferences } from '../../gateway/user/preferences.ts'
import type { Fold, RoleAccount, RoleChoice, RoleGroup, RoleSection, RoleView } from './model.ts'

/** The most recently used roles shown: as many as fit at a glance. */
const RECENT_SHOWN = 5

/** A longer list is folded, but for as many roles from its top as are seen without scrolling far. */
const LONGEST_UNFOLDED = 30
const MOST_OPEN = 12

/** With a filter, what is found is unfolded from the top, up to so many. */
export const MOST_FOUND_OPEN = 60

/** With more accounts than this, a folded list is divided by organizational unit. */
const MOST_WITHOUT_UNITS = 12

const PREVIEWED = 6

type Habits = Pick<Preferences, 'pins' | 'recent'>

/** The groups that can be folded. */
type ListGroup = Extract<RoleGroup, { readonly kind: 'account' | 'role' }>

interface Grouping extends Habits {
  readonly view: RoleView
  readonly isFiltered: boolean
  /** By account ID; undefined for an account without a unit. */
  readonly unitOf: (account: string) => string | undefined
}

/** Each role once. */
export function arranged(
  roles: readonly RoleChoice[],
  { view, isFiltered, unitOf, ...habits }: Grouping,
): { readonly above: readonly RoleGroup[]; readonly sections: readonly RoleSection[] } {
  const above = view === 'account' ? shortcuts(roles, habits) : []
  const shown = new Set(above.flatMap((group) => group.roles))
  const groups = (view === 'account' ? byAccount : byName)(roles, rankOf(habits)).flatMap((group): ListGroup[] => {
    const left = shown.size === 0 ? group.roles : group.roles.filter((role) => !shown.has(role))
    return left.length === 0 ? [] : [{ ...group, roles: left }]
  })
  const isLong = roles.length > (isFiltered ? MOST_FOUND_OPEN : LONGEST_UNFOLDED)
  // Of a single group there is nothing to see once it is folded.
  if (!isLong || groups.length < 2) return { above, sections: groups.length === 0 ? [] : [{ groups }] }
  const sections = view === 'account' ? byUnit(groups, unitOf) : [{ groups }]
  return { above, sections: folded(sections, (isFiltered ? MOST_FOUND_OPEN : MOST_OPEN) - shown.size) }
}

function shortcuts(roles: readonly RoleChoice[], { pins, recent }: Habits): readonly RoleGroup[] {
  const pinned = picked(roles, pins)
  const late = picked(
    roles,
    recent.map(({ arn }) => arn),
  )
    .filter(({ isPinned }) => !isPinned)
    .slice(0, RECENT_SHOWN)
  const groups: readonly RoleGroup[] = [
    { kind: 'pinned', roles: pinned },
    { kind: 'recent', roles: late },
  ]
  return groups.filter((group) => group.roles.length > 0)
}

/** The roles of these ARNs, in the order in which they are named. */
function picked(roles: readonly RoleChoice[], arns: readonly string[]): readonly RoleChoice[] {
  if (arns.length === 0) return []
  const byArn = new Map(roles.map((role) => [role.arn, role]))
  return arns.flatMap((arn) => byArn.get(arn) ?? [])
}

type Rank = (role: RoleChoice) => number

/** Pinned roles, then those used last; all others alike. */
function rankOf({ pins, recent }: Habits): Rank {
  const ranks = new Map([...pins, ...recent.map(({ arn }) => arn)].toReversed().map((arn, n) => [arn, -n - 1]))
  return ({ arn }) => ranks.get(arn) ?? 0
}

function byAccount(roles: readonly RoleChoice[], rank: Rank): readonly ListGroup[] {
  return grouped(roles, rank, ({ account }) => account).map(([account, ofAccount]) => ({
    kind: 'account',
    account,
    roles: ofAccount,
  }))
}

function byName(roles: readonly RoleChoice[], rank: Rank): readonly ListGroup[] {
  const inOrder = roles.toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)))
  return grouped(inOrder, rank, ({ name }) => name).map(([name, ofName]) => ({ kind: 'role', name, roles: ofName }))
}

/** Groups, and the roles of each, by rank; otherwise in the order in which they come. */
function grouped<Key>(
  roles: readonly RoleChoice[],
  rank: Rank,
  keyOf: (role: RoleChoice) => Key,
): readonly (readonly [Key, readonly RoleChoice[]])[] {
  const groups = new Map<Key, { readonly members: RoleChoice[]; best: number }>()
  for (const role of roles) {
    const key = keyOf(role)
    const group = groups.get(key) ?? { members: [], best: 0 }
    groups.set(key, group)
    group.members.push(role)
    group.best = Math.min(group.best, rank(role))
  }
  return [...groups]
    .toSorted(([, a], [, b]) => a.best - b.best)
    .map(([key, { members, best }]) => [key, best === 0 ? members : members.toSorted((a, b) => rank(a) - rank(b))])
}

function byUnit(groups: readonly ListGroup[], unitOf: Grouping['unitOf']): readonly RoleSection[] {
  const units = new Map<string | undefined, ListGroup[]>()
  for (const group of groups) {
    const unit = group.kind === 'account' ? unitOf(group.account.id) : undefined
    const ofUnit = units.get(unit) ?? []
    units.set(unit, ofUnit)
    ofUnit.push(group)
  }
  if (groups.length <= MOST_WITHOUT_UNITS || units.size < 2) return [{ groups }]
  // Accounts without a unit come last.
  return [...units]
    .toSorted(([a], [b]) => Number(a === undefined) - Number(b === undefined))
    .map(([unit, ofUnit]) => ({
      unit: { name: unit?.split('/').join(' / '), isOpen: false, accountCount: ofUnit.length },
      groups: ofUnit,
    }))
}

/** Open from the top as long as there is room for so many roles. */
function folded(sections: readonly RoleSection[], room: number): readonly RoleSection[] {
  let [left, isFull] = [room, false]
  const fold = (group: RoleGroup): Fold => {
    isFull ||= group.roles.length > left
    left -= group.roles.length
    return { isOpen: !isFull, preview: previewOf(group) }
  }
  return sections.map(({ unit, groups }) => {
    const isFirst = !isFull
    const withFolds = groups.map((group) => ({ ...group, fold: fold(group) }))
    return { ...(unit && { unit: { ...unit, isOpen: isFirst } }), groups: withFolds }
  })
}

/** Some names of an account's roles, or how many accounts a role has in each environment. */
function previewOf({ kind, roles }: RoleGroup): string {
  if (kind === 'account') {
    const names = roles.slice(0, PREVIEWED).map(({ name }) => name)
    return `${names.join(', ')}${roles.length > PREVIEWED ? ', …' : ''}`
  }
  const counts = new Map<string, number>()
  for (const { account } of roles)
    if (account.environment !== undefined) counts.set(account.environment, (counts.get(account.environment) ?? 0) + 1)
  if (counts.size === 0) {
    const names = roles.slice(0, PREVIEWED).map(({ account }) => nameOf(account))
    return `${names.join(', ')}${roles.length > PREVIEWED ? ', …' : ''}`
  }
  return [...counts].map(([environment, count]) => `${count} ${environment}`).join(', ')
}

function nameOf({ id, name }: RoleAccount): string {
  return name ?? id
}
