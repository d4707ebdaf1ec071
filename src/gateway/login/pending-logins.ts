import { fingerprint, sameText } from '../../core/ids.ts'
import type { LoginSecrets } from '../../oidc/authorization-request.ts'
import { expiryOf } from '../define-record.ts'
import { GatewayError } from '../errors.ts'
import type { Clock, Store } from '../ports.ts'
import { answeredRequests, PENDING_ROOM, pendingLogins } from '../store-records.ts'

/** How long a user may take at the identity provider. */
export const PENDING_SECONDS = pendingLogins.lifetime.seconds

interface Started {
  readonly provider: string
  /** A path inside the gateway. */
  readonly returnTo: string
  /** The fingerprint of the binding cookie of the browser that started the login. */
  readonly binding: string
  /** The identity provider was asked not to show a page. */
  readonly isPassive?: boolean
  /** The login whose evidence is to be renewed: a response for the same user changes nothing else. */
  readonly renews?: string
  /**
   * A test sign-in for this owner: an operator's login, or `fedgate check --live`. Its answer is shown and signs nobody
   * in.
   */
  readonly testFor?: string
  /** The user must sign in again at the provider; the response may be based on a sign-in at most this old. */
  readonly maxAuthAgeSeconds?: number
  /** The authentication contexts that this sign-in is for, one of which the response must have. */
  readonly authnContext?: readonly string[]
}

/** The inputs of starting a login. */
type NewLogin =
  | (Started & {
      readonly protocol: 'saml'
      readonly requestId: string
      /** The entityID of the identity provider that the user chose. */
      readonly idp?: string
    })
  | (Started & LoginSecrets & { readonly protocol: 'oidc' })

/** A login that was started and not answered yet. */
export type PendingLogin = NewLogin & {
  /** When the browser was sent to the identity provider, by our clock. */
  readonly begunAt: Date
}

export type Pending<Protocol> = Extract<PendingLogin, { protocol: Protocol }>

/** As stored: without everything that can be omitted. */
export type PendingRecord = Small<Extract<PendingLogin, { protocol: 'saml' }>> | Small<Pending<'oidc'>>

type Small<Login> = Omit<Login, 'returnTo' | 'state'> & {
  /** Omitted for the default. */
  readonly returnTo?: string
}

const USUAL_RETURN = '/roles'

/**
 * Stores the login under a handle, RelayState or state: nothing else leaves the gateway. Throws GatewayError
 * `login.too_many_pending`, but never for a renewal: only signed-in users can request one.
 */
export async function rememberPending(store: Store, now: Clock, handle: string, pending: NewLogin): Promise<void> {
  const begunAt = now()
  const record = toRecord(pending, begunAt)
  const until = expiryOf(pendingLogins, begunAt)
  if (pending.renews !== undefined) return pendingLogins.put(store, handle, record, until)
  const admission = await pendingLogins.admit(store, PENDING_ROOM, handle, record, until)
  if (admission !== 'kept') throw new GatewayError('login.too_many_pending')
}

function toRecord({ returnTo, ...pending }: NewLogin, begunAt: Date): PendingRecord {
  const small = { ...(returnTo === USUAL_RETURN ? {} : { returnTo }), begunAt }
  if (pending.protocol === 'saml') return { ...pending, ...small }
  const { state: _, ...kept } = pending
  return { ...kept, ...small }
}

/** The pending login with that handle; undefined if there is none. Throws GatewayError `login.other_provider`. */
export async function pendingFor<Protocol extends PendingLogin['protocol']>(
  store: Store,
  protocol: Protocol,
  provider: string,
  handle: unknown,
): Promise<Pending<Protocol> | undefined> {
  const pending = await readPending(store, handle)
  if (pending?.protocol !== protocol) return undefined
  if (pending.provider === provider) return pending as Pending<Protocol>
  throw new GatewayError('login.other_provider', { expected: pending.provider, found: provider })
}

/** Reads it without removing it: a handle alone proves nothing. */
async function readPending(store: Store, handle: unknown): Promise<PendingLogin | undefined> {
  if (typeof handle !== 'string' || handle === '' || handle.length > 80) return undefined
  const record = await pendingLogins.get(store, handle)
  if (!record) return undefined
  const { returnTo = USUAL_RETURN, ...pending } = record
  return pending.protocol === 'oidc' ? { ...pending, state: handle, returnTo } : { ...pending, returnTo }
}

/**
 * A login that was answered, and its answer verified, is not one that a stranger left unfinished, so it takes no more
 * room. Its record stays until its end: a second answer is told apart from one to no login.
 */
export function makeRoom(store: Store, handle: string, { begunAt, ...pending }: PendingLogin): Promise<void> {
  if (pending.renews !== undefined) return Promise.resolve()
  return pendingLogins.put(store, handle, toRecord(pending, begunAt), expiryOf(pendingLogins, begunAt))
}

/** True for the first response to this request only, however many arrive in parallel. */
export function consumeRequest(store: Store, now: Clock, requestId: string): Promise<boolean> {
  return answeredRequests.claim(store, requestId, expiryOf(answeredRequests, now()))
}

/** Whether the browser with this cookie is the one that started the login. */
export function isBoundTo(binding: string, cookie: string | undefined): boolean {
  return cookie !== undefined && cookie !== '' && sameText(binding, fingerprint(cookie))
}
