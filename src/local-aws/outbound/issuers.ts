/**
 * The OpenID issuers of accounts, which sign the tokens of GetWebIdentityToken: an issuer and two keys for each account,
 * with a discovery document and a key set at the address of the local AWS (aws-facts A.5). AWS's own issuers are
 * `https://UUID.tokens.sts.global.api.aws`.
 */
import { createHash, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { JWTPayload } from 'jose'
import type { HttpRequest, HttpResponse } from '../http.ts'

export const outboundAlgorithms = ['RS256', 'ES384'] as const
export type OutboundAlgorithm = (typeof outboundAlgorithms)[number]

export interface OutboundIssuers {
  /** The issuer's URL, always the same for an account at one address. */
  urlOf(account: string): string
  /** Whether a token's issuer is one of these. */
  isOwn(issuer: string): boolean
  /** A signed JWT of these claims. */
  sign(account: string, algorithm: OutboundAlgorithm, claims: JWTPayload): Promise<string>
  /** The discovery document or the key set; undefined for any other request. */
  document(request: HttpRequest): Promise<HttpResponse> | undefined
}

interface Key {
  readonly privateKey: KeyObject
  readonly kid: string
  readonly jwk: Readonly<Record<string, unknown>>
}

type Keys = Readonly<Record<OutboundAlgorithm, Key>>

const generate = promisify(generateKeyPair)
const PATH = '/outbound'
const DOCUMENT = /^\/outbound\/([0-9a-f-]{36})\/\.well-known\/(openid-configuration|jwks\.json)$/

/** `origin`: where this server is reached. Keys are of this process, and are made when they are first needed. */
export function createOutboundIssuers(accounts: readonly string[], origin: () => string): OutboundIssuers {
  const accountsById = new Map(accounts.map((account) => [issuerId(account), account]))
  const made = new Map<string, Promise<Keys>>()
  const keysOf = (account: string): Promise<Keys> => {
    const keys = made.get(account) ?? newKeys()
    made.set(account, keys)
    return keys
  }
  const urlOf = (account: string): string => {
    const id = issuerId(account)
    accountsById.set(id, account)
    return `${origin()}${PATH}/${id}`
  }
  return {
    urlOf,
    isOwn: (issuer) => issuer.startsWith(`${origin()}${PATH}/`),
    sign: async (account, algorithm, claims) => {
      // Loaded with the first token: most runs issue none, so the program starts faster.
      const { SignJWT } = await import('jose')
      const { privateKey, kid } = (await keysOf(account))[algorithm]
      return new SignJWT(claims).setProtectedHeader({ alg: algorithm, kid, typ: 'JWT' }).sign(privateKey)
    },
    document: ({ method, path }) => {
      const [, id = '', name] = (method === 'GET' && DOCUMENT.exec(path)) || []
      const account = accountsById.get(id)
      if (account === undefined) return undefined
      return name === 'jwks.json' ? keySet(keysOf(account)) : Promise.resolve(discovery(urlOf(account)))
    },
  }
}

/** A UUID from the account's number. */
function issuerId(account: string): string {
  const hex = createHash('sha256').update(`outbound issuer of ${account}`).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  )
}

async function newKeys(): Promise<Keys> {
  const [rsa, ec] = await Promise.all([
    generate('rsa', { modulusLength: 2048 }),
    generate('ec', { namedCurve: 'secp384r1' }),
  ])
  return { RS256: keyOf(rsa, 'RSA', 'RS256'), ES384: keyOf(ec, 'EC384', 'ES384') }
}

/** AWS's kids are RSA_1 and EC384_1; here they differ with the key, as a new process has new ones. */
function keyOf(
  { privateKey, publicKey }: { readonly privateKey: KeyObject; readonly publicKey: KeyObject },
  type: string,
  alg: OutboundAlgorithm,
): Key {
  const digest = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
  const kid = `${type}_${digest.slice(0, 8)}`
  return { privateKey, kid, jwk: { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg } }
}

async function keySet(keys: Promise<Keys>): Promise<HttpResponse> {
  return json({ keys: Object.values(await keys).map(({ jwk }) => jwk) })
}

function discovery(issuer: string): HttpResponse {
  return json({
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: outboundAlgorithms,
    claims_supported: ['iss', 'aud', 'sub', 'iat', 'exp', 'jti', 'https://sts.amazonaws.com/'],
  })
}

function json(body: unknown): HttpResponse {
  return { status: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
}
