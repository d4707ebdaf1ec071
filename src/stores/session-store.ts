import session from 'express-session'
import type { Clock, Store } from '../gateway/ports.ts'

/**
 * express-session's store on the store port, so that sessions live where everything else does. A session is a slip of
 * paper with a login's id on it; the login itself is kept apart (gateway/login/logins.ts), so that a save which comes
 * late cannot bring an ended login back.
 */
export class SessionStore extends session.Store {
  readonly #store: Store
  readonly #now: Clock
  readonly #idleSeconds: number

  /** idleSeconds: how long a session may go unused. */
  constructor(store: Store, now: Clock, idleSeconds: number) {
    super()
    this.#store = store
    this.#now = now
    this.#idleSeconds = idleSeconds
  }

  override get(id: string, done: (error: unknown, data?: session.SessionData | null) => void): void {
    this.#store.get(keyOf(id)).then(
      (text) => done(null, text === undefined ? null : (JSON.parse(text) as session.SessionData)),
      (error: unknown) => done(error),
    )
  }

  override set(id: string, data: session.SessionData, done?: (error?: unknown) => void): void {
    const expiresAt = new Date(this.#now().getTime() + this.#idleSeconds * 1000)
    this.#store.put(keyOf(id), JSON.stringify(data), expiresAt).then(
      () => done?.(),
      (error: unknown) => done?.(error),
    )
  }

  override touch(id: string, data: session.SessionData, done?: (error?: unknown) => void): void {
    this.set(id, data, done)
  }

  override destroy(id: string, done?: (error?: unknown) => void): void {
    this.#store.delete(keyOf(id)).then(
      () => done?.(),
      (error: unknown) => done?.(error),
    )
  }
}

function keyOf(sessionId: string): string {
  return `session:${sessionId}`
}
