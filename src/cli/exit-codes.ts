import { ConfigError } from '../config/errors.ts'
import { FedgateError } from '../core/errors.ts'
import { StartError, TrustPolicyError } from './errors.ts'

/** The exit codes of all commands. 78: EX_CONFIG of sysexits.h; 130: 128 + SIGINT. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, refused: 4, config: 78, interrupted: 130 } as const

/** Ends a command with this code. The command has already printed everything. */
export class Ended extends Error {
  readonly exitCode: number

  constructor(exitCode: number) {
    super(`exit ${exitCode}`)
    this.exitCode = exitCode
  }
}

/** The exit code for the error that ended a command. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof ConfigError || isStateError(error)) return exitCodes.config
  return (error instanceof TrustPolicyError || error instanceof StartError) && error.isUsage
    ? exitCodes.usage
    : exitCodes.failed
}

/** An error in the local AWS's state file. Known by its code, as the local AWS is loaded only when it runs. */
function isStateError(error: unknown): boolean {
  return error instanceof FedgateError && error.code === 'local_aws.state_invalid'
}
