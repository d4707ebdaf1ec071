import { element } from '../../xml/write.ts'
import { verifyRequest } from '../sigv4/verify.ts'
import type { Action } from './call.ts'

/** Who signed this call. Cannot be denied, not even explicitly. */
export const getCallerIdentity: Action = ({ iam, sessions }, { request, now }) => {
  const { arn, userId, account } = verifyRequest(request, (id) => sessions.find(id) ?? iam.user(id), now)
  return {
    members: [element('Arn', {}, arn), element('UserId', {}, userId), element('Account', {}, account)],
    summary: arn,
  }
}
