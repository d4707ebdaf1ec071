import type { Role } from './role.ts'

/** The roles that fit what was typed, the best first: recent and pinned ones before others that fit as well. */
export function matchingRoles(roles: readonly Role[], typed: string): readonly Role[] {
  const words = typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  return roles
    .map((role) => ({ role, cost: costOf(words, searched(role)) }))
    .filter(({ cost }) => cost !== undefined)
    .sort((a, b) => (a.cost ?? 0) - (b.cost ?? 0) || byUse(a.role, b.role))
    .map(({ role }) => role)
}

/** Last used first, then pinned, then by account and name. */
function byUse(a: Role, b: Role): number {
  return (
    (b.lastUsedAt ?? '').localeCompare(a.lastUsedAt ?? '') ||
    Number(b.isPinned) - Number(a.isPinned) ||
    a.accountName.localeCompare(b.accountName) ||
    a.name.localeCompare(b.name)
  )
}

function searched({ alias, accountName, account, name }: Role): string {
  return `${accountName}/${name} ${account}/${name} ${alias ?? ''}`.toLowerCase()
}

/** undefined where a word does not fit: its letters must be there in their order. A word in one piece costs nothing. */
function costOf(words: readonly string[], text: string): number | undefined {
  let cost = 0
  for (const word of words) {
    if (text.includes(word)) continue
    let at = -1
    for (const letter of word) {
      at = text.indexOf(letter, at + 1)
      if (at === -1) return undefined
    }
    cost += 1
  }
  return cost
}
