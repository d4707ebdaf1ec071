/** Rules about what a session is called and carries. */

import { nearest } from '../../core/suggest.ts'
import { type ConfigIssue, type Path, showValue } from '../issue.ts'
import type { Rule } from '../partial-config.ts'
import { fill, placeholders } from '../patterns.ts'

/** What AWS takes in a session name and in a source identity. */
const NAME = { characters: /^[\w+=,.@-]*$/, words: 'letters, digits and _+=,.@-' }
/** And in the value of a tag. */
const TAG = { characters: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u, words: 'letters, digits, spaces and _.:/=+-@' }

const sessionNameIsATemplate: Rule = ({ sessionName }) => templateOfAPerson(['sessionName'], sessionName)

const sourceIdentityIsATemplate: Rule = ({ sourceIdentity }) => templateOfAPerson(['sourceIdentity'], sourceIdentity)

const sessionTagsAreTemplates: Rule = ({ sessionTags }) =>
  Object.entries(sessionTags ?? {}).flatMap(([key, template]) => templateOf(['sessionTags', key], template, TAG))

const MOST_TAGS = 50

const sessionTagsAreFew: Rule = ({ sessionTags }) => {
  const { length } = Object.keys(sessionTags ?? {})
  return length > MOST_TAGS
    ? [{ path: ['sessionTags'], atKey: true, expected: `at most ${MOST_TAGS} tags`, found: `${length}` }]
    : []
}

/** AWS keeps the case of a key, and takes keys that differ in nothing else for the same. */
const sessionTagKeysAreFree: Rule = ({ sessionTags }) => {
  const keys = Object.keys(sessionTags ?? {})
  const lower = keys.map((key) => key.toLowerCase())
  return keys.flatMap((key, index): ConfigIssue[] => {
    const complaint = { path: ['sessionTags', key], atKey: true, found: showValue(key) }
    if (lower[index]?.startsWith('aws:')) return [{ ...complaint, expected: "a key without AWS's own prefix aws:" }]
    const first = lower.indexOf(key.toLowerCase())
    return first < index ? [{ ...complaint, expected: `a key that differs from ${keys[first]} in more than case` }] : []
  })
}

const transitiveTagsAreTags: Rule = ({ transitiveTags, sessionTags }) => {
  const keys = Object.keys(sessionTags ?? {})
  return (transitiveTags ?? []).flatMap((key, index): ConfigIssue[] => {
    const path = ['transitiveTags', index]
    const found = showValue(key)
    if (!keys.includes(key)) {
      const suggestion = nearest(key, keys)
      const expected = `a key of sessionTags (${keys.join(', ') || 'there are none'})`
      return [{ path, expected, found, ...(suggestion === undefined ? {} : { suggestion }) }]
    }
    return transitiveTags?.indexOf(key) === index ? [] : [{ path, expected: 'every key once', found }]
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

/** As many people as there are, as many names. */
function templateOfAPerson(path: Path, text: string | undefined): readonly ConfigIssue[] {
  if (text === undefined) return []
  return placeholders(text).length > 0
    ? templateOf(path, text, NAME)
    : [{ path, expected: 'a template with a name in braces, such as {subject}', found: showValue(text) }]
}

/** Names in braces, and around them only what AWS takes: a brace without its other half is none of that. */
function templateOf(path: Path, text: string, { characters, words }: typeof NAME): readonly ConfigIssue[] {
  return characters.test(fill(text, () => ''))
    ? []
    : [{ path, expected: `a template: names in braces, and otherwise ${words}`, found: showValue(text) }]
}
