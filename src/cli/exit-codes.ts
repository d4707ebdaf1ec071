import { ConfigError } from '../config/errors.ts'
import { FedgateError } from '../core/errors.ts'
import { TrustPolicyError } from './errors.ts'

/** What a script can tell from how the command ended. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, refused: 4, config: 78, interrupted: 130 } as const

/** A command has said what there is to say, and ends with this code. */
export class Ended extends Error {
  readonly exitCode: number

  constructor(exitCode: number) {
    super(`exit ${exitCode}`)
    this.exitCode = exitCode
  }
}

/** The exit code for an error that ended a command. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof ConfigError || isStateMistake(error)) return exitCodes.config
  return error instanceof TrustPolicyError && error.isUsage ? exitCodes.usage : exitCodes.failed
}

/** The local AWS's own configuration; by its code, as that program is loaded only where it runs. */
function isStateMistake(error: unknown): boolean {
  return error instanceof FedgateError && error.code === 'local_aws.state_invalid'
}
