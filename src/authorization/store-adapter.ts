/**
 * Where the library keeps requests, codes and tokens: in the gateway's store, as store-records.ts lists them. No value of
 * a code or token is stored, only its hash. Codes and tokens are used once, also by requests that come at the same time.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'
import { fingerprint } from '../core/ids.ts'
import { Secret } from '../core/secret.ts'
import { expiryOf, type RecordKind } from '../gateway/define-record.ts'
import type { Gateway } from '../gateway/gateway.ts'
import type { Room } from '../gateway/ports.ts'
import {
  AUTHORIZATION_ROOM,
  accessTokens,
  authorizationCodes,
  authorizationRequests,
  DEVICE_CODE_ROOM,
  deviceCodes,
  grants,
  refreshTokens,
  usedProofs,
  userCodes,
} from '../gateway/store-records.ts'
import { type Device, endDevice } from '../gateway/user/devices.ts'
import { OAuthError } from './errors.ts'
import type { OAuthLibrary } from './library.ts'

type StoredPayload = { readonly payload: Record<string, JsonValue>; readonly expiresAt: Date }
type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue }
type Kind = RecordKind<StoredPayload>

/** How a model of the library is kept. */
interface Kept {
  readonly kind: Kind
  /** What strangers can make the gateway store is counted. */
  readonly room?: Room
  /** Grants are found by their own id, which is no secret. */
  readonly isPlain?: true
}

const kept: Readonly<Record<string, Kept>> = {
  Interaction: { kind: authorizationRequests, room: AUTHORIZATION_ROOM },
  AuthorizationCode: { kind: authorizationCodes },
  DeviceCode: { kind: deviceCodes, room: DEVICE_CODE_ROOM },
  AccessToken: { kind: accessTokens },
  RefreshToken: { kind: refreshTokens },
  Grant: { kind: grants, isPlain: true },
}

/** What ended while a request was answered: how the audit hears of it. */
const endedDevices = new AsyncLocalStorage<Device[]>()

type Ports = Pick<Gateway, 'store' | 'now'>

/** Runs a step and returns the devices that the library ended in it. */
export async function collectingEnded<Result>(
  step: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly ended: readonly Device[] }> {
  const ended: Device[] = []
  return { result: await endedDevices.run(ended, step), ended }
}

export function storeAdapter(ports: Ports, library: OAuthLibrary): AdapterFactory {
  return (name) => {
    if (name === 'ReplayDetection') return proofs(ports, library)
    const one = kept[name]
    return one ? records(ports, one, library) : nothing
  }
}

function records(ports: Ports, { kind, room, isPlain }: Kept, { errors }: OAuthLibrary): Adapter {
  const { store, now } = ports
  const keyOf = (id: string): string => (isPlain ? id : fingerprint(id))
  const find = async (id: string): Promise<AdapterPayload | undefined> => {
    const stored = await kind.get(store, keyOf(id))
    return stored && ({ ...stored.payload, jti: id } as AdapterPayload)
  }
  return {
    ...nothing,
    upsert: async (id, payload, expiresIn = 0) => {
      const expiresAt = new Date(now().getTime() + expiresIn * 1000)
      const stored = { payload: withoutValue(payload), expiresAt }
      const admission = room ? await kind.admit(store, room, keyOf(id), stored, expiresAt) : 'exists'
      if (admission === 'full') throw new OAuthError('oauth.too_many_pending')
      if (admission === 'exists') await kind.put(store, keyOf(id), stored, expiresAt)
      if (payload.userCode !== undefined) await userCodes.put(store, payload.userCode, new Secret(id), expiresAt)
    },
    find,
    findByUserCode: async (userCode) => {
      const id = await userCodes.get(store, userCode)
      return id && find(id.reveal())
    },
    consume: async (id) => {
      let grantId: unknown
      const consumed = await kind.change(
        store,
        keyOf(id),
        (before) => {
          grantId = before?.payload.grantId
          if (before === undefined || before.payload.consumed !== undefined) return undefined
          return { ...before, payload: { ...before.payload, consumed: Math.floor(now().getTime() / 1000) } }
        },
        ({ expiresAt }) => expiresAt,
      )
      if (consumed) return
      // Of two requests at once one is the thief's: as the library does for one that comes later.
      if (typeof grantId === 'string') await end(ports, grantId)
      throw new errors.InvalidGrant('already used')
    },
    destroy: async (id) => {
      if (isPlain) await end(ports, id)
      else await kind.delete(store, keyOf(id))
    },
  }
}

/** Without its value, which is the key of the record and not to be read there. */
function withoutValue({ jti: _, ...payload }: AdapterPayload): Record<string, JsonValue> {
  return JSON.parse(JSON.stringify(payload)) as Record<string, JsonValue>
}

async function end(ports: Ports, grantId: string): Promise<void> {
  const device = await endDevice(ports, grantId)
  if (device) endedDevices.getStore()?.push(device)
}

/** DPoP proofs: for longer than the library asks, as a proof may be dated five minutes ahead. */
function proofs({ store, now }: Ports, { errors }: OAuthLibrary): Adapter {
  return {
    ...nothing,
    upsert: async (id) => {
      const isFirst = await usedProofs.claim(store, id, expiryOf(usedProofs, now()))
      if (!isFirst) throw new errors.InvalidDpopProof('DPoP proof was used before')
    },
  }
}

/**
 * Models that are not kept: sessions of the library's own, as the gateway's are what counts, and clients, as there is one.
 * Tokens need not be deleted with their grant: without it they are refused.
 */
const nothing: Adapter = {
  upsert: async () => undefined,
  find: async () => undefined,
  findByUserCode: async () => undefined,
  findByUid: async () => undefined,
  consume: async () => undefined,
  destroy: async () => undefined,
  revokeByGrantId: async () => undefined,
}
