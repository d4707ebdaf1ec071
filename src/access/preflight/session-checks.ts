/** Whether AWS will accept the requested session, regardless of the trust policy (aws-facts A.2, A.5, D.1). */
import { roleDuration, roleSessionName, sessionTag, sourceIdentity } from '../../aws/facts/limits.ts'
import { awsSamlAttributes } from '../../core/aws-attributes.ts'
import { failed, passed, unknown } from '../../core/verdict.ts'
import { misnamedRemark } from './evidence-checks.ts'
import type { CommonCheck, PresentedSession, RoleCheck } from './facts.ts'

interface Limit {
  readonly min: number
  readonly max: number
  readonly pattern: RegExp
}

/** Roles of Identity Center can be assumed through Identity Center only (A.5). */
const roleTakesFederation: RoleCheck = ({ role }) =>
  role.name.startsWith('AWSReservedSSO_') ? failed('a role of your own', role.name, 'the role') : undefined

const durationIsAllowed: RoleCheck = ({ durationSeconds: seconds, maxSessionSeconds: max }) =>
  Number.isInteger(seconds) && seconds >= roleDuration.min && seconds <= max
    ? passed(`${seconds} seconds`, 'maxSessionDuration')
    : failed(`${roleDuration.min} to ${max} seconds`, String(seconds), 'maxSessionDuration')

const NAME = `${roleSessionName.min} to ${roleSessionName.max} letters, digits and _+=,.@-`

const sessionNameIsLegal: CommonCheck = ({ session: { roleSessionName: name }, evidence }) => {
  if (isWithin(name, roleSessionName)) return passed(name, 'RoleSessionName')
  const remark = evidence.kind === 'saml' ? misnamedRemark(evidence, awsSamlAttributes.roleSessionName) : ''
  return failed(NAME, (name === '' ? 'none' : JSON.stringify(name.slice(0, 100))) + remark, 'RoleSessionName')
}

const sourceIdentityIsLegal: CommonCheck = ({ session: { sourceIdentity: value, whyNoSourceIdentity: reason } }) => {
  if (value === undefined)
    return reason === undefined ? undefined : failed('a source identity', `none: ${reason}`, 'sourceIdentity')
  const isLegal = isWithin(value, sourceIdentity) && !value.toLowerCase().startsWith(sourceIdentity.reservedPrefix)
  return isLegal
    ? passed(value, 'SourceIdentity')
    : failed(`${NAME}, not beginning with aws:`, JSON.stringify(value.slice(0, 100)), 'SourceIdentity')
}

const TAGS = `at most ${sessionTag.count} tags of one value each, keys of ${sessionTag.key.max} and values of ${sessionTag.value.max} letters, digits, spaces and _.:/=+-@, transitive keys among them`

const sessionTagsAreLegal: CommonCheck = ({ session }) => {
  const { tags, transitiveTagKeys } = session
  if (tags.size === 0 && transitiveTagKeys.length === 0) return undefined
  const found = tagProblem(session)
  return found === undefined ? passed([...tags.keys()].join(', '), 'session tags') : failed(TAGS, found, 'session tags')
}

/** How AWS packs tags is not published, so an estimate never fails this check (D.4). */
const sessionTagsFit: CommonCheck = ({ session: { tags, packedSizePercent: percent } }) => {
  if (tags.size === 0) return undefined
  const found = `about ${percent} % of what AWS allows`
  return percent <= 100 ? passed(found, 'estimate') : unknown('at most 100 %', found, 'estimate')
}

/** Checked before the evidence. */
export const requestChecks = { roleTakesFederation, durationIsAllowed } as const

export const sessionChecks = { sessionNameIsLegal, sourceIdentityIsLegal, sessionTagsAreLegal } as const

/** Last of all. */
export const sizeChecks = { sessionTagsFit } as const

function isWithin(text: string, { min, max, pattern }: Limit): boolean {
  const { length } = [...text]
  return length >= min && length <= max && pattern.test(text)
}

function tagProblem({ tags, transitiveTagKeys: transitive, tagValueCounts }: PresentedSession): string | undefined {
  const keys = [...tags.keys()]
  if (tags.size > sessionTag.count) return `${tags.size} tags`
  const key = keys.find(
    (each) => !isWithin(each, sessionTag.key) || each.toLowerCase().startsWith(sessionTag.reservedPrefix),
  )
  if (key !== undefined) return `the key ${JSON.stringify(key.slice(0, 128))}`
  const [several] = [...(tagValueCounts ?? [])]
  if (several) return `${several[1]} values of ${several[0]}`
  const bad = [...tags].find(([, value]) => !isWithin(value, sessionTag.value))
  if (bad) return valueProblem(...bad)
  const known = new Set(keys.map((each) => each.toLowerCase()))
  if (known.size < keys.length) return 'keys that differ in case only'
  const stray = transitive.find((each) => !known.has(each.toLowerCase()))
  return stray === undefined ? undefined : `the transitive key ${JSON.stringify(stray)} without a tag`
}

/** Only the offending part of a value is reported: values are the user's data. */
function valueProblem(key: string, value: string): string {
  const characters = [...value]
  const wrongOnes = [...new Set(characters.filter((each) => !sessionTag.value.pattern.test(each)))].slice(0, 10)
  return wrongOnes.length > 0
    ? `the value of ${key} with ${wrongOnes.map((each) => JSON.stringify(each)).join(' ')}`
    : `the value of ${key} with ${characters.length} characters`
}
