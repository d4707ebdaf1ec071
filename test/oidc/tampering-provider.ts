import { createHash, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An OpenID provider on node:http and node:crypto alone that behaves well until it is told otherwise. */

export type Json = Record<string, unknown>
type Answer = (request: IncomingMessage, response: ServerResponse) => void

export interface Tampering {
  /** Changes one document or answers in its place. */
  readonly discovery?: ((document: Json) => unknown) | { readonly answer: Answer }
  readonly keySet?: ((document: Json) => unknown) | { readonly answer: Answer }
  readonly token?: ((document: Json) => unknown) | { readonly answer: Answer }
  readonly userinfo?: ((document: Json) => unknown) | { readonly answer: Answer }
  readonly pushed?: ((document: Json) => unknown) | { readonly answer: Answer }
  readonly endSession?: ((document: Json) => unknown) | { readonly answer: Answer }
  readonly claims?: (claims: Json) => Json
  readonly header?: (header: Json) => Json
  /** The compact token from header and claims, instead of a good signature. */
  readonly seal?: (signingInput: string) => string
  /** Changes the finished token. */
  readonly tamper?: (idToken: string) => string
}

const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 })
/** The key that signs, for what a test signs itself. */
export const good = rsa()
export const rogue = rsa()
export const KID = 'key-1'

export const jwkOf = (key: KeyObject, kid: string): Json => ({
  ...key.export({ format: 'jwk' }),
  kid,
  alg: 'RS256',
  use: 'sig',
})

export const publicPem = good.publicKey.export({ type: 'spki', format: 'pem' }) as string
const publicJwk = jwkOf(good.publicKey, KID)

export const signedBy =
  (key: KeyObject) =>
  (signingInput: string): string =>
    `${signingInput}.${sign('sha256', Buffer.from(signingInput), key).toString('base64url')}`

export const hmacWith =
  (secret: string) =>
  (signingInput: string): string =>
    `${signingInput}.${createHmac('sha256', secret).update(signingInput).digest('base64url')}`

export const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

export interface TamperingProvider {
  readonly issuer: string
  /** How often each path was asked since the last call of `behave`. */
  readonly requests: Map<string, number>
  /** What was posted to each path last, with its Authorization header. */
  readonly posted: Map<string, { readonly parameters: URLSearchParams; readonly authorization: string }>
  /** Starts afresh: with this tampering, for this nonce. */
  behave(tampering: Tampering, nonce?: string): void
  close(): Promise<void>
}

export const ACCESS_TOKEN = 'an-access-token'
const NOW = () => Math.floor(Date.now() / 1000)

export const startTamperingProvider = async (): Promise<TamperingProvider> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const requests = new Map<string, number>()
  const posted: TamperingProvider['posted'] = new Map()
  let current: { tampering: Tampering; nonce: string } = { tampering: {}, nonce: '' }

  server.on('request', async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url ?? '/', issuer)
    requests.set(pathname, (requests.get(pathname) ?? 0) + 1)
    const parameters = new URLSearchParams(await readBody(request))
    if (request.method === 'POST')
      posted.set(pathname, { parameters, authorization: request.headers.authorization ?? '' })
    const { tampering, nonce } = current
    const documents: Record<string, [Json, Tampering['token']]> = {
      '/.well-known/openid-configuration': [discoveryDocument(issuer), tampering.discovery],
      '/jwks': [{ keys: [publicJwk] }, tampering.keySet],
      '/token': [tokenAnswer(issuer, nonce, tampering), tampering.token],
      '/userinfo': [{ sub: 'alice', groups: ['from-userinfo'], department: 'R&D' }, tampering.userinfo],
      '/end-session': [{}, tampering.endSession],
      '/par': [{ request_uri: 'urn:example:pushed', expires_in: 60 }, tampering.pushed],
    }
    const [document, change] = documents[pathname] ?? [{}, undefined]
    if (typeof change === 'object') return change.answer(request, response)
    response.statusCode = pathname === '/par' ? 201 : 200
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(change ? change(document) : document))
  })

  return {
    issuer,
    requests,
    posted,
    behave: (tampering, nonce = '') => {
      current = { tampering, nonce }
      requests.clear()
      posted.clear()
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const readBody = async (request: IncomingMessage): Promise<string> => {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  return body
}

const discoveryDocument = (issuer: string): Json => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/jwks`,
  userinfo_endpoint: `${issuer}/userinfo`,
  pushed_authorization_request_endpoint: `${issuer}/par`,
  end_session_endpoint: `${issuer}/end-session?theme=dark`,
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
  authorization_response_iss_parameter_supported: true,
})

const tokenAnswer = (issuer: string, nonce: string, tampering: Tampering): Json => {
  const claims = {
    iss: issuer,
    aud: 'fedgate',
    sub: 'alice',
    nonce,
    iat: NOW(),
    exp: NOW() + 300,
    auth_time: NOW() - 100,
    sid: 'session-1',
    email: 'alice@example.com',
    email_verified: true,
    at_hash: createHash('sha256').update(ACCESS_TOKEN).digest().subarray(0, 16).toString('base64url'),
  }
  const { header = (same) => same, claims: change = (same) => same, tamper = (same) => same } = tampering
  const { seal = signedBy(good.privateKey) } = tampering
  const signingInput = `${encode(header({ alg: 'RS256', kid: KID }))}.${encode(change(claims))}`
  return { access_token: ACCESS_TOKEN, token_type: 'Bearer', expires_in: 300, id_token: tamper(seal(signingInput)) }
}
