import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../core/errors.ts'

export const credentialsErrors = {
  'credentials.not_writable': {
    sentence: 'These credentials cannot be written in this format.',
    hint: 'Choose another format.',
  },
  'credentials.profile_invalid': {
    sentence: 'This cannot be the name of a profile.',
    hint: 'Use 1 to 128 letters, digits and _ + = , . @ : / -',
  },
} as const satisfies ErrorCatalogue

export type CredentialsErrorCode = keyof typeof credentialsErrors

export class CredentialsError extends FedgateError {
  constructor(code: CredentialsErrorCode, detail?: ErrorDetail) {
    super(code, credentialsErrors[code], detail)
  }
}
