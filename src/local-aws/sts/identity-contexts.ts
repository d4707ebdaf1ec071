/**
 * Context assertions: what IAM Identity Center signs about a user for ProvidedContexts of AssumeRole, so that the session
 * carries the user's identity. AWS's format is unknown; this one is signed with a key of this process.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { isObject } from '../../core/json.ts'

/** The only context provider that AWS has. */
export const IDENTITY_CENTER = 'arn:aws:iam::aws:contextProvider/IdentityCenter'

export interface UserContext {
  /** Of the identity store: a UUID. */
  readonly userId: string
  /** The ARN of the application that the user signed in to. */
  readonly application: string
}

export interface IdentityContexts {
  sign(context: UserContext, now: Date): string
  /** undefined for an assertion that was not signed here, was changed, or has expired. */
  open(assertion: string, now: Date): UserContext | undefined
}

/** As the tokens of Identity Center by default. */
export const CONTEXT_SECONDS = 3600

/** Signed with a key of this process: assertions are valid until it ends. */
export function createIdentityContexts(key: Uint8Array = randomBytes(32)): IdentityContexts {
  const signatureOf = (text: string): Buffer => createHmac('sha256', key).update(text).digest()
  return {
    sign: (context, now) => {
      const end = Math.floor(now.getTime() / 1000) + CONTEXT_SECONDS
      const text = Buffer.from(JSON.stringify({ ...context, end })).toString('base64url')
      return `${text}.${signatureOf(text).toString('base64url')}`
    },
    open: (assertion, now) => {
      const [text = '', signature = ''] = assertion.split('.')
      const [expected, found] = [signatureOf(text), Buffer.from(signature, 'base64url')]
      if (found.length !== expected.length || !timingSafeEqual(found, expected)) return undefined
      const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
      const { userId, application, end } = isObject(value) ? value : {}
      if (typeof userId !== 'string' || typeof application !== 'string' || typeof end !== 'number') return undefined
      return end * 1000 <= now.getTime() ? undefined : { userId, application }
    },
  }
}

/** The ID of a user in the identity store, always the same for the value that identifies the user. */
export function userIdOf(account: string, value: string): string {
  const hex = createHash('sha256').update(`${account} ${value}`).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}
