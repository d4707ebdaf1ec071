import { element } from '../../../xml/write.ts'
import { accountOf } from '../../access-keys.ts'
import { requirePermission } from '../../authorize.ts'
import { texts, validationError } from '../../aws-errors.ts'
import { checkShapes, required } from '../../query/shapes.ts'
import { signedCaller } from '../../signed-caller.ts'
import type { Action } from '../call.ts'
import { inputs } from '../inputs.ts'

/** The account of a key, in use or not: looked up if the key is known, else read from its ID (A.6). */
export const getAccessKeyInfo: Action = (sts, call) => {
  const caller = signedCaller(sts, call, 'sts')
  checkShapes(inputs.GetAccessKeyInfo, call.parameters)
  const accessKeyId = required(call.parameters, 'AccessKeyId')
  call.note({ requestParameters: { accessKeyId } })
  requirePermission(sts, call, caller, { action: 'sts:GetAccessKeyInfo', resource: '*' })
  const known = sts.sessions.find(accessKeyId) ?? sts.iam.user(accessKeyId)
  const account = known?.account ?? accountOf(accessKeyId)
  if (account === undefined) throw validationError(texts.accessKeyUnknown(accessKeyId))
  return { members: [element('Account', {}, account)], summary: accessKeyId, responseElements: { account } }
}
