import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toSessionName } from '../../src/access/session.ts'

/** What AWS's service model says of roleSessionNameType (aws-facts A.2). */
const TAKEN_BY_AWS = /^[\w+=,.@-]{2,64}$/

const anyText = fc.string({ unit: 'binary', minLength: 1, maxLength: 100 })

describe('the role session name', () => {
  it.each(['alice@example.com', 'ab', 'a'.repeat(64), 'corp.alice', 'x_+=,.@-'])(
    'stays %s, which AWS takes as it is',
    (text) => {
      expect(toSessionName(text)).toBe(text)
    },
  )

  it('ends in a hash where it had to be changed, cut or filled up', () => {
    expect(toSessionName('Zoë Zimmer')).toMatch(/^Zo-Zimmer-[0-9a-f]{16}$/)
    expect(toSessionName('a'.repeat(65))).toMatch(/^a{47}-[0-9a-f]{16}$/)
    expect(toSessionName('a')).toMatch(/^a-[0-9a-f]{16}$/)
  })

  it('keeps apart two people whose names differ only in what AWS refuses or after character 64', () => {
    expect(toSessionName('zoë@example.com')).not.toBe(toSessionName('zo!@example.com'))
    expect(toSessionName(`${'a'.repeat(70)}1`)).not.toBe(toSessionName(`${'a'.repeat(70)}2`))
    expect(toSessionName('a@example.com')).not.toBe(toSessionName('a @example.com'))
  })

  it('is not to be had by calling oneself what another comes out as', () => {
    const victim = toSessionName('Zoë Zimmer')
    expect(toSessionName(victim)).not.toBe(victim)
  })

  it('is always something AWS takes', () => {
    fc.assert(fc.property(anyText, (text) => void expect(toSessionName(text)).toMatch(TAKEN_BY_AWS)))
  })

  it('is another for another text: also for what differs in replaced characters only', () => {
    // Few letters, so that texts that come out alike are likely.
    const alike = fc.string({ unit: fc.constantFrom('a', '-', ' ', 'ä', '/'), minLength: 1, maxLength: 70 })
    fc.assert(
      fc.property(alike, alike, (one, other) => {
        expect(toSessionName(one) === toSessionName(other)).toBe(one === other)
        expect(toSessionName(toSessionName(one)) === toSessionName(other)).toBe(toSessionName(one) === other)
      }),
    )
  })
})
