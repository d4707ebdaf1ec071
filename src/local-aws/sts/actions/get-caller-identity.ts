import { element } from '../../../xml/write.ts'
import { signedCaller } from '../../signed-caller.ts'
import type { Action } from '../call.ts'

/** The signer of this call. Cannot be denied, not even explicitly. */
export const getCallerIdentity: Action = (sts, call) => {
  const { arn, userId, account } = signedCaller(sts, call, 'sts')
  return {
    members: [element('Arn', {}, arn), element('UserId', {}, userId), element('Account', {}, account)],
    summary: arn,
  }
}
