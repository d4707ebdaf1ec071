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
  readonly #toleranceMs: number

  /**
   * idleSeconds: how long a session may go unused. A use is noted at most once a minute (or once in a thirtieth of that
   * time), so a session may end so much sooner, and never later.
   */
  constructor(store: Store, now: Clock, idleSeconds: number) {
    super()
    this.#toleranceMs = Math.min(60, idleSeconds / 30) * 1000
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
    const { loginId, from, usedAt = this.#now() } = data
    const record = { ...(loginId === undefined ? {} : { loginId }), ...(from === undefined ? {} : { from }), usedAt }
    sessions.put(this.#store, id, record, this.#endOf(record)).then(
      () => done?.(),
      (error: unknown) => done?.(error),
    )
  }

  /**
   * Called at the end of every request. Writes seldom, and never brings back a session that has ended meanwhile. The
   * response is complete by then, and a failing store does not take it back.
   */
  override touch(id: string, { usedAt }: session.SessionData, done?: (error?: unknown) => void): void {
    const now = this.#now()
    if (usedAt && now.getTime() - usedAt.getTime() < this.#toleranceMs) {
      done?.()
      return
    }
    const change = sessions.change(
      this.#store,
      id,
      (before) => before && { ...before, usedAt: now },
      (after) => this.#endOf(after),
    )
    change.then(
      () => done?.(),
      () => done?.(),
    )
  }

  #endOf({ usedAt }: { readonly usedAt: Date }): Date {
    return new Date(usedAt.getTime() + this.#idleSeconds * 1000)
  }

  override destroy(id: string, done?: (error?: unknown) => void): void {
    sessions.delete(this.#store, id).then(
      () => done?.(),
      (error: unknown) => done?.(error),
    )
  }
}
