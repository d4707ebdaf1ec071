/**
 * When to look at which record, as it may have expired. What one transaction enters for the same time is one row: rows of
 * their own, in the order of their keys, would each be on another page of the file, and every page is written again.
 */
import type { Database } from 'lmdb'
import { newToken } from '../../core/ids.ts'

/** A record, or one member of a set by its hash. */
export type Place = readonly [key: string] | readonly [key: string, member: string]

export interface Ends {
  /** `end`: milliseconds since 1970. It is written with the others of the transaction, by `write`. */
  enter(end: number, place: Place): void
  write(): void
  /** Calls `look` for what is due at that time, about so many at most, and forgets it. Returns how many they were. */
  takeDue(at: number, most: number, look: (place: Place) => void): number
}

export interface EndDatabases {
  /** `[time, a name of the row]` to places, in JSON. */
  readonly ends: Database<string, [number, string]>
  /** As releases until November 2026 wrote them: `[time, ...place]`. */
  readonly singleEnds: Database<string, [number, ...Place]>
}

export function createEnds({ ends, singleEnds }: EndDatabases): Ends {
  const entered = new Map<number, Place[]>()

  const takeRows = (at: number, most: number, look: (place: Place) => void): number => {
    let looked = 0
    for (const { key, value } of [...ends.getRange({ end: [at + 1, ''], limit: most })]) {
      if (looked >= most) break
      const places = JSON.parse(value) as Place[]
      places.forEach(look)
      looked += places.length
      ends.removeSync(key)
    }
    return looked
  }
  const takeSingle = (at: number, most: number, look: (place: Place) => void): number => {
    const due = [...singleEnds.getKeys({ end: [at + 1, ''], limit: most })]
    for (const end of due) {
      const [, ...place] = end
      look(place)
      singleEnds.removeSync(end)
    }
    return due.length
  }

  return {
    enter: (end, place) => {
      const places = entered.get(end)
      if (places) places.push(place)
      else entered.set(end, [place])
    },
    write: () => {
      for (const [end, places] of entered) ends.putSync([end, newToken()], JSON.stringify(places))
      entered.clear()
    },
    takeDue: (at, most, look) => {
      const single = takeSingle(at, most, look)
      return single < most ? single + takeRows(at, most - single, look) : single
    },
  }
}
