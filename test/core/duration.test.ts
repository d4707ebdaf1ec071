import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDuration, showDuration } from '../../src/core/duration.ts'

describe('a duration', () => {
  it.each([
    ['90', 90],
    ['45s', 45],
    ['1h30m', 5400],
    ['1h 30m', 5400],
    ['2d', 172_800],
  ])('%s is %d seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds)
  })

  it.each(['', '0', '0s', '-1', '1.5h', '1h ', ' 1h', '1h  30m', '1 h', 'h', '1h,30m', '1w', '9999999s'])(
    '%j is none',
    (text) => {
      expect(parseDuration(text)).toBeUndefined()
    },
  )

  it('a duration is read back from what is shown', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1_000_000 }), (n) => parseDuration(showDuration(n)) === n))
  })
})
