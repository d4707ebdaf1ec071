/** Which roles come close to a name that fits none. */
import { parseRoleArn } from '../../core/arn.ts'
import type { NamedRole } from '../../core/role-names.ts'
import { editDistance } from '../../core/text/suggest.ts'

/** How many of them a refused link offers. */
const MOST_NEAR = 5

/** Below it, two names have little in common. */
const LEAST_ALIKE = 0.5

/** The roles that come closest to a name that fits none of them, closest first; at most five. */
export function nearestRoles<Role extends NamedRole>(roles: readonly Role[], asked: string): readonly Role[] {
  const wanted = partsOf(asked.slice(0, 300))
  const alike = new Map<string, number>()
  const likenessOf = (name: string): number => {
    const known = alike.get(name) ?? likeness(wanted.name, name.toLowerCase())
    alike.set(name, known)
    return known
  }
  return roles
    .map((role) => {
      const name = Math.max(likenessOf(role.name), role.alias === undefined ? 0 : likenessOf(role.alias))
      const isSameAccount = [role.account, role.accountName.toLowerCase()].includes(wanted.account)
      return { role, closeness: name + (isSameAccount ? LEAST_ALIKE : 0) }
    })
    .filter(({ closeness }) => closeness >= LEAST_ALIKE)
    .toSorted((a, b) => b.closeness - a.closeness)
    .slice(0, MOST_NEAR)
    .map(({ role }) => role)
}

/** The account is empty where the name has none. */
function partsOf(asked: string): { readonly account: string; readonly name: string } {
  const arn = parseRoleArn(asked)
  if (arn) return { account: arn.account, name: arn.name.toLowerCase() }
  const slash = asked.lastIndexOf('/')
  return { account: asked.slice(0, Math.max(0, slash)).toLowerCase(), name: asked.slice(slash + 1).toLowerCase() }
}

/** From 0, nothing in common, to 1, the same. */
function likeness(wanted: string, name: string): number {
  if (wanted === '') return 0
  if (wanted === name) return 1
  if (name.includes(wanted) || (name.length > 2 && wanted.includes(name))) return 0.8
  const longest = Math.max(wanted.length, name.length)
  return 1 - editDistance(wanted.slice(0, 64), name) / longest
}
