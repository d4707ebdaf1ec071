import { describe, expect, it } from 'vitest'
import type { Clock, Store } from '../../src/gateway/ports.ts'

const START = Date.parse('2026-11-22T12:00:00Z')
const at = (seconds: number): Date => new Date(START + seconds * 1000)

/** What every store has to do; run for each implementation. */
export const describeStore = (name: string, create: (now: Clock) => Promise<Store>): void => {
  const open = async (): Promise<{ store: Store; setClock: (seconds: number) => void }> => {
    let seconds = 0
    const store = await create(() => at(seconds))
    return {
      store,
      setClock: (to) => {
        seconds = to
      },
    }
  }

  describe(`${name} as a store`, () => {
    it('gives back what was put, until it expires', async () => {
      const { store, setClock } = await open()
      await store.put('kind:1', 'ä value', at(60))
      expect(await store.get('kind:1')).toBe('ä value')
      setClock(60)
      expect(await store.get('kind:1')).toBeUndefined()
    })

    it('replaces what was there, with its expiry', async () => {
      const { store, setClock } = await open()
      await store.put('kind:1', 'one', at(60))
      await store.put('kind:1', 'two', at(120))
      setClock(90)
      expect(await store.get('kind:1')).toBe('two')
    })

    it('lets exactly one of many takers have the value', async () => {
      const { store } = await open()
      await store.put('kind:1', 'value', at(60))
      const taken = await Promise.all(Array.from({ length: 20 }, () => store.take('kind:1')))
      expect(taken.filter((value) => value === 'value')).toHaveLength(1)
      expect(await store.get('kind:1')).toBeUndefined()
    })

    it('does not give an expired value to a taker', async () => {
      const { store, setClock } = await open()
      await store.put('kind:1', 'value', at(60))
      setClock(61)
      expect(await store.take('kind:1')).toBeUndefined()
    })

    it('grants a claim to exactly one of many, and again once it has expired', async () => {
      const { store, setClock } = await open()
      const granted = await Promise.all(Array.from({ length: 20 }, () => store.claim('used:1', at(60))))
      expect(granted.filter(Boolean)).toHaveLength(1)
      setClock(59)
      expect(await store.claim('used:1', at(120))).toBe(false)
      setClock(60)
      expect(await store.claim('used:1', at(120))).toBe(true)
    })

    it('forgets what is deleted, and does not mind deleting what is not there', async () => {
      const { store } = await open()
      await store.put('kind:1', 'value', at(60))
      await store.delete('kind:1')
      await store.delete('kind:1')
      expect(await store.get('kind:1')).toBeUndefined()
    })

    it('takes keys for what they are', async () => {
      const { store } = await open()
      await store.put('__proto__', 'value', at(60))
      expect(await store.get('constructor')).toBeUndefined()
      expect(await store.get('__proto__')).toBe('value')
    })
  })
}
