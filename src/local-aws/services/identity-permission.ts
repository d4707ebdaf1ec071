import { type ContextValue, requestContext } from '../../iam/condition-keys/context.ts'
import { callerContext } from '../caller-context.ts'
import { denialReason, deniedText, identityPolicyRefusal, type SignedCaller } from '../permissions.ts'
import type { Call } from '../sts/call.ts'
import { ServiceError } from './service-error.ts'
import type { ServiceHost } from './signed-call.ts'

interface Needed {
  readonly action: string
  readonly resource: string
  /** Further condition keys of the action. */
  readonly keys?: readonly ContextValue[]
  /** Of the refusal. */
  readonly status: number
}

/** The caller's own policies must allow it. Throws ServiceError AccessDeniedException. */
export function requirePermission(
  { aws }: ServiceHost,
  call: Call,
  caller: SignedCaller,
  { action, resource, keys = [], status }: Needed,
): void {
  const attempt = { action, resource, context: requestContext([...keys, ...callerContext(aws.iam, caller, call)]) }
  const refusal = identityPolicyRefusal(aws.iam, caller, attempt)
  if (!refusal) return
  const reason = refusal.decision && denialReason(refusal.decision)
  const more = reason === undefined ? {} : { reason }
  throw new ServiceError('AccessDeniedException', status, deniedText(caller, attempt, refusal), more)
}
