import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { listOf, parseParameters } from '../../src/local-aws/query/parameters.ts'
import { holds } from '../held/holds.ts'

/** What the platform reads, the first of each name. */
const platform = (form: string): [string, string][] => {
  const fields = new URLSearchParams(form)
  return [...new Set(fields.keys())].map((name) => [name, fields.get(name) ?? ''])
}

describe('a form of the Query protocol (A.1)', () => {
  it('a form of the Query protocol is read as URLSearchParams reads it, the first value of a name', () => {
    const piece = fc.constantFrom('a', 'b', '=', '&', '+', '%20', '%2B', '%2F', '%3D', '%26', '%C3%A9', 'é', '.', '1')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        expect([...parseParameters(pieces.join(''))]).toEqual(platform(pieces.join('')))
      }),
      { numRuns: 500 },
    )
  })

  it('keeps a percent sign that encodes nothing', () => {
    expect([...parseParameters('a=100%&b=%zz')]).toEqual([
      ['a', '100%'],
      ['b', '%zz'],
    ])
  })

  it('ends after a thousand fields, however many are sent', () => {
    expect(parseParameters(Array.from({ length: 2000 }, (_, n) => `p${n}=1`).join('&')).size).toBe(1000)
  })

  it(
    'a form of the Query protocol has lists as Name.member.N from 1 on, until the first gap, and members of structures with a dot',
    holds('A.1 lists'),
    () => {
      const parameters = parseParameters(
        'PolicyArns.member.1.arn=x&PolicyArns.member.2.arn=y&PolicyArns.member.4.arn=z&TransitiveTagKeys.member.1=k',
      )
      expect(listOf(parameters, 'PolicyArns', '.arn')).toEqual(['x', 'y'])
      expect(listOf(parameters, 'TransitiveTagKeys')).toEqual(['k'])
    },
  )
})
