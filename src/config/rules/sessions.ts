/** Rules about session names, source identities and session tags. */

import { roleSessionName, sessionTag } from '../../core/aws-attributes.ts'
import { nearest } from '../../core/text/suggest.ts'
import { type ConfigIssue, type Path, showValue } from '../issue.ts'
import type { Rule } from '../partial-config.ts'
import { fill, placeholders } from '../patterns.ts'

/** The characters that AWS allows in a session name and in a source identity. */
const NAME = { characters: roleSessionName.pattern, words: 'letters, digits and _+=,.@-' }
/** The characters that AWS allows in the value of a tag. */
const TAG = { characters: sessionTag.value.pattern, words: 'letters, digits, spaces and _.:/=+-@' }

const sessionNameIsATemplate: Rule = ({ sessionName }) => templatePerUser(['sessionName'], sessionName)

const sourceIdentityIsATemplate: Rule = ({ sourceIdentity }) => templatePerUser(['sourceIdentity'], sourceIdentity)

const sessionTagsAreTemplates: Rule = ({ sessionTags }) =>
  Object.entries(sessionTags ?? {}).flatMap(([key, template]) => templateOf(['sessionTags', key], template, TAG))

const sessionTagsAreFew: Rule = ({ sessionTags }) => {
  const { length } = Object.keys(sessionTags ?? {})
  return length > sessionTag.count
    ? [{ path: ['sessionTags'], atKey: true, expected: `at most ${sessionTag.count} tags`, found: `${length}` }]
    : []
}

/** AWS preserves the case of keys, but compares them without it. */
const sessionTagKeysAreFree: Rule = ({ sessionTags }) => {
  const keys = Object.keys(sessionTags ?? {})
  const lower = keys.map((key) => key.toLowerCase())
  return keys.flatMap((key, index): ConfigIssue[] => {
    const issue = { path: ['sessionTags', key], atKey: true, found: showValue(key) }
    if (lower[index]?.startsWith(sessionTag.reservedPrefix))
      return [{ ...issue, expected: "a key without AWS's own prefix aws:" }]
    const first = lower.indexOf(key.toLowerCase())
    return first < index ? [{ ...issue, expected: `a key that differs from ${keys[first]} in more than case` }] : []
  })
}

const transitiveTagsAreTags: Rule = ({ transitiveTags, sessionTags }) => {
  const keys = Object.keys(sessionTags ?? {})
  return (transitiveTags ?? []).flatMap((key, index): ConfigIssue[] => {
    const path = ['transitiveTags', index]
    const found = showValue(key)
    if (!keys.includes(key)) {
      const suggestion = nearest(key, keys)
      const expected = `a key of sessionTags (${keys.join(', ') || 'none configured'})`
      return [{ path, expected, found, ...(suggestion === undefined ? {} : { suggestion }) }]
    }
    return transitiveTags?.indexOf(key) === index ? [] : [{ path, expected: 'each key once', found }]
  })
}

export const sessionRules = {
  sessionNameIsATemplate,
  sourceIdentityIsATemplate,
  sessionTagsAreTemplates,
  sessionTagsAreFew,
  sessionTagKeysAreFree,
  transitiveTagsAreTags,
} as const satisfies Readonly<Record<string, Rule>>

/** A template without a placeholder would give all users the same name. */
function templatePerUser(path: Path, text: string | undefined): readonly ConfigIssue[] {
  if (text === undefined) return []
  return placeholders(text).length > 0
    ? templateOf(path, text, NAME)
    : [{ path, expected: 'a template with a name in braces, such as {subject}', found: showValue(text) }]
}

/** Names in braces, and otherwise only characters that AWS allows, which excludes unbalanced braces. */
function templateOf(path: Path, text: string, { characters, words }: typeof NAME): readonly ConfigIssue[] {
  return characters.test(fill(text, () => ''))
    ? []
    : [{ path, expected: `a template: names in braces, and otherwise ${words}`, found: showValue(text) }]
}
