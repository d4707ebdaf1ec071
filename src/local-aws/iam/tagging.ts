/** The three tagging operations of each resource type: they differ in their names and in how the resource is found. */
import { listOf } from '../query/parameters.ts'
import type { Tags } from '../state.ts'
import type { Action } from '../sts/call.ts'
import type { IamOperation } from './inputs.ts'
import { page, tagList } from './markup.ts'
import { type IamCall, iamAction, type Operation } from './operation.ts'
import { tagsIn, withTags } from './tags.ts'

interface Taggable<Item extends { readonly tags: Tags }> {
  readonly names: { readonly tag: IamOperation; readonly untag: IamOperation; readonly list: IamOperation }
  /** The resource ARN for its permission. */
  readonly on: Omit<Operation, 'answer'>
  /** Throws NoSuchEntity. */
  find(call: IamCall): Item
  put(call: IamCall, item: Item): void
}

export interface TagActions {
  readonly tag: Action
  readonly untag: Action
  readonly list: Action
}

export function tagActions<Item extends { readonly tags: Tags }>({ names, on, find, put }: Taggable<Item>): TagActions {
  const changing = (change: (tags: Tags, call: IamCall) => Tags): Operation => ({
    ...on,
    answer: (call) => {
      const item = find(call)
      put(call, { ...item, tags: change(item.tags, call) })
      return { members: undefined }
    },
  })
  return {
    tag: iamAction(
      names.tag,
      changing((tags, { parameters }) => withTags(tags, tagsIn(parameters))),
    ),
    untag: iamAction(
      names.untag,
      changing((tags, { parameters }) => withoutKeys(tags, listOf(parameters, 'TagKeys'))),
    ),
    list: iamAction(names.list, {
      ...on,
      answer: (call) => {
        const { items, members } = page([...find(call).tags], ([key]) => key, call.parameters)
        return { members: [tagList(new Map(items)), ...members] }
      },
    }),
  }
}

/** Keys of tags are case-insensitive. */
function withoutKeys(tags: Tags, keys: readonly string[]): Tags {
  const gone = new Set(keys.map((key) => key.toLowerCase()))
  return new Map([...tags].filter(([key]) => !gone.has(key.toLowerCase())))
}
