import { readBounded } from '../core/bounded-body.ts'
import type { Credentials } from '../core/credentials.ts'
import { tracedFetch } from '../core/tracing/outgoing.ts'
import { StsError } from './errors.ts'
import type { Partition } from './facts/partitions.ts'
import { withRetries } from './retries.ts'

export interface ConsoleSettings {
  /** Replaces the partition's AWS sign-in, for example with the local AWS's origin. */
  readonly signInOrigin?: string
  /** For the whole call, with up to three attempts. */
  readonly timeoutSeconds: number
  readonly fetch?: typeof fetch
}

/** In octets. A sign-in token has some hundred characters; a page of HTML is an error. */
const MAX_ANSWER = 64 * 1024

/** AWS sign-in itself failed: a retry may succeed. */
class SignInFailure extends Error {
  readonly refusal: StsError

  constructor(refusal: StsError) {
    super(refusal.message)
    this.refusal = refusal
  }
}

/** The page to open, and where to return. */
export interface ConsoleVisit {
  readonly partition: Partition
  /** A page of that partition's console. */
  readonly destination: string
  /** Where AWS sends users whose console session has ended: back to the gateway, and to the same role and page. */
  readonly issuer: string
}

/** The sign-in address of this partition. */
export function signInOrigin({ signInHost }: Partition): string {
  return `https://${signInHost}`
}

/** Every origin that a browser visits between our form and the console, for the page's form-action. */
export function consoleOrigins({ signInHost, consoleHost }: Partition): readonly string[] {
  return [signInHost, consoleHost].flatMap((host) => [`https://${host}`, `https://*.${host}`])
}

/**
 * The URL that opens the AWS console with these credentials at that page. It works for 15 minutes and for anyone who
 * has it. SessionDuration is left out: the console session then lasts as long as the credentials. Throws StsError
 * `sts.console_refused` or `sts.unreachable`.
 */
export async function consoleSignInUrl(
  credentials: Credentials,
  { partition, destination, issuer }: ConsoleVisit,
  settings: ConsoleSettings,
): Promise<URL> {
  const federation = new URL('/federation', settings.signInOrigin ?? signInOrigin(partition))
  const session = JSON.stringify({
    sessionId: credentials.accessKeyId,
    sessionKey: credentials.secretAccessKey.reveal(),
    sessionToken: credentials.sessionToken.reveal(),
  })
  const ask = async (signal: AbortSignal): Promise<string> =>
    signinTokenOf(
      await (settings.fetch ?? tracedFetch)(federation, {
        method: 'POST', // in the body, so the credentials are in no proxy's log
        body: new URLSearchParams({ Action: 'getSigninToken', Session: session }),
        redirect: 'error',
        signal,
      }),
    )
  const token = await withRetries(settings.timeoutSeconds * 1000, isPassing, ask).catch((failure: unknown) => {
    throw stsErrorOf(failure)
  })
  const login = new URL(federation)
  login.search = new URLSearchParams({
    Action: 'login',
    Issuer: issuer,
    Destination: destination,
    SigninToken: token,
  }).toString()
  return login
}

async function signinTokenOf(response: Response): Promise<string> {
  if (!response.ok) {
    await response.body?.cancel()
    const refusal = refused('HTTP 200', `HTTP ${response.status}`)
    throw response.status >= 500 ? new SignInFailure(refusal) : refusal
  }
  const octets = await readBounded(response.body, MAX_ANSWER, tooLarge)
  try {
    const { SigninToken } = JSON.parse(octets.toString()) as { SigninToken?: unknown }
    if (typeof SigninToken === 'string' && SigninToken !== '') return SigninToken
  } catch {}
  throw refused('a SigninToken', 'an answer without one')
}

function refused(expected: string, found: string): StsError {
  return new StsError('sts.console_refused', { expected, found, source: 'getSigninToken' })
}

function tooLarge(): StsError {
  return refused(`at most ${MAX_ANSWER} octets`, 'more')
}

/** A refusal would be repeated; everything else may be temporary. */
function isPassing(failure: unknown): boolean {
  return !(failure instanceof StsError)
}

function stsErrorOf(failure: unknown): StsError {
  if (failure instanceof StsError) return failure
  if (failure instanceof SignInFailure) return failure.refusal
  return new StsError('sts.unreachable', { source: 'getSigninToken', cause: failure })
}
