import { newToken } from '../../core/ids.ts'

/** Values stored under random names until they expire: sign-in tokens, console sessions. */
export interface ExpiringTokens<Value> {
  issue(value: Value, expiresAt: Date, now: Date): string
  find(ticket: string, now: Date): Value | undefined
  /** Returns and removes it: a second caller gets nothing. */
  take(ticket: string, now: Date): Value | undefined
}

/** In memory: lost when the process ends. */
export function createExpiringTokens<Value>(): ExpiringTokens<Value> {
  const kept = new Map<string, { readonly value: Value; readonly expiresAt: Date }>()
  const find = (ticket: string, now: Date): Value | undefined => {
    const found = kept.get(ticket)
    return found && found.expiresAt > now ? found.value : undefined
  }
  return {
    issue: (value, expiresAt, now) => {
      for (const [ticket, { expiresAt: end }] of kept) if (end <= now) kept.delete(ticket)
      const ticket = newToken()
      kept.set(ticket, { value, expiresAt })
      return ticket
    },
    find,
    take: (ticket, now) => {
      const value = find(ticket, now)
      kept.delete(ticket)
      return value
    },
  }
}
