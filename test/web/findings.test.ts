import { describe, expect, it } from 'vitest'
import { fixes } from '../../src/access/preflight/fixes.ts'
import { checkNames } from '../../src/web/models/check-names.ts'
import { briefFindings, forecastFindings, nameForPeople } from '../../src/web/models/findings.ts'

const part = {
  name: 'Statement[0] (Sid).Condition.StringEquals.saml:aud',
  outcome: 'fail',
  expected: 'a',
  found: 'b',
  source: 'Recipient',
} as const
const { name: _, ...cause } = part
const verdict = [
  { name: 'sessionNameIsLegal', outcome: 'pass', found: 'alice' },
  { name: 'audienceIsTaken', outcome: 'pass', expected: 'x', found: 'x' },
  { name: 'conditionsHold', ...cause },
  { name: 'sessionTagsFit', outcome: 'unknown', expected: 'less', found: 'more' },
  { name: 'noStatementDenies', outcome: 'not-run' },
  part,
] as const
const denied = { preflight: { outcome: 'denied', verdict, decidedBy: part, context: [] } } as const

describe('the findings of a forecast', () => {
  it('findings leave out the cause, which the page says in words, and keep other reasons', () => {
    const { open, passed, parts } = forecastFindings(denied)
    expect(open).toEqual([{ name: checkNames.sessionTagsFit, outcome: 'unknown', expected: 'less', found: 'more' }])
    expect(passed.map(({ name }) => name)).toEqual([checkNames.sessionNameIsLegal, checkNames.audienceIsTaken])
    expect(passed[1]).toEqual({ name: checkNames.audienceIsTaken, outcome: 'pass', found: 'x' })
    expect(parts).toHaveLength(1)
  })

  it('findings have what tags need only where it is missing', () => {
    const named = (outcome: 'pass' | 'fail') => ({ ...part, outcome, name: 'sts:TagSession Statement[0].Action' })
    const partsWith = (outcome: 'pass' | 'fail') =>
      forecastFindings({ preflight: { ...denied.preflight, verdict: [part, named(outcome)] } }).parts
    expect([partsWith('pass').length, partsWith('fail').length]).toEqual([1, 2])
  })

  it('findings of an allowed role are the statement alone, in a list of roles', () => {
    const allowed = { preflight: { ...denied.preflight, outcome: 'allowed' } } as const
    expect(briefFindings(allowed)).toMatchObject({ open: [], passed: [], parts: [{ outcome: 'fail' }] })
    expect(briefFindings(denied)).toEqual(forecastFindings(denied))
  })

  it.each([
    ['Statement[0] (Sid).Condition.StringEquals.saml:aud', 'Statement[0] (Sid) · saml:aud (StringEquals)'],
    ['sts:TagSession Statement[1].Principal', 'sts:TagSession · Statement[1] · Principal'],
    ['Statement', 'Statement'],
    ['recipientIsOurAcs', 'Recipient is our acs'],
    ['toString', 'To string'],
  ])('the check %s is called %s', (name, shown) => {
    expect(nameForPeople(name)).toBe(shown)
  })

  it('every check of the forecast has a name of its own for people', () => {
    expect(Object.keys(checkNames).toSorted()).toEqual(Object.keys(fixes).toSorted())
    expect(new Set(Object.values(checkNames)).size).toBe(Object.keys(fixes).length)
  })
})
