import { consoleHome, isConsolePage } from '../aws/console.ts'
import { partitionById } from '../aws/facts/partitions.ts'
import { parseRoleArn } from '../core/arn.ts'
import { auditConsole, auditDenied } from './audit-lines.ts'
import { GatewayError } from './errors.ts'
import type { Caller, Gateway } from './gateway.ts'
import type { Login } from './logins.ts'
import { rememberConsole } from './remember.ts'
import { takeRole } from './take-role.ts'
import type { TakenRole, WantedRole } from './taken-role.ts'

export interface WantedConsole extends WantedRole {
  /** A page of the AWS console; undefined or empty: its first page. */
  readonly destination: string | undefined
}

const refuseOtherPlaces = ({ role, destination }: WantedConsole): void => {
  const partition = partitionById(parseRoleArn(role)?.partition ?? '')
  if (!destination || (partition && isConsolePage(partition, destination))) return
  throw new GatewayError('role.destination_refused', { found: destination.slice(0, 300), source: 'destination' })
}

/**
 * Takes the role and returns the URL that opens the AWS console with it: good for 15 minutes, for whoever has it.
 * Throws GatewayError or StsError.
 */
export const openConsole = async (
  gateway: Gateway,
  login: Login,
  wanted: WantedConsole,
  caller: Caller,
): Promise<URL> => {
  refuseOtherPlaces(wanted)
  const taken = await takeRole(gateway, login, wanted, caller)
  const { url, destination } = await consoleUrl(gateway, taken, wanted.destination).catch((error: unknown) => {
    auditDenied(gateway, 'console.denied', login, wanted, caller, error)
    throw error
  })
  auditConsole(gateway, login, taken, destination, caller)
  await rememberConsole(gateway, login, taken, destination, caller)
  return url
}

const consoleUrl = async (gateway: Gateway, { role, credentials }: TakenRole, wanted: string | undefined) => {
  const partition = partitionById(role.role.partition)
  if (!partition) throw new GatewayError('role.not_granted', { found: role.role.partition, source: 'role' })
  const destination = wanted || consoleHome(partition, role.region)
  return { destination, url: await gateway.consoleSignIn.signInUrl(credentials, partition, destination) }
}
