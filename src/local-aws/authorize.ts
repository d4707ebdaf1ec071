/** Whether a signed call is allowed, and the refusal that AWS would send if it is not. */
import { type ContextValue, requestContext } from '../iam/condition-keys/context.ts'
import { AwsError } from './aws-errors.ts'
import { callerContext } from './caller-context.ts'
import {
  type Attempt,
  denialReason,
  deniedText,
  identityPolicyRefusal,
  type Refusal,
  type SignedCaller,
} from './permissions.ts'
import type { Call, Sts } from './sts/call.ts'
import { decodedMessage } from './sts/decoded-message.ts'

interface Wanted {
  /** `sts:GetFederationToken` */
  readonly action: string
  readonly resource: string
  /** How the refusal names the resource. Default: its ARN. */
  readonly shownAs?: string | undefined
  /** The condition keys of this action, besides the caller's and the call's. */
  readonly keys?: readonly ContextValue[]
}

/** Throws AccessDenied unless the caller's own policies allow it. */
export function requirePermission(sts: Sts, call: Call, caller: SignedCaller, wanted: Wanted): void {
  const { action, resource, shownAs, keys = [] } = wanted
  const context = requestContext([...keys, ...callerContext(sts.iam, caller, call)])
  const attempt = { action, resource, shownAs, context }
  const refusal = identityPolicyRefusal(sts.iam, caller, attempt)
  if (refusal) throw accessDenied(sts, call, caller, attempt, refusal)
}

/** AWS's message, the reason for the log, and if enabled the full context for DecodeAuthorizationMessage. */
export function accessDenied(
  { messages, encodesRefusals }: Sts,
  { now }: Call,
  caller: SignedCaller,
  attempt: Attempt,
  refusal: Refusal,
): AwsError {
  const message = encodesRefusals
    ? messages.seal(decodedMessage(caller, attempt, refusal), caller.account, now)
    : undefined
  const reason = refusal.decision && denialReason(refusal.decision)
  return new AwsError('AccessDenied', deniedText(caller, attempt, refusal), reason, message)
}
