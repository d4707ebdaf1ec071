import { type PublishedKeys, toPublishedKeys } from './published-keys.ts'

/**
 * The provider's published keys. They are fetched again for a token that none of them verifies, so a rotation is
 * noticed immediately; but at most once in half a minute, whatever unauthenticated clients send. Meanwhile, and if that
 * fails, the known keys stay in use.
 */
export interface KeySet {
  /** At most five minutes old. Throws OidcError. */
  known(): Promise<PublishedKeys>
  /** Keys that were published after these; undefined if they were fetched too recently. Throws OidcError. */
  newerThan(keys: PublishedKeys): Promise<PublishedKeys | undefined>
  /** When the provider last returned them; undefined: not yet. */
  fetchedAt(): Date | undefined
}

const FRESH_MILLISECONDS = 5 * 60 * 1000
const COOL_DOWN_MILLISECONDS = 30_000
const COOL_DOWN_AFTER_FAILURE_MILLISECONDS = 5_000

/** `load` fetches them from the provider; `clock` limits how often. */
export function createKeySet(load: () => Promise<unknown>, clock: () => Date): KeySet {
  let current: { readonly keys: PublishedKeys; readonly fetchedAt: number } | undefined
  let asked: { readonly keys: Promise<PublishedKeys>; againAt: number } | undefined
  const time = () => clock().getTime()

  const ask = () => {
    const now = time()
    const asking = { keys: load().then(toPublishedKeys), againAt: now + COOL_DOWN_MILLISECONDS }
    asking.keys.then(
      (keys) => {
        current = { keys, fetchedAt: now }
      },
      () => {
        // When it failed, not when it was sent: a request that hangs uses up the time in between.
        asking.againAt = time() + COOL_DOWN_AFTER_FAILURE_MILLISECONDS
      },
    )
    return asking
  }
  const latest = (): Promise<PublishedKeys> => {
    if (!asked || time() >= asked.againAt) asked = ask()
    return asked.keys
  }
  return {
    known: async () => (current && time() < current.fetchedAt + FRESH_MILLISECONDS ? current.keys : latest()),
    newerThan: async (keys) => {
      const newest = await latest()
      return newest === keys ? undefined : newest
    },
    fetchedAt: () => current && new Date(current.fetchedAt),
  }
}
