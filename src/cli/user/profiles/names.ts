import { checkedProfileName, profileNameOf } from '../../../credentials/profile-name.ts'
import { UserError } from '../errors.ts'
import type { Role } from '../roles/role.ts'

const FIELDS: Readonly<Record<string, (role: Role) => string>> = {
  accountName: ({ accountName, account }) => accountName || account,
  account: ({ account }) => account,
  role: ({ name }) => name,
  alias: ({ alias, name }) => alias ?? name,
  provider: ({ provider }) => provider,
}

/**
 * A name for each role's profile, in the order of the roles. Several with the same name, and names in `taken`, get the
 * account's number and then a count, so a name does not depend on the order. Throws UserError `cli.profile_template`.
 */
export function profileNames(roles: readonly Role[], template: string, taken: ReadonlySet<string>): readonly string[] {
  const plain = roles.map((role) => nameFrom(template, role))
  // [profile default] is what every tool uses without being told to.
  const isFree = (name: string): boolean => name !== 'default' && !taken.has(name)
  const isClear = (name: string): boolean => isFree(name) && plain.filter((other) => other === name).length === 1
  const used = new Set(plain.filter(isClear))
  return roles.map((role, at) => {
    const name = plain[at] ?? ''
    if (isClear(name)) return name
    const longer = [`${cut(name)}-${role.account}`, `${cut(name)}-${role.account}-${role.name}`.slice(0, 128)]
    const distinct = [...longer, ...counted(longer[0] ?? name)].find((one) => isFree(one) && !used.has(one)) ?? name
    used.add(distinct)
    return distinct
  })
}

function* numbers(): Generator<number> {
  for (let n = 2; ; n++) yield n
}

function counted(name: string): readonly string[] {
  const names: string[] = []
  for (const n of numbers()) {
    names.push(`${name}-${n}`)
    if (n > 1000) return names
  }
  return names
}

function cut(name: string): string {
  return name.slice(0, 100)
}

function nameFrom(template: string, role: Role): string {
  const filled = template.replaceAll(/\{([^{}]*)\}/g, (whole, field: string) => {
    const read = Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined
    if (read === undefined)
      throw new UserError('cli.profile_template', { sentence: `The name template has an unknown field: ${whole}` })
    return read(role)
  })
  // What a name cannot have becomes a hyphen: one, and none at the end.
  return checkedProfileName(profileNameOf(filled, '').replaceAll(/-{2,}/g, '-').replace(/-$/, '') || 'fedgate')
}
