import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../core/errors.ts'

/** Errors in the local AWS's own state. Errors in responses are in aws-errors.ts. */
export const localAwsErrors = {
  'local_aws.state_invalid': {
    sentence: 'The state of the local AWS is not valid.',
    hint: 'Correct the named places in the state file (--state, or localAws.state in the configuration).',
  },
} as const satisfies ErrorCatalogue

export type LocalAwsErrorCode = keyof typeof localAwsErrors

/** All problems of the state at once, each with its path; the message has a line for each. */
export class LocalAwsError extends FedgateError {
  readonly problems: readonly string[]

  constructor(code: LocalAwsErrorCode, problems: readonly string[], detail: ErrorDetail = {}) {
    const sentence = [localAwsErrors[code].sentence, ...problems].join('\n  ')
    super(code, localAwsErrors[code], { sentence, found: problems.join('; '), ...detail })
    this.problems = problems
  }
}
