import { UserError } from '../errors.ts'
import type { Machine } from '../machine.ts'
import { gatewayOrigin } from './gateway-url.ts'
import { settingsFile } from './places.ts'
import { readPrivate, writePrivate } from './private-files.ts'

/** What is remembered between runs; no secrets. */
export interface Settings {
  /** The gateway of the last sign-in. */
  readonly gateway?: string
  /** Where tokens are kept, as the user was last told. */
  readonly toldVault?: string
}

export async function readSettings(machine: Machine): Promise<Settings> {
  try {
    return JSON.parse((await readPrivate(settingsFile(machine))) ?? '{}') as Settings
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}

export async function updateSettings(machine: Machine, changes: Settings): Promise<void> {
  const settings = { ...(await readSettings(machine)), ...changes }
  await writePrivate(settingsFile(machine), `${JSON.stringify(settings)}\n`)
}

/**
 * The origin of the gateway that is meant: `--gateway`, else FEDGATE_URL, else the last one. Throws UserError
 * `cli.gateway_unknown` and `cli.gateway_invalid`.
 */
export async function chosenGateway(machine: Machine, option: string | undefined): Promise<string> {
  const text = option ?? (machine.env.FEDGATE_URL || (await readSettings(machine)).gateway)
  if (text === undefined) throw new UserError('cli.gateway_unknown')
  const origin = gatewayOrigin(text)
  if (origin !== undefined) return origin
  throw new UserError('cli.gateway_invalid', { sentence: `${text} is not the URL of a gateway.` })
}
