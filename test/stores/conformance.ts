import { describe, expect, it } from 'vitest'
import type { Clock, Room, Store } from '../../src/gateway/ports.ts'

const START = Date.parse('2026-11-22T12:00:00Z')
const at = (seconds: number): Date => new Date(START + seconds * 1000)

/** What every store has to do; run for each implementation. `growth`: by how much a sealed value is longer, about. */
export const describeStore = (name: string, create: (now: Clock) => Promise<Store>, { growth = 1 } = {}): void => {
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

    it('extends only what is there, and leaves its value', async () => {
      const { store, setClock } = await open()
      expect(await store.extend('kind:1', at(60))).toBe(false)
      expect(await store.get('kind:1')).toBeUndefined()
      await store.put('kind:1', 'ä value', at(60))
      expect(await store.extend('kind:1', at(120))).toBe(true)
      setClock(90)
      expect(await store.get('kind:1')).toBe('ä value')
      setClock(120)
      expect(await store.get('kind:1')).toBeUndefined()
      expect(await store.extend('kind:1', at(180))).toBe(false)
      expect(await store.get('kind:1')).toBeUndefined()
    })

    it('ends sooner what is extended to an earlier time', async () => {
      const { store, setClock } = await open()
      await store.put('kind:1', 'value', at(120))
      expect(await store.extend('kind:1', at(60))).toBe(true)
      setClock(60)
      expect(await store.get('kind:1')).toBeUndefined()
    })

    it('the store does not bring back by extending what was taken or deleted', async () => {
      const { store } = await open()
      await store.put('kind:1', 'one', at(60))
      await store.take('kind:1')
      expect(await store.extend('kind:1', at(120))).toBe(false)
      expect(await store.get('kind:1')).toBeUndefined()
      await store.put('kind:2', 'one', at(60))
      await store.delete('kind:2')
      expect(await store.extend('kind:2', at(120))).toBe(false)
      expect(await store.get('kind:2')).toBeUndefined()
    })

    it('gives what is extended to one taker, whichever comes first', async () => {
      const { store } = await open()
      await store.put('kind:1', 'value', at(60))
      const [extended, taken] = await Promise.all([store.extend('kind:1', at(120)), store.take('kind:1')])
      expect([extended, taken]).toEqual([expect.any(Boolean), 'value'])
      expect(await store.get('kind:1')).toBeUndefined()
    })

    it('swaps only the very value that was read', async () => {
      const { store, setClock } = await open()
      await store.put('kind:1', 'one', at(60))
      expect(await store.swap('kind:1', 'other', 'never', at(120))).toBe(false)
      expect(await store.swap('kind:1', undefined, 'never', at(120))).toBe(false)
      expect(await store.get('kind:1')).toBe('one')
      expect(await store.swap('kind:1', 'one', 'two', at(120))).toBe(true)
      setClock(90)
      expect(await store.get('kind:1')).toBe('two')
    })

    it('swaps nothing for a value where there is none, or none that has not expired', async () => {
      const { store, setClock } = await open()
      expect(await store.swap('kind:1', 'one', 'never', at(60))).toBe(false)
      expect(await store.swap('kind:1', undefined, 'one', at(60))).toBe(true)
      setClock(60)
      expect(await store.swap('kind:1', 'one', 'late', at(120))).toBe(false)
      expect(await store.swap('kind:1', undefined, 'again', at(120))).toBe(true)
      expect(await store.get('kind:1')).toBe('again')
    })

    it('lets exactly one of many who read the same swap it', async () => {
      const { store } = await open()
      await store.put('kind:1', 'one', at(60))
      const swapped = await Promise.all(
        Array.from({ length: 20 }, (_, n) => store.swap('kind:1', 'one', `two ${n}`, at(60))),
      )
      expect(swapped.filter(Boolean)).toHaveLength(1)
    })

    it('lets exactly one of many takers have the value', async () => {
      const { store } = await open()
      await store.put('kind:1', 'value', at(60))
      const taken = await Promise.all(Array.from({ length: 20 }, () => store.take('kind:1')))
      expect(taken.filter((value) => value === 'value')).toHaveLength(1)
      expect(await store.get('kind:1')).toBeUndefined()
    })

    it('the store does not give an expired value to a taker', async () => {
      const { store, setClock } = await open()
      await store.put('kind:1', 'value', at(60))
      setClock(61)
      expect(await store.take('kind:1')).toBeUndefined()
    })

    it('shows that a key is claimed, until the claim has expired', async () => {
      const { store, setClock } = await open()
      await store.claim('used:1', at(60))
      expect(await store.get('used:1')).toBeDefined()
      setClock(60)
      expect(await store.get('used:1')).toBeUndefined()
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

    it('counts from one, until the end that the first call has set', async () => {
      const { store, setClock } = await open()
      expect(await store.count('rate:1', at(60))).toBe(1)
      setClock(30)
      expect(await store.count('rate:1', at(90))).toBe(2)
      setClock(59)
      expect(await store.count('rate:1', at(300))).toBe(3)
      setClock(60)
      expect(await store.count('rate:1', at(120))).toBe(1)
      setClock(119)
      expect(await store.count('rate:1', at(120))).toBe(2)
    })

    it('gives each of many who count at once a number of its own', async () => {
      const { store } = await open()
      const numbers = await Promise.all(Array.from({ length: 50 }, () => store.count('rate:1', at(60))))
      expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1))
      expect(await store.count('rate:2', at(60))).toBe(1)
    })

    it('counts from one again what was deleted', async () => {
      const { store } = await open()
      await store.count('rate:1', at(60))
      await store.delete('rate:1')
      expect(await store.count('rate:1', at(60))).toBe(1)
    })

    it('forgets what is deleted, and does not mind deleting what is not there', async () => {
      const { store } = await open()
      await store.put('kind:1', 'value', at(60))
      await store.delete('kind:1')
      await store.delete('kind:1')
      expect(await store.get('kind:1')).toBeUndefined()
    })

    it('keeps members of a set, each until its own end', async () => {
      const { store, setClock } = await open()
      await store.add('set:1', 'short', at(60))
      await store.add('set:1', 'long', at(120))
      expect((await store.members('set:1')).toSorted()).toEqual(['long', 'short'])
      setClock(60)
      expect(await store.members('set:1')).toEqual(['long'])
      setClock(120)
      expect(await store.members('set:1')).toEqual([])
    })

    it('holds a member once, and moves its end when it is added again', async () => {
      const { store, setClock } = await open()
      await store.add('set:1', 'one', at(60))
      await store.add('set:1', 'one', at(120))
      setClock(90)
      expect(await store.members('set:1')).toEqual(['one'])
    })

    it('ends a member at once that is added again until now, or before, and no other', async () => {
      const { store, setClock } = await open()
      await store.add('set:1', 'other', at(120))
      for (const name of ['one', 'two']) await store.add('set:1', name, at(60))
      setClock(30)
      await store.add('set:1', 'one', at(30))
      await store.add('set:1', 'two', at(29))
      await store.add('set:2', 'never there', at(29))
      expect([await store.members('set:1'), await store.members('set:2')]).toEqual([['other'], []])
      await store.add('set:1', 'one', at(60))
      expect((await store.members('set:1')).toSorted()).toEqual(['one', 'other'])
      setClock(119)
      expect(await store.members('set:1')).toEqual(['other'])
    })

    it('loses no member when many are added at once', async () => {
      const { store } = await open()
      const names = Array.from({ length: 50 }, (_, i) => `member ${i}`)
      await Promise.all(names.map((name) => store.add('set:1', name, at(60))))
      expect((await store.members('set:1')).toSorted()).toEqual(names.toSorted())
    })

    it('the store has no members in a set that was never begun, and none of another', async () => {
      const { store } = await open()
      await store.add('set:1', 'one', at(60))
      expect(await store.members('set:2')).toEqual([])
      expect(await store.members('constructor')).toEqual([])
    })

    describe('with a room', () => {
      const room: Room = { name: 'small', mostRecords: 3, mostOctets: 1000 }
      const fill = async (store: Store, end = 60): Promise<void> => {
        for (const n of [1, 2, 3]) expect(await store.admit(room, `kind:${n}`, 'value', at(end))).toBe('kept')
      }

      it('keeps what it admits as it keeps anything, until it expires', async () => {
        const { store, setClock } = await open()
        expect(await store.admit(room, 'kind:1', 'ä value', at(60))).toBe('kept')
        expect(await store.get('kind:1')).toBe('ä value')
        setClock(60)
        expect(await store.get('kind:1')).toBeUndefined()
      })

      it('admits one value for a key and leaves it, until it has expired', async () => {
        const { store, setClock } = await open()
        const admitted = await Promise.all(
          Array.from({ length: 20 }, (_, n) => store.admit(room, 'kind:1', `value ${n}`, at(60))),
        )
        expect(admitted.toSorted()).toEqual([...Array.from({ length: 19 }, () => 'exists'), 'kept'])
        const kept = await store.get('kind:1')
        expect(await store.admit(room, 'kind:1', 'another', at(90))).toBe('exists')
        expect(await store.get('kind:1')).toBe(kept)
        setClock(60)
        expect(await store.admit(room, 'kind:1', 'another', at(90))).toBe('kept')
        expect(await store.get('kind:1')).toBe('another')
      })

      it('a store with limited room does not replace what was put under the key', async () => {
        const { store } = await open()
        await store.put('kind:1', 'one', at(60))
        expect(await store.admit(room, 'kind:1', 'two', at(60))).toBe('exists')
        expect(await store.get('kind:1')).toBe('one')
      })

      it('a store with limited room is full at its number of records, however many come at once, and drops none of them', async () => {
        const { store } = await open()
        const admitted = await Promise.all(
          Array.from({ length: 20 }, (_, n) => store.admit(room, `kind:${n}`, 'value', at(60))),
        )
        expect(admitted.filter((each) => each === 'kept')).toHaveLength(3)
        expect(admitted.filter((each) => each === 'full')).toHaveLength(17)
        const there = await Promise.all(Array.from({ length: 20 }, (_, n) => store.get(`kind:${n}`)))
        expect(there.filter((value) => value !== undefined)).toHaveLength(3)
      })

      it('a store with limited room is full at its octets, keys and UTF-8 included', async () => {
        const { store } = await open()
        const most = Math.floor(994 / growth)
        expect(await store.admit(room, 'kind:1', 'x'.repeat(most + 1), at(60))).toBe('full')
        expect(await store.admit(room, 'kind:1', 'ä'.repeat(most / 2 + 1), at(60))).toBe('full')
        expect(await store.admit(room, 'kind:1', 'ä'.repeat(most / 2), at(60))).toBe('kept')
        expect(await store.admit(room, 'kind:2', '', at(60))).toBe('full')
      })

      it('a store with limited room has space again for what was taken, deleted, replaced or expired', async () => {
        const { store, setClock } = await open()
        await fill(store)
        expect(await store.admit(room, 'kind:4', 'value', at(60))).toBe('full')
        await store.take('kind:1')
        expect(await store.admit(room, 'kind:4', 'value', at(60))).toBe('kept')
        await store.delete('kind:2')
        expect(await store.admit(room, 'kind:5', 'value', at(60))).toBe('kept')
        await store.put('kind:3', 'value', at(60))
        expect(await store.admit(room, 'kind:6', 'value', at(60))).toBe('kept')
        expect(await store.admit(room, 'kind:7', 'value', at(60))).toBe('full')
        setClock(60)
        await fill(store, 120)
      })

      it('still counts what is extended', async () => {
        const { store, setClock } = await open()
        await fill(store)
        expect(await store.extend('kind:1', at(120))).toBe(true)
        expect(await store.admit(room, 'kind:4', 'value', at(60))).toBe('full')
        setClock(60)
        for (const n of [4, 5]) expect(await store.admit(room, `kind:${n}`, 'value', at(90))).toBe('kept')
        expect(await store.admit(room, 'kind:6', 'value', at(90))).toBe('full')
      })

      it('a store with limited room is apart from other rooms, and from everything that is in none', async () => {
        const { store } = await open()
        await store.put('login:1', 'x'.repeat(2000), at(60))
        await store.add('set:1', 'x'.repeat(2000), at(60))
        await fill(store)
        expect(await store.admit({ ...room, name: 'other' }, 'kind:4', 'value', at(60))).toBe('kept')
        expect(await store.admit(room, 'kind:5', 'value', at(60))).toBe('full')
        await store.put('login:2', 'value', at(60))
        expect(await store.swap('login:3', undefined, 'value', at(60))).toBe(true)
        expect(await store.claim('used:1', at(60))).toBe(true)
        await store.add('set:1', 'member', at(60))
        const keys = ['login:1', 'login:2', 'login:3', 'used:1', 'kind:1', 'kind:2', 'kind:3', 'kind:4']
        expect(await Promise.all(keys.map((key) => store.get(key)))).not.toContain(undefined)
        expect(await store.members('set:1')).toHaveLength(2)
      })
    })

    it('takes keys for what they are', async () => {
      const { store } = await open()
      await store.put('__proto__', 'value', at(60))
      expect(await store.get('constructor')).toBeUndefined()
      expect(await store.get('__proto__')).toBe('value')
    })
  })
}
