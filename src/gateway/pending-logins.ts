import { fingerprint, newToken, sameText } from '../core/ids.ts'
import type { LoginSecrets } from '../oidc/authorization-request.ts'
import { GatewayError } from './errors.ts'
import type { Clock, Store } from './ports.ts'

/** How long a person may take at the identity provider. */
export const PENDING_SECONDS = 15 * 60

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

/** A login that has been started and not yet answered. */
export type PendingLogin =
  | (Started & {
      readonly protocol: 'saml'
      readonly requestId: string
      /** Whom the person chose among many: the entityID that has to answer. */
      readonly idp?: string
    })
  | (Started & LoginSecrets & { readonly protocol: 'oidc' })

export type Pending<Protocol> = Extract<PendingLogin, { protocol: Protocol }>

const keyOf = (handle: string): string => `pending:${handle}`

const later = (now: Clock, seconds: number): Date => new Date(now().getTime() + seconds * 1000)

/** Keeps the login under a handle: RelayState or state, which is all that travels. */
export const rememberPending = (store: Store, now: Clock, handle: string, pending: PendingLogin): Promise<void> =>
  store.put(keyOf(handle), JSON.stringify(pending), later(now, PENDING_SECONDS))

/** Reads it and leaves it there: whoever presents a handle has proved nothing yet. */
const readPending = async (store: Store, handle: unknown): Promise<PendingLogin | undefined> => {
  if (typeof handle !== 'string' || handle === '' || handle.length > 80) return undefined
  const text = await store.get(keyOf(handle))
  return text === undefined ? undefined : (JSON.parse(text) as PendingLogin)
}

/** The login that waits under that handle; undefined where there is none. Throws GatewayError `login.other_provider`. */
export const pendingFor = async <Protocol extends PendingLogin['protocol']>(
  store: Store,
  protocol: Protocol,
  provider: string,
  handle: unknown,
): Promise<Pending<Protocol> | undefined> => {
  const pending = await readPending(store, handle)
  if (pending?.protocol !== protocol) return undefined
  if (pending.provider === provider) return pending as Pending<Protocol>
  throw new GatewayError('login.other_provider', { expected: pending.provider, found: provider })
}

/** True for the first answer to this request only, however often and in parallel it is asked. */
export const consumeRequest = (store: Store, now: Clock, requestId: string): Promise<boolean> =>
  store.claim(`answered:${requestId}`, later(now, 2 * PENDING_SECONDS))

export const newHandle = newToken

/** Whether the browser that shows this cookie is the one that started. */
export const isBoundTo = (binding: string, cookie: string | undefined): boolean =>
  cookie !== undefined && cookie !== '' && sameText(binding, fingerprint(cookie))
