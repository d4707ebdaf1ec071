import type { RootDatabase } from 'lmdb'
import { describe, expect, it } from 'vitest'
import { createGroupCommit } from '../../src/stores/file/group-commit.ts'

/** Transactions that do nothing but call their operations. So many commits fail first, as lmdb tells it. */
function watched({ conclude = () => undefined as unknown, failing = 0 } = {}) {
  const sizes: number[] = []
  let size = 0
  let toFail = failing
  const root = {
    transaction: async (operations: () => unknown) => {
      size = 0
      await new Promise(setImmediate)
      const result = operations()
      sizes.push(size)
      if (toFail-- <= 0) return result
      throw Object.assign(new Error('Commit failed'), { commitError: Promise.reject(new Error('MDB_NOTFOUND')) })
    },
  } as unknown as RootDatabase<string, string>
  const { write } = createGroupCommit(root, () => void conclude())
  const one = (n: number) =>
    write(() => {
      size += 1
      return n
    })
  return { one, write, sizes }
}

const codesOf = (settled: readonly PromiseSettledResult<unknown>[]) =>
  settled.map((each) => (each.status === 'rejected' ? each.reason.code : each.value))

describe('Transactions of the file store', () => {
  it('are shared by what arrives in one turn', async () => {
    const { one, sizes } = watched()
    expect(await Promise.all([one(1), one(2), one(3)])).toEqual([1, 2, 3])
    expect(sizes).toEqual([3])
  })

  it('are tried once more when they could not be committed, and their answers are those of the second', async () => {
    const { one, write, sizes } = watched({ failing: 1 })
    let calls = 0
    const counted = write(() => {
      calls += 1
      return calls
    })
    expect(await Promise.all([one(1), counted, one(3)])).toEqual([1, 2, 3])
    expect(sizes).toEqual([2, 2])
  })

  it('fail where the second cannot be committed either, and the next are not affected', async () => {
    const { one, sizes } = watched({ failing: 2 })
    const failed = await Promise.allSettled([one(1), one(2)])
    expect(codesOf(failed)).toEqual(['store.unavailable', 'store.unavailable'])
    expect(failed.map((each) => each.status === 'rejected' && each.reason.found)).toEqual([
      'MDB_NOTFOUND',
      'MDB_NOTFOUND',
    ])
    expect(await one(3)).toBe(3)
    expect(sizes).toEqual([2, 2, 1])
  })

  it('end with what they have in common; where only that fails they are not run again', async () => {
    let isFailing = true
    let concluded = 0
    const { one, write, sizes } = watched({
      conclude: () => {
        concluded += 1
        if (isFailing) throw new Error('a row that is too long')
      },
    })
    expect(codesOf(await Promise.allSettled([one(1), one(2)]))).toEqual(['store.unavailable', 'store.unavailable'])
    expect(concluded).toBe(1)
    isFailing = false
    const mixed = await Promise.allSettled([
      one(4),
      write(() => {
        throw new Error('one operation')
      }),
    ])
    expect(codesOf(mixed)).toEqual([4, 'store.unavailable'])
    expect(sizes).toEqual([1])
  })
})
