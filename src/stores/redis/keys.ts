import { CALLBACK_ROOM, PENDING_ROOM } from '../../gateway/store-records.ts'

/** Every key of the gateway begins so: an ACL can name `~fedgate:*`. */
const NAMESPACE = 'fedgate:'

/** Prefixes whose records are admitted to rooms: rooms have the name of the prefix. */
export const PREFIXES_WITH_ROOMS: readonly string[] = [PENDING_ROOM.name, CALLBACK_ROOM.name]

/** Which keys of Redis an operation on a key of the store needs: the record, and what counts its rooms. */
export type KeysOf = (key: string) => readonly [string, ...string[]]

/**
 * A cluster places a key by the part in braces. Records of a prefix with rooms share it with what counts them, so one
 * script can change both; every other record has a place of its own.
 */
export function keysWithRooms(prefixes: readonly string[]): KeysOf {
  return (key) => {
    const [prefix = ''] = key.split(':', 1)
    if (!prefixes.includes(prefix)) return [recordKey(key)]
    const tag = `${NAMESPACE}{${prefix}}`
    return [`${tag}${key.slice(prefix.length)}`, `${tag}-ends`, `${tag}-rooms`]
  }
}

export function recordKey(key: string): string {
  return `${NAMESPACE}${key}`
}

/** Of a cluster, each master needs one of its own: a number leads to another place. */
export function markerKey(place: number): string {
  return `${NAMESPACE}remembers-since:{${place}}`
}
