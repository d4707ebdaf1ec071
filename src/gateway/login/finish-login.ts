import type { Identity } from '../../core/identity.ts'
import { auditingRefusals, auditLogin, auditRenewal, type ConfiguredProviders } from '../audit-lines.ts'
import { GatewayError } from '../errors.ts'
import type { Caller, Gateway } from '../gateway.ts'
import type { WritableAudit } from '../record.ts'
import { finishedLogins } from '../store-records.ts'
import { addToIndex, type LoginIndex, refuseSignedOut, removeFromIndex } from './login-index.ts'
import {
  deleteLogin,
  deleteSignIn,
  endLogin,
  type Login,
  newLogin,
  putLogin,
  readLogin,
  settleLogin,
} from './logins.ts'
import { isBoundTo } from './pending-logins.ts'
import { reauthenticatedBy } from './reauthentication.ts'
import { readVerifiedSignIn, useHandle, type VerifiedSignIn } from './verified-sign-ins.ts'

/** Begins or renews a login, adds it to the index and records it. */
export type FinishPorts = LoginIndex & ConfiguredProviders & WritableAudit

export interface Finish {
  readonly handle: string
  /** The binding cookie. */
  readonly browserSecret: string | undefined
  readonly session: BrowserSession
}

/** The session of the browser that sent the request. */
export interface BrowserSession {
  /** The login that it already has. */
  readonly loginId: string | undefined
  /** Gives the browser another one, of this login. The one that it has ends only when `settled` has resolved. */
  begin(login: Login, settled: Promise<void>): Promise<void>
  /** The browser does not get what was begun, if anything was. */
  forget(): void
}

export type FinishResult =
  /** The browser has a session with a new ID. */
  | { readonly kind: 'signed-in'; readonly login: Login; readonly returnTo: string }
  /** Its session is live and stays: the page was reloaded, or the login's evidence is renewed. */
  | { readonly kind: 'already'; readonly returnTo: string }

export type FinishOutcome =
  | FinishResult
  /** It was not started here: the user must confirm it. */
  | { readonly kind: 'to-confirm'; readonly identity: Identity }

/**
 * Where every login begins: only the browser that started the sign-in may use what was verified. An attempt by another
 * browser uses up the handle. Throws GatewayError `login.other_browser`, `login.signed_out`, `login.used` or
 * `login.expired`, and AuditError `audit.unavailable`.
 */
export async function finishLogin(gateway: FinishPorts, finish: Finish, caller: Caller): Promise<FinishOutcome> {
  const verified = await readVerifiedSignIn(gateway, finish.handle)
  if (!verified) return finishedBefore(gateway, finish)
  const { binding, signIn } = verified
  if (binding === undefined) return { kind: 'to-confirm', identity: signIn.identity }
  // Checked before the handle is used up: reloading the page finishes the login once the log can be written.
  gateway.audit.mustBeWritable()
  const { provider, subject } = signIn.identity
  const isOurs = isBoundTo(binding, finish.browserSecret)
  if (isOurs && !mayRenew(verified, finish.session)) return beginOrRepeat(gateway, finish, verified, caller)
  if (!(await useHandle(gateway, finish.handle))) return finishedBefore(gateway, finish)
  return auditingRefusals(gateway, { provider, subject }, caller, async () => {
    if (isOurs) return renewOrBegin(gateway, finish, verified, caller)
    await deleteSignIn(gateway.store, verified.id)
    throw new GatewayError('login.other_browser')
  })
}

/** Whether this browser's own login asked for it. */
function mayRenew({ renews }: VerifiedSignIn, { loginId }: BrowserSession): boolean {
  return renews !== undefined && renews === loginId
}

/** Of several that finish with the same handle, one begins the login. */
async function beginOrRepeat(
  gateway: FinishPorts,
  finish: Omit<Finish, 'browserSecret'>,
  verified: VerifiedSignIn,
  caller: Caller,
): Promise<FinishResult> {
  const { provider, subject } = verified.signIn.identity
  const begun = await auditingRefusals(gateway, { provider, subject }, caller, () =>
    begin(gateway, finish, verified, caller, useHandle(gateway, finish.handle)),
  )
  return begun ?? finishedBefore(gateway, finish)
}

/** Reloading the finish page continues only if the login that it began is the live one of this browser. */
async function finishedBefore(
  gateway: FinishPorts,
  { handle, session: { loginId } }: Omit<Finish, 'browserSecret'>,
): Promise<FinishResult> {
  const before = await finishedLogins.get(gateway.store, handle)
  if (!before) throw new GatewayError('login.expired')
  const isLive = before.loginId === loginId && (await readLogin(gateway.store, loginId)) !== undefined
  if (!isLive) throw new GatewayError('login.used')
  return { kind: 'already', returnTo: before.returnTo }
}

/** A fresh response for the same user renews the login that requested it; another user's begins a new login. */
async function renewOrBegin(
  gateway: FinishPorts,
  { handle, session }: Finish,
  verified: VerifiedSignIn,
  caller: Caller,
): Promise<FinishResult> {
  const { arrivedAt, begunAt, returnTo } = verified
  const renewed = await reauthenticatedBy(gateway, session.loginId, verified, (next) => addToIndex(gateway, next))
  if (!renewed) {
    const begun = await begin(gateway, { handle, session }, verified, caller, Promise.resolve(true))
    if (!begun) throw new GatewayError('login.used')
    return begun
  }
  await refuseSignedOut(gateway, renewed, arrivedAt, begunAt)
  await orEnd(gateway, renewed, () => auditRenewal(gateway, renewed, caller))
  await rememberFinished(gateway, handle, renewed, returnTo)
  return { kind: 'already', returnTo }
}

/**
 * In as few steps as its order has: the login with its entries in the index, while the handle is used up; then its audit
 * line; then everything that makes it last, the browser's session among it. Each step is one transaction of a store that
 * groups them. undefined: the handle had been used, and nothing has begun.
 */
async function begin(
  gateway: FinishPorts,
  { handle, session }: Omit<Finish, 'browserSecret'>,
  verified: VerifiedSignIn,
  caller: Caller,
  using: Promise<boolean>,
): Promise<FinishResult | undefined> {
  const { returnTo, arrivedAt, begunAt } = verified
  const { lifetimeSeconds } = gateway.settings.session
  const from = { sourceIp: caller.sourceIp, userAgent: caller.userAgent }
  const login = newLogin(gateway.now(), verified, lifetimeSeconds, from)
  if (!(await putIfFirst(gateway, login, verified, using))) return undefined
  const settle = () => {
    const settled = all([
      settleLogin(gateway.store, login, verified),
      rememberFinished(gateway, handle, login, returnTo),
    ])
    // A login that fails must leave the session before as it was.
    return all([settled, session.begin(login, settled)])
  }
  try {
    await refuseSignedOut(gateway, login, arrivedAt, begunAt)
    await auditLogin(gateway, login, caller, settle)
  } catch (error) {
    session.forget()
    await abandonLogin(gateway, login)
    throw error
  }
  return { kind: 'signed-in', login, returnTo }
}

/** Stores it while the handle is used up; it does not stay where that was used before, or where anything fails. */
async function putIfFirst(
  gateway: FinishPorts,
  login: Login,
  verified: VerifiedSignIn,
  using: Promise<boolean>,
): Promise<boolean> {
  const storing = all([
    using.then(() => undefined),
    putLogin(gateway.store, login, verified),
    addToIndex(gateway, login),
  ])
  // Its sign-in is the other's, who may be using it.
  const undo = () => all([deleteLogin(gateway.store, login), removeFromIndex(gateway, login)])
  const isFirst = await storing.then(
    () => using,
    async (error: unknown) => {
      await undo().catch(() => undefined)
      throw error
    },
  )
  if (!isFirst) await undo()
  return isFirst
}

/** Waits for all, even if one fails: what is undone afterwards must not be written later. */
async function all(steps: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(steps)).find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
}

/** A login that cannot be finished or recorded ends before it has a session. */
async function orEnd(
  gateway: Pick<Gateway, 'store' | 'loginEnded'>,
  login: Login,
  finishing: () => Promise<void>,
): Promise<void> {
  try {
    await finishing()
  } catch (error) {
    await abandonLogin(gateway, login)
    throw error
  }
}

/** Ends a login without a session in any browser, if the store can. It could not be used in any case. */
async function abandonLogin(gateway: Pick<Gateway, 'store' | 'loginEnded'>, login: Login): Promise<void> {
  await endLogin(gateway, login).catch(() => undefined)
}

function rememberFinished(gateway: Pick<Gateway, 'store'>, handle: string, { id, expiresAt }: Login, returnTo: string) {
  return finishedLogins.put(gateway.store, handle, { loginId: id, returnTo }, expiresAt)
}

/**
 * The user confirms a sign-in that was not started here, on a page of ours, so no other site can confirm it for them.
 * Throws GatewayError `login.other_browser`, `login.signed_out`, `login.used` or `login.expired`, and AuditError
 * `audit.unavailable`.
 */
export async function confirmLogin(
  gateway: FinishPorts,
  { handle, session }: Omit<Finish, 'browserSecret'>,
  caller: Caller,
): Promise<FinishResult> {
  const verified = await readVerifiedSignIn(gateway, handle)
  if (!verified) return finishedBefore(gateway, { handle, session })
  if (verified.binding !== undefined) throw new GatewayError('login.other_browser')
  gateway.audit.mustBeWritable()
  return beginOrRepeat(gateway, { handle, session }, verified, caller)
}
