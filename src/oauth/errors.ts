import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../core/errors.ts'

const ADMIN = 'Send the reference to your administrator: the audit log has the details.'

/** Why the access token of a provider without ID tokens signs nobody in. Its requests fail with codes of `oidc.*`. */
export const accessTokenErrors = {
  'access_token.missing': {
    sentence: "The identity provider's token response has no access token.",
    hint: ADMIN,
  },
  'access_token.rejected': {
    sentence: 'The identity provider rejected its own access token.',
    hint: 'Sign in again. If this keeps happening, send the reference to your administrator.',
  },
  'access_token.other_application': {
    sentence: 'The access token was issued to another application.',
    hint: 'Ask your administrator to compare `clientId` with the application at the identity provider.',
  },
  'access_token.expired': { sentence: 'The access token has expired.', hint: 'Sign in again.' },
  'access_token.other_user': {
    sentence: 'The profile that the identity provider sent is of another user.',
    hint: ADMIN,
  },
  'access_token.user_missing': {
    sentence: 'The identity provider did not say whose access token it is.',
    hint: 'Ask your administrator to request the scope that names the user, such as `profile`.',
  },
} as const satisfies ErrorCatalogue

export type AccessTokenErrorCode = keyof typeof accessTokenErrors

export class AccessTokenError extends FedgateError {
  constructor(code: AccessTokenErrorCode, detail?: ErrorDetail) {
    super(code, accessTokenErrors[code], detail)
  }
}
