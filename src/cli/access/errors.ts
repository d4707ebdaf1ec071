import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../../core/errors.ts'

export const accessReportErrors = {
  'access.report_unreadable': {
    sentence: 'The earlier report cannot be read.',
    hint: 'Specify a file that `fedgate access --format json` wrote.',
  },
  'access.provider_unknown': {
    sentence: 'The configuration has no provider with that id.',
    hint: 'Choose one with --provider.',
  },
  'access.claims_unreadable': {
    sentence: 'The file with the claims cannot be read.',
    hint: 'Specify a file as for `fedgate explain --claims`.',
  },
} as const satisfies ErrorCatalogue

export class AccessReportError extends FedgateError {
  constructor(code: keyof typeof accessReportErrors, detail?: ErrorDetail) {
    super(code, accessReportErrors[code], detail)
  }
}
