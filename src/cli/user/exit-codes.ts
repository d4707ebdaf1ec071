/** The exit codes of all commands. 78: EX_CONFIG of sysexits.h; 130: 128 + SIGINT. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  signedOut: 3,
  refused: 4,
  refusedByAws: 5,
  network: 6,
  config: 78,
  interrupted: 130,
} as const

/** Ends a command with this code. The command has already printed everything. */
export class Ended extends Error {
  readonly exitCode: number

  constructor(exitCode: number) {
    super(`exit ${exitCode}`)
    this.exitCode = exitCode
  }
}
