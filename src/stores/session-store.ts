import session from 'express-session'
import type { Clock, Store } from '../gateway/ports.ts'
import { sessions } from '../gateway/store-records.ts'

/** Of a stored session: its cookie was set when it began and is not set again, so the attributes are not stored. */
const COOKIE = { originalMaxAge: null }

/**
 * express-session's store on the store port, so sessions live where everything else does. A session only holds the id of a
 * login; the login itself is another record (gateway/login/logins.ts), so a late save cannot bring an ended login back.
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
    sessions.get(this.#store, id).then(
      (data) => done(null, data === undefined ? null : { ...data, cookie: COOKIE }),
      (error: unknown) => done(error),
    )
  }

  override set(id: string, data: session.SessionData, done?: (error?: unknown) => void): void {
    const expiresAt = new Date(this.#now().getTime() + this.#idleSeconds * 1000)
    const { loginId, from } = data
    const record = { ...(loginId === undefined ? {} : { loginId }), ...(from === undefined ? {} : { from }) }
    sessions.put(this.#store, id, record, expiresAt).then(
      () => done?.(),
      (error: unknown) => done?.(error),
    )
  }

  override touch(id: string, data: session.SessionData, done?: (error?: unknown) => void): void {
    this.set(id, data, done)
  }

  override destroy(id: string, done?: (error?: unknown) => void): void {
    sessions.delete(this.#store, id).then(
      () => done?.(),
      (error: unknown) => done?.(error),
    )
  }
}
