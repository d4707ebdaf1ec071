/** What a role requires of the sign-in, shown before it is picked. */
import type { Gateway } from '../../gateway/gateway.ts'
import { requiredContextOf } from '../../gateway/login/authentication-context.ts'
import type { Login } from '../../gateway/login/logins.ts'
import type { ListedRole } from '../../gateway/roles/list-roles.ts'
import { recentSignInFor } from '../../gateway/roles/ready-roles.ts'
import type { RecentSignIn, RequiredContext } from './model.ts'

/** Whether a role requires a recent sign-in, shown before it is picked; undefined for one that does not. */
export function recentSignInOf(gateway: Gateway, login: Login, role: ListedRole): RecentSignIn | undefined {
  const required = recentSignInFor(gateway, login, role)
  return required && { withinSeconds: required.withinSeconds, isDue: required.isDue }
}

/** Whether a role requires a way of signing in, shown before it is picked; undefined for one that does not. */
export function requiredContextFor(gateway: Gateway, login: Login, role: ListedRole): RequiredContext | undefined {
  const required = requiredContextOf(gateway, login, role)
  return required && { label: required.label, isDue: !required.isMet }
}
