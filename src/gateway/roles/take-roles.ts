/**
 * roles owns what a login may take in AWS, and taking it: the entitlement (list-roles.ts), whether the user must sign in
 * again first (ready-roles.ts), the exchange of one role (take-role.ts, sts-request.ts), the console (open-console.ts),
 * and what AWS will probably answer (preflight-role.ts, identity-preview.ts). It knows no page and no cookie.
 *
 * Here: one role or several with one login. Entitlement and age of the sign-in are computed once for all of them.
 */
import { FedgateError } from '../../core/errors.ts'
import type { Caller } from '../gateway.ts'
import type { Login } from '../login/logins.ts'
import type { ListedRole } from './list-roles.ts'
import { type ReadyRoles, type ReadyRolesPorts, readyRoles } from './ready-roles.ts'
import type { RequestedRole, TakenRole } from './sts-request.ts'
import { type TakeRolePorts, takeRole } from './take-role.ts'

/** One duration for all of them. */
export interface RequestedRoles extends Omit<RequestedRole, 'role'> {
  /** ARNs as received, each once. */
  readonly roles: readonly [string, ...string[]]
}

/** `reauthenticate-first`: no role was assumed, as the user must sign in again first. */
export type TakeRolesResult = { readonly kind: 'reauthenticate-first' } | RolesTaken

export type RolesTaken =
  | { readonly kind: 'one'; readonly taken: TakenRole }
  /** In the order in which they were requested. */
  | { readonly kind: 'several'; readonly outcomes: readonly RoleOutcome[] }

/** A refused role does not affect the others. */
export type RoleOutcome =
  | { readonly kind: 'taken'; readonly arn: string; readonly taken: TakenRole }
  | {
      readonly kind: 'refused'
      readonly arn: string
      /** undefined: the rules do not grant it. */
      readonly role: ListedRole | undefined
      readonly error: FedgateError
    }

/**
 * Exchanges the login for credentials of each role. The refusal of a single role is thrown (as takeRole throws); of
 * several roles it is an outcome. Throws as readyRoles.
 */
export async function takeRoles(
  gateway: ReadyRolesPorts & TakeRolePorts,
  login: Login,
  { roles, ...duration }: RequestedRoles,
  caller: Caller,
): Promise<TakeRolesResult> {
  const ready = await readyRoles(gateway, login, roles, caller)
  if (!ready) return { kind: 'reauthenticate-first' }
  const [role, ...others] = roles
  if (others.length === 0) return { kind: 'one', taken: await takeRole(gateway, ready, { role, ...duration }, caller) }
  const wanted = roles.map((one) => ({ role: one, ...duration }))
  return { kind: 'several', outcomes: await Promise.all(wanted.map((one) => outcomeOf(gateway, ready, one, caller))) }
}

async function outcomeOf(
  gateway: TakeRolePorts,
  ready: ReadyRoles,
  wanted: RequestedRole,
  caller: Caller,
): Promise<RoleOutcome> {
  const arn = wanted.role
  try {
    return { kind: 'taken', arn, taken: await takeRole(gateway, ready, wanted, caller) }
  } catch (error) {
    if (error instanceof FedgateError) return { kind: 'refused', arn, role: ready.granted.get(arn), error }
    throw error
  }
}
