import { fingerprint, newToken, sameText } from '../../core/ids.ts'
import type { LoginSecrets } from '../../oidc/authorization-request.ts'
import { GatewayError } from '../errors.ts'
import type { Clock, Room, Store } from '../ports.ts'

/** How long a person may take at the identity provider. */
export const PENDING_SECONDS = 15 * 60

/**
 * Anyone can start logins and leave them unfinished. At 50,000 within fifteen minutes, or 7,000 with the longest paths to
 * return to, no more are started; with what the store needs besides, that is less than 25 MB.
 */
const PENDING_ROOM: Room = { name: 'pending', mostRecords: 50_000, mostOctets: 16 * 1024 * 1024 }

interface Started {
  readonly provider: string
  /** A path inside the gateway. */
  readonly returnTo: string
  /** The fingerprint of the binding cookie of the browser that started. */
  readonly binding: string
  /** The identity provider was asked not to show itself. */
  readonly isPassive?: boolean
  /** The login whose evidence this is to renew: the same person's answer changes nothing else. */
  readonly renews?: string
  /** The person has to prove anew who they are; in the answer that is at most so long ago. */
  readonly maxAuthAgeSeconds?: number
}

/** What a login is started with. */
type NewLogin =
  | (Started & {
      readonly protocol: 'saml'
      readonly requestId: string
      /** Whom the person chose among many: the entityID that has to answer. */
      readonly idp?: string
    })
  | (Started & LoginSecrets & { readonly protocol: 'oidc' })

/** A login that has been started and not yet answered. */
export type PendingLogin = NewLogin & {
  /** When the browser was sent to the identity provider, by our clock. */
  readonly begunAt: Date
}

export type Pending<Protocol> = Extract<PendingLogin, { protocol: Protocol }>

/** As it is kept, for every login that anyone starts: small. The state is the handle, and not written down twice. */
interface PendingRecord extends Omit<Started, 'returnTo'> {
  /** Milliseconds since 1970. */
  readonly begunAt: number
  /** Left out for the usual one. */
  readonly returnTo?: string
}

const USUAL_RETURN = '/roles'

export const newHandle = newToken

/**
 * Keeps the login under a handle: RelayState or state, which is all that travels. Throws GatewayError
 * `login.too_many_pending`. A renewal is never one too many: only people who are signed in can ask for it.
 */
export async function rememberPending(store: Store, now: Clock, handle: string, pending: NewLogin): Promise<void> {
  const [key, text, until] = [keyOf(handle), toRecord(pending, now()), later(now, PENDING_SECONDS)] as const
  if (pending.renews !== undefined) return store.put(key, text, until)
  if ((await store.admit(PENDING_ROOM, key, text, until)) !== 'kept') throw new GatewayError('login.too_many_pending')
}

function keyOf(handle: string): string {
  return `pending:${handle}`
}

function toRecord(pending: NewLogin, begunAt: Date): string {
  const { state: _, returnTo, ...kept } = { state: undefined, ...pending }
  const record: PendingRecord = {
    ...kept,
    ...(returnTo === USUAL_RETURN ? {} : { returnTo }),
    begunAt: begunAt.getTime(),
  }
  return JSON.stringify(record)
}

function later(now: Clock, seconds: number): Date {
  return new Date(now().getTime() + seconds * 1000)
}

/** The login that waits under that handle; undefined where there is none. Throws GatewayError `login.other_provider`. */
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

/** Reads it and leaves it there: whoever presents a handle has proved nothing yet. */
async function readPending(store: Store, handle: unknown): Promise<PendingLogin | undefined> {
  if (typeof handle !== 'string' || handle === '' || handle.length > 80) return undefined
  const text = await store.get(keyOf(handle))
  return text === undefined ? undefined : fromRecord(handle, text)
}

function fromRecord(handle: string, text: string): PendingLogin {
  const {
    begunAt,
    returnTo = USUAL_RETURN,
    ...pending
  } = JSON.parse(text) as PendingRecord & Pick<NewLogin, 'protocol'>
  const secrets = pending.protocol === 'oidc' ? { state: handle } : {}
  return { ...pending, ...secrets, returnTo, begunAt: new Date(begunAt) } as PendingLogin
}

/** True for the first answer to this request only, however often and in parallel it is asked. */
export function consumeRequest(store: Store, now: Clock, requestId: string): Promise<boolean> {
  return store.claim(`answered:${requestId}`, later(now, 2 * PENDING_SECONDS))
}

/** Whether the browser that shows this cookie is the one that started. */
export function isBoundTo(binding: string, cookie: string | undefined): boolean {
  return cookie !== undefined && cookie !== '' && sameText(binding, fingerprint(cookie))
}
