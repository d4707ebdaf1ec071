import type { Machine } from '../machine.ts'
import { plain } from '../output.ts'
import { matchingRoles } from '../roles/matching.ts'
import type { Role } from '../roles/role.ts'
import { fetchRoles } from '../roles/roles.ts'
import { openSession } from '../session/session.ts'
import { chosenGateway } from '../session/settings.ts'

export interface RolesOptions {
  readonly gateway?: string
  readonly json?: boolean
  readonly csv?: boolean
}

/** Prints the user's roles: a table in the order of use, JSON as the gateway sends it, or CSV. */
export async function runRoles(machine: Machine, options: RolesOptions): Promise<void> {
  const session = await openSession(machine, await chosenGateway(machine, options.gateway))
  const roles = await fetchRoles(machine, session)
  const { print, note } = machine.output
  if (options.json) print(JSON.stringify(roles, null, 2))
  else if (options.csv) machine.output.printText(csv(roles))
  else if (roles.length === 0) note("You don't have any roles yet. Ask your administrator for access.")
  else for (const line of table(matchingRoles(roles, ''))) print(line)
}

const COLUMNS = ['account', 'accountName', 'name', 'alias', 'arn', 'provider', 'region', 'evidence'] as const

/** RFC 4180, with a line of names. */
function csv(roles: readonly Role[]): string {
  const lines = [COLUMNS, ...roles.map((role) => COLUMNS.map((column) => role[column] ?? ''))]
  return lines.map((fields) => `${fields.map(csvField).join(',')}\r\n`).join('')
}

function csvField(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}

function table(roles: readonly Role[]): readonly string[] {
  const rows = [
    ['ACCOUNT', 'NAME', 'ROLE', 'ALIAS', 'ARN'],
    ...roles.map(({ account, accountName, name, alias = '', arn }) =>
      [account, accountName, name, alias, arn].map(plain),
    ),
  ]
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
