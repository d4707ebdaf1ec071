import { listOf } from '../query/parameters.ts'
import { page, tagList } from './markup.ts'
import { iamAction } from './operation.ts'
import { namedRole, onRole } from './roles.ts'
import { tagsIn, withTags } from './tags.ts'

export const tagRole = iamAction('TagRole', {
  ...onRole,
  answer: (call) => {
    const role = namedRole(call)
    call.iam.roles.put({ ...role, tags: withTags(role.tags, tagsIn(call.parameters), 'TagsPerRole') })
    return { members: undefined }
  },
})

export const untagRole = iamAction('UntagRole', {
  ...onRole,
  answer: (call) => {
    const role = namedRole(call)
    const gone = new Set(listOf(call.parameters, 'TagKeys').map((key) => key.toLowerCase()))
    call.iam.roles.put({ ...role, tags: new Map([...role.tags].filter(([key]) => !gone.has(key.toLowerCase()))) })
    return { members: undefined }
  },
})

export const listRoleTags = iamAction('ListRoleTags', {
  ...onRole,
  answer: (call) => {
    const { items, members } = page([...namedRole(call).tags], ([key]) => key, call.parameters)
    return { members: [tagList(new Map(items)), ...members] }
  },
})
