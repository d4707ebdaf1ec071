/** A Map that forgets its oldest entry when it is full: what unauthenticated clients can fill must not grow. */
export function boundedMap<Value>(most: number) {
  const entries = new Map<string, Value>()
  return {
    get: (key: string): Value | undefined => entries.get(key),
    delete: (key: string): boolean => entries.delete(key),
    entries: (): Iterable<[string, Value]> => entries,
    set: (key: string, value: Value): void => {
      entries.delete(key)
      entries.set(key, value)
      const [oldest] = entries.keys()
      if (entries.size > most && oldest !== undefined) entries.delete(oldest)
    },
  }
}
