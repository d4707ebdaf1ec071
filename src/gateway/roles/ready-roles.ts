/**
 * Whether roles can be assumed with a login as it is, or the user must sign in again first: checked once for each
 * request, for all picked roles. Start at readyRoles.
 */
import { StsError } from '../../aws/errors.ts'
import { GatewayError } from '../errors.ts'
import type { Caller } from '../gateway.ts'
import { type AuthenticationAgePorts, requiredReauthentication } from '../login/authentication-age.ts'
import { commonContext, requiredContextOf } from '../login/authentication-context.ts'
import type { Login } from '../login/logins.ts'
import { isEvidenceExpiring, startReauthentication } from '../login/reauthentication.ts'
import { type FreshEvidencePorts, withFreshEvidence } from '../login/refresh-token.ts'
import type { StartedLogin, StartLoginPorts } from '../login/start-login.ts'
import { type EntitlementPorts, grantedByArn, type ListedRole } from './list-roles.ts'

export type ReadyRolesPorts = EntitlementPorts & FreshEvidencePorts & AuthenticationAgePorts

/** A login with evidence that AWS accepts, recent enough for the picked roles. Only readyRoles creates one. */
export interface ReadyRoles {
  readonly login: Login
  /** The picked roles that the rules grant now, by ARN. */
  readonly granted: ReadonlyMap<string, ListedRole>
}

export interface RequestedReauthentication {
  /** The ARNs of the roles to assume afterwards. */
  readonly roles: readonly string[]
  readonly returnTo: string
  readonly browserSecret: string | undefined
}

/** A role's `maxAuthAge`, and whether this login is too old for it. */
export interface RecentSignIn {
  readonly withinSeconds: number
  /** The user must sign in again before the role can be assumed. */
  readonly isDue: boolean
}

interface Reauthentication {
  /** The strictest `maxAuthAge` that the login is too old for; undefined: only its evidence is too old. */
  readonly maxAuthAgeSeconds: number | undefined
  /** The authentication contexts that the roles accept; undefined: any. */
  readonly authnContext: readonly string[] | undefined
  /** The login has none of these. */
  readonly isStepUp: boolean
}

/**
 * Renews the evidence if the user is not needed for that, and computes the entitlement: the roles that a page listed
 * earlier grant nothing. undefined: the user must sign in again first. Throws OidcError, or GatewayError
 * (`session.required`, `role.authn_context_unavailable`, `role.authn_contexts_differ`).
 */
export async function readyRoles(
  gateway: ReadyRolesPorts,
  login: Login,
  arns: readonly string[],
  caller: Caller,
): Promise<ReadyRoles | undefined> {
  const fresh = await withFreshEvidence(gateway, login, caller)
  const granted = grantedByArn(gateway, fresh.signIn.identity, arns)
  return reauthenticationFor(gateway, fresh, granted) ? undefined : { login: fresh, granted }
}

/** Roles that are not granted require nothing: they are refused, whatever the age of the sign-in. */
function reauthenticationFor(
  gateway: AuthenticationAgePorts,
  login: Login,
  granted: ReadyRoles['granted'],
): Reauthentication | undefined {
  const overdue = [...granted.values()].flatMap((role) => requiredReauthentication(gateway, login, role) ?? [])
  const context = commonContext(gateway, login, granted.values())
  const isStepUp = context !== undefined && !context.isMet
  if (overdue.length === 0 && !isStepUp && !isEvidenceExpiring(gateway, login)) return undefined
  return {
    maxAuthAgeSeconds: overdue.length > 0 ? Math.min(...overdue) : undefined,
    authnContext: context?.accepted,
    isStepUp,
  }
}

/**
 * Sends the user through the identity provider once more, back to `returnTo`; undefined if the roles can be assumed
 * with the login as it is. Throws GatewayError, SamlError or OidcError.
 */
export async function reauthenticateForRoles(
  gateway: EntitlementPorts & StartLoginPorts,
  login: Login,
  { roles, ...way }: RequestedReauthentication,
): Promise<StartedLogin | undefined> {
  const required = reauthenticationFor(gateway, login, grantedByArn(gateway, login.signIn.identity, roles))
  return required && startReauthentication(gateway, login, { ...way, ...required })
}

/** For a program, which cannot send the user to the identity provider as a page can. */
export function reauthenticationRequired(
  gateway: EntitlementPorts,
  login: Login,
  arn: string,
): StsError | GatewayError {
  const [source, hint] = [arn.slice(0, 300), `Run \`fedgate login --role ${arn.slice(0, 300)}\` to sign in again.`]
  const role = grantedByArn(gateway, login.signIn.identity, [arn]).get(arn)
  const context = role && requiredContextOf(gateway, login, role)
  if (!context || context.isMet) return new StsError('sts.evidence_stale', { source, hint })
  const found = login.signIn.identity.authnContext?.join(', ') ?? 'none'
  return new GatewayError('role.authn_context_required', { expected: context.label, found, source, hint })
}

/** Whether the user must sign in again before this role can be assumed, or has to use another way. */
export function isSignInDue(
  gateway: AuthenticationAgePorts & EntitlementPorts,
  login: Login,
  role: ListedRole,
): boolean {
  return (
    recentSignInFor(gateway, login, role)?.isDue === true || requiredContextOf(gateway, login, role)?.isMet === false
  )
}

/** Shown before the role is picked; undefined for a role without `maxAuthAge`. */
export function recentSignInFor(
  gateway: AuthenticationAgePorts,
  login: Login,
  role: ListedRole,
): RecentSignIn | undefined {
  const { maxAuthAgeSeconds } = role
  if (maxAuthAgeSeconds === undefined) return undefined
  return {
    withinSeconds: maxAuthAgeSeconds,
    isDue: requiredReauthentication(gateway, login, role) !== undefined,
  }
}
