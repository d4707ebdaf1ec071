import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../core/errors.ts'

/** AWS's refusals, with our own codes and with sentences that a user can act on. */
export const stsErrors = {
  'sts.access_denied': {
    sentence: 'AWS refused this role.',
    hint: "The role may not exist, or its trust policy does not allow this sign-in. Ask your AWS administrator to compare the role's trust policy with what fedgate sends.",
  },
  'sts.identity_rejected': {
    sentence: 'AWS did not accept your sign-in.',
    hint: 'The identity provider registered in that AWS account does not match this gateway. Send the reference to your AWS administrator.',
  },
  'sts.provider_unknown': {
    sentence: 'The AWS account does not know this identity provider.',
    hint: 'Ask your AWS administrator to create the identity provider in IAM in that account.',
  },
  'sts.evidence_stale': {
    sentence: 'Your sign-in is too old for AWS.',
    hint: 'Sign in again, then use the role right away.',
  },
  'sts.evidence_too_large': {
    sentence: 'The response of your identity provider is larger than AWS accepts.',
    hint: 'Ask the administrator of the identity provider to send fewer roles or attributes for this service.',
  },
  'sts.evidence_ambiguous': {
    sentence:
      'AWS accepts only a response with exactly one SubjectConfirmation, and your identity provider sent another number.',
    hint: 'Ask the administrator of the identity provider to send exactly one SubjectConfirmation.',
  },
  'sts.evidence_encrypted': {
    sentence: 'The assertion from your identity provider is encrypted, and AWS cannot read it.',
    hint: "Turn assertion encryption off at the identity provider, or give IAM's SAML provider the decryption key and set stsDecrypts.",
  },
  'sts.evidence_algorithm': {
    sentence: 'Your identity provider signs ID tokens with an algorithm that AWS does not accept.',
    hint: 'Ask the administrator of the identity provider to sign ID tokens with RS256, or your administrator to set `evidence: reissued`.',
  },
  'sts.evidence_kind': {
    sentence: 'The settings of your identity provider have changed since you signed in.',
    hint: 'Sign out and in again.',
  },
  'sts.duration_too_long': {
    sentence: 'The role does not allow sessions that long.',
    hint: 'Choose a shorter duration.',
  },
  'sts.request_invalid': {
    sentence: 'AWS rejected the request as invalid.',
    hint: 'Send the reference to your administrator.',
  },
  'sts.packed_policy_too_large': {
    sentence: 'The tags and policies of this session are too large for AWS.',
    hint: 'Ask your administrator to send fewer or shorter session tags.',
  },
  'sts.region_disabled': {
    sentence: 'STS is switched off for that account in this region.',
    hint: 'Ask your AWS administrator to activate STS in the region, or to choose another one in the configuration.',
  },
  'sts.region_unknown': {
    sentence: 'The gateway knows no STS endpoint for this region.',
    hint: 'Ask your administrator to check `sts.region` in its configuration.',
  },
  'sts.fips_unavailable': {
    sentence: 'This gateway uses FIPS endpoints of AWS only, and there is none for this role.',
    hint: 'Ask your administrator to choose another region for the account, or to set `sts.fips` to false.',
  },
  'sts.partition_unknown': {
    sentence: 'This role is in an AWS partition that the gateway does not know.',
    hint: 'Ask your administrator to check the role ARN in its configuration.',
  },
  'sts.throttled': { sentence: 'AWS is receiving too many requests.', hint: 'Wait a moment, then try again.' },
  'sts.unreachable': {
    sentence: 'AWS could not be reached.',
    hint: 'Try again in a moment. If this keeps happening, ask your administrator to check the connection from the gateway to AWS.',
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

/** An Amazon Cognito identity pool between the identity provider and STS. */
export const cognitoErrors = {
  'cognito.refused': {
    sentence: 'The Cognito identity pool did not accept your sign-in.',
    hint: 'Ask your AWS administrator to add this identity provider to the identity pool, with the client ID of this gateway, and to activate its basic (classic) flow.',
  },
  'cognito.unreachable': {
    sentence: 'Amazon Cognito could not be reached.',
    hint: 'Try again in a moment. If this keeps happening, ask your administrator to check the connection from the gateway to AWS.',
  },
  'cognito.answer_invalid': {
    sentence: 'Amazon Cognito did not return a token of the identity pool.',
    hint: 'Ask your administrator to check `exchange.identityPoolId` and `sts.endpoint`.',
  },
} as const satisfies ErrorCatalogue

export type CognitoErrorCode = keyof typeof cognitoErrors

export class CognitoError extends FedgateError {
  constructor(code: CognitoErrorCode, detail?: ErrorDetail) {
    super(code, cognitoErrors[code], detail)
  }
}
