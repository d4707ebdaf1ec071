import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { glob } from '../../src/core/patterns/glob.ts'
import { linearPattern } from '../../src/core/patterns/linear.ts'
import { holds } from '../held/holds.ts'

/** What JavaScript's own engine makes of the same pattern. */
const byBacktracking = (source: string, text: string, flags = 'su'): Readonly<Record<string, string>> | undefined => {
  const found = new RegExp(`^(?:${source})$`, flags).exec(text)
  return found ? Object.fromEntries(Object.entries(found.groups ?? {}).filter(([, value]) => value)) : undefined
}

describe('A pattern', holds('10.3'), () => {
  it.each([
    ['(?<account>\\d{12})-(?<role>[\\w-]+)', '111122223333-Dev-Ops', { account: '111122223333', role: 'Dev-Ops' }],
    ['(?:(?<a>x)|(?<b>y))z', 'yz', { b: 'y' }],
    ['(?<lazy>a+?)(?<rest>a*)', 'aaa', { lazy: 'a', rest: 'aa' }],
    ['a|b', 'b', {}],
    ['', '', {}],
    ['a.c', 'a\nc', {}],
    ['\\/aws\\/.+', '/aws/dev', {}],
    ['\\u{1F600}|\\uD83D\\uDE00x', '😀x', {}],
    ['.', '😀', {}],
    ['[^\\S]', '\u00a0', {}],
    ['[\\b]', '\b', {}],
    ['[[:a]+', ':[a', {}],
    ['[^]', '\n', {}],
    ['\\cA\\0', '\u0001\0', {}],
    ['\\p{Lu}\\p{Script=Greek}', 'Äω', {}],
    ['(?<a>x){0,1}y', 'xy', { a: 'x' }],
  ])('%s matches %j as in JavaScript: %j', (source, text, groups) => {
    expect(linearPattern(source).match(text)).toEqual(groups)
    expect(byBacktracking(source, text)).toEqual(groups)
  })

  it('gives the same text the same result again, also after many others', () => {
    const { match } = linearPattern('(?<team>[a-z]+)-(?<n>\\d+)')
    const answers = () => ['aws-1', 'aws-', 'sales-20', 'aws-'.repeat(60)].map(match)
    const before = answers()
    expect(before).toEqual([{ team: 'aws', n: '1' }, undefined, { team: 'sales', n: '20' }, undefined])
    expect(answers()).toEqual(before)
    for (let n = 0; n < 2000; n += 1) expect(match(`aws-${n}`)).toEqual({ team: 'aws', n: String(n) })
    expect(answers()).toEqual(before)
  })

  it.each([
    ['aws', 'aws-dev'],
    ['a|b', 'ax'],
    ['aws', 'aws\n'],
    ['aws', 'AWS'],
    ['[]', ''],
    ['[](x[a])', 'xa'],
    ['[[:a][b]', 'a'],
    ['\\s', '\u200b'],
    ['\\w', 'ä'],
  ])('%s does not match %j, as in JavaScript', (source, text) => {
    expect(linearPattern(source).match(text)).toBeUndefined()
    expect(byBacktracking(source, text)).toBeUndefined()
  })

  it.each([
    ['(?=a)a', 'lookaround is not supported: (?='],
    ['a(?!b)', 'lookaround is not supported: (?!'],
    ['(?<=a)b', 'lookaround is not supported: (?<='],
    ['(?<!a)b', 'lookaround is not supported: (?<!'],
    ['(a)\\1', 'back references are not supported: \\1'],
    ['(?<a>a)\\k<a>', 'back references are not supported: \\k'],
    ['(?:(?<a>x)|y)+', 'a named group must not be repeated'],
    ['(?<a>x)*', 'a named group must not be repeated'],
    ['a{1001}', 'not supported: invalid repeat count'],
    ['(', 'Unterminated group'],
    ['a)|(b', 'Unmatched'],
    ['(?i)a', 'Invalid group'],
    ['\\Qa\\E', 'Invalid escape'],
  ])('%s is refused: %s', (source, reason) => {
    expect(() => linearPattern(source)).toThrow(SyntaxError)
    expect(() => linearPattern(source)).toThrow(reason)
  })

  it('a pattern may ignore case, and cost no more than it is allowed to', () => {
    expect(linearPattern('éx', { ignoreCase: true }).match('ÉX')).toEqual({})
    expect(linearPattern('ß', { ignoreCase: true }).match('ss')).toBeUndefined()
    expect(() => linearPattern('.{500}', { maxCost: 100 })).toThrow('the pattern repeats too much')
  })

  /** Each stopped JavaScript's engine for seconds to for ever. */
  it.each([
    ['(\\w+\\s?)+', 'a'.repeat(40).concat('!')],
    ['(\\w+\\s?)+', 'a'.repeat(1023).concat('!')],
    [`${'(a|a)?'.repeat(18)}${'a'.repeat(18)}`, 'a'.repeat(17)],
    ['(a*)*b', 'a'.repeat(1024)],
    ['(.*)*(.*)*(.*)*x', 'ab'.repeat(512)],
    ['(a|b)*a(a|b){200}', 'abbab'.repeat(200)],
  ])('%s is answered in linear time', (source, text) => {
    const started = performance.now()
    linearPattern(source).match(text)
    expect(performance.now() - started).toBeLessThan(2000)
  })

  const atom = fc.constantFrom(
    ...['a', 'b', 'ä', '😀', '.', '\\w', '\\W', '\\s', '\\S', '\\d', '[ab]', '[^a\\s]', '[^\\S]'],
    ...['[\\w-]', '\\u0061', '\\x20', '[\\x61-c]', '\\p{L}', '\\P{L}', '\\.', '[.[(?]', '\\/', '[^]', '[]'],
  )
  const empty = fc.constantFrom('(?:)', '^', '$', '\\b', '\\B', '')
  const quantifier = fc.constantFrom('', '?', '*', '+', '*?', '{1,2}', '{2}')
  const pattern = (leaf: fc.Arbitrary<string>, repeated: (whole: fc.Arbitrary<string>) => fc.Arbitrary<string>) =>
    fc.letrec<{ whole: string; part: string }>((tie) => ({
      part: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.tuple(repeated(tie('whole')), quantifier).map(([one, times]) => `(?:${one})${times}`),
      ),
      whole: fc.oneof(
        { maxDepth: 4 },
        tie('part'),
        fc.tuple(tie('part'), tie('whole')).map((parts) => parts.join('')),
        fc.tuple(tie('part'), tie('whole')).map((parts) => parts.join('|')),
      ),
    })).whole
  const text = fc.string({
    unit: fc.constantFrom('a', 'b', 'ä', '😀', ' ', '\u00a0', '\n', '1', '.', '['),
    maxLength: 6,
  })
  const numRuns = 1500

  it('matches the same texts as in JavaScript', () => {
    const any = pattern(fc.oneof(atom, empty), (whole) => whole)
    fc.assert(
      fc.property(any, text, (source, subject) => {
        expect(linearPattern(source).match(subject) !== undefined).toBe(byBacktracking(source, subject) !== undefined)
      }),
      { numRuns },
    )
  })

  /** Where what repeats can be empty, the languages may divide a text between groups in different ways. */
  it('divides them between its groups as JavaScript does', () => {
    const some = pattern(atom, () => atom)
    const named = fc.tuple(some, some).map(([one, two]) => `(?<x>${one})(?:(?<y>b(?:${two}))|a)?.?`)
    fc.assert(
      fc.property(named, text, (source, subject) => {
        expect(linearPattern(source).match(subject)).toEqual(byBacktracking(source, subject))
      }),
      { numRuns },
    )
  })
})

describe('A glob', holds('10.3'), () => {
  it.each([
    ['*', '', true],
    ['a?c', 'abc', true],
    ['a?c', 'a😀c', true],
    ['?', '', false],
    ['a*b*c', 'axxbyyc', true],
    ['a*b*c', 'axxcyyb', false],
    ['a.c', 'abc', false],
    ['abc', 'abc', true],
    ['abc', 'abcd', false],
    ['*a', 'ba', true],
    ['?*', '', false],
  ])('a glob: %s of %j: %s', (pattern, text, matches) => {
    expect(glob(pattern).test(text)).toBe(matches)
  })

  it('agrees with a regular expression of the same meaning', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 })
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '😀'), maxLength: 8 })
    fc.assert(
      fc.property(pattern, text, (wanted, found) => {
        const regular = new RegExp(`^${wanted.replaceAll('?', '.').replaceAll('*', '.*')}$`, 'su')
        expect(glob(wanted).test(found)).toBe(regular.test(found))
      }),
    )
  })

  it('a glob with many stars is answered at once', () => {
    const started = performance.now()
    expect(glob(`${'*a'.repeat(200)}*b`).test('a'.repeat(2048))).toBe(false)
    expect(performance.now() - started).toBeLessThan(2000)
  })
})
