/** IdP-initiated responses: security-requirements 5.2 */
import { describe, expect, it } from 'vitest'
import { assertionOf, codeOf, evaluate, fixture } from './saml-fixtures.ts'

const unsolicited = fixture('refused', 'unsolicited')
const solicited = fixture('accepted', 'signed-assertion')
const nobody = { inResponseTo: undefined }
const allowed = { ...nobody, allowsUnsolicited: true }

describe('an unsolicited response', () => {
  it('an unsolicited response is refused unless that is allowed, whatever is pending', () => {
    expect(codeOf(evaluate(unsolicited, nobody))).toBe('saml.unsolicited')
    expect(codeOf(evaluate(unsolicited))).toBe('saml.unsolicited')
    expect(codeOf(evaluate(unsolicited, { ...nobody, allowsUnsolicited: false }))).toBe('saml.unsolicited')
  })

  it('an unsolicited response is accepted where it is allowed, as one that names no request', () => {
    expect(assertionOf(evaluate(unsolicited, allowed)).inResponseTo).toBeUndefined()
  })

  it('an unsolicited response is refused for every other reason too', () => {
    expect(codeOf(evaluate(unsolicited, { ...allowed, spEntityId: 'https://other.example' }))).toBe(
      'saml.audience_mismatch',
    )
    expect(codeOf(evaluate(unsolicited, { ...allowed, acsUrl: 'https://other.example/acs' }))).not.toBe('accepted')
    expect(codeOf(evaluate(unsolicited, { ...allowed, signature: 'both' }))).toMatch(/_unsigned$/)
  })

  it('an unsolicited response is distinguished from one that answers a request which is not pending', () => {
    expect(codeOf(evaluate(solicited, allowed))).toBe('saml.request_unknown')
    expect(codeOf(evaluate(solicited, { allowsUnsolicited: true, inResponseTo: '_another' }))).toMatch(
      /^saml\.(response_request|in_response_to)_mismatch$/,
    )
  })

  it('names a request nowhere: not on its Response either', () => {
    const named = unsolicited.replace(/<(\w+:)?Response /, '$&InResponseTo="_request" ')
    expect(codeOf(evaluate(named, allowed))).not.toBe('accepted')
  })
})

it('a response that answers the pending request is accepted where others are allowed too', () => {
  expect(codeOf(evaluate(solicited, { allowsUnsolicited: true }))).toBe('accepted')
})
