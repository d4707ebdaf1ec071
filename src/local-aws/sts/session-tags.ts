/** Session tags and source identity, from a call or from evidence: their limits and their size (aws-facts D). */
import * as limits from '../../aws/facts/limits.ts'
import { AwsError, invalidToken, texts } from '../aws-errors.ts'

export interface SessionTags {
  readonly tags: ReadonlyMap<string, string>
  readonly transitiveKeys: readonly string[]
}

interface TagEntry {
  readonly key: string
  /** As received: anything but exactly one is refused. */
  readonly values: readonly string[]
}

/** Throws AwsError for tags beyond their limits, keys that differ only in case, or transitive keys without a tag. */
export function checkTags(entries: readonly TagEntry[], transitiveKeys: readonly string[]): SessionTags {
  if (entries.length > limits.sessionTag.count) throw invalidToken(texts.tagsInvalid, `${entries.length} tags`)
  const wrong = entries.find((entry) => !isTag(entry))
  if (wrong) throw invalidToken(texts.tagsInvalid, `tag ${JSON.stringify(wrong.key)}`)
  const keys = new Set(entries.map(({ key }) => key.toLowerCase()))
  if (keys.size < entries.length) throw new AwsError('InvalidParameterValue', texts.duplicateTagKeys)
  if (transitiveKeys.some((key) => !keys.has(key.toLowerCase())))
    throw new AwsError('InvalidParameterValue', texts.transitiveKeyNotPassed)
  return { tags: new Map(entries.map(({ key, values: [value = ''] }) => [key, value])), transitiveKeys }
}

function isTag({ key, values: [value, ...more] }: TagEntry): boolean {
  return (
    value !== undefined &&
    more.length === 0 &&
    within(key, limits.sessionTag.key) &&
    within(value, limits.sessionTag.value) &&
    !key.toLowerCase().startsWith(limits.sessionTag.reservedPrefix)
  )
}

function within(text: string, { min, max, pattern }: limits.Range & { readonly pattern: RegExp }): boolean {
  const length = [...text].length
  return length >= min && length <= max && pattern.test(text)
}

/** Throws InvalidIdentityToken for a source identity that AWS would not accept. */
export function checkSourceIdentity(value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  const isValid = within(value, limits.sourceIdentity) && !value.startsWith(limits.sourceIdentity.reservedPrefix)
  if (!isValid) throw invalidToken(texts.sourceIdentityInvalid)
  return value
}

export function isSessionName(value: string): boolean {
  return within(value, limits.roleSessionName)
}
