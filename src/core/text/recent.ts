/** What was used last, by a text: for values that are costly to make again. */
export interface Recent<Value> {
  get(key: string): Value | undefined
  /** `size`: in characters. */
  set(key: string, value: Value, size: number): void
  delete(key: string): void
}

interface Kept<Value> {
  readonly value: Value
  readonly size: number
}

/** Keeps two halves of at most that size each, and forgets what was not asked for since the younger half was last empty. */
export function createRecent<Value>(mostCharacters: number): Recent<Value> {
  let [young, old] = [new Map<string, Kept<Value>>(), new Map<string, Kept<Value>>()]
  let size = 0
  const keep = (key: string, kept: Kept<Value>): void => {
    const before = young.get(key)
    if (before === undefined && size + kept.size > mostCharacters) {
      ;[young, old] = [new Map(), young]
      size = 0
    }
    young.set(key, kept)
    size += kept.size - (before?.size ?? 0)
  }
  return {
    set: (key, value, ofSize) => keep(key, { value, size: ofSize }),
    get: (key) => {
      const kept = young.get(key)
      if (kept !== undefined) return kept.value
      const older = old.get(key)
      if (older !== undefined) keep(key, older)
      return older?.value
    },
    delete: (key) => {
      size -= young.get(key)?.size ?? 0
      young.delete(key)
      old.delete(key)
    },
  }
}
