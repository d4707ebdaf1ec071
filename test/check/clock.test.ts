import { describe, expect, it } from 'vitest'
import { clockResult } from '../../src/check/clock.ts'
import { answer, now } from './check-fixtures.ts'

const after = (seconds: number): Date => new Date(now.getTime() + seconds * 1000)

const look = (theirs: number, tookSeconds = 0) =>
  clockResult(answer('', { date: after(theirs), sentAt: now, answeredAt: after(tookSeconds) }), 60, 'https://x')

describe("our clock against another's", () => {
  it.each([
    [0, 0],
    [-1, 0],
    [9, 10],
    [-0.5, 3],
  ])('agrees where their date is %d s after we asked and the answer took %d s', (theirs, took) => {
    expect(look(theirs, took)).toEqual({ outcome: 'pass', found: 'no difference', source: 'https://x' })
  })

  it.each([
    [4, 'this clock is 4 s behind'],
    [-5, 'this clock is 4 s ahead'],
  ])('says a small difference (%d s)', (theirs, found) => {
    expect(look(theirs)).toEqual({ outcome: 'pass', found, source: 'https://x' })
  })

  it('warns of a difference that grows', () => {
    expect(look(30)).toMatchObject({
      outcome: 'pass',
      found: 'this clock is 30 s behind',
      warning: 'set the clock by NTP',
    })
  })

  it.each([
    [61, 'this clock is 61 s behind'],
    [-62, 'this clock is 61 s ahead'],
  ])('fails where messages would be refused (%d s)', (theirs, found) => {
    expect(look(theirs)).toMatchObject({ outcome: 'fail', expected: 'a difference of at most 60 s', found })
  })

  it('our clock is not judged without a Date header, or without an answer', () => {
    const { date: _, ...silent } = answer()
    expect([clockResult(silent, 60, 'x').outcome, clockResult(undefined, 60, 'x').outcome]).toEqual([
      'not-run',
      'not-run',
    ])
  })
})
