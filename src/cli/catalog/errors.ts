import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../../core/errors.ts'
import { exitCodes } from '../user/exit-codes.ts'

export const pullErrors = {
  'catalog.no_credentials': {
    sentence: 'There are no AWS credentials.',
    hint: 'Sign in with the AWS CLI, or set AWS_PROFILE or AWS_ACCESS_KEY_ID.',
  },
  'catalog.aws_refused': {
    sentence: 'AWS refused a call.',
    hint: '`fedgate catalog pull --policy` prints the permissions that it needs.',
  },
  'catalog.aws_unreachable': {
    sentence: 'AWS cannot be reached.',
    hint: 'Check the network and the proxy, then run the command again: it continues where it ended.',
  },
  'catalog.accounts_unreadable': {
    sentence: 'The file with the accounts cannot be used.',
    hint: 'Specify a file with one account ID per line, CSV with a column `account`, or the JSON of `aws organizations list-accounts`.',
  },
  'catalog.cannot_write': {
    sentence: 'A file cannot be written.',
    hint: 'Check the folder given with --out and its permissions.',
  },
} as const satisfies ErrorCatalogue

export class PullError extends FedgateError {
  readonly exitCode: number

  constructor(code: keyof typeof pullErrors, detail?: ErrorDetail) {
    super(code, pullErrors[code], detail)
    this.exitCode = exitCodeFor(code)
  }
}

function exitCodeFor(code: keyof typeof pullErrors): number {
  if (code === 'catalog.aws_refused') return exitCodes.refusedByAws
  return code === 'catalog.aws_unreachable' ? exitCodes.network : exitCodes.failed
}
