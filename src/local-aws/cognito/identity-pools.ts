/**
 * Amazon Cognito identity pools, as far as federation needs them: GetId and GetOpenIdToken of the basic (classic) flow,
 * over the JSON protocol. The login's token is verified as STS would verify it; the token of the pool is signed with a
 * key that only this process has, and its STS knows.
 */
import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'
import { SignJWT } from 'jose/jwt/sign'
import { issuerHostPath } from '../../core/arn.ts'
import { isObject } from '../../core/json.ts'
import { AwsError } from '../aws-errors.ts'
import type { Log } from '../endpoint.ts'
import type { HttpRequest, HttpResponse } from '../http.ts'
import type { IdentityPoolState } from '../state.ts'
import type { Sts } from '../sts/call.ts'
import { accessTokenProviders } from '../sts/web-identity/access-tokens.ts'
import type { IssuerKey } from '../sts/web-identity/issuer-keys.ts'
import { userOfAccessToken, userOfIdToken } from '../sts/web-identity/web-identity.ts'
import { decodeToken } from '../sts/web-identity/web-identity-token.ts'

export const COGNITO_ISSUER = 'https://cognito-identity.amazonaws.com'

const SERVICE = 'AWSCognitoIdentityService.'
/** GetOpenIdToken's default. */
const TOKEN_SECONDS = 600
const KID = 'local-cognito-1'

/** Errors of the service, by their names in its model. */
type ErrorName =
  | 'InvalidParameterException'
  | 'NotAuthorizedException'
  | 'ResourceNotFoundException'
  | 'UnknownOperationException'
  | 'InternalErrorException'

class CognitoRefusal extends Error {
  readonly errorName: ErrorName

  constructor(errorName: ErrorName, message: string) {
    super(message)
    this.errorName = errorName
  }
}

export interface IdentityPoolService {
  /** Whether the request is for this service. */
  isAsked(request: HttpRequest): boolean
  answer(request: HttpRequest, now: Date): Promise<HttpResponse>
}

/** The signing key of all pools, made when it is first needed: a start without pools does not pay for it. */
export interface PoolKey {
  readonly privateKey: () => KeyObject
  readonly publicKeys: (kid: string) => readonly IssuerKey[]
}

export function createPoolKey(): PoolKey {
  let pair: { readonly privateKey: KeyObject; readonly publicKey: KeyObject } | undefined
  const made = () => {
    pair ??= generateKeyPairSync('rsa', { modulusLength: 2048 })
    return pair
  }
  return {
    privateKey: () => createPrivateKey(made().privateKey.export({ type: 'pkcs8', format: 'pem' })),
    publicKeys: (kid) => (kid === KID ? [{ key: made().publicKey, kty: 'RSA', alg: 'RS256' }] : []),
  }
}

interface Login {
  readonly pool: IdentityPoolState
  readonly provider: string
  readonly subject: string
}

/** The pools of the state; `sts` verifies the tokens of their logins. */
export function createIdentityPools(
  pools: readonly IdentityPoolState[],
  sts: Sts,
  key: PoolKey,
  log: Log,
): IdentityPoolService {
  const identities = new Map<string, IdentityPoolState>()

  const getId = async (input: Input, now: Date): Promise<Input> => {
    const pool = pools.find(({ id }) => id === input.IdentityPoolId)
    if (!pool)
      throw new CognitoRefusal('ResourceNotFoundException', `IdentityPool '${String(input.IdentityPoolId)}' not found.`)
    const identity = identityOf(await loginOf(pool, input, sts, now))
    identities.set(identity, pool)
    return { IdentityId: identity }
  }

  const getOpenIdToken = async (input: Input, now: Date): Promise<Input> => {
    const { IdentityId: identity } = input
    const pool = typeof identity === 'string' ? identities.get(identity) : undefined
    if (typeof identity !== 'string' || !pool)
      throw new CognitoRefusal('ResourceNotFoundException', `Identity '${String(identity)}' not found.`)
    const login = await loginOf(pool, input, sts, now)
    if (identityOf(login) !== identity)
      throw new CognitoRefusal('NotAuthorizedException', 'Access to Identity is forbidden.')
    const issuedAt = Math.floor(now.getTime() / 1000)
    const token = await new SignJWT({ amr: ['authenticated', login.provider, `${login.provider}:${login.subject}`] })
      .setProtectedHeader({ alg: 'RS256', kid: KID, typ: 'JWS' })
      .setIssuer(COGNITO_ISSUER)
      .setAudience(pool.id)
      .setSubject(identity)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + TOKEN_SECONDS)
      .sign(key.privateKey())
    return { IdentityId: identity, Token: token }
  }

  const operations = new Map([
    ['GetId', getId],
    ['GetOpenIdToken', getOpenIdToken],
  ])

  return {
    isAsked: ({ method, headers }) => method === 'POST' && (headers['x-amz-target']?.startsWith(SERVICE) ?? false),
    answer: async (request, now) => {
      const name = (request.headers['x-amz-target'] ?? '').slice(SERVICE.length)
      try {
        const operation = operations.get(name)
        if (!operation) throw new CognitoRefusal('UnknownOperationException', `no operation ${name.slice(0, 100)}`)
        const output = await operation(inputOf(request), now)
        log(`${name} ${String(output.IdentityId)}`)
        return reply(200, output)
      } catch (error) {
        const refusal = refusalOf(error)
        log(`${name.slice(0, 100)} ${refusal.errorName}: ${refusal.message}`)
        return reply(refusal.errorName === 'InternalErrorException' ? 500 : 400, {
          __type: refusal.errorName,
          message: refusal.message,
        })
      }
    },
  }
}

type Input = Readonly<Record<string, unknown>>

function inputOf({ body }: HttpRequest): Input {
  try {
    const value: unknown = JSON.parse(body.toString())
    if (isObject(value)) return value
  } catch {
    // The same refusal as for JSON that is not an object.
  }
  throw new CognitoRefusal('InvalidParameterException', 'the body is not a JSON object')
}

/** Verifies the one login of the call. A pool without a login would be for guests, which no gateway asks for. */
async function loginOf(pool: IdentityPoolState, input: Input, sts: Sts, now: Date): Promise<Login> {
  const [[provider, token] = [], ...more] = Object.entries(isObject(input.Logins) ? input.Logins : {})
  if (provider === undefined || typeof token !== 'string' || more.length > 0)
    throw new CognitoRefusal(
      'NotAuthorizedException',
      'Unauthenticated access is not supported for this identity pool.',
    )
  const clientIds = pool.logins[provider]
  if (clientIds === undefined)
    throw new CognitoRefusal(
      'NotAuthorizedException',
      `Invalid login token. Issuer doesn't match providerName, or ${provider} is not configured for the identity pool.`,
    )
  const { subject, audience, issuer } = await verified(provider, token, pool, sts, now)
  if (issuerHostPath(issuer) !== provider)
    throw new CognitoRefusal('NotAuthorizedException', "Invalid login token. Issuer doesn't match providerName")
  if (!clientIds.includes(audience))
    throw new CognitoRefusal('NotAuthorizedException', 'Invalid login token. Incorrect token audience.')
  return { pool, provider, subject }
}

async function verified(provider: string, token: string, pool: IdentityPoolState, sts: Sts, now: Date) {
  try {
    const accessTokens = accessTokenProviders.find((one) => one === provider)
    return accessTokens
      ? await userOfAccessToken(accessTokens, token, sts)
      : await userOfIdToken(decodeToken(token), sts, pool.account, now)
  } catch (error) {
    if (error instanceof AwsError)
      throw new CognitoRefusal('NotAuthorizedException', `Invalid login token. ${error.message}`)
    throw error
  }
}

/** The same for every sign-in of the user at the pool. */
function identityOf({ pool, provider, subject }: Login): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([pool.id, provider, subject]))
    .digest('hex')
  const uuid = [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20), hash.slice(20, 32)]
  return `${pool.id.split(':')[0]}:${uuid.join('-')}`
}

function refusalOf(error: unknown): CognitoRefusal {
  return error instanceof CognitoRefusal
    ? error
    : new CognitoRefusal('InternalErrorException', error instanceof Error ? error.message : 'an internal error')
}

function reply(status: number, body: Input): HttpResponse {
  return {
    status,
    headers: { 'Content-Type': 'application/x-amz-json-1.1', 'x-amzn-RequestId': randomUUID() },
    body: JSON.stringify(body),
  }
}
