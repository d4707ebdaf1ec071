import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../core/errors.ts'

/** What AWS answers when it does not give credentials, in codes of ours and words a user can act on. */
export const stsErrors = {
  'sts.access_denied': {
    sentence: 'AWS refused this role.',
    hint: "The role may not exist, or its trust policy does not let this sign-in take it. Ask your AWS administrator to compare the role's trust policy with what fedgate sends.",
  },
  'sts.identity_rejected': {
    sentence: 'AWS did not accept the proof of who you are.',
    hint: 'The identity provider registered in that AWS account does not match this gateway. Show the reference to your AWS administrator.',
  },
  'sts.provider_unknown': {
    sentence: 'The AWS account does not know this identity provider.',
    hint: 'Ask your AWS administrator to create the identity provider in IAM in that account.',
  },
  'sts.evidence_stale': {
    sentence: 'Your sign-in is too old for AWS.',
    hint: 'Sign in again, then take the role at once.',
  },
  'sts.evidence_too_large': {
    sentence: 'What your identity provider says about you is more than AWS takes.',
    hint: 'Ask the administrator of the identity provider to send fewer roles or attributes for this service.',
  },
  'sts.evidence_ambiguous': {
    sentence: 'Your identity provider confirms who you are in a way that AWS does not take.',
    hint: 'Ask the administrator of the identity provider to send exactly one SubjectConfirmation.',
  },
  'sts.evidence_encrypted': {
    sentence: 'What your identity provider says about you is encrypted, and AWS cannot read it.',
    hint: "Turn assertion encryption off at the identity provider, or give IAM's SAML provider the decryption key and set stsDecrypts.",
  },
  'sts.evidence_algorithm': {
    sentence: 'Your identity provider signs in a way that AWS does not take.',
    hint: 'Ask the administrator of the identity provider to sign ID tokens with RS256, or whoever runs this gateway to set `evidence: reissued`.',
  },
  'sts.evidence_kind': {
    sentence: 'Your sign-in is from before the settings of your identity provider were changed here.',
    hint: 'Sign out and in again.',
  },
  'sts.duration_too_long': {
    sentence: 'The role does not allow sessions that long.',
    hint: 'Choose a shorter duration.',
  },
  'sts.request_invalid': {
    sentence: 'AWS did not understand the request.',
    hint: 'Show the reference to whoever runs this gateway.',
  },
  'sts.packed_policy_too_large': {
    sentence: 'The tags and policies of this session are too large for AWS.',
    hint: 'Ask whoever runs this gateway to send fewer or shorter session tags.',
  },
  'sts.region_disabled': {
    sentence: 'STS is switched off for that account in this region.',
    hint: 'Ask your AWS administrator to activate STS in the region, or to choose another one in the configuration.',
  },
  'sts.region_unknown': {
    sentence: 'The gateway does not know where AWS is in this region.',
    hint: 'Ask whoever runs this gateway to check `sts.region` in its configuration.',
  },
  'sts.fips_unavailable': {
    sentence: 'This gateway talks to FIPS endpoints of AWS only, and there is none for this role.',
    hint: 'Ask whoever runs this gateway to choose another region for the account, or to set `sts.fips` to false.',
  },
  'sts.partition_unknown': {
    sentence: 'This role is in a part of AWS that the gateway does not know.',
    hint: 'Ask whoever runs this gateway to check the role ARN in its configuration.',
  },
  'sts.throttled': { sentence: 'AWS is receiving too many requests.', hint: 'Wait a moment, then try again.' },
  'sts.unreachable': {
    sentence: 'AWS could not be reached.',
    hint: 'Try again in a moment. If it goes on, the gateway may have no way to AWS.',
  },
  'sts.failed': { sentence: 'AWS could not answer the request.', hint: 'Try again in a moment.' },
  'sts.console_refused': {
    sentence: 'AWS sign-in did not open a console session for this role.',
    hint: 'Try again. The credentials of the role still work.',
  },
} as const satisfies ErrorCatalogue

export type StsErrorCode = keyof typeof stsErrors

export class StsError extends FedgateError {
  constructor(code: StsErrorCode, detail?: ErrorDetail) {
    super(code, stsErrors[code], detail)
  }
}
