import { signInTokenSeconds } from '../../aws/facts/limits.ts'
import { partitionById } from '../../aws/facts/partitions.ts'
import { parseRoleArn } from '../../core/arn.ts'
import { auditConsole, auditDenied } from '../audit-lines.ts'
import { GatewayError } from '../errors.ts'
import type { Caller, Gateway, GatewaySettings } from '../gateway.ts'
import type { Login } from '../login/logins.ts'
import { consoleLinkPath, destinationOf } from './console-link.ts'
import { type ReadyRolesPorts, readyRoles } from './ready-roles.ts'
import type { RequestedRole, TakenRole } from './sts-request.ts'
import { type TakeRolePorts, takeRole } from './take-role.ts'

/** What creates the URL that opens the console. */
type VisitPorts = Pick<Gateway, 'consoleSignIn'> & { readonly settings: Pick<GatewaySettings, 'baseUrl'> }

export interface RequestedConsole extends RequestedRole {
  /** A page of the AWS console or the name of a service; undefined or empty: its first page. */
  readonly destination: string | undefined
}

export type OpenConsoleResult =
  /** No role was assumed: the user must sign in again first. */
  { readonly kind: 'reauthenticate-first' } | { readonly kind: 'opened'; readonly opened: OpenedConsole }

export interface OpenedConsole {
  /** Opens the console for anyone who has it: a secret. */
  readonly url: URL
  /** How long the URL works. The session that it opens lasts as long as the credentials. */
  readonly worksUntil: Date
  readonly taken: TakenRole
  /** A page of the console. */
  readonly destination: string
  /** A link to the same role and page, to share or bookmark: not a secret. */
  readonly sharedUrl: string
}

/**
 * Assumes the role and returns the URL that opens the AWS console with it. A console session that has ended leads back
 * to the same role and page, where the user confirms. Throws as readyRoles and takeRole, GatewayError
 * `role.destination_refused` or `role.destination_other_partition`; every outcome is in the audit log.
 */
export async function openConsole(
  gateway: ReadyRolesPorts & TakeRolePorts & VisitPorts,
  login: Login,
  wanted: RequestedConsole,
  caller: Caller,
): Promise<OpenConsoleResult> {
  const ready = await readyRoles(gateway, login, [wanted.role], caller)
  if (!ready) return { kind: 'reauthenticate-first' }
  const wish = wanted.destination ?? ''
  const denied =
    (asked: RequestedRole | TakenRole) =>
    async (error: unknown): Promise<never> => {
      await auditDenied(gateway, login, { eventName: 'console.denied', wanted: asked, error }, caller)
      throw error
    }
  await refuseOtherPlaces(wanted.role, wish).catch(denied(wanted))
  const taken = await takeRole(gateway, ready, wanted, caller, 'console')
  const visit = await visitWith(gateway, taken, wish).catch(denied(taken))
  await auditConsole(gateway, login, taken, visit.destination, caller).catch(denied(taken))
  const worksUntil = new Date(gateway.now().getTime() + signInTokenSeconds * 1000)
  return { kind: 'opened', opened: { ...visit, worksUntil, taken } }
}

/** Before the role is assumed: a refused URL costs no exchange. */
async function refuseOtherPlaces(arn: string, wish: string): Promise<void> {
  const role = parseRoleArn(arn)
  if (role) destinationOf({ ...role, region: '' }, wish)
}

async function visitWith(
  gateway: VisitPorts,
  taken: TakenRole,
  wish: string,
): Promise<Pick<OpenedConsole, 'url' | 'destination' | 'sharedUrl'>> {
  const destination = destinationOf(taken.role, wish)
  const shared = consoleLinkPath({ role: taken.role.arn, destination: wish === '' ? '' : destination })
  const sharedUrl = `${gateway.settings.baseUrl}${shared}`
  return { url: await signInUrl(gateway, taken, destination, sharedUrl), destination, sharedUrl }
}

async function signInUrl(
  gateway: VisitPorts,
  { role, credentials }: TakenRole,
  destination: string,
  issuer: string,
): Promise<URL> {
  const partition = partitionById(role.partition)
  if (!partition) throw new GatewayError('role.not_granted', { found: role.partition, source: 'role' })
  return gateway.consoleSignIn.signInUrl(credentials, { partition, destination, issuer })
}
