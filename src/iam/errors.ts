import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../core/errors.ts'

export const iamErrors = {
  'iam.policy_malformed': {
    sentence: 'The trust policy is not one that IAM would accept.',
    hint: 'Correct the named places.',
  },
} as const satisfies ErrorCatalogue

export type IamErrorCode = keyof typeof iamErrors

export class IamError extends FedgateError {
  constructor(code: IamErrorCode, detail?: ErrorDetail) {
    super(code, iamErrors[code], detail)
  }
}

/** One place in a policy document that IAM would refuse. */
export interface PolicyProblem {
  /** Such as `Statement[0].Condition.StringEquals`. */
  readonly path: string
  readonly expected: string
  readonly found: string
  /** IAM's limit in CreateRole (aws-facts E.6). */
  readonly iamMessage: string
}

/** A policy document that IAM would refuse, with every problem in it. */
export class MalformedPolicyError extends IamError {
  readonly problems: readonly PolicyProblem[]

  constructor(problems: readonly PolicyProblem[]) {
    const [first] = problems
    super('iam.policy_malformed', first && { expected: first.expected, found: first.found, source: first.path })
    this.problems = problems
  }
}

/** The type of a document's value, in a word, for messages. */
export function describe(value: unknown): string {
  return value === undefined
    ? 'nothing'
    : value === null
      ? 'null'
      : Array.isArray(value)
        ? 'a list'
        : typeof value === 'object'
          ? 'an object'
          : JSON.stringify(value)
}
