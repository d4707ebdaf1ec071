import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sessionNameOf } from '../../src/access/session-name.ts'
import { identity } from './identities.ts'

describe('the role session name', () => {
  it('is the template filled in from the attributes', () => {
    expect(sessionNameOf('{mail}', identity({ mail: ['alice@example.com'] }))).toBe('alice@example.com')
    expect(sessionNameOf('{provider}.{subject}', identity())).toBe('corp.alice')
  })

  it('is the subject where a claim of the template is missing or empty', () => {
    expect(sessionNameOf('{mail}', identity())).toBe('alice')
    expect(sessionNameOf('x-{mail}', identity({ mail: [''] }))).toBe('alice')
  })

  it('takes the first value of several', () => {
    expect(sessionNameOf('{mail}', identity({ mail: ['a@example.com', 'b@example.com'] }))).toBe('a@example.com')
  })

  it('does not read __proto__ or fill in twice', () => {
    expect(sessionNameOf('{__proto__}', identity())).toBe('alice')
    expect(sessionNameOf('{mail}', identity({ mail: ['{subject}'] }))).toMatch(/^-subject-?-[0-9a-f]{10}$/)
  })

  it('keeps apart two people whose names differ only in what AWS refuses or after character 64', () => {
    const named = (mail: string): string => sessionNameOf('{mail}', identity({ mail: [mail] }))
    expect(named('zoë@example.com')).not.toBe(named('zo!@example.com'))
    expect(named(`${'a'.repeat(70)}1`)).not.toBe(named(`${'a'.repeat(70)}2`))
    expect(named('a@example.com')).not.toBe(named('a @example.com'))
  })

  it('is always something AWS takes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (subject) => {
        expect(sessionNameOf('{subject}', identity({}, { subject }))).toMatch(/^[\w+=,.@-]{2,64}$/)
      }),
    )
  })
})
