import { describe, expect, it } from 'vitest'
import {
  type Checks,
  errorOfFirstFailure,
  failed,
  notRun,
  outcomeOf,
  passed,
  runChecks,
  skipChecks,
  throwFirstFailure,
  unknown,
} from '../../src/core/verdict.ts'

describe('A check', () => {
  it('reports one of four outcomes, without members that have no value', () => {
    expect(passed()).toStrictEqual({ outcome: 'pass' })
    expect(passed('alice', 'NameID')).toStrictEqual({ outcome: 'pass', found: 'alice', source: 'NameID' })
    expect(passed(undefined, 'NameID')).toStrictEqual({ outcome: 'pass', source: 'NameID' })
    expect(failed('us', 'them')).toStrictEqual({ outcome: 'fail', expected: 'us', found: 'them' })
    expect(failed('us', 'them', 'aud')).toStrictEqual({
      outcome: 'fail',
      expected: 'us',
      found: 'them',
      source: 'aud',
    })
    expect(unknown('us', 'nothing')).toStrictEqual({ outcome: 'unknown', expected: 'us', found: 'nothing' })
    expect(notRun()).toStrictEqual({ outcome: 'not-run' })
    expect(notRun('no key')).toStrictEqual({ outcome: 'not-run', found: 'no key' })
  })
})

describe('The runner', () => {
  const checks = {
    isUs: (subject, expected) => (subject === expected ? passed() : failed(expected, subject)),
    doesNotApply: () => undefined,
    eachLetter: (subject) => [...subject].map((letter) => passed(letter)),
    isKnown: () => unknown('a fact', 'none'),
  } as const satisfies Checks<string, string>

  it('names every result by its check, in the order of the record', () => {
    expect(runChecks<string, string>(checks, 'ab', 'us')).toStrictEqual([
      { name: 'isUs', outcome: 'fail', expected: 'us', found: 'ab' },
      { name: 'eachLetter', outcome: 'pass', found: 'a' },
      { name: 'eachLetter', outcome: 'pass', found: 'b' },
      { name: 'isKnown', outcome: 'unknown', expected: 'a fact', found: 'none' },
    ])
  })

  it('needs no expectation where the checks have none', () => {
    const verdict = runChecks(
      { isShort: ({ length }: string) => (length < 3 ? passed() : failed('2', `${length}`)) },
      'abc',
    )
    expect(verdict).toEqual([{ name: 'isShort', outcome: 'fail', expected: '2', found: '3' }])
  })

  it('marks checks that an earlier failure made meaningless', () => {
    expect(skipChecks(checks).map(({ name, outcome }) => `${name} ${outcome}`)).toEqual(
      Object.keys(checks).map((name) => `${name} not-run`),
    )
  })
})

describe('A verdict', () => {
  const fine = [{ name: 'a', ...passed() }]
  const bad = [...fine, { name: 'b', ...failed('x', 'y') }, { name: 'c', ...failed('v', 'w') }]
  const codes = { a: 'code.a', b: 'code.b', c: 'code.c' }
  const toError = (code: string, { found }: { readonly found?: string }) => new RangeError(`${code} ${found}`)

  it('fails by one failure, else is unknown by one unknown, else passes', () => {
    const doubtful = [...fine, { name: 'd', ...unknown('x', 'none') }]
    expect([fine, doubtful, [...doubtful, ...bad]].map(outcomeOf)).toEqual(['pass', 'unknown', 'fail'])
  })

  it('throws the error of its first failure, under that check’s code', () => {
    expect(() => throwFirstFailure(bad, codes, toError)).toThrow(new RangeError('code.b y'))
    expect(() => throwFirstFailure(fine, codes, toError)).not.toThrow()
  })

  it('gives that error as a value too, to those who show the verdict beside it', () => {
    expect(errorOfFirstFailure(bad, codes, toError)?.message).toBe('code.b y')
    expect(errorOfFirstFailure(fine, codes, toError)).toBeUndefined()
  })
})
