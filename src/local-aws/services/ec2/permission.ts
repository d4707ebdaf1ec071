/** Whether EC2 allows an action, and its refusal: with the message that DecodeAuthorizationMessage opens. */
import { type ContextValue, list, requestContext, single } from '../../../iam/condition-keys/context.ts'
import { callerContext } from '../../caller-context.ts'
import { denialReason, deniedText, identityPolicyRefusal, type SignedCaller } from '../../permissions.ts'
import type { Tags } from '../../state.ts'
import type { Call, Sts } from '../../sts/call.ts'
import { decodedMessage } from '../../sts/decoded-message.ts'
import { ServiceError } from '../service-error.ts'
import type { Instance } from './instances.ts'

/** One resource that an action is about. */
export interface Wanted {
  /** `ec2:StartInstances` */
  readonly action: string
  /** Its ARN; `*` for an action without resources. */
  readonly resource: string
  readonly keys?: readonly ContextValue[]
}

/** AWS documents DecodeAuthorizationMessage with this very error. Throws UnauthorizedOperation. */
export function requireEc2(aws: Sts, call: Call, caller: SignedCaller, { action, resource, keys = [] }: Wanted): void {
  const context = requestContext([
    ...keys,
    single('ec2:Region', call.region, 'the endpoint'),
    ...callerContext(aws.iam, caller, call),
  ])
  const attempt = { action, resource, shownAs: resource === '*' ? '' : resource, context }
  const refusal = identityPolicyRefusal(aws.iam, caller, attempt)
  if (!refusal) return
  const reason = refusal.decision && denialReason(refusal.decision)
  throw new ServiceError(
    'UnauthorizedOperation',
    403,
    `You are not authorized to perform this operation. ${deniedText(caller, attempt, refusal)}`,
    {
      encodedMessage: aws.messages.seal(decodedMessage(caller, attempt, refusal), caller.account, call.now),
      ...(reason === undefined ? {} : { reason }),
    },
  )
}

/** The keys of an instance that exists. */
export function instanceKeys({ type, tags }: Instance): readonly ContextValue[] {
  return [
    single('ec2:InstanceType', type, 'the instance'),
    ...[...tags].flatMap(([key, value]) => [
      single(`ec2:ResourceTag/${key}`, value, `the instance's tag ${key}`),
      single(`aws:ResourceTag/${key}`, value, `the instance's tag ${key}`),
    ]),
  ]
}

/** The keys of an instance that is being created. */
export function newInstanceKeys(type: string, tags: Tags): readonly ContextValue[] {
  return [
    single('ec2:InstanceType', type, 'InstanceType'),
    list('aws:TagKeys', [...tags.keys()], 'TagSpecification'),
    ...[...tags].map(([key, value]) => single(`aws:RequestTag/${key}`, value, `TagSpecification ${key}`)),
  ]
}
