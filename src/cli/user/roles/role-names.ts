/** How a role is named on the command line. Loaded on every call of `credential-process`: it imports nothing. */

/** A role as the gateway's API lists it. */
export interface Role {
  readonly arn: string
  /** Twelve digits. */
  readonly account: string
  readonly accountName: string
  readonly name: string
  readonly alias?: string
  readonly provider: string
  readonly maxSessionSeconds: number
  readonly region?: string
  readonly isPinned: boolean
  /** ISO 8601. */
  readonly lastUsedAt?: string
  readonly needsRecentSignIn?: boolean
  /** `original`: AWS is sent the identity provider's own evidence, which cannot be renewed without a browser. */
  readonly evidence: 'original' | 'reissued'
}

/** The roles that are meant by an ARN, an alias, `account/role` (account by number or name), or a role's name alone. */
export function rolesNamed(roles: readonly Role[], name: string): readonly Role[] {
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
