/**
 * What a user's AWS session carries: name, source identity and tags, each from a template of the configuration and
 * within AWS's limits. Values that decide over access (tags, source identity) are never altered to fit: they are what
 * the provider sent, or are left out with the reason. A name may be altered, as it only needs to be unique.
 */
import { createHash } from 'node:crypto'
import { roleSessionName } from '../aws/facts/limits.ts'
import { estimatePackedSize } from '../aws/facts/packed-size.ts'
import { sourceIdentityProblem, tagValueProblem } from '../aws/session-values.ts'
import type { Config } from '../config/types.ts'
import { type Identity, nameIdFormats } from '../core/identity.ts'
import type { PresentedSession } from './preflight/facts.ts'
import { type ClaimLookup, claimsOf, type Filled, fillTemplate, firstValue, onlyValue } from './template.ts'

/** The settings that apply to every session. */
export type SessionTemplates = Pick<Config, 'sessionName' | 'sourceIdentity' | 'sessionTags' | 'transitiveTags'>

/** What is missing from the session, and why: for the user and for the audit line. */
export interface LeftOutOfSession {
  /** As in the configuration: `sessionName`, `sourceIdentity`, `sessionTags.CostCenter`. */
  readonly what: string
  /** Contains no values of the user. */
  readonly reason: string
}

/** The session, and what is missing from it. Transitive tags are passed on when roles are chained. */
export interface SessionMapping extends PresentedSession {
  readonly leftOut: readonly LeftOutOfSession[]
}

/** Everything that AWS does not accept in a RoleSessionName. */
const FORBIDDEN = /[^\w+=,.@-]+/g

const HASH_LENGTH = 16
/** The suffix of a name that was changed. */
const MARK = new RegExp(`-[0-9a-f]{${HASH_LENGTH}}$`)

/** The session where the gateway decides its contents. Never fails: what AWS would refuse is left out. */
export function sessionOf(templates: SessionTemplates, identity: Identity): SessionMapping {
  const claims = claimsOf(identity)
  const { name, reason } = nameOf(templates.sessionName, identity, claims)
  const wanted = templates.sourceIdentity
  const source =
    wanted === undefined ? undefined : within(fillTemplate(wanted, claims, onlyValue), sourceIdentityProblem)
  const filled = [...templates.sessionTags].map(
    ([key, template]) => [key, within(fillTemplate(template, claims, onlyValue), tagValueProblem)] as const,
  )
  const tags = new Map(filled.flatMap(([key, value]) => ('text' in value ? [[key, value.text] as const] : [])))
  return {
    roleSessionName: name,
    sourceIdentity: source && 'text' in source ? source.text : undefined,
    ...(source && 'reason' in source ? { whyNoSourceIdentity: source.reason } : {}),
    tags,
    transitiveTagKeys: templates.transitiveTags.filter((key) => tags.has(key)),
    packedSizePercent: estimatePackedSize({ tags }),
    leftOut: [
      ...(reason === undefined ? [] : [{ what: 'sessionName', reason: `${reason}: the subject is used instead` }]),
      ...leftOutIf('sourceIdentity', source),
      ...filled.flatMap(([key, value]) => leftOutIf(`sessionTags.${key}`, value)),
    ],
  }
}

function nameOf(template: string, identity: Identity, claims: ClaimLookup): { name: string; reason?: string } {
  const filled = fillTemplate(template, claims, firstValue)
  return 'text' in filled && filled.text !== ''
    ? { name: toSessionName(filled.text) }
    : { name: toSessionName(fallbackName(template, identity)), ...('reason' in filled && { reason: filled.reason }) }
}

/**
 * The subject, with the provider if the template names it: otherwise the same subject of another provider would get the
 * same name. A provider's ID has no dot.
 */
function fallbackName(template: string, { subject, provider }: Identity): string {
  return template.includes('{provider}') ? `${provider}.${subject}` : subject
}

/** The value if AWS accepts it. */
function within(filled: Filled, problemOf: (text: string) => string | undefined): Filled {
  const problem = 'text' in filled ? problemOf(filled.text) : undefined
  return problem === undefined ? filled : { reason: `its value has ${problem}` }
}

function leftOutIf(what: string, filled: Filled | undefined): readonly LeftOutOfSession[] {
  return filled && 'reason' in filled ? [{ what, reason: filled.reason }] : []
}

/** Problems with how the provider identifies this user, as sentences. SAML Core 8.3.8 */
export function subjectWarnings({ subjectFormat, provider }: Identity): readonly string[] {
  return subjectFormat === nameIdFormats.transient
    ? [
        `${provider} gives you a new ID each time you sign in (a transient NameID), so pins, tags and the audit log cannot follow you. Its administrator can send a persistent NameID, or the gateway’s administrator can set \`subject\` to an attribute.`,
      ]
    : []
}

/**
 * The text as a role session name. Characters that AWS refuses become `-`; a name that was changed or cut ends in a
 * hash of the whole text. So does a name that already ends like a hash, so two different texts never get the same name.
 */
export function toSessionName(text: string): string {
  const allowed = text.replaceAll(FORBIDDEN, '-')
  const fits = text.length >= roleSessionName.min && text.length <= roleSessionName.max
  if (allowed === text && fits && !MARK.test(text)) return text
  const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_LENGTH)
  return `${allowed.slice(0, roleSessionName.max - HASH_LENGTH - 1)}-${hash}`
}
