import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../core/errors.ts'

/** Why the gateway cannot issue evidence for AWS. */
export const issuerErrors = {
  'issuer.export_failed': {
    sentence: 'The documents of the issuer cannot be written.',
    hint: 'Name a folder that this user may write to.',
  },
  'issuer.key_unusable': {
    sentence: 'The key that signs tokens for AWS cannot be used.',
    hint: 'Check the files under `issuer.key`.',
  },
  'issuer.not_configured': {
    sentence: 'This gateway has no key to sign tokens for AWS with.',
    hint: 'Name one under `issuer.key` in the configuration.',
  },
  'issuer.subject_invalid': {
    sentence: 'AWS does not take the name that your identity provider knows you by.',
    hint: 'Show the reference to whoever runs this gateway.',
  },
  'issuer.session_tags_invalid': {
    sentence: 'AWS does not take the session tags made from your sign-in.',
    hint: 'Ask whoever runs this gateway to check `sessionTags` in its configuration.',
  },
  'issuer.source_identity_invalid': {
    sentence: 'AWS does not take the source identity made from your sign-in.',
    hint: 'Ask whoever runs this gateway to check `sourceIdentity` in its configuration.',
  },
  'issuer.token_too_long': {
    sentence: 'The token for AWS is longer than AWS takes.',
    hint: 'Ask whoever runs this gateway to send fewer or shorter session tags.',
  },
} as const satisfies ErrorCatalogue

export type IssuerErrorCode = keyof typeof issuerErrors

export class IssuerError extends FedgateError {
  constructor(code: IssuerErrorCode, detail?: ErrorDetail) {
    super(code, issuerErrors[code], detail)
  }
}
