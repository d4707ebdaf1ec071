import { auditingRefusals, auditLogin } from './audit-lines.ts'
import { GatewayError } from './errors.ts'
import type { Caller, Gateway } from './gateway.ts'
import { beginLogin, type Login, readLogin } from './logins.ts'
import { takeParked } from './parked-sign-ins.ts'
import { isBoundTo } from './pending-logins.ts'

export interface Finish {
  readonly handle: string
  /** The binding cookie. */
  readonly browserSecret: string | undefined
  /** The login that this browser's session already has. */
  readonly loginId: string | undefined
}

export type Finished =
  /** The browser gets a session with a new id. */
  | { readonly kind: 'signed-in'; readonly login: Login; readonly returnTo: string }
  /** The page was loaded again: the session it led to is live, and goes where it was going. */
  | { readonly kind: 'already'; readonly returnTo: string }

interface FinishedRecord {
  readonly loginId: string
  readonly returnTo: string
}

const finishedKey = (handle: string): string => `finished:${handle}`

/** Loading the finish page again leads on only where the very login that it began is the one that is live here. */
const finishedBefore = async (gateway: Gateway, { handle, loginId }: Finish): Promise<Finished> => {
  const text = await gateway.store.get(finishedKey(handle))
  if (text === undefined) throw new GatewayError('login.expired')
  const before = JSON.parse(text) as FinishedRecord
  const isLive = before.loginId === loginId && (await readLogin(gateway.store, loginId)) !== undefined
  if (!isLive) throw new GatewayError('login.used')
  return { kind: 'already', returnTo: before.returnTo }
}

/**
 * Where every login ends: the browser that started it fetches what was verified, and only it. Another browser's try
 * uses the handle up. Throws GatewayError `login.other_browser`, `login.used` or `login.expired`.
 */
export const finishLogin = async (gateway: Gateway, finish: Finish, caller: Caller): Promise<Finished> => {
  const parked = await takeParked(gateway, finish.handle)
  if (!parked) return finishedBefore(gateway, finish)
  const { signIn, returnTo, binding } = parked
  const { provider, subject } = signIn.identity
  return auditingRefusals(gateway, { provider, subject }, caller, async () => {
    if (!isBoundTo(binding, finish.browserSecret)) throw new GatewayError('login.other_browser')
    const login = await beginLogin(gateway.store, gateway.now, signIn, gateway.settings.session.lifetimeSeconds)
    const record: FinishedRecord = { loginId: login.id, returnTo }
    await gateway.store.put(finishedKey(finish.handle), JSON.stringify(record), login.expiresAt)
    auditLogin(gateway, login, caller)
    return { kind: 'signed-in', login, returnTo }
  })
}
