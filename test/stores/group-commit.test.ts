import { setTimeout as delay } from 'node:timers/promises'
import type { RootDatabase } from 'lmdb'
import { describe, expect, it } from 'vitest'
import { createGroupCommit } from '../../src/stores/file/group-commit.ts'

/** Transactions that do nothing but call their operations, and how many operations each had. */
function watched(conclude: () => void = () => undefined) {
  const sizes: number[] = []
  let size = 0
  const root = {
    transaction: async (operations: () => unknown) => {
      size = 0
      await delay(2)
      const result = operations()
      sizes.push(size)
      return result
    },
  } as unknown as RootDatabase<string, string>
  const { write, idle } = createGroupCommit(root, conclude)
  const one = (n: number) =>
    write(() => {
      size += 1
      return n
    })
  return { one, write, idle, sizes }
}

describe('Transactions of the file store', () => {
  it('are shared by what arrives in one turn, at once while the store was idle', async () => {
    const { one, sizes } = watched()
    expect(await Promise.all([one(1), one(2), one(3)])).toEqual([1, 2, 3])
    expect(sizes).toEqual([3])
  })

  it('are shared by what arrives a moment later, while the store is in use', async () => {
    const { one, idle, sizes } = watched()
    await one(0)
    const results: Promise<number>[] = []
    for (let n = 1; n <= 20; n += 1) {
      results.push(one(n))
      await new Promise(setImmediate)
    }
    expect(await Promise.all(results)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1))
    await idle()
    expect(sizes.reduce((sum, size) => sum + size)).toBe(21)
    expect(sizes.length).toBeLessThan(12)
  })

  it('end with what they have in common; where that fails, none of them was written', async () => {
    let isFailing = false
    let concluded = 0
    const { one, write } = watched(() => {
      if (isFailing) throw new Error('the map is full')
      concluded += 1
    })
    await one(1)
    expect(concluded).toBe(1)
    isFailing = true
    const failed = await Promise.allSettled([one(2), one(3)])
    expect(failed.map((each) => each.status === 'rejected' && each.reason.code)).toEqual([
      'store.unavailable',
      'store.unavailable',
    ])
    isFailing = false
    const mixed = await Promise.allSettled([
      one(4),
      write(() => {
        throw new Error('one operation')
      }),
    ])
    expect(mixed.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  })
})
