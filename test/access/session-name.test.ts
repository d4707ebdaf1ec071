import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toSessionName } from '../../src/access/session.ts'

/** What AWS's service model says of roleSessionNameType (aws-facts A.2). */
const TAKEN_BY_AWS = /^[\w+=,.@-]{2,64}$/

const anyText = fc.string({ unit: 'binary', minLength: 1, maxLength: 100 })

describe('the role session name', () => {
  it.each(['alice@example.com', 'ab', 'a'.repeat(64), 'corp.alice', 'x_+=,.@-'])(
    'the role session name stays %s, which AWS accepts unchanged',
    (text) => {
      expect(toSessionName(text)).toBe(text)
    },
  )

  it('ends in a hash where it had to be changed, cut or filled up', () => {
    expect(toSessionName('Zoë Zimmer')).toMatch(/^Zo-Zimmer-[0-9a-f]{16}$/)
    expect(toSessionName('a'.repeat(65))).toMatch(/^a{47}-[0-9a-f]{16}$/)
    expect(toSessionName('a')).toMatch(/^a-[0-9a-f]{16}$/)
  })

  it('keeps apart two users whose names differ only in what AWS refuses or after character 64', () => {
    expect(toSessionName('zoë@example.com')).not.toBe(toSessionName('zo!@example.com'))
    expect(toSessionName(`${'a'.repeat(70)}1`)).not.toBe(toSessionName(`${'a'.repeat(70)}2`))
    expect(toSessionName('a@example.com')).not.toBe(toSessionName('a @example.com'))
  })

  it('the role session name of one user cannot be obtained by another who chooses it as a name', () => {
    const victim = toSessionName('Zoë Zimmer')
    expect(toSessionName(victim)).not.toBe(victim)
  })

  it('the role session name is always one that AWS accepts', () => {
    fc.assert(fc.property(anyText, (text) => void expect(toSessionName(text)).toMatch(TAKEN_BY_AWS)))
  })

  it('the role session name differs for different texts, also if only replaced characters differ', () => {
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
