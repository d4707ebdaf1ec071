import { describe, expect, it } from 'vitest'
import { checkResponse } from '../../src/check/response.ts'
import { outcomeOf } from '../../src/core/verdict.ts'
import { evaluate, expected, fixture, fixtureNames, form, now, request } from '../saml/saml-fixtures.ts'
import { findingOf } from './check-fixtures.ts'

const good = fixture('accepted', 'signed-assertion')

const opinionOn = (text: string, inResponseTo: string | undefined = request) =>
  checkResponse(text, expected, inResponseTo, now)

const check = (text: string, inResponseTo?: string) => opinionOn(text, inResponseTo).verdict

const withoutRequest = (text: string) => checkResponse(text, expected, undefined, now).verdict

describe('a response in a file', () => {
  // What the ACS says of every fixture is in test/saml/fixtures.test.ts: here one for each place where it can fail.
  it.each([
    ['refused', 'doctype'],
    ['refused', 'stranger'],
    ['refused', 'encrypted-cut-short'],
    ['refused', 'audience-wrong'],
    ['accepted', 'encrypted-aes256-gcm'],
  ] as const)('a response is judged as a login judges it: %s/%s', (kind, name) => {
    const xml = fixture(kind, name)
    expect(check(xml)).toEqual(evaluate(xml).verdict)
    expect(outcomeOf(check(xml))).toBe(kind === 'accepted' ? 'pass' : 'fail')
  })

  it('a refused response does not pass where the request is unknown', () => {
    const passing = fixtureNames('refused').filter(
      (name) => outcomeOf(withoutRequest(fixture('refused', name))) === 'pass',
    )
    expect(passing).toEqual([])
  })

  it('a response may be base64, with line breaks, or a whole form field', () => {
    const base64 = form(good).SAMLResponse
    const wrapped = `${base64.replaceAll(/.{76}/g, '$&\n')}\n`
    const field = `${new URLSearchParams({ SAMLResponse: base64, RelayState: 'x' })}`
    expect([wrapped, field].map((text) => outcomeOf(check(text)))).toEqual(['pass', 'pass'])
  })

  it('text that is no response fails at the first step', () => {
    expect(findingOf(check('hello, world'), 'isReadable').outcome).toBe('fail')
    expect(findingOf(check(''), 'isReadable').outcome).toBe('fail')
  })

  it('a response to an unknown request leaves open what only the gateway knows', () => {
    const verdict = withoutRequest(good)
    expect(verdict.filter(({ outcome }) => outcome === 'unknown').map(({ name: open }) => open)).toEqual([
      'requestIsKnown',
      'responseAnswersOurRequest',
      'answersOurRequest',
    ])
    expect(outcomeOf(verdict)).toBe('unknown')
  })

  it('a response to another request than the named one fails', () => {
    expect(findingOf(check(good, '_another'), 'answersOurRequest').outcome).toBe('fail')
  })

  it('a refused response comes with the code that a login would be refused with', () => {
    expect(opinionOn(fixture('refused', 'audience-wrong')).refusal?.code).toBe('saml.audience_mismatch')
    expect(opinionOn(good).refusal).toBeUndefined()
    expect(checkResponse(good, expected, undefined, now).refusal).toBeUndefined()
  })

  it('a response has everything else judged although the request is unknown', () => {
    const verdict = withoutRequest(fixture('refused', 'audience-wrong'))
    expect(verdict.filter(({ outcome }) => outcome === 'fail').map(({ name: failed }) => failed)).toEqual([
      'audienceIsUs',
    ])
  })

  it('a response that answers no request passes where that is allowed, and fails where not', () => {
    const unsolicited = fixture('refused', 'unsolicited')
    const { verdict: allowed } = checkResponse(unsolicited, { ...expected, allowsUnsolicited: true }, undefined, now)
    expect(findingOf(withoutRequest(unsolicited), 'isSolicited').outcome).toBe('fail')
    expect(findingOf(allowed, 'isSolicited').outcome).toBe('pass')
  })
})
