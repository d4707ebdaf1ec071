import { describe, expect, it } from 'vitest'
import { type AuditEvent, refusalOf } from '../../src/audit/events.ts'
import { auditLine } from '../../src/audit/line.ts'
import { FedgateError } from '../../src/core/errors.ts'
import { Secret } from '../../src/core/secret.ts'

const exchange = {
  eventName: 'exchange',
  eventTime: new Date('2026-01-02T03:04:05Z'),
  referenceId: 'ref-1',
  sourceIPAddress: '192.0.2.1',
  provider: 'corp',
  subject: 'alice',
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

  it('stays one line whatever was found', () => {
    const line = auditLine(refused('a\nb\r\u2028c\u2029d\u0085e'))
    expect(line.split(/[\n\r\u2028\u2029\u0085]/)).toEqual([line.slice(0, -1), ''])
    expect(JSON.parse(line).found).toBe('a\nb\r\u2028c\u2029d\u0085e')
  })

  it('steers no terminal', () => {
    const line = auditLine(refused('a\u001b[2Jb\u009b2Jc\u007fd'))
    expect(line).toMatch(/^\P{Cc}+\n$/u)
    expect(JSON.parse(line).found).toBe('a\u001b[2Jb\u009b2Jc\u007fd')
  })

  it('stays short whatever was found', () => {
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
})
