/** How many requests an address may send, across all processes that share a store. */
import { describe, expect, it } from 'vitest'
import type { Rate } from '../../src/config/types.ts'
import { rateLimiter } from '../../src/gateway/operations/rate-limit.ts'
import type { Store } from '../../src/gateway/ports.ts'
import { createMemoryStore } from '../../src/stores/memory.ts'
import { sampleConfig } from './configured.ts'

const START = Date.parse('2026-11-22T12:00:00Z')

const setUp = (loginStarts: Rate, over: Partial<Store> = {}) => {
  let seconds = 0
  const now = () => new Date(START + seconds * 1000)
  const memory = createMemoryStore(now)
  const keys: string[] = []
  const store: Store = {
    ...memory,
    count: (key, expiresAt) => {
      keys.push(key)
      return memory.count(key, expiresAt)
    },
    ...over,
  }
  const { session, limits } = sampleConfig
  const settings = { session, limits: { ...limits, loginStarts } }
  return {
    keys,
    setClock: (to: number) => {
      seconds = to
    },
    newNode: () => rateLimiter({ settings, store, now }, 'loginStarts'),
  }
}

const corp = (address: string) => ({ provider: 'corp', address })

describe('A rate limit', () => {
  it('accepts as many requests as it names, and refuses the next until its minute ends', async () => {
    const { newNode, setClock } = setUp({ requests: 3, per: 'm' })
    const count = newNode()
    setClock(15)
    for (const _ of [1, 2, 3]) expect(await count(corp('192.0.2.1'))).toBeUndefined()
    expect(await count(corp('192.0.2.1'))).toEqual({ retryAfterSeconds: 45, allowed: 'at most 3/m from 192.0.2.1' })
    setClock(59.5)
    expect(await count(corp('192.0.2.1'))).toMatchObject({ retryAfterSeconds: 1 })
    setClock(60)
    expect(await count(corp('192.0.2.1'))).toBeUndefined()
  })

  it.each([
    ['s', 1],
    ['m', 60],
    ['h', 3600],
  ] as const)('per %s ends after %i seconds', async (per, seconds) => {
    const { newNode, setClock } = setUp({ requests: 1, per })
    const count = newNode()
    await count(corp('192.0.2.1'))
    expect(await count(corp('192.0.2.1'))).toMatchObject({ retryAfterSeconds: seconds })
    setClock(seconds)
    expect(await count(corp('192.0.2.1'))).toBeUndefined()
  })

  it('counts what all processes accept together', async () => {
    const { newNode } = setUp({ requests: 4, per: 'm' })
    const nodes = [newNode(), newNode()]
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => nodes[n % 2]?.(corp('192.0.2.1'))))
    expect(answers.filter((answer) => answer === undefined)).toHaveLength(4)
  })

  it('holds neither other addresses nor other providers to it', async () => {
    const { newNode } = setUp({ requests: 1, per: 'm' })
    const count = newNode()
    await count(corp('192.0.2.1'))
    expect(await count(corp('192.0.2.1'))).toBeDefined()
    expect(await count(corp('192.0.2.2'))).toBeUndefined()
    expect(await count({ provider: 'google', address: '192.0.2.1' })).toBeUndefined()
  })

  it.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9'],
    ['2001:db8::1', '2001:db8:0:0:1::'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
  ])('counts %s and %s as one host', async (one, same) => {
    const { newNode } = setUp({ requests: 1, per: 'm' })
    const count = newNode()
    await count(corp(one))
    expect(await count(corp(same))).toBeDefined()
  })

  it('allows the networks of an IPv6 site ten times as much together', async () => {
    const { newNode } = setUp({ requests: 2, per: 'm' })
    const count = newNode()
    for (let n = 0; n < 20; n += 1) expect(await count(corp(`2001:db8:1:${n.toString(16)}::1`))).toBeUndefined()
    expect(await count(corp('2001:db8:1:ff::1'))).toMatchObject({ allowed: 'at most 20/m from 2001:db8:1::/48' })
    expect(await count(corp('2001:db8:2:ff::1'))).toBeUndefined()
  })

  it('does not count against the site what its host sends beyond the limit', async () => {
    const { newNode } = setUp({ requests: 2, per: 'm' })
    const [count, another] = [newNode(), newNode()]
    for (let n = 0; n < 100; n += 1) await count(corp('2001:db8:1:1::1'))
    expect(await another(corp('2001:db8:1:2::1'))).toBeUndefined()
  })

  it('asks the store nothing more about an address that is over the limit', async () => {
    const { newNode, keys } = setUp({ requests: 2, per: 'm' })
    const count = newNode()
    for (let n = 0; n < 50; n += 1) await count(corp('192.0.2.1'))
    expect(keys).toHaveLength(3)
  })

  it('has at most 65,536 records, however many addresses a flood comes from', async () => {
    const { newNode, keys } = setUp({ requests: 100, per: 'm' })
    const count = newNode()
    for (let n = 0; n < 100_000; n += 1)
      await count(corp(`2001:${(n >> 12).toString(16)}:${(n & 0xfff).toString(16)}::1`))
    expect(keys).toHaveLength(200_000)
    expect(new Set(keys).size).toBeLessThanOrEqual(65_536)
  }, 60_000)

  it('gives an address another record in the next minute', async () => {
    const { newNode, keys, setClock } = setUp({ requests: 100, per: 'm' })
    const count = newNode()
    for (const minute of [0, 1, 2, 3]) {
      setClock(minute * 60)
      await count(corp('192.0.2.1'))
    }
    expect(new Set(keys).size).toBeGreaterThan(1)
  })

  it('fails where the store cannot count', async () => {
    const down = new Error('store is down')
    const { newNode } = setUp({ requests: 100, per: 'm' }, { count: () => Promise.reject(down) })
    const count = newNode()
    // Far below the limit it does not wait; what the request itself stores fails by itself.
    expect(await count(corp('192.0.2.1'))).toBeUndefined()
    await new Promise(setImmediate)
    await expect(count(corp('192.0.2.1'))).rejects.toBe(down)
  })
})
