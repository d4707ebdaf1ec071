/** Tags in the parameters of a call. */
import { listOf, type Parameters } from '../query/parameters.ts'
import type { Tags } from '../state.ts'
import { refusals } from './texts.ts'

const MOST_TAGS = 50

/** `Tags.member.N.Key` and `.Value`: each key once, in any case. */
export function tagsIn(parameters: Parameters): Tags {
  const keys = listOf(parameters, 'Tags', '.Key')
  const tags = new Map(keys.map((key, n) => [key, parameters.get(`Tags.member.${n + 1}.Value`) ?? '']))
  if (new Set(keys.map((key) => key.toLowerCase())).size < keys.length) throw refusals.duplicateTags()
  return tags
}

/** Adds these tags: an existing key gets the new spelling and value. */
export function withTags(tags: Tags, more: Tags): Tags {
  const replaced = new Set([...more.keys()].map((key) => key.toLowerCase()))
  const all = new Map([...[...tags].filter(([key]) => !replaced.has(key.toLowerCase())), ...more])
  if (all.size > MOST_TAGS) throw refusals.tooManyTags()
  return all
}
