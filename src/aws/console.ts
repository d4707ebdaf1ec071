import type { Credentials } from '../core/credentials.ts'
import { StsError } from './errors.ts'
import { type Partition, partitions } from './facts/partitions.ts'

export interface ConsoleSettings {
  /** Replaces AWS sign-in of the partition: the origin of the local AWS, say. */
  readonly signInOrigin?: string
  /** Where AWS sends people whose console session has ended: back to the gateway. */
  readonly issuer: string
  readonly timeoutSeconds: number
  readonly fetch?: typeof fetch
}

/** Where people of this partition sign in. */
export const signInOrigin = ({ signInHost }: Partition): string => `https://${signInHost}`

/** The console's first page, in that region. */
export const consoleHome = ({ consoleHost }: Partition, region: string): string =>
  `https://${consoleHost}/console/home?region=${region}`

/** Every origin that a browser passes on its way from a form of ours to the console: for the page's form-action. */
export const consoleOrigins = (signInReplacement: string | undefined): readonly string[] =>
  signInReplacement === undefined
    ? partitions.flatMap(({ signInHost, consoleHost }) =>
        [signInHost, consoleHost].flatMap((host) => [`https://${host}`, `https://*.${host}`]),
      )
    : [signInReplacement]

/** Whether it is a page of this partition's console: nothing else may follow a sign-in. */
export const isConsolePage = ({ consoleHost }: Partition, destination: string): boolean => {
  // It is handed on as it stands, and who reads it next may see another host behind these than browsers do.
  if (/[\\\p{Cc}]/u.test(destination)) return false
  const url = URL.canParse(destination) ? new URL(destination) : undefined
  if (url?.protocol !== 'https:' || url.port !== '' || url.username !== '' || url.password !== '') return false
  return url.hostname === consoleHost || url.hostname.endsWith(`.${consoleHost}`)
}

/** A sign-in token is some hundred characters; a page of HTML is an error in disguise. */
const MAX_ANSWER = 64 * 1024

const signinTokenOf = async (response: Response): Promise<string> => {
  const text = (await response.text()).slice(0, MAX_ANSWER)
  if (!response.ok)
    throw new StsError('sts.console_refused', {
      expected: 'HTTP 200',
      found: `HTTP ${response.status}`,
      source: 'getSigninToken',
    })
  try {
    const { SigninToken } = JSON.parse(text) as { SigninToken?: unknown }
    if (typeof SigninToken === 'string' && SigninToken !== '') return SigninToken
  } catch {}
  throw new StsError('sts.console_refused', {
    expected: 'a SigninToken',
    found: 'an answer without one',
    source: 'getSigninToken',
  })
}

/**
 * The URL that opens the AWS console with these credentials at that page. It works for 15 minutes and for whoever has
 * it. SessionDuration is left out: the console session then lasts as long as the credentials.
 * Throws StsError `sts.console_refused` or `sts.unreachable`.
 */
export const consoleSignInUrl = async (
  credentials: Credentials,
  partition: Partition,
  destination: string,
  settings: ConsoleSettings,
): Promise<URL> => {
  const federation = new URL('/federation', settings.signInOrigin ?? signInOrigin(partition))
  const session = JSON.stringify({
    sessionId: credentials.accessKeyId,
    sessionKey: credentials.secretAccessKey.reveal(),
    sessionToken: credentials.sessionToken.reveal(),
  })
  const response = await (settings.fetch ?? fetch)(federation, {
    method: 'POST', // in the body, so that no proxy's log has the credentials
    body: new URLSearchParams({ Action: 'getSigninToken', Session: session }),
    redirect: 'error',
    signal: AbortSignal.timeout(settings.timeoutSeconds * 1000),
  }).catch((cause: unknown) => {
    throw new StsError('sts.unreachable', { source: 'getSigninToken', cause })
  })
  const login = new URL(federation)
  login.search = new URLSearchParams({
    Action: 'login',
    Issuer: settings.issuer,
    Destination: destination,
    SigninToken: await signinTokenOf(response),
  }).toString()
  return login
}
