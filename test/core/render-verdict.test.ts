import { describe, expect, it } from 'vitest'
import { outcomeOfAll, summaryLine, verdictLines, verdictsJson, verdictsLines } from '../../src/core/render-verdict.ts'
import type { Verdict } from '../../src/core/verdict.ts'

const verdict: Verdict = [
  { name: 'isReadable', outcome: 'pass' },
  { name: 'certificateIsCurrent', outcome: 'pass', found: 'until 2026-12-01', warning: 'renew it within 9 days' },
  { name: 'audienceIsUs', outcome: 'fail', expected: 'us', found: 'them', source: 'Audience' },
  { name: 'requestIsKnown', outcome: 'unknown', expected: 'a request' },
  { name: 'hasBegun', outcome: 'not-run' },
]

describe('a verdict as text', () => {
  it('a verdict as text has a line for each finding: outcome, name, what was expected and found', () => {
    expect(verdictLines(verdict)).toEqual([
      '  passed   isReadable',
      '  warning  certificateIsCurrent  until 2026-12-01: renew it within 9 days',
      '  FAILED   audienceIsUs          expected us, found them (Audience)',
      '  unknown  requestIsKnown        expected a request, found nothing',
      '  skipped  hasBegun',
    ])
  })

  it('lists findings under their subject', () => {
    const verdicts = [{ subject: 'aws', verdict: verdict.slice(0, 1) }]
    expect(verdictsLines(verdicts)).toEqual(['aws', '  passed   isReadable'])
  })

  it('names the code of the error that comes of it', () => {
    const verdicts = [{ subject: 'response of corp', verdict: verdict.slice(0, 1), code: 'saml.base64' }]
    expect(verdictsLines(verdicts)[0]).toBe('response of corp: saml.base64')
    expect(JSON.parse(verdictsJson(verdicts))).toMatchObject({ subjects: [{ code: 'saml.base64' }] })
  })

  it('colours each label by its outcome', () => {
    const [first, second] = verdictLines(verdict, (mark, text) => `<${mark}>${text.trim()}</>`)
    expect([first, second]).toEqual([
      '  <pass>passed</>  isReadable',
      expect.stringContaining('<warning>warning</>  certificateIsCurrent'),
    ])
  })

  it('keeps an untrusted value on its line and away from the terminal', () => {
    const found = 'a\u001b[2Jb\r\n  passed  everything\u2028c'
    const [line] = verdictLines([{ name: 'x', outcome: 'fail', expected: 'y', found }])
    expect(line).toBe('  FAILED   x  expected y, found a [2Jb   passed  everything c')
  })

  it('keeps the keys of a policy, which are in the names, away from the terminal too', () => {
    const name = 'Statement[0].Condition.StringEquals.saml:\u001b]0;x\u0007\u009b2J\nok'
    const [line] = verdictLines([{ name, outcome: 'fail', expected: 'y', found: 'z' }])
    expect(line).toBe('  FAILED   Statement[0].Condition.StringEquals.saml: ]0;x 2J ok  expected y, found z')
  })
})

describe('verdicts as JSON', () => {
  it('say the outcome of all, of each subject, and every finding as it is', () => {
    const verdicts = [
      { subject: 'configuration', verdict: verdict.slice(0, 2) },
      { subject: 'provider corp', verdict },
    ]
    expect(JSON.parse(verdictsJson(verdicts))).toEqual({
      outcome: 'fail',
      subjects: [
        { subject: 'configuration', outcome: 'pass', checks: verdict.slice(0, 2) },
        { subject: 'provider corp', outcome: 'fail', checks: verdict },
      ],
    })
  })
})

describe('a summary', () => {
  it.each([
    [[0, 4], 'All checks passed.'],
    [[0, 1], '1 warning.'],
    [[1, 2, 2, 3], '2 checks failed, 1 cannot be determined, 1 warning.'],
  ])('a summary of findings %j is %s', (indexes, line) => {
    const picked = indexes.flatMap((index) => verdict[index] ?? [])
    expect(summaryLine([{ subject: 'aws', verdict: picked }])).toBe(line)
  })
})

describe('the outcome of all', () => {
  it.each([
    [[0, 1], 'pass'],
    [[0, 4], 'pass'],
    [[0, 3], 'unknown'],
    [[3, 2], 'fail'],
  ])('the outcome of findings %j is %s', (indexes, outcome) => {
    const picked = verdict.filter((_, index) => indexes.includes(index))
    expect(outcomeOfAll(picked.map((finding) => ({ subject: finding.name, verdict: [finding] })))).toBe(outcome)
  })
})
