import { runChild } from '../exec/child.ts'
import { openCredentialsEndpoint } from '../exec/credentials-endpoint.ts'
import { withCredentials, withEndpoint } from '../exec/environment.ts'
import { Ended, exitCodes } from '../exit-codes.ts'
import type { Machine } from '../machine.ts'
import type { CachedCredentials } from '../process/cached-answer.ts'
import { credentialsFor } from '../process/credentials.ts'
import { chosenRole } from '../roles/roles.ts'
import { openSession } from '../session/session.ts'
import { chosenGateway } from '../session/settings.ts'

export interface ExecOptions {
  readonly gateway?: string
  readonly role?: string
  readonly server?: boolean
}

/** AWS's SDKs request new credentials 15 minutes before the old ones expire. */
const SERVER_LEFT_MS = 15 * 60_000

/** Runs the command, or the user's shell without one, with the role's credentials. Always ends with its exit code. */
export async function runExec(machine: Machine, options: ExecOptions, given: readonly string[]): Promise<void> {
  const gateway = await chosenGateway(machine, options.gateway)
  const session = await openSession(machine, gateway)
  const role = await chosenRole(machine, session, options.role)
  const command = given.length > 0 ? given : [shellOf(machine)]
  const issued = await credentialsFor(machine, { gateway, role })
  const exitCode = options.server
    ? await runWithEndpoint(machine, gateway, issued, command)
    : await runChild(command, withCredentials(machine.env, issued))
  if (exitCode !== exitCodes.ok) throw new Ended(exitCode)
}

async function runWithEndpoint(
  machine: Machine,
  gateway: string,
  first: CachedCredentials,
  command: readonly string[],
): Promise<number> {
  const renewed = renewing(machine, gateway, first)
  const endpoint = await openCredentialsEndpoint(renewed, machine.output.fail)
  try {
    return await runChild(command, withEndpoint(machine, first, endpoint))
  } finally {
    endpoint.close()
  }
}

/** New credentials a quarter of an hour before the end, or at half time; the old ones while there are no new ones. */
function renewing(machine: Machine, gateway: string, first: CachedCredentials): () => Promise<CachedCredentials> {
  let held = first
  return async () => {
    const endsAt = Date.parse(held.Expiration)
    const leftMs = Math.min(SERVER_LEFT_MS, (endsAt - held.issuedAt) / 2)
    try {
      held = await credentialsFor(machine, { gateway, role: held.role, leftMs })
    } catch (error) {
      if (endsAt <= machine.now()) throw error
    }
    return held
  }
}

function shellOf({ env, platform }: Machine): string {
  return platform === 'win32' ? (env.ComSpec ?? 'cmd.exe') : env.SHELL || '/bin/sh'
}
