import type { Room } from '../gateway/ports.ts'

interface Counted {
  readonly records: number
  readonly octets: number
}

/** How much a store holds: all of it, and what is in each room. */
export interface Tally {
  /** `room`: the name of the record's room, undefined where it is in none. */
  add(room: string | undefined, key: string, value: string): void
  subtract(room: string | undefined, key: string, value: string): void
  /** Whether the room has space for one more such record. */
  fits(room: Room, key: string, value: string): boolean
  all(): Counted
}

const NOTHING: Counted = { records: 0, octets: 0 }

export function createTally(): Tally {
  const rooms = new Map<string, Counted>()
  let all = NOTHING

  function count(room: string | undefined, records: 1 | -1, octets: number): void {
    all = plus(all, records, octets)
    if (room === undefined) return
    const counted = plus(rooms.get(room) ?? NOTHING, records, octets)
    if (counted.records === 0) rooms.delete(room)
    else rooms.set(room, counted)
  }

  return {
    add: (room, key, value) => count(room, 1, octetsOf(key, value)),
    subtract: (room, key, value) => count(room, -1, -octetsOf(key, value)),
    fits: ({ name, mostRecords, mostOctets }, key, value) => {
      const { records, octets } = rooms.get(name) ?? NOTHING
      return records < mostRecords && octets + octetsOf(key, value) <= mostOctets
    },
    all: () => all,
  }
}

function plus(counted: Counted, records: number, octets: number): Counted {
  return { records: counted.records + records, octets: counted.octets + octets }
}

function octetsOf(key: string, value: string): number {
  return Buffer.byteLength(key) + Buffer.byteLength(value)
}
