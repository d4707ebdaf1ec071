/**
 * Finds a user's logins by the identifiers that their identity provider uses in logout requests. The index contains no
 * name in plain text. It also contains logouts, for sign-ins that were in progress when a logout arrived (Core
 * 3.7.3.1).
 */
import { type Identity, type LogoutRef, type NameId, nameIdFormats, type SignIn } from '../../core/identity.ts'
import { expiryOf } from '../define-record.ts'
import { GatewayError } from '../errors.ts'
import type { Gateway, Providers } from '../gateway.ts'
import { loginsOfSubject, logoutsOfSubject } from '../store-records.ts'
import { keyedHashes, type UserStore } from '../user/user-record.ts'
import { enterLiveLogins } from './live-logins.ts'
import { endLogin, type Login, readLogin } from './logins.ts'

/** What login-index needs to find, add and end logins. */
export type LoginIndex = UserStore & Pick<Gateway, 'loginEnded'> & Providers<NamingProvider>

/** The settings that contain the provider's identifiers of users and of us. */
type NamingProvider =
  | { readonly protocol: 'saml'; readonly serviceProvider: { readonly entityId: string } }
  | { readonly protocol: 'oidc' }

/** A user as one identity provider names them to one service provider. */
export interface SamlSubject {
  /** The identity provider's entityID. */
  readonly issuer: string
  /** Our entityID towards it. */
  readonly spEntityId: string
  readonly nameId: NameId
}

/** A user, or one of their sessions, as one OpenID provider names them to one client. */
export interface OidcSubject {
  /** The provider's ID in the configuration. */
  readonly provider: string
  readonly name: { readonly kind: 'sub' | 'sid'; readonly value: string }
}

/** A user as the gateway identifies them. */
export type User = Pick<Identity, 'provider' | 'issuer' | 'subject'>

/** The keys by which a login can be found. */
type Name = readonly string[]

/** A logout that the identity provider requested. */
export interface SubjectLogout {
  /** Empty: every session of the subject. */
  readonly sessionIndexes: readonly string[]
  /** By the identity provider's clock. */
  readonly issueInstant: Date
  /** For SAML: the message's NameID without its value. */
  readonly qualifiers?: Qualifiers
}

/** A NameID without its value, so it identifies no user. An absent attribute matches any (Core 2.2.2, 8.3.1). */
type Qualifiers = Omit<NameId, 'value'>

/** As stored, while sign-ins that it applies to may still arrive. */
export interface ReceivedLogout extends SubjectLogout {
  /** By our clock. */
  readonly receivedAt: Date
}

/** The Format and qualifiers that distinguish this login's NameID from others of the same value. */
interface Named {
  readonly logoutRef: LogoutRef
  /** The defaults of qualifiers that the sign-in left out: the identity provider and us (Core 2.2.2, 8.3.7). */
  readonly issuer: string
  readonly spEntityId: string | undefined
}

/**
 * Adds the login to the index under its names, before it is stored or with it, and for a renewal before that: it can
 * always be found by them.
 */
export async function addToIndex(index: LoginIndex, login: Omit<Login, 'from'>): Promise<void> {
  const names = namesOf(index, login).map((name) => hashesOf(index, name)[0])
  await Promise.all([
    enterLiveLogins(index.store, login),
    ...names.map((hash) => loginsOfSubject.add(index.store, hash, login.id, login.expiresAt)),
  ])
}

/** Takes out a login that did not begin: its entries end now, instead of when the login would have ended. */
export function removeFromIndex(index: LoginIndex, login: Omit<Login, 'from'>): Promise<void> {
  return addToIndex(index, { ...login, expiresAt: index.now() })
}

/**
 * For a login that is in the index and stored. `begunAt`: when the browser was sent to the provider, if it was. Throws
 * GatewayError `login.signed_out`, and ends the login, if a logout came after its sign-in arrived. A logout first leaves
 * its mark and then reads the index, while this comes after the index was written and looks for marks, so neither can
 * miss the other.
 */
export async function refuseSignedOut(index: LoginIndex, login: Login, arrivedAt: Date, begunAt?: Date): Promise<void> {
  const hashes = namesOf(index, login).flatMap((name) => hashesOf(index, name))
  const marks = await Promise.all(hashes.map((hash) => logoutsOfSubject.members(index.store, hash)))
  if (!marks.flat().some((mark) => isOvertaken(index, mark, login.signIn, arrivedAt, begunAt))) return
  await endLogin(index, login)
  throw new GatewayError('login.signed_out', {
    expected: 'no logout since',
    found: 'a logout',
    source: 'logout of the identity provider',
  })
}

function namesOf(index: LoginIndex, login: Pick<Login, 'signIn'>): readonly Name[] {
  return [...providerNames(index, login), userName(login.signIn.identity)]
}

/**
 * The names that a provider may use for the login: one in SAML; in OpenID Connect one for the user and one for the
 * session.
 */
function providerNames(
  { providers }: LoginIndex,
  { signIn: { identity, logoutRef } }: Pick<Login, 'signIn'>,
): readonly Name[] {
  const provider = providers.get(identity.provider)
  if (logoutRef.kind === 'oidc') {
    const { subject, sid } = logoutRef
    const names = [{ kind: 'sub', value: subject } as const, ...(sid === undefined ? [] : [sidName(sid)])]
    return names.map((name) => oidcName({ provider: identity.provider, name }))
  }
  if (provider?.protocol !== 'saml') return []
  const spEntityId = provider.serviceProvider.entityId
  return [samlName({ issuer: identity.issuer, spEntityId, nameId: logoutRef.nameId })]
}

function sidName(value: string) {
  return { kind: 'sid', value } as const
}

function oidcName({ provider, name: { kind, value } }: OidcSubject): Name {
  return ['oidc', provider, kind, value]
}

/**
 * Only the value, without the white space that pretty-printing puts around it: a logout may leave out the Format and
 * qualifiers of the sign-in's NameID (Entra ID does) or contain others. `isMeant` checks those.
 */
function samlName({ issuer, spEntityId, nameId }: SamlSubject): Name {
  return [issuer, spEntityId, nameId.value.trim()]
}

/** A user as the gateway identifies them, independent of logout requests: for all of their logins. */
function userName({ provider, issuer, subject }: User): Name {
  return ['person', provider, issuer, subject]
}

function hashesOf(index: Pick<UserStore, 'settings'>, name: Name): readonly [string, ...string[]] {
  return keyedHashes(index, 'subject', name)
}

/**
 * By either clock: what we had, and what the identity provider had issued, before the logout. Providers count whole
 * seconds; what was requested after the logout arrived within the same second is not ended.
 */
function isOvertaken(
  index: LoginIndex,
  logout: ReceivedLogout,
  signIn: SignIn,
  arrivedAt: Date,
  begunAt?: Date,
): boolean {
  const { evidence } = signIn
  const { receivedAt, issueInstant } = logout
  const isAskedLater = begunAt !== undefined && begunAt > receivedAt
  const isSameSecond = secondOf(evidence.issuedAt) === secondOf(issueInstant)
  const isIssuedBefore = evidence.issuedAt <= issueInstant && !(isAskedLater && isSameSecond)
  return (arrivedAt <= receivedAt || isIssuedBefore) && isMeant(logout, namedBy(index, signIn))
}

function secondOf(date: Date): number {
  return Math.floor(date.getTime() / 1000)
}

/**
 * An OpenID provider's logout covers everything under the name it gives. A SAML logout covers the sessions that it
 * names, whatever Format it contains or leaves out: only this provider's own sessions with this value are considered,
 * and the provider signed the message. If it names none, it covers every session of the NameID (Core 3.7.3.2), and a
 * Format or qualifier in it must not contradict the sign-in's: the same value in two Formats is two names.
 */
function isMeant(
  { sessionIndexes, qualifiers = {} }: Pick<SubjectLogout, 'sessionIndexes' | 'qualifiers'>,
  named: Named,
): boolean {
  const { logoutRef } = named
  if (logoutRef.kind === 'oidc') return true
  if (sessionIndexes.length === 0) return isSameName(qualifiers, logoutRef.nameId, named)
  const { sessionIndex, furtherSessionIndexes = [] } = logoutRef
  return [sessionIndex, ...furtherSessionIndexes].some((index) => index !== undefined && sessionIndexes.includes(index))
}

function isSameName(said: Qualifiers, had: Qualifiers, { issuer, spEntityId }: Named): boolean {
  return (
    isSameFormat(said.format, had.format) &&
    isSame(said.nameQualifier, had.nameQualifier ?? issuer) &&
    isSame(said.spNameQualifier, had.spNameQualifier ?? spEntityId)
  )
}

/** `unspecified` is the default of an absent Format, and distinguishes nothing (Core 2.2.2, 8.3.1). */
function isSameFormat(said: string = nameIdFormats.unspecified, had: string = nameIdFormats.unspecified): boolean {
  return said === had || said === nameIdFormats.unspecified || had === nameIdFormats.unspecified
}

function isSame(said: string | undefined, had: string | undefined): boolean {
  return said === undefined || said === had
}

function namedBy({ providers }: Pick<LoginIndex, 'providers'>, { identity, logoutRef }: SignIn): Named {
  const provider = providers.get(identity.provider)
  const spEntityId = provider?.protocol === 'saml' ? provider.serviceProvider.entityId : undefined
  return { logoutRef, issuer: identity.issuer, spEntityId }
}

/** Records a login that has ended, before anything else can fail. */
export type RecordEnd = (login: Login) => Promise<void>

/**
 * Ends every login that is meant, including those whose sign-ins have yet to arrive. Returns the ended ones. If some
 * cannot be ended the others are, and it rejects: calling it again ends the rest.
 */
export function endLoginsOf(
  index: LoginIndex,
  subject: SamlSubject,
  logout: SubjectLogout,
  recordEnd: RecordEnd,
): Promise<readonly Login[]> {
  const { value: _, ...qualifiers } = subject.nameId
  return endLoginsNamed(index, samlName(subject), { ...logout, qualifiers }, recordEnd)
}

async function endLoginsNamed(
  index: LoginIndex,
  name: Name,
  logout: SubjectLogout,
  recordEnd: RecordEnd,
  begunBefore?: Date,
): Promise<readonly Login[]> {
  const hashes = hashesOf(index, name)
  const receivedAt = begunBefore ?? index.now()
  const received: ReceivedLogout = {
    sessionIndexes: logout.sessionIndexes,
    ...(logout.qualifiers && { qualifiers: logout.qualifiers }),
    issueInstant: logout.issueInstant,
    receivedAt,
  }
  await logoutsOfSubject.add(index.store, hashes[0], received, expiryOf(logoutsOfSubject, index.now()))
  const ids = await idsOf(index, hashes)
  const ended = await Promise.allSettled(ids.map((id) => endIfMeant(index, id, logout, recordEnd, begunBefore)))
  const failed = ended.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
  return ended.flatMap((one) => (one.status === 'fulfilled' ? (one.value ?? []) : []))
}

async function idsOf({ store }: Pick<LoginIndex, 'store'>, hashes: readonly string[]): Promise<readonly string[]> {
  const ids = await Promise.all(hashes.map((hash) => loginsOfSubject.members(store, hash)))
  return [...new Set(ids.flat())]
}

async function endIfMeant(
  index: LoginIndex,
  id: string,
  logout: SubjectLogout,
  recordEnd: RecordEnd,
  begunBefore?: Date,
): Promise<Login | undefined> {
  const login = await readLogin(index.store, id)
  if (login && begunBefore && login.startedAt >= begunBefore) return undefined
  if (!login || !isMeant(logout, namedBy(index, login.signIn))) return undefined
  const ended = await endLogin(index, login)
  if (ended) await recordEnd(ended)
  return ended
}

/** The same for an OpenID provider. `issuedAt`: by the provider's clock. */
export function endOidcLogins(
  index: LoginIndex,
  subject: OidcSubject,
  issuedAt: Date,
  recordEnd: RecordEnd,
): Promise<readonly Login[]> {
  return endLoginsNamed(index, oidcName(subject), { sessionIndexes: [], issueInstant: issuedAt }, recordEnd)
}

/**
 * The same for an unsigned request, which anyone may send: ends the login of that name here, and stores nothing if
 * there is none.
 */
export async function endKnownOidcLogins(
  index: LoginIndex,
  subject: OidcSubject,
  recordEnd: RecordEnd,
): Promise<readonly Login[]> {
  const ids = await idsOf(index, hashesOf(index, oidcName(subject)))
  const logins = await Promise.all(ids.map((id) => readLogin(index.store, id)))
  const isKnown = logins.some((login) => login !== undefined)
  return isKnown ? endOidcLogins(index, subject, new Date(0), recordEnd) : []
}

/** The live logins of this login's user: in other browsers, and this one. Newest first. */
export function loginsOfUser(index: LoginIndex, login: Login): Promise<readonly Login[]> {
  return loginsOf(index, login.signIn.identity)
}

/** The same for a user who may not be signed in. */
export async function loginsOf(index: LoginIndex, user: User): Promise<readonly Login[]> {
  const ids = await idsOf(index, hashesOf(index, userName(user)))
  const logins = await Promise.all(ids.map((id) => readLogin(index.store, id)))
  return logins.flatMap((one) => one ?? []).toSorted((a, b) => b.startedAt.getTime() - a.startedAt.getTime())
}

/**
 * Ends all of the user's logins, including those in progress; returns the ended ones. `begunBefore`: only those, and not
 * one that began at that time or later.
 */
export function endLoginsOfUser(
  index: LoginIndex,
  user: User,
  recordEnd: RecordEnd,
  begunBefore?: Date,
): Promise<readonly Login[]> {
  return endLoginsNamed(
    index,
    userName(user),
    { sessionIndexes: [], issueInstant: new Date(0) },
    recordEnd,
    begunBefore,
  )
}
