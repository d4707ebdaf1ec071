import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../../core/errors.ts'

/** Why AWS KMS did not sign. */
export const kmsErrors = {
  'kms.unreachable': {
    sentence: 'The key service that signs for this gateway cannot be reached.',
    hint: 'Try again in a moment. If this keeps happening, ask your administrator to check the connection from the gateway to AWS KMS.',
  },
  'kms.throttled': {
    sentence: 'The key service that signs for this gateway is busy.',
    hint: 'Try again in a moment. If this keeps happening, ask your administrator to raise the request quota of AWS KMS.',
  },
  'kms.refused': {
    sentence: 'The key service refused to sign for this gateway.',
    hint: 'Ask your administrator to check that the KMS key is enabled and that the gateway may use `kms:Sign` and `kms:GetPublicKey` on it.',
  },
  'kms.no_credentials': {
    sentence: 'This gateway has no AWS credentials for the key service.',
    hint: 'Ask your administrator to give the machine an instance role, a task role or a pod identity that may use the KMS key.',
  },
  'kms.key_unusable': {
    sentence: 'The key in the key service is not suitable.',
    hint: 'Create it with key usage SIGN_VERIFY: RSA of 2048 bits or more, or ECC_NIST_P256 for tokens.',
  },
  'kms.key_mismatch': {
    sentence: 'The key service signed with another key than this gateway publishes.',
    hint: 'Ask your administrator to name the key by its ARN instead of an alias, with the certificate of that key.',
  },
  'kms.not_installed': {
    sentence: 'The configuration names a key in AWS KMS, and its client is not installed.',
    hint: 'Install it beside the gateway: `npm install @aws-sdk/client-kms`.',
  },
} as const satisfies ErrorCatalogue

export type KmsErrorCode = keyof typeof kmsErrors

export class KmsError extends FedgateError {
  constructor(code: KmsErrorCode, detail?: ErrorDetail) {
    super(code, kmsErrors[code], detail)
  }
}
