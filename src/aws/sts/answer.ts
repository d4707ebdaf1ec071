import { StsError, type StsErrorCode } from '../errors.ts'

/** The codes as they are in responses (`Error/Code`), not the SDK's class names. */
const CODES: ReadonlyMap<string, StsErrorCode> = new Map([
  ['AccessDenied', 'sts.access_denied'],
  ['IDPRejectedClaim', 'sts.identity_rejected'],
  ['InvalidIdentityToken', 'sts.identity_rejected'],
  ['ExpiredTokenException', 'sts.evidence_stale'],
  ['ExpiredToken', 'sts.evidence_stale'],
  ['IDPCommunicationError', 'sts.identity_rejected'],
  ['MalformedPolicyDocument', 'sts.request_invalid'],
  ['PackedPolicyTooLarge', 'sts.packed_policy_too_large'],
  ['RegionDisabledException', 'sts.region_disabled'],
  ['ValidationError', 'sts.request_invalid'],
  ['InvalidParameterValue', 'sts.request_invalid'],
  ['Throttling', 'sts.throttled'],
  ['ThrottlingException', 'sts.throttled'],
])

/** One code has several causes with different next steps; AWS distinguishes them only by the message. */
const TEXTS: readonly (readonly [pattern: RegExp, code: StsErrorCode])[] = [
  [/exceeds the MaxSessionDuration/, 'sts.duration_too_long'],
  [/Specified provider doesn't exist|No OpenIDConnect provider found/, 'sts.provider_unknown'],
]

interface WireError {
  readonly Code?: unknown
  readonly name?: unknown
  readonly message?: unknown
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string }
}

/** The response of AWS, or a failure on the way to it, as our error. AWS's own message goes to the log as `found`. */
export function stsErrorOf(thrown: unknown): StsError {
  const { Code, name, message, $metadata } = (thrown ?? {}) as WireError
  const wireCode = typeof Code === 'string' ? Code : undefined
  const text = typeof message === 'string' ? message.slice(0, 1000) : ''
  const answered = $metadata?.httpStatusCode !== undefined
  const code =
    TEXTS.find(([pattern]) => answered && pattern.test(text))?.[1] ??
    (wireCode === undefined ? undefined : CODES.get(wireCode)) ??
    (answered ? 'sts.failed' : 'sts.unreachable')
  return new StsError(code, {
    expected: 'credentials',
    found: `${wireCode ?? String(name ?? 'Error')}: ${text}`,
    source: $metadata?.requestId === undefined ? 'STS' : `STS request ${$metadata.requestId}`,
    cause: thrown,
  })
}
