/** The roles that the gateway lists, remembered for completion and for other names of a role than its ARN. */
import { parseRoleArn } from '../../../core/arn.ts'
import { rolesCalled } from '../../../core/role-names.ts'
import { nearest } from '../../../core/text/suggest.ts'
import { UserError } from '../errors.ts'
import type { Machine } from '../machine.ts'
import { callApi } from '../session/api.ts'
import { rolesFile } from '../session/places.ts'
import { readPrivate, writePrivate } from '../session/private-files.ts'
import type { Session } from '../session/session.ts'
import { pickRole } from './picker.ts'
import type { Role } from './role.ts'

/** An alias may come to mean another role: a list so old is fetched again. */
const LIST_AGE_MS = 60 * 60_000

interface RememberedRoles {
  /** Milliseconds since 1970. */
  readonly fetchedAt: number
  readonly roles: readonly Role[]
}

/** The roles as the gateway lists them now. Throws UserError. */
export async function fetchRoles(machine: Machine, session: Session): Promise<readonly Role[]> {
  const { roles } = await callApi(session, { method: 'GET', path: '/api/roles' }, machine.now)
  if (!Array.isArray(roles) || !roles.every(isRole)) throw new UserError('cli.gateway_unexpected')
  const remembered: RememberedRoles = { fetchedAt: machine.now(), roles }
  await writePrivate(rolesFile(machine, session.gateway), `${JSON.stringify(remembered)}\n`)
  return remembered.roles
}

/** Names end up in files and on terminals: no line ends, no control characters. */
function isRole(value: unknown): value is Role {
  const { arn, account, accountName, name, alias = '', provider, region = '' } = (value ?? {}) as Partial<Role>
  const texts = [arn, account, accountName, name, alias, provider, region]
  return (
    texts.every((text) => typeof text === 'string' && !/\p{Cc}/u.test(text)) && parseRoleArn(arn ?? '') !== undefined
  )
}

/** The roles as last listed, without the network; none when they were not listed yet. */
export async function rememberedRoles(machine: Machine, gateway: string): Promise<readonly Role[]> {
  return (await remembered(machine, gateway)).roles
}

async function remembered(machine: Machine, gateway: string): Promise<RememberedRoles> {
  try {
    const list = JSON.parse((await readPrivate(rolesFile(machine, gateway))) ?? '{}') as Partial<RememberedRoles>
    return { fetchedAt: list.fetchedAt ?? 0, roles: list.roles ?? [] }
  } catch (error) {
    if (error instanceof SyntaxError) return { fetchedAt: 0, roles: [] }
    throw error
  }
}

/**
 * The ARN of the role that is meant. Without a name, or with one that fits several, the user is asked where there is a
 * terminal. Throws UserError `cli.role_missing`, `cli.role_unknown` and `cli.role_ambiguous`.
 */
export async function chosenRole(machine: Machine, session: Session, name: string | undefined): Promise<string> {
  if (name === undefined) {
    if (!machine.isInteractive) throw new UserError('cli.role_missing')
    return (await pickRole(machine, await fetchRoles(machine, session))).arn
  }
  if (name.startsWith('arn:')) return name
  const { fetchedAt, roles } = await remembered(machine, session.gateway)
  const isRecent = machine.now() - fetchedAt < LIST_AGE_MS
  const known = isRecent ? rolesCalled(roles, name) : []
  if (known[0] !== undefined && known.length === 1) return known[0].arn
  const listed = await fetchRoles(machine, session)
  return machine.isInteractive ? (await pickAmong(machine, listed, name)).arn : roleNamed(listed, name).arn
}

/** The one role with this name. Throws UserError `cli.role_unknown` and `cli.role_ambiguous`. */
export function roleNamed(roles: readonly Role[], name: string): Role {
  const found = rolesCalled(roles, name)
  const [role] = found
  if (role === undefined) throw unknownRole(roles, name)
  if (found.length === 1) return role
  throw new UserError('cli.role_ambiguous', {
    sentence: `Several roles are named ${name}: ${found.map(({ account }) => `${account}/${role.name}`).join(', ')}.`,
  })
}

async function pickAmong(machine: Machine, roles: readonly Role[], name: string): Promise<Role> {
  const found = rolesCalled(roles, name)
  if (found[0] !== undefined && found.length === 1) return found[0]
  return pickRole(machine, roles, name)
}

function unknownRole(roles: readonly Role[], name: string): UserError {
  const meant = nearest(
    name,
    roles.flatMap((role) => [role.alias ?? [], `${role.account}/${role.name}`, role.name].flat()),
  )
  return new UserError('cli.role_unknown', {
    sentence: `You don't have a role named ${name}.`,
    ...(meant !== undefined && { hint: `Did you mean ${meant}? \`fedgate roles\` lists yours.` }),
  })
}
