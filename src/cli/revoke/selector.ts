/**
 * By what AWS can recognize a user's sessions, as the configuration's mapping makes them: the source identity, which the
 * user cannot change and which stays when roles are chained; a session tag that names the user; the session's name; or
 * nothing, and then the whole role has to be denied. Pure.
 */
import { identityPoolOf } from '../../access/identity-pool.ts'
import type { SessionMapping, SessionTemplates } from '../../access/session.ts'
import { namesIn } from '../../access/template.ts'
import type { ProviderConfig } from '../../config/types.ts'
import type { SessionSelector } from '../../iam/generate/deny-older-sessions.ts'

export interface KnownSessions {
  readonly provider: ProviderConfig
  readonly templates: SessionTemplates
  readonly subject: string
  /** What the AWS sessions of each sign-in carry; of the subject alone where no sign-in is known. */
  readonly mappings: readonly SessionMapping[]
  /** The mapping is of the subject alone: values that need an attribute are missing in it. */
  readonly isAssumed: boolean
  /** Names of sessions that were started here and have not expired. */
  readonly names: readonly string[]
}

export interface ChosenSelector {
  readonly selector: SessionSelector
  /** Sentences about what it also denies, or misses. */
  readonly notes: readonly string[]
}

/** What says nothing about one user among those of a provider. */
const SHARED = new Set(['provider', 'issuer', 'authnContext'])

const SESSION_NAME = /^[\w+=,.@-]{2,64}$/

/** The most reliable selector that every one of these sessions has. */
export function selectorFor(known: KnownSessions): ChosenSelector {
  return bySourceIdentity(known) ?? byTag(known) ?? byName(known) ?? byRole(known)
}

function bySourceIdentity(known: KnownSessions): ChosenSelector | undefined {
  const values = valuesOf(known, ({ sourceIdentity }) => sourceIdentity)
  const isTheirs = isOriginal(known) || isOfOneUser(known.templates.sourceIdentity ?? '')
  if (!values || !isTheirs) return undefined
  return {
    selector: { kind: 'source-identity', values },
    notes: [
      'Sessions are recognized by their source identity. A session that was started before `sourceIdentity` was configured has none and stays valid.',
      ...sharedNotes(known, known.templates.sourceIdentity),
    ],
  }
}

/** The distinct values, if every sign-in has one. */
function valuesOf(
  { mappings }: KnownSessions,
  read: (mapping: SessionMapping) => string | undefined,
): readonly string[] | undefined {
  const values = mappings.map(read)
  const present = values.filter((value) => value !== undefined)
  return present.length > 0 && present.length === values.length ? [...new Set(present)] : undefined
}

function isOriginal({ provider }: Pick<KnownSessions, 'provider'>): boolean {
  return provider.exchange.evidence === 'original'
}

/** Whether its text depends on the user at all. */
function isOfOneUser(template: string): boolean {
  return namesIn(template).some((name) => !SHARED.has(name))
}

/** A value without the provider may be that of another provider's user too. */
function sharedNotes({ provider }: KnownSessions, template: string | undefined): readonly string[] {
  const isDistinct = template === undefined || namesIn(template).includes('provider')
  return isDistinct || isOriginal({ provider })
    ? []
    : [
        `It also denies users of other providers whose sessions have the same value, as ${template} does not name the provider.`,
      ]
}

function byTag(known: KnownSessions): ChosenSelector | undefined {
  const keys = [...new Set(known.mappings.flatMap(({ tags }) => [...tags.keys()]))].filter((key) =>
    namesUser(known, key),
  )
  const transitive = known.mappings[0]?.transitiveTagKeys ?? []
  const [key] = keys.toSorted((a, b) => Number(transitive.includes(b)) - Number(transitive.includes(a)))
  const values = key === undefined ? undefined : valuesOf(known, ({ tags }) => tags.get(key))
  if (key === undefined || !values) return undefined
  return {
    selector: { kind: 'tag', key, values },
    notes: [
      `Sessions are recognized by their tag ${key}. A session that was started before it was configured has none and stays valid.`,
      ...(transitive.includes(key)
        ? []
        : [`The tag is not transitive: sessions of further roles that were assumed from these do not have it.`]),
      ...sharedNotes(known, known.templates.sessionTags.get(key)),
    ],
  }
}

/** Only the subject is known to be one user's. */
function namesUser(known: KnownSessions, key: string): boolean {
  return isOriginal(known)
    ? known.mappings.every(({ tags }) => tags.get(key) === known.subject)
    : namesIn(known.templates.sessionTags.get(key) ?? '').includes('subject')
}

function byName(known: KnownSessions): ChosenSelector | undefined {
  const { provider, templates, mappings, isAssumed, names } = known
  // With the provider's own token the caller chooses the name.
  if (isOriginal(known) && (provider.exchange.via === 'web-identity' || identityPoolOf(provider) !== undefined))
    return undefined
  if (!isOriginal(known) && !isOfOneUser(templates.sessionName)) return undefined
  const isFilled = !isAssumed || mappings.every(({ leftOut }) => leftOut.every(({ what }) => what !== 'sessionName'))
  const mapped = isFilled ? mappings.map(({ roleSessionName }) => roleSessionName) : []
  const values = [...new Set([...mapped, ...names])].filter((name) => SESSION_NAME.test(name))
  if (values.length === 0) return undefined
  return {
    selector: { kind: 'name', values },
    notes: [
      `Sessions are recognized by their name: ${values.join(', ')}. Sessions under another name, and those of further roles that were assumed from these, stay valid. Set \`sourceIdentity\` to recognize them.`,
      ...sharedNotes(known, templates.sessionName),
    ],
  }
}

function byRole({ provider, subject }: KnownSessions): ChosenSelector {
  return {
    selector: { kind: 'role' },
    notes: [
      `Nothing in an AWS session of ${subject} is known to be theirs alone, so the policies deny the older sessions of all users of these roles. Set \`sourceIdentity\` to tell users apart${provider.exchange.evidence === 'original' ? '; the identity provider has to send it' : ''}.`,
    ],
  }
}
