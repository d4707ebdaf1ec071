import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../core/errors.ts'

/** What can be wrong with the local AWS's own state. Errors on the wire are in aws-errors.ts. */
export const localAwsErrors = {
  'local_aws.state_invalid': {
    sentence: 'The state of the local AWS is not valid.',
    hint: 'Correct the named places in the state file (--state, or localAws.state in the configuration).',
  },
} as const satisfies ErrorCatalogue

export type LocalAwsErrorCode = keyof typeof localAwsErrors

/** The state's problems, all at once, each with its path; its message has a line for each. */
export class LocalAwsError extends FedgateError {
  readonly problems: readonly string[]

  constructor(code: LocalAwsErrorCode, problems: readonly string[], detail: ErrorDetail = {}) {
    const sentence = [localAwsErrors[code].sentence, ...problems].join('\n  ')
    super(code, localAwsErrors[code], { sentence, found: problems.join('; '), ...detail })
    this.problems = problems
  }
}
