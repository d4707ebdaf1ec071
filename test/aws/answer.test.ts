import { describe, expect, it } from 'vitest'
import { stsErrorOf } from '../../src/aws/sts/answer.ts'

const answer = (Code: string, message: string, httpStatusCode = 400) => ({
  name: `${Code}Exception`,
  Code,
  message,
  $metadata: { httpStatusCode, requestId: 'req-1' },
})

/** Texts as AWS sends them. */
const ANSWERS = [
  ['AccessDenied', 'Not authorized to perform sts:AssumeRoleWithSAML', 'sts.access_denied'],
  ['InvalidIdentityToken', 'Response signature invalid', 'sts.identity_rejected'],
  ['InvalidIdentityToken', 'Incorrect token audience', 'sts.identity_rejected'],
  ['InvalidIdentityToken', "Specified provider doesn't exist (Service: x)", 'sts.provider_unknown'],
  [
    'InvalidIdentityToken',
    'No OpenIDConnect provider found in your account for https://idp.example',
    'sts.provider_unknown',
  ],
  ['ExpiredTokenException', 'Token must be redeemed within 5 minutes of issuance', 'sts.evidence_stale'],
  ['IDPRejectedClaim', 'x', 'sts.identity_rejected'],
  [
    'ValidationError',
    'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    'sts.duration_too_long',
  ],
  ['ValidationError', "1 validation error detected: Value at 'roleArn'", 'sts.request_invalid'],
  [
    'PackedPolicyTooLarge',
    'Packed size of session tags consumes 142% of allotted space.',
    'sts.packed_policy_too_large',
  ],
  ['RegionDisabledException', 'STS is not activated in this region', 'sts.region_disabled'],
  ['Throttling', 'Rate exceeded', 'sts.throttled'],
  ['SomethingNew', 'never seen', 'sts.failed'],
] as const

describe("AWS's answers", () => {
  it.each(ANSWERS)('the AWS error %s "%s" is %s', (wireCode, text, code) => {
    const error = stsErrorOf(answer(wireCode, text))
    expect(error.code).toBe(code)
    expect(error.found).toBe(`${wireCode}: ${text}`)
    expect(error.source).toBe('STS request req-1')
  })

  it("AWS's answers are distinguished from a missing answer", () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })
    expect(stsErrorOf(refused).code).toBe('sts.unreachable')
    expect(stsErrorOf(Object.assign(new Error('late'), { name: 'TimeoutError' })).code).toBe('sts.unreachable')
    expect(stsErrorOf(undefined).code).toBe('sts.unreachable')
  })
})
