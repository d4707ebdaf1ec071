/**
 * The way of `credential-process` when the credentials are cached. AWS tools run it before every call, so it loads
 * nothing but node:fs, and leaves everything else to the rest of the program.
 */
import { closeSync, fstatSync, openSync, readFileSync, statSync } from 'node:fs'
import { rolesCalled } from '../../../core/role-names.ts'
import type { Role } from '../roles/role.ts'
import { gatewayOrigin } from '../session/gateway-url.ts'
import {
  credentialsFile,
  credentialsFolder,
  dataFolder,
  gatewayFolder,
  type Place,
  rolesFile,
  settingsFile,
} from '../session/places.ts'

/** Credentials are new enough until so many milliseconds before they expire. */
export const RENEW_BEFORE_MS = 5 * 60_000

/** The cache's file of one role: what the gateway answered, and when. */
export interface CachedCredentials {
  readonly role: string
  readonly AccessKeyId: string
  readonly SecretAccessKey: string
  readonly SessionToken: string
  /** ISO 8601, UTC. */
  readonly Expiration: string
  readonly region: string
  /** Milliseconds since 1970. */
  readonly issuedAt: number
}

/** The JSON for stdout; undefined where the arguments, the files or their age ask for more than this. */
export function cachedAnswer(args: readonly string[], place: Place, now: number): string | undefined {
  try {
    const asked = askedFor(args)
    const gateway = asked && gatewayOrigin(asked.gateway ?? place.env.FEDGATE_URL ?? lastGateway(place))
    if (!asked || !gateway) return undefined
    const folders = [dataFolder(place), gatewayFolder(place, gateway), credentialsFolder(place, gateway)]
    if (!folders.every((folder) => isPrivate(statSync(folder), place))) return undefined
    const role = asked.role.startsWith('arn:') ? asked.role : arnOf(asked.role, place, gateway)
    const cached = role === undefined ? undefined : readCached(credentialsFile(place, gateway, role), role, place)
    return cached && Date.parse(cached.Expiration) - now > RENEW_BEFORE_MS ? processJson(cached) : undefined
  } catch {
    return undefined
  }
}

/** What a `credential_process` prints. */
export function processJson(it: CachedCredentials): string {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = it
  return `${JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey, SessionToken, Expiration }, null, 2)}\n`
}

/** Only `--role` and `--gateway`, each at most once, with `=` or without. */
function askedFor(args: readonly string[]): { readonly role: string; readonly gateway?: string } | undefined {
  const given: Record<string, string> = {}
  for (let at = 0; at < args.length; at++) {
    const [, name = '', joined] = /^--(role|gateway)(?:=(.*))?$/s.exec(args[at] ?? '') ?? []
    const value = joined ?? args[++at]
    if (name === '' || value === undefined || name in given) return undefined
    given[name] = value
  }
  return given.role === undefined ? undefined : { role: given.role, ...(given.gateway && { gateway: given.gateway }) }
}

function lastGateway(place: Place): string {
  return String((JSON.parse(readFileSync(settingsFile(place), 'utf8')) as { gateway?: unknown }).gateway)
}

/** The ARN for another name of a role, from the roles as they were last listed. */
function arnOf(name: string, place: Place, gateway: string): string | undefined {
  const { roles } = JSON.parse(readFileSync(rolesFile(place, gateway), 'utf8')) as { readonly roles: readonly Role[] }
  const [role, another] = rolesCalled(roles, name)
  return another === undefined ? role?.arn : undefined
}

function readCached(path: string, role: string, place: Place): CachedCredentials | undefined {
  const file = openSync(path, 'r')
  try {
    if (!isPrivate(fstatSync(file), place)) return undefined
    const cached = JSON.parse(readFileSync(file, 'utf8')) as CachedCredentials
    return cached.role === role ? cached : undefined
  } finally {
    closeSync(file)
  }
}

/** Windows keeps the folders of a user's profile from others by itself. */
function isPrivate({ mode }: { readonly mode: number }, { platform }: Place): boolean {
  return platform === 'win32' || (mode & 0o077) === 0
}
