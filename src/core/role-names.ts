/** How users name a role, on the command line and in links. Loaded on every call of `credential-process`: it imports nothing. */

export interface NamedRole {
  readonly arn: string
  /** Twelve digits. */
  readonly account: string
  readonly accountName: string
  readonly name: string
  readonly alias?: string | undefined
}

/**
 * The roles that are meant by an ARN, an alias, `account/role` (the account by ID or name) or a role's name alone: by the
 * first of these that fits any, in the same case or else in any.
 */
export function rolesCalled<Role extends NamedRole>(roles: readonly Role[], name: string): readonly Role[] {
  const wanted = name.toLowerCase()
  const kinds: readonly ((role: Role) => readonly string[])[] = [
    ({ arn }) => [arn],
    ({ alias }) => (alias === undefined ? [] : [alias]),
    (role) => [`${role.account}/${role.name}`, `${role.accountName}/${role.name}`],
    (role) => [role.name],
  ]
  for (const namesOf of kinds) {
    const exact = roles.filter((role) => namesOf(role).includes(name))
    if (exact.length > 0) return exact
    const alike = roles.filter((role) => namesOf(role).some((one) => one.toLowerCase() === wanted))
    if (alike.length > 0) return alike
  }
  return []
}
