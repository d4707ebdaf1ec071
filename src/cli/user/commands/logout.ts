import type { Machine } from '../machine.ts'
import { discover, revoke } from '../session/authorization-server.ts'
import { gatewayFolder } from '../session/places.ts'
import { removePrivate } from '../session/private-files.ts'
import { chosenGateway } from '../session/settings.ts'
import { openVault, type Tokens } from '../session/vault.ts'

export interface LogoutOptions {
  readonly gateway?: string
}

/** Removes tokens and cached credentials here, then ends the session at the gateway. */
export async function runLogout(machine: Machine, options: LogoutOptions): Promise<void> {
  const gateway = await chosenGateway(machine, options.gateway)
  const vault = await openVault(machine, gateway)
  // Also where others could read them: then above all.
  const tokens = await vault.read().catch(() => undefined)
  await removePrivate(gatewayFolder(machine, gateway))
  await vault.remove()
  if (tokens === undefined) {
    machine.output.note(`You were not signed in to ${gateway}. Cached credentials are removed.`)
    return
  }
  await endAtGateway(machine, gateway, tokens)
  machine.output.note(`Signed out of ${gateway}.`)
}

async function endAtGateway(machine: Machine, gateway: string, tokens: Tokens): Promise<void> {
  try {
    await revoke(await discover(gateway), tokens)
  } catch (error) {
    machine.output.note(
      'You are signed out on this machine, but the gateway was not told. The session there ends by itself, or on its activity page.',
    )
    throw error
  }
}
