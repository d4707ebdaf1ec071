/**
 * How many requests an address may send. Counts are in the store, so they hold across processes and machines, and are of
 * a fixed number: addresses share 2^16 counters by a keyed hash that changes with every second, minute or hour. So no
 * flood fills the store, however many addresses it comes from; nobody can choose whose counter they share; and a user who
 * shares one with a flood is free again in the next window. It is a count-min sketch with one row.
 */
import { createHmac } from 'node:crypto'
import type { LimitsConfig } from '../../config/types.ts'
import { networkOf } from '../../core/network/address.ts'
import type { Gateway } from '../gateway.ts'
import { requestCounts } from '../store-records.ts'

export type LimitName = keyof LimitsConfig

/** What a request is counted by. */
export interface Counted {
  /** undefined: the limit is not for each provider, or the provider is unknown. */
  readonly provider: string | undefined
  readonly address: string
}

export interface OverLimit {
  /** Until requests are accepted again. At least 1. */
  readonly retryAfterSeconds: number
  /** What was exceeded, for the audit line: `at most 60/m from 192.0.2.1`. */
  readonly allowed: string
}

type Ports = Pick<Gateway, 'store' | 'now'> & { readonly settings: Pick<Gateway['settings'], 'limits' | 'session'> }

const SECONDS = { s: 1, m: 60, h: 3600 } as const

/** A site's /48 has 65,536 networks of one host each (RFC 6177): together they may send ten times as much as one. */
const SITE_GROUPS = 3
const SITE_SHARE = 10

/** What this process knows of a counter in the present window. */
interface Known {
  /** By the last answer of the store. */
  sum: number
  /** Counted, and not answered yet. */
  underWay: number
}

/**
 * Counts a request against that limit. Resolves to undefined where it is within the limit; rejects with the store's error
 * where it cannot be counted. Far below the limit it does not wait for the store, so that counting costs a login no round
 * trip; and what is over its limit is kept in this process, so that a flood costs the store nothing.
 */
export function rateLimiter(
  { settings, store, now }: Ports,
  limit: LimitName,
): (counted: Counted) => Promise<OverLimit | undefined> {
  const { requests, per } = settings.limits[limit]
  const windowMs = SECONDS[per] * 1000
  let current = { window: -1, known: new Map<string, Known>() }

  return async ({ provider, address }) => {
    const at = now().getTime()
    const window = Math.floor(at / windowMs)
    const end = new Date((window + 1) * windowMs)
    if (current.window !== window) current = { window, known: new Map() }
    for (const { network, share } of networksOf(address)) {
      const counter = `${per}:${counterOf(settings, [limit, provider ?? '', network, String(window)])}`
      const most = requests * share
      const known = current.known.get(counter) ?? { sum: 0, underWay: 0 }
      current.known.set(counter, known)
      if (known.sum <= most) {
        const counting = count(counter, known, end)
        if (known.sum + known.underWay <= most / 2) {
          counting.catch(() => {
            // The next one waits, and meets the error itself.
            known.sum = most
          })
          continue
        }
        if ((await counting) <= most) continue
      }
      const retryAfterSeconds = Math.max(1, Math.ceil((end.getTime() - at) / 1000))
      return { retryAfterSeconds, allowed: `at most ${most}/${per} from ${network}` }
    }
    return undefined
  }

  async function count(counter: string, known: Known, end: Date): Promise<number> {
    known.underWay += 1
    try {
      const sum = await requestCounts.count(store, counter, end)
      known.sum = Math.max(known.sum, sum)
      return sum
    } finally {
      known.underWay -= 1
    }
  }
}

/** The host's own first: what it sends beyond its limit is not counted against its site. */
function networksOf(address: string): readonly { readonly network: string; readonly share: number }[] {
  const host = networkOf(address)
  const site = networkOf(address, SITE_GROUPS)
  return [{ network: host, share: 1 }, ...(site === host ? [] : [{ network: site, share: SITE_SHARE }])]
}

/** One of 65,536. */
function counterOf({ session }: Ports['settings'], parts: readonly string[]): string {
  return createHmac('sha256', session.secrets[0].reveal())
    .update(JSON.stringify(['rate', ...parts]))
    .digest('hex')
    .slice(0, 4)
}
