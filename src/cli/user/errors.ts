/** Errors of the user's commands: what the user meets on a terminal, or a tool that runs `fedgate` for them. */
import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../../core/errors.ts'
import { exitCodes } from './exit-codes.ts'

export const userErrors = {
  'cli.gateway_unknown': {
    sentence: 'No gateway is specified.',
    hint: 'Run `fedgate login --gateway URL`, or set FEDGATE_URL. Your administrator knows the URL.',
  },
  'cli.gateway_invalid': {
    sentence: 'This is not the URL of a gateway.',
    hint: 'Specify an https URL without a path, such as https://aws.example.com. Only this machine may use http.',
  },
  'cli.gateway_unexpected': {
    sentence: 'The response does not come from a fedgate gateway, or the gateway has another URL.',
    hint: 'Check the URL with --gateway or FEDGATE_URL.',
  },
  'cli.unreachable': {
    sentence: 'The gateway cannot be reached.',
    hint: 'Check your network connection and VPN, then run `fedgate doctor`.',
  },
  'cli.gateway_failed': {
    sentence: 'The gateway failed to process the request.',
    hint: 'Try again. If this keeps happening, send the reference to your administrator.',
  },
  'cli.signed_out': {
    sentence: 'You are not signed in.',
    hint: 'Run `fedgate login`.',
  },
  'cli.session_ended': {
    sentence: 'Your session has ended.',
    hint: 'Run `fedgate login`.',
  },
  'cli.evidence_stale': {
    sentence: 'Your sign-in is too old for this role.',
    hint: 'Run `fedgate login --role ROLE`.',
  },
  'cli.proof_refused': {
    sentence: "The gateway did not accept this machine's proof of its key.",
    hint: 'Run `fedgate doctor`: the clock of this machine may be wrong.',
  },
  'cli.login_refused': {
    sentence: 'The sign-in was denied.',
    hint: 'Run `fedgate login` again and approve it in the browser.',
  },
  'cli.login_timeout': {
    sentence: 'The sign-in took too long.',
    hint: 'Run `fedgate login` again. Without a browser on this machine, add --device.',
  },
  'cli.login_answer_invalid': {
    sentence: 'The response to the sign-in is invalid.',
    hint: 'Run `fedgate login` again.',
  },
  'cli.device_unsupported': {
    sentence: 'This gateway does not offer sign-in with a device code.',
    hint: 'Run `fedgate login` without --device, on a machine with a browser.',
  },
  'cli.cannot_listen': {
    sentence: 'No loopback port can be opened for the browser.',
    hint: 'Run `fedgate login --device`.',
  },
  'cli.role_missing': {
    sentence: 'No role is specified.',
    hint: 'Specify one with --role. `fedgate roles` lists yours.',
  },
  'cli.role_unknown': {
    sentence: "You don't have this role.",
    hint: '`fedgate roles` lists yours.',
  },
  'cli.role_ambiguous': {
    sentence: 'Several roles have this name.',
    hint: 'Specify the ARN, or the account and the role as ACCOUNT/ROLE.',
  },
  'cli.refused': {
    sentence: 'The gateway refused the request.',
    hint: 'Send the reference to your administrator.',
  },
  'cli.aws_refused': {
    sentence: 'AWS refused the request.',
    hint: 'Send the reference to your administrator.',
  },
  'cli.usage': {
    sentence: 'The command is used incorrectly.',
    hint: 'Run with --help for usage.',
  },
  'cli.file_open_to_others': {
    sentence: 'Others can read a file with your secrets.',
    hint: 'Run `fedgate logout`, then `fedgate login`.',
  },
  'cli.file_unusable': {
    sentence: 'A file cannot be read or written.',
    hint: 'Check the path and its permissions.',
  },
  'cli.keyring_unreadable': {
    sentence: "Your operating system's keyring cannot be read.",
    hint: 'Unlock it and try again.',
  },
  'cli.locked': {
    sentence: 'Another fedgate process has been renewing these credentials for too long.',
    hint: 'Try again. If this keeps happening, end the other process.',
  },
  'cli.profiles_marks': {
    sentence: 'The marks of the fedgate block are incomplete.',
    hint: 'Restore the missing BEGIN or END line, or delete the block, and run `fedgate profiles` again.',
  },
  'cli.profile_template': {
    sentence: 'The name template has an unknown field.',
    hint: 'Use {accountName}, {account}, {role}, {alias} and {provider}.',
  },
  'cli.command_not_found': {
    sentence: 'The command cannot be started.',
    hint: 'Check its name and PATH.',
  },
  'cli.browser_missing': {
    sentence: 'No browser can be opened on this machine.',
    hint: 'Open the URL yourself: add --print.',
  },
} as const satisfies ErrorCatalogue

export type UserErrorCode = keyof typeof userErrors

/** What ends with another exit code than 1. */
const EXIT_CODES: Readonly<Partial<Record<UserErrorCode, number>>> = {
  'cli.gateway_unknown': exitCodes.usage,
  'cli.gateway_invalid': exitCodes.usage,
  'cli.gateway_unexpected': exitCodes.network,
  'cli.unreachable': exitCodes.network,
  'cli.signed_out': exitCodes.signedOut,
  'cli.session_ended': exitCodes.signedOut,
  'cli.evidence_stale': exitCodes.signedOut,
  'cli.login_refused': exitCodes.refused,
  'cli.proof_refused': exitCodes.refused,
  'cli.device_unsupported': exitCodes.refused,
  'cli.role_missing': exitCodes.usage,
  'cli.role_unknown': exitCodes.refused,
  'cli.role_ambiguous': exitCodes.usage,
  'cli.refused': exitCodes.refused,
  'cli.aws_refused': exitCodes.refusedByAws,
  'cli.usage': exitCodes.usage,
  'cli.profile_template': exitCodes.usage,
}

export class UserError extends FedgateError {
  declare readonly code: UserErrorCode
  readonly exitCode: number

  constructor(code: UserErrorCode, detail: ErrorDetail & { readonly exitCode?: number } = {}) {
    super(code, userErrors[code], detail)
    this.exitCode = detail.exitCode ?? EXIT_CODES[code] ?? exitCodes.failed
  }
}

/** Whether the system reported this code, such as `ENOENT`. */
export function isSystemError(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
