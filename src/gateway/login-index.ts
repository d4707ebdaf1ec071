/**
 * Which logins are a person's, by what their identity provider calls them: for its logout requests. The index holds no
 * name in the clear, and holds logouts too, for sign-ins that were on their way when one came (Core 3.7.3.1).
 */
import { createHmac } from 'node:crypto'
import type { LogoutRef, NameId, SignIn } from '../core/identity.ts'
import { NAMEID_UNSPECIFIED } from '../saml/names.ts'
import { GatewayError } from './errors.ts'
import type { Gateway } from './gateway.ts'
import { endLogin, type Login, readLogin } from './logins.ts'

type Index = Pick<Gateway, 'settings' | 'providers' | 'store' | 'loginEnded' | 'now'>

/** A person as one identity provider names them to one service provider. */
export interface SamlSubject {
  /** The identity provider's entityID. */
  readonly issuer: string
  /** Our entityID towards it. */
  readonly spEntityId: string
  readonly nameId: NameId
}

/**
 * The keyed hash of the name, with each secret: logins that began under an older one are found as well. What a message
 * leaves out counts as what it stands for (Core 2.2.2, 8.3.7), as providers do so in one message and not in another.
 */
const hashesOf = ({ settings }: Pick<Gateway, 'settings'>, subject: SamlSubject): readonly [string, ...string[]] => {
  const { value, format, nameQualifier, spNameQualifier } = subject.nameId
  const name = JSON.stringify([
    subject.issuer,
    value,
    format ?? NAMEID_UNSPECIFIED,
    nameQualifier ?? subject.issuer,
    spNameQualifier ?? subject.spEntityId,
  ])
  const [first, ...older] = settings.session.secrets
  const hash = (secret: typeof first): string =>
    createHmac('sha256', secret.reveal()).update(`subject:${name}`).digest('base64url')
  return [hash(first), ...older.map(hash)]
}

const loginsKey = (hash: string): string => `logins-of:${hash}`
const logoutsKey = (hash: string): string => `logouts-of:${hash}`

/** A logout that the identity provider asked for. */
export interface SubjectLogout {
  /** Empty: every session of the subject. */
  readonly sessionIndexes: readonly string[]
  /** By the identity provider's clock. */
  readonly issueInstant: Date
}

interface LogoutRecord {
  readonly sessionIndexes: readonly string[]
  readonly issueInstant: string
  /** By our clock. */
  readonly receivedAt: string
}

/** How long sign-ins that a logout was meant for may still arrive. */
const LOGOUT_KEPT_SECONDS = 60 * 60

type SamlRef = Extract<LogoutRef, { kind: 'saml' }>

const isMeant = (
  { sessionIndexes }: Pick<SubjectLogout, 'sessionIndexes'>,
  { sessionIndex, furtherSessionIndexes = [] }: SamlRef,
): boolean =>
  sessionIndexes.length === 0 ||
  [sessionIndex, ...furtherSessionIndexes].some((index) => index !== undefined && sessionIndexes.includes(index))

/** By either clock: what we had, and what the identity provider had issued, before the logout. */
const isOvertaken = (text: string, { evidence }: SignIn, logoutRef: SamlRef, arrivedAt: Date): boolean => {
  const logout = JSON.parse(text) as LogoutRecord
  const isOlder = arrivedAt <= new Date(logout.receivedAt) || evidence.issuedAt <= new Date(logout.issueInstant)
  return isOlder && isMeant(logout, logoutRef)
}

/**
 * Enters the login under its subject. Throws GatewayError `login.signed_out` when a logout came after its sign-in
 * arrived, and ends it: a logout looks into the index after leaving its mark, and this looks for marks after entering,
 * so that between them nothing slips through.
 */
export const enterIndex = async (index: Index, login: Login, arrivedAt: Date): Promise<void> => {
  const { logoutRef, identity } = login.signIn
  const provider = index.providers.get(identity.provider)
  if (logoutRef.kind !== 'saml' || provider?.protocol !== 'saml') return
  const spEntityId = provider.serviceProvider.entityId
  const hashes = hashesOf(index, { issuer: identity.issuer, spEntityId, nameId: logoutRef.nameId })
  await index.store.add(loginsKey(hashes[0]), login.id, login.expiresAt)
  const marks = await Promise.all(hashes.map((hash) => index.store.members(logoutsKey(hash))))
  if (!marks.flat().some((mark) => isOvertaken(mark, login.signIn, logoutRef, arrivedAt))) return
  await endLogin(index, login.id)
  throw new GatewayError('login.signed_out', {
    expected: 'no logout since',
    found: 'a logout',
    source: 'LogoutRequest',
  })
}

const endIfMeant = async (index: Index, id: string, logout: SubjectLogout): Promise<Login | undefined> => {
  const login = await readLogin(index.store, id)
  if (login?.signIn.logoutRef.kind !== 'saml' || !isMeant(logout, login.signIn.logoutRef)) return undefined
  return endLogin(index, id)
}

/** Ends every login that is meant, and those of its sign-ins that have yet to arrive. Returns what it ended. */
export const endLoginsOf = async (
  index: Index,
  subject: SamlSubject,
  logout: SubjectLogout,
): Promise<readonly Login[]> => {
  const hashes = hashesOf(index, subject)
  const now = index.now()
  const record: LogoutRecord = {
    sessionIndexes: logout.sessionIndexes,
    issueInstant: logout.issueInstant.toISOString(),
    receivedAt: now.toISOString(),
  }
  const keptUntil = new Date(now.getTime() + LOGOUT_KEPT_SECONDS * 1000)
  await index.store.add(logoutsKey(hashes[0]), JSON.stringify(record), keptUntil)
  const ids = await Promise.all(hashes.map((hash) => index.store.members(loginsKey(hash))))
  const ended = await Promise.all([...new Set(ids.flat())].map((id) => endIfMeant(index, id, logout)))
  return ended.filter((login) => login !== undefined)
}
