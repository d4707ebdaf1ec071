import { namedRole, onRole } from './roles.ts'
import { tagActions } from './tagging.ts'

export const {
  tag: tagRole,
  untag: untagRole,
  list: listRoleTags,
} = tagActions({
  names: { tag: 'TagRole', untag: 'UntagRole', list: 'ListRoleTags' },
  on: onRole,
  find: namedRole,
  put: ({ iam }, role) => iam.roles.put(role),
})
