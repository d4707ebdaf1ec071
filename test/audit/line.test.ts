import { describe, expect, it } from 'vitest'
import type { AuditEvent } from '../../src/audit/events.ts'
import { auditLine } from '../../src/audit/line.ts'
import { refusalOf } from '../../src/audit/refusal.ts'
import { FedgateError } from '../../src/core/errors.ts'
import { Secret } from '../../src/core/secret.ts'

const exchange = {
  eventName: 'exchange',
  eventTime: new Date('2026-01-02T03:04:05Z'),
  referenceId: 'ref-1',
  sourceIPAddress: '192.0.2.1',
  provider: 'corp',
  subject: 'alice',
  purpose: 'credentials',
  awsRegion: 'eu-west-1',
  grantedBy: 'groups = dev (rule at line 7)',
  requestParameters: { roleArn: 'arn:aws:iam::111122223333:role/Dev', roleSessionName: 'alice', durationSeconds: 3600 },
  responseElements: { accessKeyId: 'ASIAEXAMPLE', expiration: new Date('2026-01-02T04:04:05Z') },
} as const satisfies AuditEvent

const refused = (found: string): AuditEvent => ({
  eventName: 'login.refused',
  eventTime: new Date('2026-01-02T03:04:05Z'),
  referenceId: 'ref-2',
  provider: 'corp',
  errorCode: 'saml.audience_mismatch',
  errorMessage: 'This sign-in was meant for another service.',
  found,
})

describe('an audit line', () => {
  it('says when, what and which reference first', () => {
    expect(Object.keys(JSON.parse(auditLine(exchange))).slice(0, 3)).toEqual(['eventTime', 'eventName', 'referenceId'])
  })

  it("uses CloudTrail's names", () => {
    expect(JSON.parse(auditLine(exchange))).toMatchObject({
      eventTime: '2026-01-02T03:04:05.000Z',
      sourceIPAddress: '192.0.2.1',
      requestParameters: { roleArn: 'arn:aws:iam::111122223333:role/Dev' },
      responseElements: { accessKeyId: 'ASIAEXAMPLE' },
    })
  })

  it('an audit line stays one line whatever was found', () => {
    const line = auditLine(refused('a\nb\r\u2028c\u2029d\u0085e'))
    expect(line.split(/[\n\r\u2028\u2029\u0085]/)).toEqual([line.slice(0, -1), ''])
    expect(JSON.parse(line).found).toBe('a\nb\r\u2028c\u2029d\u0085e')
  })

  it('steers no terminal', () => {
    const line = auditLine(refused('a\u001b[2Jb\u009b2Jc\u007fd'))
    expect(line).toMatch(/^\P{Cc}+\n$/u)
    expect(JSON.parse(line).found).toBe('a\u001b[2Jb\u009b2Jc\u007fd')
  })

  it('an audit line stays short whatever was found', () => {
    expect(auditLine(refused('x'.repeat(1_000_000))).length).toBeLessThan(2000)
  })

  it('shows no secret, even where one slipped in', () => {
    const slipped = { ...exchange, sessionToken: new Secret('FwoGZXIvYXdzEXAMPLE') }
    expect(auditLine(slipped)).not.toContain('FwoGZXIvYXdzEXAMPLE')
  })
})

describe('a refusal', () => {
  it("carries the error's code, sentence and exact reason, and not its cause", () => {
    const error = new FedgateError(
      'saml.audience_mismatch',
      { sentence: 'This sign-in was meant for another service.', hint: 'Ask.' },
      { expected: 'us', found: 'them', source: 'Audience', cause: new Error('<Assertion>…</Assertion>') },
    )
    expect(refusalOf(error)).toEqual({
      errorCode: 'saml.audience_mismatch',
      errorMessage: 'This sign-in was meant for another service.',
      expected: 'us',
      found: 'them',
      source: 'Audience',
    })
  })

  const mismatch = { expected: 'us', found: 'them', source: 'Audience' }
  const error = new FedgateError('saml.audience_mismatch', { sentence: 'Meant for another.', hint: 'Ask.' }, mismatch)

  it('says each thing once: what passed is left out, and what the error has is not repeated', () => {
    const other = { name: 'recipientIsOurAcs', outcome: 'fail', expected: 'here', found: 'there' } as const
    const verdict = [
      { name: 'issuerIsTheIdp', outcome: 'pass' },
      { name: 'audienceIsUs', outcome: 'fail', ...mismatch },
      other,
      { name: 'isCurrent', outcome: 'not-run' },
    ] as const
    expect(refusalOf(error, verdict).findings).toEqual([{ name: 'audienceIsUs', outcome: 'fail' }, other])
  })

  it('a refusal has at most five findings and cuts every text, whatever a stranger sends', () => {
    const book = '\u001b'.repeat(100_000)
    const values = { expected: book, found: book, source: book }
    const verdict = Array.from({ length: 50 }, (_, n) => ({
      name: `check ${n}`,
      outcome: 'fail' as const,
      found: 'x'.repeat(9000),
    }))
    const long = new FedgateError('saml.issuer_mismatch', { sentence: book, hint: '' }, { ...values, sentence: book })
    const text = JSON.stringify(refusalOf(long, verdict))
    expect(JSON.parse(text).findings).toHaveLength(5)
    expect(JSON.parse(text).found.length).toBeLessThanOrEqual(501)
  })
})
