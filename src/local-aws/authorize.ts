/** Whether a signed call is allowed, and the refusal that AWS would send where it is not. */
import { AwsError } from './aws-errors.ts'
import { type Attempt, deniedText, ownRefusal, type Refusal, type SignedCaller } from './permissions.ts'
import type { Iam } from './state.ts'
import type { AuthorizationMessages } from './sts/authorization-message.ts'
import { decodedMessage } from './sts/decoded-message.ts'

export interface Authorizing {
  readonly iam: Iam
  readonly messages: AuthorizationMessages
}

/** Throws AccessDenied unless the caller's own policies allow it. */
export const requirePermission = (
  { iam, messages }: Authorizing,
  caller: SignedCaller,
  attempt: Attempt,
  now: Date,
): void => {
  const refusal = ownRefusal(iam, caller, attempt)
  if (refusal) throw accessDenied(messages, caller, attempt, refusal, now)
}

/**
 * AWS's text, then the message that DecodeAuthorizationMessage decodes, as EC2 does it: there STS itself sends none, and
 * here there is no EC2.
 */
export const accessDenied = (
  messages: AuthorizationMessages,
  caller: SignedCaller,
  attempt: Attempt,
  refusal: Refusal,
  now: Date,
): AwsError => {
  const text = deniedText(caller, attempt, refusal)
  const message = messages.seal(decodedMessage(caller, attempt, refusal), caller.account, now)
  return new AwsError('AccessDenied', `${text}. Encoded authorization failure message: ${message}`, text)
}
