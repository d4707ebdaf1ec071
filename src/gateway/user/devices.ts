/**
 * The devices on which a user is signed in with the command line. A device hangs on one login and on one grant of the
 * authorization server (src/authorization): it ends with the first of them that ends.
 */
import type { Caller, Gateway } from '../gateway.ts'
import { type LoginIndex, loginsOfUser } from '../login/login-index.ts'
import type { Login } from '../login/logins.ts'
import type { LoginEnded, Store } from '../ports.ts'
import { devices, grants, grantsOfLogin } from '../store-records.ts'

export interface Device {
  /** The id of its grant. Opens nothing by itself. */
  readonly id: string
  readonly loginId: string
  /** As it calls itself: untrusted text. */
  readonly name: string
  readonly signedInAt: Date
  /** When it last used a token, to the minute. */
  readonly usedAt: Date
  /** Where it last was. */
  readonly from: Pick<Caller, 'sourceIp' | 'userAgent'>
  readonly expiresAt: Date
}

export type StoredDevice = Omit<Device, 'id'>

type Stored = Pick<Gateway, 'store'>

/** The user allowed it: until it has asked for its first tokens. */
const UNCLAIMED_MS = 10 * 60_000

const USED_EVERY_MS = 60_000

/** Enters a device that the user has just allowed. It is gone after ten minutes in which it asks for no tokens. */
export async function enterDevice(
  { store, now }: Stored & Pick<Gateway, 'now'>,
  login: Login,
  { id, name, from }: Pick<Device, 'id' | 'name' | 'from'>,
): Promise<void> {
  const at = now()
  const expiresAt = new Date(Math.min(at.getTime() + UNCLAIMED_MS, login.expiresAt.getTime()))
  // First the index: a login that ends now finds it there.
  await grantsOfLogin.add(store, login.id, id, login.expiresAt)
  await devices.put(store, id, { loginId: login.id, name, signedInAt: at, usedAt: at, from, expiresAt }, expiresAt)
}

/** undefined when it has ended, or never was. */
export async function readDevice(store: Store, id: string | undefined): Promise<Device | undefined> {
  if (id === undefined) return undefined
  const [device, grant] = await Promise.all([devices.get(store, id), grants.get(store, id)])
  return device && grant && { id, ...device }
}

/** Notes that it used a token; the first time it does, it stays until its login ends. Says nothing where it has ended. */
export async function useDevice(
  { store, now }: Stored & Pick<Gateway, 'now'>,
  device: Device,
  login: Login,
  from: Device['from'],
): Promise<void> {
  const at = now()
  const isRecent = at.getTime() - device.usedAt.getTime() < USED_EVERY_MS && device.from.sourceIp === from.sourceIp
  if (isRecent && device.expiresAt >= login.expiresAt) return
  await devices.change(
    store,
    device.id,
    (before) => before && { ...before, usedAt: at, from, expiresAt: login.expiresAt },
    (after) => after.expiresAt,
  )
}

/** Ends it for good, with every token of it; of several at once, one is given what it ended. */
export async function endDevice({ store }: Stored, id: string): Promise<Device | undefined> {
  await grants.delete(store, id)
  const device = await devices.take(store, id)
  return device && { id, ...device }
}

/** The devices of all logins of the user whose login this is, the one that was used last first. */
export async function devicesOfUser(index: LoginIndex, login: Login): Promise<readonly Device[]> {
  const logins = await loginsOfUser(index, login)
  const found = await Promise.all(logins.map(({ id }) => devicesOfLogin(index.store, id)))
  return found.flat().toSorted((a, b) => b.usedAt.getTime() - a.usedAt.getTime())
}

/** Those that end with this login, in no order. */
export async function devicesOfLogin(store: Store, loginId: string): Promise<readonly Device[]> {
  const ids = await grantsOfLogin.members(store, loginId)
  const found = await Promise.all(ids.map((id) => readDevice(store, id)))
  return found.flatMap((one) => one ?? [])
}

/** Ends the devices of a login that ends. */
export function endingDevices(store: Store): LoginEnded {
  return async (loginId) => {
    const ids = await grantsOfLogin.members(store, loginId)
    await Promise.all(ids.map((id) => endDevice({ store }, id)))
  }
}
