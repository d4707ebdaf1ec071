/** Who is signed in, and how an operator, or `fedgate revoke`, takes access back. The logins' devices end with them. */
import { fingerprint, sameText } from '../../core/ids.ts'
import { auditEndedByOperator, auditRevocation } from '../audit-lines.ts'
import { GatewayError } from '../errors.ts'
import type { Caller, Gateway } from '../gateway.ts'
import { type LiveLogin, listLiveLogins } from '../login/live-logins.ts'
import { endLoginsOfUser, type LoginIndex, type RecordEnd, type User } from '../login/login-index.ts'
import { endLogin, type Login, readLogin } from '../login/logins.ts'
import type { Recording } from '../record.ts'
import { type Device, devicesOfLogin } from '../user/devices.ts'

export interface ActiveSession {
  /** Names it in a form. Opens nothing, unlike the id of a login in the wrong hands. */
  readonly handle: string
  readonly login: Login
  readonly devices: readonly Device[]
}

export interface ActiveSessions {
  /** Newest first. */
  readonly sessions: readonly ActiveSession[]
  /** There are more than are shown. */
  readonly hasMore: boolean
}

/** Ends logins, and records that. */
export type EndingPorts = LoginIndex & Recording

/** What was ended here. */
export interface Ended {
  readonly sessions: number
  readonly devices: number
}

export const MOST_SHOWN = 100

/** The live sessions whose user's name, subject or provider contains the text, whatever its case; empty: all. */
export async function activeSessions({ store }: Pick<Gateway, 'store'>, query: string): Promise<ActiveSessions> {
  const wanted = query.toLowerCase()
  const listed = (await listLiveLogins(store)).filter((one) => isAbout(one, wanted))
  const found: ActiveSession[] = []
  for (let at = 0; at < listed.length && found.length <= MOST_SHOWN; at += MOST_SHOWN) {
    const read = await Promise.all(listed.slice(at, at + MOST_SHOWN).map(({ id }) => sessionOf(store, id)))
    found.push(...read.flatMap((one) => one ?? []))
  }
  return { sessions: found.slice(0, MOST_SHOWN), hasMore: found.length > MOST_SHOWN }
}

function isAbout({ name, subject, provider }: LiveLogin, wanted: string): boolean {
  return [name, subject, provider].some((text) => text.toLowerCase().includes(wanted))
}

async function sessionOf(store: Gateway['store'], id: string): Promise<ActiveSession | undefined> {
  const login = await readLogin(store, id)
  return login && { handle: handleOf(id), login, devices: await devicesOfLogin(store, id) }
}

function handleOf(id: string): string {
  return fingerprint(id)
}

/** Ends that session. Throws GatewayError `session.ended` if there is none. */
export async function endSessionOf(
  gateway: EndingPorts,
  handle: string,
  operator: Login,
  caller: Caller,
): Promise<void> {
  const found = await liveLoginOf(gateway, handle)
  const login = await readLogin(gateway.store, found.id)
  const ended = login && (await endLogin(gateway, login))
  if (!ended) throw new GatewayError('session.ended')
  await auditEndedByOperator(gateway, ended, operator, caller)
}

async function liveLoginOf({ store }: Pick<Gateway, 'store'>, handle: string): Promise<LiveLogin> {
  const found = (await listLiveLogins(store)).find(({ id }) => sameText(handleOf(id), handle))
  if (!found) throw new GatewayError('session.ended')
  return found
}

/**
 * Ends every session of the user whose session that is, and sign-ins of theirs in progress. Throws GatewayError
 * `session.ended` if there is no such session.
 */
export async function endSessionsOfUserOf(
  gateway: EndingPorts,
  handle: string,
  operator: Login,
  caller: Caller,
): Promise<void> {
  const { provider, issuer, subject } = await liveLoginOf(gateway, handle)
  const before = gateway.now()
  const ended = await endThose(gateway, [{ provider, issuer, subject }], operator, caller)
  await auditRevocation(gateway, { provider, subject, before, ...ended }, operator, caller)
}

/** All that these users have here; `before`: only what began earlier. */
async function endThose(
  gateway: EndingPorts,
  users: readonly User[],
  operator: Login | undefined,
  caller: Caller,
  before?: Date,
): Promise<Ended> {
  let devices = 0
  const counting = { ...gateway, loginEnded: [countDevices, ...gateway.loginEnded] }
  async function countDevices(loginId: string): Promise<void> {
    devices += (await devicesOfLogin(gateway.store, loginId)).length
  }
  const recordEnd: RecordEnd = (login) => auditEndedByOperator(gateway, login, operator, caller)
  const ended = await Promise.all(users.map((user) => endLoginsOfUser(counting, user, recordEnd, before)))
  return { sessions: ended.flat().length, devices }
}

/** Users whose access `fedgate revoke` takes back. */
export interface Revocation {
  readonly users: readonly User[]
  /** As asked for, for the audit line: a user, or a role. */
  readonly asked: { readonly provider: string; readonly subject: string } | { readonly roleArn: string }
  readonly before: Date
}

/** Ends what these users began before that time, and records it. */
export async function revokeSessions(
  gateway: EndingPorts,
  { users, asked, before }: Revocation,
  caller: Caller,
): Promise<Ended> {
  const ended = await endThose(gateway, users, undefined, caller, before)
  await auditRevocation(gateway, { ...asked, before, ...ended }, undefined, caller)
  return ended
}
