/**
 * Links that users share: to a role, a page of the console, or both. A user who follows one must confirm, and assumes
 * the role by their own sign-in: a link grants nothing.
 */

import { type ConsolePage, consoleDestination, parseConsolePage } from '../../aws/console-page.ts'
import { consoleServiceOf, consoleServices } from '../../aws/facts/console-services.ts'
import { partitionById } from '../../aws/facts/partitions.ts'
import type { RoleArn } from '../../core/arn.ts'
import type { Identity } from '../../core/identity.ts'
import { rolesCalled } from '../../core/role-names.ts'
import { GatewayError } from '../errors.ts'
import type { Gateway } from '../gateway.ts'
import { type EntitlementPorts, type ListedRole, listRoles } from './list-roles.ts'

/** Services that may be named instead of a page's URL. */
export const namedServices = consoleServices.map(({ id, name }) => ({ id, name }))

/** A link as received. */
export interface ConsoleLink {
  /** An ARN, an alias, `account/role` or a role's name; empty: the recipient picks. */
  readonly role: string
  /** A page of the console, or the name of a service; empty: the console's first page. */
  readonly destination: string
}

export interface ConsoleLinkTarget {
  /** The roles that the link may mean for this user, in the order of accounts and names. */
  readonly roles: readonly ListedRole[]
  /** The account of the page, if its URL names one: roles of other accounts cannot open it. */
  readonly account: string | undefined
}

/** The link to share, as a path of the gateway. Contains no secret. */
export function consoleLinkPath({ role, destination }: ConsoleLink): string {
  return `/go?${new URLSearchParams([
    ...(role === '' ? [] : [['role', role]]),
    ...(destination === '' ? [] : [['destination', destination]]),
  ])}`
}

/**
 * Where the console opens for that role and destination. Throws GatewayError `role.destination_other_partition` for a
 * page of the console in another partition than the role's, and `role.destination_refused` for any other URL.
 */
export function destinationOf(role: Pick<ListedRole, 'partition' | 'region'>, wanted: string): string {
  const partition = partitionById(role.partition)
  const destination = partition && consoleDestination(partition, role.region, wanted)
  if (destination !== undefined) return destination
  const page = parseConsolePage(wanted)
  throw page ? otherPartition(page, role) : refused(wanted)
}

function otherPartition(page: ConsolePage, role: Pick<RoleArn, 'partition'>): GatewayError {
  return new GatewayError('role.destination_other_partition', {
    expected: `a page of the partition ${role.partition}`,
    found: `${page.partition.consoleHost} of ${page.partition.id}`,
    source: 'destination',
  })
}

function refused(destination: string): GatewayError {
  return new GatewayError('role.destination_refused', { found: destination.slice(0, 300), source: 'destination' })
}

/**
 * The roles that a link leads to: the one that it names, or those that can open its page. Throws GatewayError
 * `role.not_granted` if it names a role that this user may not assume, and as `destinationOf`.
 */
export function rolesOfLink(
  gateway: EntitlementPorts,
  identity: Identity,
  { role, destination }: ConsoleLink,
): ConsoleLinkTarget {
  const page = pageOf(destination)
  const listed = listRoles(gateway, identity)
  const named = role === '' ? listed : rolesCalled(listed, role)
  if (role !== '' && named.length === 0)
    throw new GatewayError('role.not_granted', { found: role.slice(0, 300), source: 'role' })
  const inPartition = named.filter((one) => page === undefined || one.partition === page.partition.id)
  const [first] = named
  if (role !== '' && page && first && inPartition.length === 0) throw otherPartition(page, first)
  const inAccount = inPartition.filter((one) => page?.account === undefined || one.account === page.account)
  // A named role takes precedence over the account the page was copied from: several accounts may have such a page.
  const roles = role !== '' && inAccount.length === 0 ? inPartition : inAccount
  return { roles, account: page?.account }
}

function pageOf(destination: string) {
  if (destination.trim() === '' || consoleServiceOf(destination.trim())) return undefined
  const page = parseConsolePage(destination)
  if (!page) throw refused(destination)
  return page
}

/** The origins that opening the console with these roles leads to: browsers need them before the form is sent. */
export function consoleTargets(
  { consoleSignIn }: Pick<Gateway, 'consoleSignIn'>,
  roles: readonly ListedRole[],
): readonly string[] {
  const partitions = new Set(roles.map(({ partition }) => partition))
  const origins = [...partitions].flatMap((id) => {
    const partition = partitionById(id)
    return partition ? consoleSignIn.origins(partition) : []
  })
  return [...new Set(origins)]
}
