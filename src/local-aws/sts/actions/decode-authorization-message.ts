import { element } from '../../../xml/write.ts'
import { requirePermission } from '../../authorize.ts'
import { AwsError, texts } from '../../aws-errors.ts'
import { checkShapes, required } from '../../query/shapes.ts'
import { signedCaller } from '../../signed-caller.ts'
import type { Action } from '../call.ts'
import { inputs } from '../inputs.ts'

/** The contents of a denied call's message, for callers of the account that are permitted to read it. */
export const decodeAuthorizationMessage: Action = (sts, call) => {
  const caller = signedCaller(sts, call, 'sts')
  checkShapes(inputs.DecodeAuthorizationMessage, call.parameters)
  requirePermission(sts, call, caller, { action: 'sts:DecodeAuthorizationMessage', resource: '*' })
  const decoded = sts.messages.open(required(call.parameters, 'EncodedMessage'), caller.account, call.now)
  if (decoded === undefined) throw new AwsError('InvalidAuthorizationMessageException', texts.messageInvalid)
  return { members: [element('DecodedMessage', {}, decoded)], summary: caller.arn }
}
