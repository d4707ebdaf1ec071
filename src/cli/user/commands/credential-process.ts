import { FedgateError } from '../../../core/errors.ts'
import { UserError } from '../errors.ts'
import { Ended, exitCodes } from '../exit-codes.ts'
import type { Machine } from '../machine.ts'
import { plain } from '../output.ts'
import { processJson } from '../process/cached-answer.ts'
import { credentialsFor } from '../process/credentials.ts'
import { chosenRole, rememberedRoles } from '../roles/roles.ts'
import { openSession } from '../session/session.ts'
import { chosenGateway } from '../session/settings.ts'

export interface CredentialProcessOptions {
  readonly gateway?: string
  readonly role: string
}

/** Prints the JSON of a `credential_process`. Never prompts, never opens a browser, and fails with a single line on stderr. */
export async function runCredentialProcess(terminal: Machine, options: CredentialProcessOptions): Promise<void> {
  const machine: Machine = { ...terminal, isInteractive: false }
  try {
    const gateway = await chosenGateway(machine, options.gateway)
    const role = await arnOf(machine, gateway, options.role)
    const credentials = await credentialsFor(machine, { gateway, role }).catch(withLoginFor(machine, gateway, role))
    machine.output.printText(processJson(credentials))
  } catch (error) {
    if (!(error instanceof FedgateError)) throw error
    // AWS tools show what is on stderr inside a sentence of their own.
    machine.output.note(plain(`${error.message} ${error.hint}`).replaceAll(/\s+/g, ' '))
    throw new Ended(error instanceof UserError ? error.exitCode : exitCodes.failed)
  }
}

/** A sign-in alone is not enough for a role whose evidence is too old a few minutes later. */
function withLoginFor(machine: Machine, gateway: string, role: string): (error: unknown) => Promise<never> {
  return async (error) => {
    const isSignedOut = error instanceof UserError && ['cli.signed_out', 'cli.session_ended'].includes(error.code)
    const known = isSignedOut ? await rememberedRoles(machine, gateway) : []
    if (!known.some(({ arn, evidence }) => arn === role && evidence === 'original')) throw error
    const hint = `Run \`fedgate login --gateway ${gateway} --role ${role}\`.`
    throw new UserError('cli.session_ended', { sentence: (error as UserError).message, hint })
  }
}

/** Without the vault where the ARN is given, which is what `fedgate profiles` writes. */
async function arnOf(machine: Machine, gateway: string, role: string): Promise<string> {
  return role.startsWith('arn:') ? role : chosenRole(machine, await openSession(machine, gateway), role)
}
