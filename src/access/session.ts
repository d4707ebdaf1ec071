/**
 * From a user to what their AWS session carries: its name, source identity and tags, each from a template of the
 * configuration and within AWS's limits. What decides over access (tags, source identity) is never altered to fit: it
 * is there as the provider said it, or left out with the reason. A name may be altered, as it only has to be told
 * apart.
 */
import { createHash } from 'node:crypto'
import { roleSessionName } from '../aws/facts/limits.ts'
import { estimatePackedSize } from '../aws/facts/packed-size.ts'
import { sourceIdentityProblem, tagValueProblem } from '../aws/session-values.ts'
import type { Config } from '../config/types.ts'
import type { Identity } from '../core/identity.ts'
import { type ClaimLookup, claimsOf, type Filled, fillTemplate, firstValue, onlyValue } from './template.ts'

/** What the configuration says of every session. */
export type SessionTemplates = Pick<Config, 'sessionName' | 'sourceIdentity' | 'sessionTags' | 'transitiveTags'>

/** What the session is without, and why: for the user and for the audit line. */
export interface LeftOutOfSession {
  /** As the configuration calls it: `sessionName`, `sourceIdentity`, `sessionTags.CostCenter`. */
  readonly what: string
  /** Says no value of the user's. */
  readonly reason: string
}

export interface SessionMapping {
  readonly roleSessionName: string
  readonly sourceIdentity: string | undefined
  readonly tags: ReadonlyMap<string, string>
  /** Of the tags above, those that go along when the session takes further roles. */
  readonly transitiveTagKeys: readonly string[]
  /** An estimate of AWS's PackedPolicySize of the tags, in percent: it refuses more than 100. */
  readonly packedSizePercent: number
  readonly leftOut: readonly LeftOutOfSession[]
}

const TRANSIENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient'

/** Everything but what AWS accepts in a RoleSessionName. */
const FORBIDDEN = /[^\w+=,.@-]+/g

const HASH_LENGTH = 16
/** How a name ends that had to be changed. */
const MARK = new RegExp(`-[0-9a-f]{${HASH_LENGTH}}$`)

/** What the session of this person carries where the gateway decides. Never fails: what cannot be is left out. */
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
    tags,
    transitiveTagKeys: templates.transitiveTags.filter((key) => tags.has(key)),
    packedSizePercent: estimatePackedSize({ tags }),
    leftOut: [
      ...(reason === undefined ? [] : [{ what: 'sessionName', reason: `${reason}: the subject stands for it` }]),
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
 * The subject, and where the template names the provider, the provider too: without it the same subject of another
 * provider would have the same name. A provider's id has no dot.
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

/** What is wrong with how the provider names this person, in sentences. SAML Core 8.3.8 */
export function subjectWarnings({ subjectFormat, provider }: Identity): readonly string[] {
  return subjectFormat === TRANSIENT
    ? [
        `${provider} names you anew at each sign-in (a transient NameID): pins, tags and the audit log do not follow you. Its administrator may send a persistent NameID, or whoever runs this gateway may set \`subject\` to an attribute.`,
      ]
    : []
}

/**
 * The text as a role session name. Characters that AWS refuses become `-`; a name that had to be changed or cut ends in
 * a hash of the whole. So does one that looks as if: two different texts never come out the same.
 */
export function toSessionName(text: string): string {
  const allowed = text.replaceAll(FORBIDDEN, '-')
  const fits = text.length >= roleSessionName.min && text.length <= roleSessionName.max
  if (allowed === text && fits && !MARK.test(text)) return text
  const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_LENGTH)
  return `${allowed.slice(0, roleSessionName.max - HASH_LENGTH - 1)}-${hash}`
}
