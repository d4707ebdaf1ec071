/** Credentials of a role: from the cache, or by one exchange however many processes ask at the same time. */
import { UserError, type UserErrorCode } from '../errors.ts'
import type { Machine } from '../machine.ts'
import { callApi } from '../session/api.ts'
import { withLock } from '../session/lock.ts'
import { credentialsFile } from '../session/places.ts'
import { readPrivate, writePrivate } from '../session/private-files.ts'
import { openSession, type Session } from '../session/session.ts'
import { type CachedCredentials, RENEW_BEFORE_MS } from './cached-answer.ts'

export interface WantedCredentials {
  readonly gateway: string
  /** An ARN. */
  readonly role: string
  /** Credentials with less time left are renewed. Default: five minutes. */
  readonly leftMs?: number
}

/** Cached credentials where they last long enough, else new ones. Throws UserError. */
export async function credentialsFor(machine: Machine, wanted: WantedCredentials): Promise<CachedCredentials> {
  const { gateway, role, leftMs = RENEW_BEFORE_MS } = wanted
  const file = credentialsFile(machine, gateway, role)
  const askedAt = machine.now()
  const cached = async (): Promise<CachedCredentials | undefined> => {
    const found = await readCache(file, role)
    return found !== undefined && Date.parse(found.Expiration) - machine.now() > leftMs ? found : undefined
  }
  const exchange = async (): Promise<CachedCredentials> => {
    try {
      return await newCredentials(machine, await openSession(machine, gateway), role)
    } catch (error) {
      if (error instanceof UserError) await keepRefusal(refusalFile(file), error, machine.now())
      throw error
    }
  }
  const done = async (): Promise<CachedCredentials | undefined> => {
    const found = await cached()
    if (found === undefined) await adoptRefusal(refusalFile(file), askedAt)
    return found
  }
  return (await cached()) ?? withLock(`${file}.lock`, done, exchange)
}

function refusalFile(file: string): string {
  return `${file}.refused`
}

interface Refusal {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly code: UserErrorCode
  readonly sentence: string
  readonly hint: string
  readonly exitCode: number
}

async function keepRefusal(path: string, { code, message, hint, exitCode }: UserError, at: number): Promise<void> {
  await writePrivate(path, JSON.stringify({ at, code, sentence: message, hint, exitCode }))
}

/** A refusal that another process got while this one waited is the answer here too, so fifty processes make one request. */
async function adoptRefusal(path: string, askedAt: number): Promise<void> {
  const refusal = parse<Refusal>(await readPrivate(path))
  if (refusal === undefined || refusal.at < askedAt) return
  const { code, ...detail } = refusal
  throw new UserError(code, detail)
}

/**
 * New credentials, which replace the cached ones. `durationSeconds`: how long they should last; undefined is up to the
 * gateway. Throws UserError.
 */
export async function newCredentials(
  machine: Machine,
  session: Session,
  role: string,
  durationSeconds?: number,
): Promise<CachedCredentials> {
  const body = { role, ...(durationSeconds !== undefined && { duration: durationSeconds }) }
  const issued = await callApi(session, { method: 'POST', path: '/api/credentials', body }, machine.now)
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration, region = 'us-east-1' } = issued
  const fields = { AccessKeyId, SecretAccessKey, SessionToken, Expiration, region }
  if (!areStrings(fields) || Number.isNaN(Date.parse(fields.Expiration)))
    throw new UserError('cli.gateway_unexpected', { sentence: 'The gateway issued no usable credentials.' })
  // Whole seconds: that is how AWS's own tools write it.
  const expiration = `${new Date(fields.Expiration).toISOString().slice(0, 19)}Z`
  const credentials = { role, ...fields, Expiration: expiration, issuedAt: machine.now() }
  await writePrivate(credentialsFile(machine, session.gateway, role), `${JSON.stringify(credentials)}\n`)
  return credentials
}

function areStrings<Name extends string>(fields: Record<Name, unknown>): fields is Record<Name, string> {
  return Object.values(fields).every((value) => typeof value === 'string' && value !== '')
}

async function readCache(file: string, role: string): Promise<CachedCredentials | undefined> {
  const cached = parse<CachedCredentials>(await readPrivate(file))
  return cached?.role === role ? cached : undefined
}

/** What is not as this program writes it does not count. */
function parse<Value>(text: string | undefined): Value | undefined {
  try {
    return (JSON.parse(text ?? 'null') as Value | null) ?? undefined
  } catch {
    return undefined
  }
}
