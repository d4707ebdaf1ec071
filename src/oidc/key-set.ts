import { type PublishedKeys, toPublishedKeys } from './published-keys.ts'

/**
 * The provider's published keys. A token that none of them verifies has them fetched again, so that a rotation is seen
 * at once; a cool-down holds that to one request in half a minute, whatever strangers send.
 */
export interface KeySet {
  /** At most five minutes old. Throws OidcError. */
  known(): Promise<PublishedKeys>
  /** Keys that were published after these; undefined while the cool-down lasts. Throws OidcError. */
  newerThan(keys: PublishedKeys): Promise<PublishedKeys | undefined>
}

const FRESH_MILLISECONDS = 5 * 60 * 1000
const COOL_DOWN_MILLISECONDS = 30_000
const COOL_DOWN_AFTER_FAILURE_MILLISECONDS = 5_000

interface Asked {
  readonly keys: Promise<PublishedKeys>
  freshUntil: number
  askAgainAt: number
}

/** `load` asks the provider, which `clock` spaces out. */
export const createKeySet = (load: () => Promise<unknown>, clock: () => Date): KeySet => {
  let last: Asked | undefined
  const ask = (now: number): Asked => {
    const asked = {
      keys: load().then(toPublishedKeys),
      freshUntil: now + FRESH_MILLISECONDS,
      askAgainAt: now + COOL_DOWN_MILLISECONDS,
    }
    asked.keys.catch(() => {
      // From when it failed: one that hangs has used up the time since it was asked.
      asked.askAgainAt = clock().getTime() + COOL_DOWN_AFTER_FAILURE_MILLISECONDS
      asked.freshUntil = asked.askAgainAt
    })
    return asked
  }
  return {
    known: () => {
      const now = clock().getTime()
      if (!last || now >= last.freshUntil) last = ask(now)
      return last.keys
    },
    newerThan: async (keys) => {
      const now = clock().getTime()
      if (!last || now >= last.askAgainAt) last = ask(now)
      const newest = await last.keys
      return newest === keys ? undefined : newest
    },
  }
}
