import { showDuration } from '../core/duration.ts'
import type { Gateway } from '../gateway/gateway.ts'
import type { ListedRole } from '../gateway/list-roles.ts'
import type { Login } from '../gateway/logins.ts'
import { overdueProof } from '../gateway/proof-age.ts'
import type { FreshSignIn } from './models/roles.ts'

/** That a role asks for a recent sign-in, to be said before it is picked; undefined for one that does not. */
export const freshSignInOf = (
  gateway: Gateway,
  login: Login,
  { role, maxAuthAgeSeconds }: ListedRole,
): FreshSignIn | undefined =>
  maxAuthAgeSeconds === undefined
    ? undefined
    : { within: showDuration(maxAuthAgeSeconds), isDue: overdueProof(gateway, login, role.arn) !== undefined }
