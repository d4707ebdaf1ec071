import type { Identity } from '../../core/identity.ts'
import { auditingRefusals, auditLogin, auditRenewal } from '../audit-lines.ts'
import { GatewayError } from '../errors.ts'
import type { Caller, Gateway } from '../gateway.ts'
import { enterIndex } from './login-index.ts'
import { beginLogin, endLogin, type Login, readLogin } from './logins.ts'
import { isBoundTo } from './pending-logins.ts'
import { reauthenticatedBy } from './reauthentication.ts'
import { readVerifiedSignIn, takeVerifiedSignIn, type VerifiedSignIn } from './verified-sign-ins.ts'

export interface Finish {
  readonly handle: string
  /** The binding cookie. */
  readonly browserSecret: string | undefined
  /** The login that this browser's session already has. */
  readonly loginId: string | undefined
}

export type FinishResult =
  /** The browser gets a session with a new id. */
  | { readonly kind: 'signed-in'; readonly login: Login; readonly returnTo: string }
  /** Its session is live and stays: the page was loaded again, or the login's evidence is renewed. */
  | { readonly kind: 'already'; readonly returnTo: string }

export type FinishOutcome =
  | FinishResult
  /** Nobody here started it: the person is asked whether it is meant. */
  | { readonly kind: 'to-confirm'; readonly identity: Identity }

interface FinishedRecord {
  readonly loginId: string
  readonly returnTo: string
}

/**
 * Where every login ends: the browser that started it fetches what was verified, and only it. Another browser's try
 * uses the handle up. Throws GatewayError `login.other_browser`, `login.signed_out`,
 * `login.used` or `login.expired`, and AuditError `audit.unavailable`.
 */
export async function finishLogin(gateway: Gateway, finish: Finish, caller: Caller): Promise<FinishOutcome> {
  const waiting = await readVerifiedSignIn(gateway, finish.handle)
  if (waiting && waiting.binding === undefined) return { kind: 'to-confirm', identity: waiting.signIn.identity }
  // Before it is used up: loading the page again finishes it once the log can be written.
  if (waiting) gateway.audit.mustBeWritable()
  const parked = await takeVerifiedSignIn(gateway, finish.handle)
  if (!parked) return finishedBefore(gateway, finish)
  const { provider, subject } = parked.signIn.identity
  return auditingRefusals(gateway, { provider, subject }, caller, async () => {
    if (parked.binding === undefined || !isBoundTo(parked.binding, finish.browserSecret))
      throw new GatewayError('login.other_browser')
    return renewOrBegin(gateway, finish, parked, caller)
  })
}

/** Loading the finish page again leads on only where the very login that it began is the one that is live here. */
async function finishedBefore(
  gateway: Gateway,
  { handle, loginId }: Omit<Finish, 'browserSecret'>,
): Promise<FinishResult> {
  const text = await gateway.store.get(finishedKey(handle))
  if (text === undefined) throw new GatewayError('login.expired')
  const before = JSON.parse(text) as FinishedRecord
  const isLive = before.loginId === loginId && (await readLogin(gateway.store, loginId)) !== undefined
  if (!isLive) throw new GatewayError('login.used')
  return { kind: 'already', returnTo: before.returnTo }
}

function finishedKey(handle: string): string {
  return `finished:${handle}`
}

/** The same person's fresh answer for the login that asked for it; another person's begins a login of its own. */
async function renewOrBegin(
  gateway: Gateway,
  { handle, loginId }: Finish,
  parked: VerifiedSignIn,
  caller: Caller,
): Promise<FinishResult> {
  const renewed = await reauthenticatedBy(gateway, loginId, parked)
  if (!renewed) return begin(gateway, handle, parked, caller)
  await enterIndex(gateway, renewed, parked.arrivedAt, parked.begunAt)
  await orEnd(gateway, renewed, auditRenewal(gateway, renewed, caller))
  await rememberFinished(gateway, handle, renewed, parked.returnTo)
  return { kind: 'already', returnTo: parked.returnTo }
}

async function begin(
  gateway: Gateway,
  handle: string,
  { signIn, returnTo, arrivedAt, begunAt }: VerifiedSignIn,
  caller: Caller,
): Promise<FinishResult> {
  const { lifetimeSeconds } = gateway.settings.session
  const from = { sourceIp: caller.sourceIp, userAgent: caller.userAgent }
  const login = await beginLogin(gateway.store, gateway.now, signIn, lifetimeSeconds, from)
  await enterIndex(gateway, login, arrivedAt, begunAt)
  await orEnd(gateway, login, auditLogin(gateway, login, caller))
  await rememberFinished(gateway, handle, login, returnTo)
  return { kind: 'signed-in', login, returnTo }
}

/** A login that cannot be recorded ends before any session hangs on it. */
async function orEnd(gateway: Gateway, login: Login, recording: Promise<void>): Promise<void> {
  try {
    await recording
  } catch (error) {
    await endLogin(gateway, login.id)
    throw error
  }
}

function rememberFinished(gateway: Gateway, handle: string, { id, expiresAt }: Login, returnTo: string) {
  const record: FinishedRecord = { loginId: id, returnTo }
  return gateway.store.put(finishedKey(handle), JSON.stringify(record), expiresAt)
}

/**
 * The person says that a sign-in which nobody here started is meant: on a page of ours, so that no other site can say
 * it for them. Throws GatewayError `login.other_browser`, `login.signed_out`,
 * `login.used` or `login.expired`, and AuditError `audit.unavailable`.
 */
export async function confirmLogin(
  gateway: Gateway,
  { handle, loginId }: Omit<Finish, 'browserSecret'>,
  caller: Caller,
): Promise<FinishResult> {
  const waiting = await readVerifiedSignIn(gateway, handle)
  if (waiting?.binding !== undefined) throw new GatewayError('login.other_browser')
  if (waiting) gateway.audit.mustBeWritable()
  const parked = await takeVerifiedSignIn(gateway, handle)
  if (!parked) return finishedBefore(gateway, { handle, loginId })
  const { provider, subject } = parked.signIn.identity
  return auditingRefusals(gateway, { provider, subject }, caller, () => begin(gateway, handle, parked, caller))
}
