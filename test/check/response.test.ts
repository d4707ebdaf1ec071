import { describe, expect, it } from 'vitest'
import { checkResponse } from '../../src/check/response.ts'
import { outcomeOf } from '../../src/core/verdict.ts'
import { evaluate, expected, fixture, fixtureNames, form, now, request } from '../saml/saml-fixtures.ts'
import { findingOf } from './check-fixtures.ts'

const [name = ''] = fixtureNames('accepted')
const good = fixture('accepted', name)

const opinionOn = (text: string, inResponseTo: string | undefined = request) =>
  checkResponse(text, expected, inResponseTo, now)

const check = (text: string, inResponseTo?: string) => opinionOn(text, inResponseTo).verdict

const withoutRequest = (text: string) => checkResponse(text, expected, undefined, now).verdict

describe('a response in a file', () => {
  it.each(fixtureNames('accepted'))('is judged as a login judges it: %s', (fixtureName) => {
    const xml = fixture('accepted', fixtureName)
    expect(check(xml)).toEqual(evaluate(xml).verdict)
    expect(outcomeOf(check(xml))).toBe('pass')
  })

  it.each(fixtureNames('refused'))('is refused as a login refuses it: %s', (fixtureName) => {
    const xml = fixture('refused', fixtureName)
    expect(check(xml)).toEqual(evaluate(xml).verdict)
    expect(outcomeOf(withoutRequest(xml))).not.toBe('pass')
  })

  it('may be base64, with line breaks, or a whole form field', () => {
    const base64 = form(good).SAMLResponse
    const wrapped = `${base64.replaceAll(/.{76}/g, '$&\n')}\n`
    const field = `${new URLSearchParams({ SAMLResponse: base64, RelayState: 'x' })}`
    expect([wrapped, field].map((text) => outcomeOf(check(text)))).toEqual(['pass', 'pass'])
  })

  it('that is nothing of the kind fails at the first step', () => {
    expect(findingOf(check('hello, world'), 'isReadable').outcome).toBe('fail')
    expect(findingOf(check(''), 'isReadable').outcome).toBe('fail')
  })

  it('to an unknown request leaves open what only the gateway knows', () => {
    const verdict = withoutRequest(good)
    expect(verdict.filter(({ outcome }) => outcome === 'unknown').map(({ name: open }) => open)).toEqual([
      'requestIsKnown',
      'responseAnswersOurRequest',
      'answersOurRequest',
    ])
    expect(outcomeOf(verdict)).toBe('unknown')
  })

  it('to another request than the one that is named fails', () => {
    expect(findingOf(check(good, '_another'), 'answersOurRequest').outcome).toBe('fail')
  })

  it('is told the code that a login would be refused with', () => {
    expect(opinionOn(fixture('refused', 'audience-wrong')).refusal?.code).toBe('saml.audience_mismatch')
    expect(opinionOn(good).refusal).toBeUndefined()
    expect(checkResponse(good, expected, undefined, now).refusal).toBeUndefined()
  })

  it('has all else judged although the request is unknown', () => {
    const verdict = withoutRequest(fixture('refused', 'audience-wrong'))
    expect(verdict.filter(({ outcome }) => outcome === 'fail').map(({ name: failed }) => failed)).toEqual([
      'audienceIsUs',
    ])
  })

  it('that answers nobody passes where that is allowed, and fails where not', () => {
    const unsolicited = fixture('refused', 'unsolicited')
    const { verdict: allowed } = checkResponse(unsolicited, { ...expected, allowsUnsolicited: true }, undefined, now)
    expect(findingOf(withoutRequest(unsolicited), 'isSolicited').outcome).toBe('fail')
    expect(findingOf(allowed, 'isSolicited').outcome).toBe('pass')
  })
})
