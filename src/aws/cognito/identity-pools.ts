/**
 * Amazon Cognito identity pools, the basic (classic) flow: a provider's token becomes a token of the pool, which STS
 * accepts. Both calls are unsigned. https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flow.html
 */
import { decodeJwt } from 'jose'
import { issuerHostPath } from '../../core/arn.ts'
import { readBounded } from '../../core/bounded-body.ts'
import { isObject } from '../../core/json.ts'
import { Secret } from '../../core/secret.ts'
import { tracedFetch } from '../../core/tracing/outgoing.ts'
import { CognitoError } from '../errors.ts'
import { partitionOfRegion } from '../facts/partitions.ts'
import { withRetries } from '../retries.ts'

export interface IdentityPoolSettings {
  /** Replaces AWS's own endpoints: the local AWS. */
  readonly endpoint?: string
  /** For both calls of an exchange, with their attempts. Default: 5 */
  readonly timeoutSeconds?: number
  /** Default: Node's own, with the trace context of the request. */
  readonly fetch?: typeof globalThis.fetch
}

export interface LoginToken {
  readonly identityPoolId: string
  /** Who issued the token: names the login at the pool. */
  readonly issuer: string
  readonly token: Secret
}

/** A token of an identity pool. */
export interface PoolToken {
  readonly token: Secret
  readonly issuedAt: Date
  readonly expiresAt: Date
}

export interface IdentityPools {
  /** What the identity pool issues for the user of the token. Throws CognitoError. */
  exchange(login: LoginToken): Promise<PoolToken>
}

type Json = Readonly<Record<string, unknown>>
type Operation = 'GetId' | 'GetOpenIdToken'

/** An error that Cognito sent. */
class Refusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const ISSUER = 'https://cognito-identity.amazonaws.com'
const LARGEST_ANSWER = 256 * 1024

export function createIdentityPools(settings: IdentityPoolSettings = {}): IdentityPools {
  const { timeoutSeconds = 5, fetch = tracedFetch } = settings
  return {
    exchange: ({ identityPoolId, issuer, token }) => {
      const endpoint = settings.endpoint ?? endpointOf(identityPoolId)
      const Logins = { [issuerHostPath(issuer)]: token.reveal() }
      return withRetries(timeoutSeconds * 1000, isPassing, async (signal) => {
        const send = (operation: Operation, body: Json): Promise<Json> => call(fetch, endpoint, operation, body, signal)
        const { IdentityId } = await send('GetId', { IdentityPoolId: identityPoolId, Logins })
        const { Token } = await send('GetOpenIdToken', { IdentityId, Logins })
        return tokenOf(Token, identityPoolId)
      }).catch((error: unknown) => {
        throw cognitoError(error, identityPoolId)
      })
    },
  }
}

/** The pool's ID begins with its region. */
function endpointOf(identityPoolId: string): string {
  const [region = ''] = identityPoolId.split(':')
  return `https://cognito-identity.${region}.${partitionOfRegion(region)?.dnsSuffix ?? 'amazonaws.com'}`
}

async function call(
  fetch: typeof globalThis.fetch,
  endpoint: string,
  operation: Operation,
  body: Json,
  signal: AbortSignal,
): Promise<Json> {
  const response = await fetch(`${endpoint}/`, {
    method: 'POST',
    redirect: 'error',
    signal,
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSCognitoIdentityService.${operation}`,
    },
    body: JSON.stringify(body),
  })
  const text = (await readBounded(response.body, LARGEST_ANSWER, () => new Refusal(502, 'a larger answer'))).toString()
  const answer = objectIn(text)
  if (response.status === 200 && answer) return answer
  const { __type: type, message } = answer ?? {}
  throw new Refusal(response.status, `${operation}: ${[type ?? `status ${response.status}`, message].join(': ')}`)
}

function objectIn(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Whether a retry may succeed. */
function isPassing(failure: unknown): boolean {
  return !(failure instanceof Refusal) || failure.status >= 500 || failure.status === 429
}

/** STS verifies the token; here only what a mistaken endpoint would get wrong. */
function tokenOf(token: unknown, identityPoolId: string): PoolToken {
  const claims = typeof token === 'string' ? claimsOf(token) : undefined
  const { iss, aud, iat, exp } = claims ?? {}
  if (typeof token !== 'string' || iss !== ISSUER || aud !== identityPoolId || !isTime(iat) || !isTime(exp))
    throw new CognitoError('cognito.answer_invalid', {
      expected: `a token of ${ISSUER} for ${identityPoolId}`,
      found: claims === undefined ? 'no token' : `iss ${String(iss)}, aud ${String(aud)}`,
    })
  return {
    token: new Secret(token),
    issuedAt: new Date(iat * 1000),
    expiresAt: new Date(exp * 1000),
  }
}

function claimsOf(token: string): Json | undefined {
  try {
    return decodeJwt(token)
  } catch {
    return undefined
  }
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value)
}

function cognitoError(error: unknown, identityPoolId: string): CognitoError {
  if (error instanceof CognitoError) return error
  const isRefusal = error instanceof Refusal && error.status < 500 && error.status !== 429
  const found = error instanceof Error ? error.message.slice(0, 300) : 'no answer'
  return new CognitoError(isRefusal ? 'cognito.refused' : 'cognito.unreachable', { found, source: identityPoolId })
}
