import { describe, expect, it } from 'vitest'
import { SamlError } from '../../src/saml/errors.ts'
import { evaluateResponse, validateResponse } from '../../src/saml/response/validate.ts'
import { holds } from '../held/holds.ts'
import { assertionOf, codeOf, errorOf, evaluate, expected, fixture, form, now } from './saml-fixtures.ts'

const good = fixture('accepted', 'signed-assertion')
const codeOfField = (SAMLResponse: unknown) => codeOf(evaluateResponse({ SAMLResponse }, expected, now))
const base64 = (bytes: Buffer | string) => Buffer.from(bytes).toString('base64')

describe('the form field', holds('1.1'), () => {
  it.each([
    ['missing', undefined],
    ['empty', ''],
    ['an array', [form(good).SAMLResponse]],
    ['an object', { 0: form(good).SAMLResponse }],
    ['a number', 7],
  ])('%s is refused', (_, field) => {
    expect(codeOfField(field)).toBe('saml.parameter_missing')
  })

  it.each([
    ['a character outside the alphabet', `${form(good).SAMLResponse.slice(0, -4)}!!!!`],
    [
      'the URL alphabet',
      base64(Buffer.from([0xfb, 0xff]))
        .replace(/\+/g, '-')
        .replace(/\//g, '_'),
    ],
    ['spaces for its plus signs', form(good).SAMLResponse.replace(/[+].*/, ' $&')],
    ['missing padding', 'YQ'],
    ['bits in the padding', 'YR=='],
    ['text behind the padding', 'YQ==YQ=='],
    ['the XML itself', good],
  ])('base64 with %s is refused', (_, field) => {
    expect(codeOfField(field)).toBe('saml.base64')
  })

  it('takes base64 with line breaks', () => {
    const wrapped = form(good).SAMLResponse.replace(/.{76}/g, '$&\r\n')
    expect(codeOfField(wrapped)).toBe('accepted')
  })

  it.each([
    ['a stray byte', Buffer.from([0x3c, 0x61, 0xff, 0x3e])],
    ['an overlong slash', Buffer.from([0x3c, 0xc0, 0xaf, 0x3e])],
    ['a surrogate', Buffer.from([0x3c, 0xed, 0xa0, 0x80, 0x3e])],
    ['UTF-16', Buffer.from(`\ufeff${good}`, 'utf16le')],
  ])('UTF-8 with %s is refused', (_, bytes) => {
    expect(codeOfField(base64(bytes))).toBe('saml.utf8')
  })

  it('refuses 10 MB by its length', () => {
    expect(codeOfField('A'.repeat(10_000_000))).toBe('saml.too_large')
  })

  it('refuses more than a megabyte once decoded', () => {
    expect(codeOfField(base64(Buffer.alloc(1_100_000, 0x20)))).toBe('saml.too_large')
  })

  it('the form field does not inflate: that is the redirect binding', async () => {
    const { deflateRawSync } = await import('node:zlib')
    expect(codeOfField(base64(deflateRawSync(good)))).not.toBe('accepted')
  })
})

describe('the Response around a signed assertion', () => {
  it.each([
    ['InResponseTo', 'saml.response_request_mismatch'],
    ['IssueInstant', 'saml.attribute_missing'],
  ])('lost its %s and was accepted', (name, code) => {
    const without = good.replace(new RegExp(`(<samlp:Response [^>]*?) ${name}="[^"]*"`), '$1')
    expect(without).not.toBe(good)
    expect(codeOf(evaluate(without))).toBe(code)
  })

  it('said a time that is none and was accepted', () => {
    const broken = good.replace(/IssueInstant="[^"]*"/, 'IssueInstant="yesterday"')
    expect(codeOf(evaluate(broken))).toBe('saml.time_malformed')
  })
})

describe('a verified assertion', () => {
  it('carries what the identity provider signed, and nothing else', () => {
    expect(assertionOf(evaluate(good))).toEqual({
      id: '_assertion',
      issuer: 'https://idp.example.org/metadata',
      issueInstant: new Date('2026-11-22T11:59:30Z'),
      nameId: { value: 'alice@example.org', format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress' },
      subject: 'alice@example.org',
      attributes: new Map([['groups', ['developers', 'staff']]]),
      confirmationCount: 1,
      isEncrypted: false,
      audiences: ['https://gateway.example.org/saml/corp/metadata'],
      recipient: 'https://gateway.example.org/saml/corp/acs',
      inResponseTo: '_request',
      authnInstant: new Date('2026-11-22T11:59:30Z'),
      authnContextClassRef: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
      sessionIndex: '_session',
      furtherSessionIndexes: [],
      sessionNotOnOrAfter: new Date('2026-11-22T20:00:00Z'),
      expiresAt: new Date('2026-11-22T12:05:00Z'),
      notOnOrAfter: new Date('2026-11-22T12:05:00Z'),
    })
  })

  it('takes its subject from the attribute that the configuration names', () => {
    expect(assertionOf(evaluate(fixture('accepted', 'two-attribute-statements'), { subject: 'mail' })).subject).toBe(
      'alice@example.org',
    )
  })

  it('a verified assertion has no subject where that attribute has several values or none', () => {
    expect(codeOf(evaluate(good, { subject: 'groups' }))).toBe('saml.subject_missing')
    expect(codeOf(evaluate(good, { subject: 'mail' }))).toBe('saml.subject_missing')
  })

  it('adds up the values of one attribute across statements', () => {
    const { attributes } = assertionOf(evaluate(fixture('accepted', 'two-attribute-statements')))
    expect(attributes).toEqual(
      new Map([
        ['groups', ['developers', 'staff']],
        ['mail', ['alice@example.org']],
      ]),
    )
  })

  it('leaves out values that are structures, and keeps empty ones', () => {
    const { attributes } = assertionOf(evaluate(fixture('accepted', 'targeted-id')))
    expect(attributes.get('structure')).toEqual([])
    expect(attributes.get('empty')).toEqual([''])
  })

  it('an assertion was refused for text with elements in an unused attribute', () => {
    const xml = fixture('refused', 'friendly-value-with-element-inside')
    const { attributes } = assertionOf(evaluate(xml, { readsAttribute: (name) => name === 'groups' }))
    expect(attributes.get('groups')).toEqual(['developers', 'staff'])
    expect([attributes.get('urn:oid:1.2.3'), attributes.get('roles')]).toEqual([[], []])
    for (const asked of ['urn:oid:1.2.3', 'roles'])
      expect(codeOf(evaluate(xml, { readsAttribute: (name) => name === asked }))).toBe('saml.text_expected')
  })

  it('a verified assertion has the same values in a pretty-printed response', () => {
    expect(assertionOf(evaluate(fixture('accepted', 'pretty-printed')))).toEqual(assertionOf(evaluate(good)))
  })
})

describe('clock skew', holds('4.2'), () => {
  const at = (time: string, clockSkewSeconds = 60) =>
    codeOf(evaluateResponse(form(good), { ...expected, clockSkewSeconds }, new Date(time)))

  it.each([
    ['2026-11-22T11:58:30.000Z', 'accepted'],
    ['2026-11-22T11:58:29.999Z', 'saml.assertion_from_future'],
    ['2026-11-22T11:57:59.999Z', 'saml.not_yet_valid'],
    ['2026-11-22T12:05:59.999Z', 'accepted'],
    ['2026-11-22T12:06:00.000Z', 'saml.confirmation_expired'],
  ])('an assertion within the clock skew at %s is %s', (time, code) => {
    expect(at(time)).toBe(code)
  })

  it('a clock skew of zero is exact', () => {
    expect(at('2026-11-22T12:04:59.999Z', 0)).toBe('accepted')
    expect(at('2026-11-22T12:05:00.000Z', 0)).toBe('saml.confirmation_expired')
  })
})

describe('a requested authentication context', () => {
  const password = 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport'
  const mfa = 'https://refeds.org/profile/mfa'

  it.each([
    ['nothing', [], 'accepted'],
    ['the class', [password], 'accepted'],
    ['the class as the second', [mfa, password], 'accepted'],
    ['another', [mfa], 'saml.authn_context_mismatch'],
    ['it in other letters', [password.toUpperCase()], 'saml.authn_context_mismatch'],
    ['a part of it', ['PasswordProtectedTransport'], 'saml.authn_context_mismatch'],
  ])('a requested authentication context is judged for %s', (_, authnContext, code) => {
    expect(codeOf(evaluate(good, { authnContext }))).toBe(code)
  })

  it('names what was asked for and what came', () => {
    const evaluation = evaluate(good, { authnContext: [mfa] })
    expect('error' in evaluation && [evaluation.error.expected, evaluation.error.found]).toEqual([mfa, password])
  })
})

describe('a refusal', () => {
  it('a refusal is thrown by validateResponse with the verdict', () => {
    const error = errorOf(() => validateResponse(form(fixture('refused', 'audience-wrong')), expected, now))
    expect(error).toBeInstanceOf(SamlError)
    expect(error).toMatchObject({
      code: 'saml.audience_mismatch',
      expected: 'https://gateway.example.org/saml/corp/metadata',
      found: 'https://other.example.org',
      source: 'AudienceRestriction/Audience',
    })
    expect((error as SamlError).verdict.filter(({ outcome }) => outcome === 'fail')).toHaveLength(1)
  })

  it('names the assertion where its signature held, so that a used one is recognised', () => {
    const evaluation = evaluate(good, { inResponseTo: undefined })
    expect('error' in evaluation && evaluation.error.assertion).toEqual({
      issuer: 'https://idp.example.org/metadata',
      id: '_assertion',
      inResponseTo: '_request',
    })
  })

  it('names no assertion where it did not', () => {
    const evaluation = evaluate(fixture('refused', 'changed-after-signing'), { inResponseTo: undefined })
    expect('error' in evaluation && evaluation.error.assertion).toBeUndefined()
  })

  it("shows the identity provider's own words for a failed sign-in", () => {
    const evaluation = evaluate(fixture('refused', 'status-authn-failed'))
    expect('error' in evaluation && evaluation.error.found).toContain('wrong password')
  })
})

describe('an unsolicited response', holds('5.2'), () => {
  const unsolicited = fixture('refused', 'unsolicited')
  const allowed = { allowsUnsolicited: true, inResponseTo: undefined }

  it('an unsolicited response is accepted where that is allowed and no login is waiting for it', () => {
    expect(assertionOf(evaluate(unsolicited, allowed)).inResponseTo).toBeUndefined()
  })

  it('an unsolicited response is refused where it is not allowed, also when no login is waiting', () => {
    expect(codeOf(evaluate(unsolicited))).toBe('saml.unsolicited')
    expect(codeOf(evaluate(unsolicited, { inResponseTo: undefined }))).toBe('saml.unsolicited')
    expect(codeOf(evaluate(unsolicited, { ...allowed, allowsUnsolicited: false }))).toBe('saml.unsolicited')
  })

  it('answers no login that is waiting, even where it is allowed', () => {
    expect(codeOf(evaluate(unsolicited, { allowsUnsolicited: true }))).toBe('saml.unsolicited')
  })

  it.each(['signed-assertion', 'no-destination-no-issuer', 'second-confirmation-is-ours'])(
    'an unsolicited response is not what %s is: that names a request',
    (name) => {
      expect(codeOf(evaluate(fixture('accepted', name), allowed))).toBe('saml.request_unknown')
    },
  )

  it('an unsolicited response is not one whose Response alone, or one confirmation of several, names a request', () => {
    const responseNames = unsolicited.replace('<samlp:Response ', '<samlp:Response InResponseTo="_any" ')
    expect(codeOf(evaluate(responseNames, allowed))).toBe('saml.unsolicited')
    expect(codeOf(evaluate(fixture('refused', 'confirmations-do-not-add-up'), allowed))).not.toBe('accepted')
  })
})
