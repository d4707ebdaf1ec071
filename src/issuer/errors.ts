import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../core/errors.ts'

/** Why the gateway cannot issue an assertion or a token for AWS. */
export const issuerErrors = {
  'issuer.export_failed': {
    sentence: 'The issuer documents cannot be written.',
    hint: 'Choose a folder that this user can write to.',
  },
  'issuer.key_unusable': {
    sentence: 'The key that signs tokens for AWS cannot be used.',
    hint: 'Check the files under `issuer.key`.',
  },
  'issuer.not_configured': {
    sentence: 'This gateway has no key to sign tokens for AWS.',
    hint: 'Set one under `issuer.key` in the configuration.',
  },
  'issuer.subject_invalid': {
    sentence: 'AWS does not accept the subject (NameID or `sub`) that your identity provider sent.',
    hint: 'Send the reference to your administrator.',
  },
  'issuer.session_tags_invalid': {
    sentence: 'AWS does not accept the session tags made from your sign-in.',
    hint: 'Ask your administrator to check `sessionTags` in its configuration.',
  },
  'issuer.source_identity_invalid': {
    sentence: 'AWS does not accept the source identity made from your sign-in.',
    hint: 'Ask your administrator to check `sourceIdentity` in its configuration.',
  },
  'issuer.token_too_long': {
    sentence: 'The token is longer than AWS accepts.',
    hint: 'Ask your administrator to send fewer or shorter session tags.',
  },
} as const satisfies ErrorCatalogue

export type IssuerErrorCode = keyof typeof issuerErrors

export class IssuerError extends FedgateError {
  constructor(code: IssuerErrorCode, detail?: ErrorDetail) {
    super(code, issuerErrors[code], detail)
  }
}
