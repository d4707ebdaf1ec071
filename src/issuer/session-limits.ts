/** What a session may carry, within the limits of AWS: it refuses the whole call for a single tag too long. */
import { sessionTag, sourceIdentity, webIdentityToken } from '../aws/facts/limits.ts'
import { IssuerError } from './errors.ts'

interface Limit {
  readonly min: number
  readonly max: number
  readonly pattern: RegExp
}

const isWithin = (text: string, { min, max, pattern }: Limit): boolean => {
  const { length } = [...text]
  return length >= min && length <= max && pattern.test(text)
}

const isReserved = (text: string, prefix: string): boolean => text.toLowerCase().startsWith(prefix)

/** The tags that a session starts with, and the keys of those that go along when it takes further roles. */
export interface SessionTags {
  readonly tags: ReadonlyMap<string, string>
  readonly transitiveTags: readonly string[]
}

const tagsProblem = ({ tags, transitiveTags }: SessionTags): string | undefined => {
  const keys = [...tags.keys()]
  if (tags.size > sessionTag.count) return `${tags.size} tags`
  const key = keys.find((each) => !isWithin(each, sessionTag.key) || isReserved(each, sessionTag.reservedPrefix))
  if (key !== undefined) return `the key ${JSON.stringify(key.slice(0, 128))}`
  // The value is the person's: the audit line names only whose it is.
  const withBadValue = [...tags].find(([, value]) => !isWithin(value, sessionTag.value))
  if (withBadValue) return `the value of ${withBadValue[0]}`
  if (new Set(keys.map((each) => each.toLowerCase())).size < keys.length) return 'keys that differ in case only'
  const unknown = transitiveTags.find((each) => !tags.has(each))
  return unknown === undefined ? undefined : `the transitive key ${JSON.stringify(unknown)} without a tag`
}

/** Throws IssuerError `issuer.session_tags_invalid`. */
export const checkSessionTags = (wanted: SessionTags): void => {
  const found = tagsProblem(wanted)
  if (found === undefined) return
  const { count, key, value } = sessionTag
  const expected = `at most ${count} tags, keys of ${key.min} to ${key.max} and values of at most ${value.max} characters that AWS takes`
  throw new IssuerError('issuer.session_tags_invalid', { expected, found, source: 'sessionTags' })
}

/** Throws IssuerError `issuer.source_identity_invalid`. */
export const checkSourceIdentity = (value: string): void => {
  if (isWithin(value, sourceIdentity) && !isReserved(value, sourceIdentity.reservedPrefix)) return
  throw new IssuerError('issuer.source_identity_invalid', {
    expected: `${sourceIdentity.min} to ${sourceIdentity.max} letters, digits and _+=,.@-`,
    found: JSON.stringify(value.slice(0, sourceIdentity.max)),
    source: 'sourceIdentity',
  })
}

/** The `sub` of a token: STS echoes it in a field of this length. */
const SUBJECT_LENGTH = 255

/** Throws IssuerError `issuer.subject_invalid`. */
export const checkSubject = (subject: string): void => {
  const { length } = [...subject]
  if (length >= 1 && length <= SUBJECT_LENGTH) return
  throw new IssuerError('issuer.subject_invalid', {
    expected: `1 to ${SUBJECT_LENGTH} characters`,
    found: `${length} characters`,
    source: 'sub',
  })
}

/** Throws IssuerError `issuer.token_too_long`. */
export const checkTokenLength = ({ length }: string): void => {
  if (length <= webIdentityToken.max) return
  throw new IssuerError('issuer.token_too_long', {
    expected: `at most ${webIdentityToken.max} characters`,
    found: `${length} characters`,
    source: 'WebIdentityToken',
  })
}
