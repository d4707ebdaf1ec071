import { describe, expect, it } from 'vitest'
import { createRecent } from '../../src/core/text/recent.ts'

describe('What was used recently', () => {
  it('is there until it is replaced or deleted', () => {
    const recent = createRecent<string>(100)
    recent.set('a', 'one', 10)
    recent.set('b', 'two', 10)
    recent.set('a', 'three', 10)
    expect([recent.get('a'), recent.get('b'), recent.get('c')]).toEqual(['three', 'two', undefined])
    recent.delete('a')
    expect([recent.get('a'), recent.get('b')]).toEqual([undefined, 'two'])
  })

  it('keeps what is asked for, and forgets what is not, within twice its size', () => {
    const recent = createRecent<number>(100)
    recent.set('asked', 0, 10)
    for (let n = 1; n <= 1000; n += 1) {
      recent.set(`key ${n}`, n, 10)
      expect(recent.get('asked')).toBe(0)
    }
    const kept = Array.from({ length: 1000 }, (_, n) => recent.get(`key ${n + 1}`)).filter((one) => one !== undefined)
    expect(kept.length).toBeGreaterThan(5)
    expect(kept.length).toBeLessThanOrEqual(20)
    expect(kept.at(-1)).toBe(1000)
  })

  it('counts what is replaced and deleted no longer', () => {
    const recent = createRecent<number>(100)
    recent.set('first', 0, 10)
    for (let n = 0; n < 1000; n += 1) recent.set('second', n, 40)
    for (let n = 0; n < 1000; n += 1) {
      recent.set('third', n, 40)
      recent.delete('third')
    }
    expect([recent.get('first'), recent.get('second')]).toEqual([0, 999])
  })
})
