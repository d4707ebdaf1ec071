/** The long-term keys of users and of the root user: what an audit of root credentials lists, and what deletes them. */
import { element } from '../../xml/write.ts'
import type { Parameters } from '../query/parameters.ts'
import { required } from '../query/shapes.ts'
import type { User } from '../state.ts'
import { memberList, page } from './markup.ts'
import { arnIn, type IamCall, iamAction } from './operation.ts'
import { refusals } from './texts.ts'

/** Of the caller, if the call names no user. */
export const listAccessKeys = iamAction('ListAccessKeys', {
  resource: ownerArn,
  answer: (call) => {
    const { items, members } = page(keysOf(call), ({ accessKeyId }) => accessKeyId, call.parameters)
    const keys = items.map(({ kind, name, accessKeyId }) => [
      kind === 'root' ? undefined : element('UserName', {}, name),
      element('AccessKeyId', {}, accessKeyId),
      element('Status', {}, 'Active'),
    ])
    return { members: [memberList('AccessKeyMetadata', keys), ...members] }
  },
})

/** Calls that are signed with the key fail from now on; sessions that it has made remain. */
export const deleteAccessKey = iamAction('DeleteAccessKey', {
  resource: ownerArn,
  answer: (call) => {
    const id = required(call.parameters, 'AccessKeyId')
    if (!keysOf(call).some(({ accessKeyId }) => accessKeyId === id)) throw refusals.noAccessKey(id)
    call.iam.deleteAccessKey(id)
    return { members: undefined }
  },
})

/** Throws NoSuchEntity for a user that does not exist. */
function keysOf(call: IamCall): readonly User[] {
  const arn = ownerArn(call)
  const keys = call.iam.usersIn(call.account).filter((user) => user.arn === arn)
  const name = userName(call.parameters)
  if (name !== undefined && call.iam.userByArn(arn) === undefined) throw refusals.noUser(name)
  return keys
}

/** The user that the call names, or the caller. Throws ValidationError where the caller is no user. */
function ownerArn(call: IamCall): string {
  const { caller, parameters, iam, account } = call
  const name = userName(parameters)
  if (name !== undefined)
    return iam.usersIn(account).find((user) => user.name === name)?.arn ?? arnIn(call, `user/${name}`)
  if (caller.kind === 'user' || caller.kind === 'root') return caller.arn
  throw refusals.userNameMissing()
}

function userName(parameters: Parameters): string | undefined {
  return parameters.get('UserName')
}
