/** AWS's own attributes (aws-facts B.4). Names are compared byte for byte. */
import { consoleDuration } from '../../aws/facts/limits.ts'
import { listedArns } from '../../core/arn.ts'
import { awsSamlAttributes } from '../../core/aws-attributes.ts'
import type { Attributes } from '../../core/identity.ts'
import { invalidToken, texts } from '../aws-errors.ts'
import { checkSourceIdentity, checkTags, isSessionName, type SessionTags } from './session-tags.ts'

/** Whether `Role` has the pair, in either order, with any surrounding white space. */
export function hasRolePair(attributes: Attributes, roleArn: string, providerArn: string): boolean {
  return valuesOf(attributes, 'role').some((value) => {
    const arns = listedArns(value)
    return arns.length === 2 && arns.includes(roleArn) && arns.includes(providerArn)
  })
}

function valuesOf(attributes: Attributes, name: keyof typeof awsSamlAttributes): readonly string[] {
  return attributes.get(awsSamlAttributes[name]) ?? []
}

export function sessionNameOf(attributes: Attributes): string {
  const [name, ...more] = valuesOf(attributes, 'roleSessionName')
  if (name === undefined) throw invalidToken(texts.sessionNameRequired)
  if (more.length > 0 || !isSessionName(name)) throw invalidToken(texts.sessionNameInvalid)
  return name
}

/** Seconds; undefined if the assertion does not contain it. */
export function sessionDurationOf(attributes: Attributes): number | undefined {
  const [text, ...more] = valuesOf(attributes, 'sessionDuration')
  if (text === undefined) return undefined
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN
  const isValid = more.length === 0 && seconds >= consoleDuration.min && seconds <= consoleDuration.max
  if (!isValid) throw invalidToken(texts.sessionDurationInvalid)
  return seconds
}

export function tagsOf(attributes: Attributes): SessionTags {
  const tag = awsSamlAttributes.principalTag
  const entries: { readonly key: string; readonly values: readonly string[] }[] = []
  for (const [name, values] of attributes)
    if (name.startsWith(tag)) entries.push({ key: name.slice(tag.length), values })
  return checkTags(entries, valuesOf(attributes, 'transitiveTagKeys'))
}

export function sourceIdentityOf(attributes: Attributes): string | undefined {
  const [value, ...more] = valuesOf(attributes, 'sourceIdentity')
  if (more.length > 0) throw invalidToken(texts.sourceIdentityInvalid)
  return checkSourceIdentity(value)
}
