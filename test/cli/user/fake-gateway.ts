/** A gateway as far as its command line sees it: an authorization server that rotates and binds tokens, and the API. */
import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose'
import type { Role } from '../../../src/cli/user/roles/role.ts'

export interface Problem {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** How long the answer takes. */
  readonly delayMs?: number
}

export interface FakeGateway {
  readonly url: string
  roles: Role[]
  /** How long the credentials that it issues last. */
  credentialsMs: number
  /** How long its access tokens last. */
  accessSeconds: number
  /** Answers of the device token request, before tokens: OAuth error codes. */
  deviceAnswers: string[]
  /** Paths that are answered so instead. */
  readonly problems: Map<string, Problem | 'no response'>
  /** How often each path was asked. */
  readonly asked: Map<string, number>
  /** What authorization requests brought. */
  readonly authorizations: URLSearchParams[]
  /** Bodies of API requests, by path. */
  readonly bodies: Map<string, unknown>
  readonly counts: { refreshes: number; reuses: number; exchanges: number; revocations: number }
  /** Whether proofs must have a nonce. */
  wantsNonce: boolean
  bindsTokens: boolean
  denies: boolean
  subject: string
  /** The access token of the last authorization code. */
  lastSignIn: string
  /** Ends every session. */
  endSessions(): void
  /** Forgets access tokens, and keeps refresh tokens. */
  forgetAccessTokens(): void
  delayMs: number
  close(): Promise<void>
}

export const ROLE = 'arn:aws:iam::111122223333:role/Developer'

const role = (account: string, accountName: string, name: string, more: Partial<Role> = {}): Role => ({
  arn: `arn:aws:iam::${account}:role/${name}`,
  account,
  accountName,
  name,
  provider: 'corp',
  maxSessionSeconds: 3600,
  region: 'eu-west-1',
  isPinned: false,
  evidence: 'reissued',
  ...more,
})

export const ROLES: readonly Role[] = [
  role('111122223333', 'Production', 'Developer', { lastUsedAt: '2026-11-29T10:00:00Z' }),
  role('111122223333', 'Production', 'Admin', { alias: 'admin', evidence: 'original', maxSessionSeconds: 7200 }),
  role('444455556666', 'Test, "old"', 'Developer', { region: 'us-east-1' }),
]

export async function startFakeGateway(): Promise<FakeGateway> {
  const server = createServer()
  const url = await listen(server)
  const codes = new Map<string, URLSearchParams>()
  const refresh = new Map<string, string>()
  const used = new Set<string>()
  const access = new Map<string, string>()
  const gateway: FakeGateway = {
    url,
    roles: [...ROLES],
    credentialsMs: 3_600_000,
    accessSeconds: 600,
    deviceAnswers: [],
    problems: new Map(),
    asked: new Map(),
    authorizations: [],
    bodies: new Map(),
    counts: { refreshes: 0, reuses: 0, exchanges: 0, revocations: 0 },
    wantsNonce: false,
    bindsTokens: true,
    denies: false,
    subject: 'alice',
    lastSignIn: '',
    delayMs: 0,
    endSessions: () => {
      refresh.clear()
      access.clear()
    },
    forgetAccessTokens: () => access.clear(),
    close: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      return closed
    },
  }

  const metadata = () => ({
    issuer: `${url}/oauth`,
    authorization_endpoint: `${url}/oauth/auth`,
    token_endpoint: `${url}/oauth/token`,
    revocation_endpoint: `${url}/oauth/token/revocation`,
    device_authorization_endpoint: `${url}/oauth/device/auth`,
    authorization_response_iss_parameter_supported: true,
    ...(gateway.bindsTokens && { dpop_signing_alg_values_supported: ['ES256'] }),
  })

  const issue = (thumbprint: string): Problem => {
    const [token, next] = [randomUUID(), randomUUID()]
    access.set(token, thumbprint)
    refresh.set(next, thumbprint)
    const token_type = thumbprint === '' ? 'Bearer' : 'DPoP'
    const body = { access_token: token, refresh_token: next, expires_in: gateway.accessSeconds, token_type }
    return { status: 200, body }
  }

  /** The thumbprint of the key that the proof proves, or the answer that refuses it. RFC 9449 4.3 */
  const keyOf = async (request: IncomingMessage, token?: string): Promise<string | Problem> => {
    const { dpop } = request.headers
    if (!gateway.bindsTokens) return ''
    if (typeof dpop !== 'string') return { status: 400, body: { error: 'invalid_dpop_proof' } }
    const { payload, protectedHeader } = await jwtVerify(dpop, EmbeddedJWK, { typ: 'dpop+jwt', algorithms: ['ES256'] })
    const ath = token === undefined ? undefined : createHash('sha256').update(token).digest('base64url')
    if (payload.htm !== request.method || payload.htu !== `${url}${request.url?.split('?')[0]}` || payload.ath !== ath)
      return { status: 400, body: { error: 'invalid_dpop_proof' } }
    if (gateway.wantsNonce && payload.nonce !== 'nonce-1') {
      const headers = { 'dpop-nonce': 'nonce-1', 'www-authenticate': 'DPoP error="use_dpop_nonce"' }
      return { status: token === undefined ? 400 : 401, body: { error: 'use_dpop_nonce' }, headers }
    }
    return calculateJwkThumbprint(protectedHeader.jwk ?? {})
  }

  const token = async (request: IncomingMessage, form: URLSearchParams): Promise<Problem> => {
    const thumbprint = await keyOf(request)
    if (typeof thumbprint !== 'string') return thumbprint
    const grant = form.get('grant_type')
    if (grant === 'authorization_code') {
      const asked = codes.get(form.get('code') ?? '')
      codes.delete(form.get('code') ?? '')
      const challenge = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url')
      const isRight =
        asked?.get('code_challenge') === challenge && asked.get('redirect_uri') === form.get('redirect_uri')
      if (!isRight) return { status: 400, body: { error: 'invalid_grant' } }
      const issued = issue(thumbprint)
      gateway.lastSignIn = (issued.body as { access_token: string }).access_token
      return issued
    }
    if (grant === 'refresh_token') {
      const old = form.get('refresh_token') ?? ''
      if (used.has(old)) gateway.counts.reuses++
      if (refresh.get(old) !== thumbprint) return { status: 400, body: { error: 'invalid_grant' } }
      gateway.counts.refreshes++
      refresh.delete(old)
      used.add(old)
      return issue(thumbprint)
    }
    const answer = gateway.deviceAnswers.shift()
    return answer === undefined ? issue(thumbprint) : { status: 400, body: { error: answer } }
  }

  const api = async (request: IncomingMessage, path: string, body: string): Promise<Problem> => {
    const [scheme, given = ''] = (request.headers.authorization ?? '').split(' ')
    const problem = { status: 401, body: { code: 'session.required', title: 'You are not signed in.' } }
    if (scheme !== (gateway.bindsTokens ? 'DPoP' : 'Bearer') || !access.has(given)) return problem
    const thumbprint = await keyOf(request, given)
    if (typeof thumbprint !== 'string') return thumbprint
    if (access.get(given) !== thumbprint) return problem
    if (path === '/api/session') {
      const expiresAt = new Date(Date.now() + 8 * 3_600_000).toISOString()
      return { status: 200, body: { authenticated: true, subject: gateway.subject, provider: 'corp', expiresAt } }
    }
    if (path === '/api/roles') return { status: 200, body: { roles: gateway.roles } }
    const asked = JSON.parse(body) as { role: string }
    gateway.bodies.set(path, asked)
    const granted = gateway.roles.find(({ arn }) => arn === asked.role)
    if (!granted)
      return {
        status: 403,
        body: {
          code: 'role.not_granted',
          title: "You don't have access to this role.",
          hint: 'Choose another role.',
          reference: 'REF1',
        },
      }
    if (path === '/api/console') return { status: 200, body: { url: `${url}/console?SigninToken=T` } }
    gateway.counts.exchanges++
    return {
      status: 200,
      body: {
        Version: 1,
        AccessKeyId: `ASIA${String(gateway.counts.exchanges).padStart(16, '0')}`,
        SecretAccessKey: "secret/it's",
        SessionToken: 'token+==',
        Expiration: new Date(Date.now() + gateway.credentialsMs).toISOString(),
        roleArn: granted.arn,
        region: granted.region,
      },
    }
  }

  const authorize = (asked: URLSearchParams): Problem => {
    gateway.authorizations.push(asked)
    const code = randomUUID()
    codes.set(code, asked)
    const back = new URL(asked.get('redirect_uri') ?? '')
    const result = gateway.denies ? { error: 'access_denied' } : { code }
    back.search = new URLSearchParams({ ...result, state: asked.get('state') ?? '', iss: `${url}/oauth` }).toString()
    return { status: 302, headers: { location: back.href } }
  }

  const answer = async (request: IncomingMessage): Promise<Problem> => {
    const { pathname, searchParams } = new URL(request.url ?? '', url)
    gateway.asked.set(pathname, (gateway.asked.get(pathname) ?? 0) + 1)
    const body = await text(request)
    const planned = gateway.problems.get(pathname)
    if (planned === 'no response') request.socket.destroy()
    else if (planned !== undefined) {
      await new Promise((resolve) => setTimeout(resolve, planned.delayMs ?? 0))
      return planned
    }
    if (pathname === '/oauth/.well-known/oauth-authorization-server') return { status: 200, body: metadata() }
    if (pathname === '/oauth/auth') return authorize(searchParams)
    if (gateway.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, gateway.delayMs))
    if (pathname === '/oauth/token') return token(request, new URLSearchParams(body))
    if (pathname === '/oauth/token/revocation') {
      gateway.counts.revocations += refresh.delete(new URLSearchParams(body).get('token') ?? '') ? 1 : 0
      return { status: 200 }
    }
    if (pathname === '/oauth/device/auth') {
      const uri = `${url}/oauth/device`
      return {
        status: 200,
        body: {
          device_code: 'D',
          user_code: 'WDJB-MJHT',
          verification_uri: uri,
          verification_uri_complete: `${uri}?user_code=WDJB-MJHT`,
          expires_in: 60,
          interval: 0,
        },
      }
    }
    if (pathname === '/healthz') return { status: 200, body: 'ok' }
    return pathname.startsWith('/api/')
      ? api(request, pathname, body)
      : { status: 404, body: { code: 'http.not_found' } }
  }

  server.on('request', (request, response) => {
    answer(request).then(
      ({ status, body, headers }) => {
        const type = status >= 400 ? 'application/problem+json' : 'application/json'
        response
          .writeHead(status, { 'content-type': type, ...headers })
          .end(body === undefined ? '' : JSON.stringify(body))
      },
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  return gateway
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
  })
}
