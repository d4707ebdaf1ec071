/**
 * local-aws is a stand-in for AWS that really validates: STS with its Query protocol, AWS sign-in, a console page. A
 * separate program on node:http, reached only by HTTP; it is independent of the gateway and shares no state with it.
 * Start here for the routes; endpoint.ts answers calls, sts/ and iam/ have their actions, aws-errors.ts every error
 * response, state.ts the accounts and their contents, cloud-trail/ what is recorded. Its specification is the published
 * behaviour of AWS.
 */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { createTrail, type TrailSink } from './cloud-trail/trail.ts'
import { COGNITO_ISSUER, createIdentityPools, createPoolKey } from './cognito/identity-pools.ts'
import { answerCall, asAwsError, type Log, type Program } from './endpoint.ts'
import { foreignService, isQueryCall, refuseForeignService } from './foreign-service.ts'
import { type HttpRequest, type HttpResponse, readRequest, writeResponse } from './http.ts'
import { iamService } from './iam/service.ts'
import { answerOrganizations, isOrganizationsCall } from './organizations.ts'
import { createOutboundIssuers } from './outbound/issuers.ts'
import { errorReply } from './query/answer.ts'
import { createInstanceStore, type InstanceStore } from './services/ec2/instances.ts'
import { type BucketStore, createBucketStore } from './services/s3/buckets.ts'
import { isS3Request } from './services/s3/request.ts'
import type { ServiceHost } from './services/signed-call.ts'
import { createSessions } from './sessions.ts'
import { createSignIn, federation, oauthLogout, showConsole, signOut } from './sign-in/sign-in.ts'
import { consoleCss } from './sign-in/style.ts'
import { signedScope } from './sigv4/authorization.ts'
import { buildIamStore } from './state/open.ts'
import { writtenIam, writtenServices } from './state/written.ts'
import type { LocalAwsState } from './state.ts'
import { createAuthorizationMessages } from './sts/authorization-message.ts'
import { stsService } from './sts/endpoint.ts'
import { createIdentityContexts } from './sts/identity-contexts.ts'
import { type AccessTokenServices, createAccessTokens } from './sts/web-identity/access-tokens.ts'
import { fetchJson } from './sts/web-identity/fetch-json.ts'
import { createIssuerKeys } from './sts/web-identity/issuer-keys.ts'
import { type StandIns, throughStandIns } from './sts/web-identity/stand-ins.ts'
import { createTestTokens } from './test-tokens/test-tokens.ts'

export interface LocalAwsOptions {
  /** Port 0: any free one. */
  readonly listen: { readonly host: string; readonly port: number }
  readonly state: LocalAwsState
  /** AWS itself accepts only https issuers. */
  readonly allowHttpIssuers: boolean
  /** Appends an encoded message for DecodeAuthorizationMessage to AWS's refusal; AWS itself does so only for EC2. */
  readonly encodedMessages?: boolean | undefined
  /** Providers of access tokens that may be asked about them, with the origins of their APIs. Default: none. */
  readonly accessTokenServices?: AccessTokenServices | undefined
  /** Where the documents of providers are fetched instead of from their own origins. Default: nowhere. */
  readonly standIns?: StandIns | undefined
  readonly now?: () => Date
  /** Receives a line for each call, with the reason of a refusal that AWS would not reveal. */
  readonly log?: Log
  /** Receives each event of the trail as a line of JSON. */
  readonly trail?: TrailSink
  /** Whether it issues tokens of well-known shapes for tests, at /tokens. */
  readonly testTokens?: boolean | undefined
  /** Called after each change of what `written` returns. */
  readonly changed?: () => void
}

export interface LocalAws {
  readonly url: string
  /** The state as it is now, to be written to a state file. Sessions are not part of it. */
  written(): LocalAwsState
  /** Resolves when all connections are closed. */
  close(): Promise<void>
}

type Handler = (request: HttpRequest, now: Date) => HttpResponse | Promise<HttpResponse>

const LONGEST_LOG_LINE = 4096

const toConsole: HttpResponse = { status: 303, headers: { Location: '/console' }, body: '' }
const styleSheet: HttpResponse = {
  status: 200,
  headers: { 'Content-Type': 'text/css; charset=utf-8' },
  body: consoleCss,
}
const nothingHere: HttpResponse = {
  status: 404,
  headers: { 'Content-Type': 'text/plain; charset=utf-8' },
  body: 'There is nothing here. STS answers at /, sign-in at /federation, the console at /console, the trail at /cloudtrail.\n',
}

/** Rejects with LocalAwsError for an invalid state, and with Node's own error if the port is in use. */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const { listen, now = () => new Date() } = options
  const log = oneLine(options.log ?? (() => {}))
  let origin = ''
  const routes = createRoutes(options, now(), log, () => origin)
  const server = createServer((request, response) => {
    void answer(routes, request, response, now, log)
  })
  server.headersTimeout = 10_000
  server.requestTimeout = 30_000
  server.on('clientError', refuseBadRequest)
  await listening(server, listen)
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : listen.port
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host
  const url = `http://${host}:${port}`
  // An address that means every interface is none that documents can be fetched from.
  origin = /^(?:0\.0\.0\.0|\[::\])$/.test(host) ? `http://localhost:${port}` : url
  return { url, written: routes.written, close: () => closed(server) }
}

/** Text from clients must neither start a log line of its own nor fill the log with megabytes. */
function oneLine(log: Log): Log {
  return (line) => log(line.slice(0, LONGEST_LOG_LINE).replace(/\p{Cc}/gu, '?'))
}

interface Routes {
  readonly byPath: ReadonlyMap<string, Handler>
  readonly outboundDocument: (request: HttpRequest) => Promise<HttpResponse> | undefined
  /** Known by a header or the signature, not by a path: undefined for a request that is none of these. */
  readonly services: (request: HttpRequest, now: Date) => HttpResponse | Promise<HttpResponse> | undefined
  readonly written: () => LocalAwsState
}

interface FurtherParts {
  readonly host: ServiceHost
  readonly state: LocalAwsState
  readonly buckets: BucketStore
  readonly instances: InstanceStore
}

type Answer = (parts: FurtherParts, request: HttpRequest, now: Date) => Promise<HttpResponse>

/** The services beside STS and IAM, each loaded at its first call, so the first answer of STS does not wait for them. */
const furtherServices = {
  s3: async ({ host, buckets }, request, now) =>
    (await import('./services/s3/service.ts')).answerS3(host, buckets, request, now),
  ec2: async ({ host, instances }, request, now) =>
    (await import('./services/ec2/service.ts')).answerEc2(host, instances, request, now),
  codeartifact: async ({ host }, request, now) =>
    (await import('./services/codeartifact/service.ts')).answerCodeArtifact(host, request, now),
  'sso-oauth': async ({ host, state }, request, now) =>
    (await import('./services/sso-oauth/service.ts')).answerSsoOAuth(
      host,
      state.trustedTokenIssuers ?? [],
      request,
      now,
    ),
} satisfies Record<string, Answer>

function isFurther(service: string | undefined): service is keyof typeof furtherServices {
  return service !== undefined && Object.hasOwn(furtherServices, service)
}

function createRoutes(options: LocalAwsOptions, startedAt: Date, log: Log, origin: () => string): Routes {
  const { state, changed = () => {} } = options
  const iam = buildIamStore(state, startedAt, changed)
  const buckets = createBucketStore(state.buckets ?? [], startedAt, changed)
  const instances = createInstanceStore(state.instances ?? [], startedAt, changed)
  const sessions = createSessions()
  const trail = createTrail(options.trail)
  const fetch = throughStandIns(fetchJson, options.standIns ?? {})
  const poolKey = createPoolKey()
  const ofPools = { issuer: COGNITO_ISSUER, keys: poolKey.publicKeys }
  const testTokens = options.testTokens ? createTestTokens() : undefined
  const issuerKeys = createIssuerKeys(fetch, options.allowHttpIssuers, ofPools, testTokens?.publicKeys)
  const accessTokens = createAccessTokens(options.accessTokenServices ?? {}, fetch)
  const messages = createAuthorizationMessages()
  const contexts = createIdentityContexts()
  const encodesRefusals = options.encodedMessages ?? false
  const outbound = createOutboundIssuers(
    options.state.accounts.map(({ id }) => id),
    origin,
  )
  const aws = { iam, sessions, issuerKeys, accessTokens, messages, contexts, encodesRefusals, outbound }
  const identityPools = createIdentityPools(options.state.identityPools ?? [], aws, poolKey, log)
  const program: Program = { aws, services: [stsService, iamService(options.allowHttpIssuers)], trail, log }
  const signIn = createSignIn(iam, sessions)
  const call: Handler = (request, now) =>
    identityPools.isAsked(request) ? identityPools.answer(request, now) : answerCall(program, request, now)
  const byPath = new Map<string, Handler>([
    ['POST /', call],
    ['GET /', (request, now) => (request.query === '' ? toConsole : call(request, now))],
    ['GET /cloudtrail', (request) => trail.show(request)],
    ['GET /federation', (request, now) => federation(signIn, request, now)],
    ['POST /federation', (request, now) => federation(signIn, request, now)],
    ['GET /oauth', (request, now) => oauthLogout(signIn, request, now)],
    ['POST /oauth', (request, now) => oauthLogout(signIn, request, now)],
    ['GET /console', (request, now) => showConsole(signIn, request, now)],
    ['POST /console/logout', (request, now) => signOut(signIn, request, now)],
    ['GET /console.css', () => styleSheet],
  ])
  if (testTokens) byPath.set('GET /tokens', (request, now) => testTokens.answer(request, now))
  const host: ServiceHost = { aws, trail, log }
  const services: Routes['services'] = (request, now) => {
    if (isOrganizationsCall(request)) return answerOrganizations(aws, request, now, log)
    if (isQueryCall(request)) return undefined
    const service = isS3Request(request) ? 's3' : signedScope(request)?.service
    return isFurther(service) ? furtherServices[service]({ host, state, buckets, instances }, request, now) : undefined
  }
  return {
    byPath,
    services,
    outboundDocument: outbound.document,
    written: () => ({ ...writtenIam(state, iam), ...writtenServices(buckets, instances) }),
  }
}

async function answer(
  routes: Routes,
  request: IncomingMessage,
  response: ServerResponse,
  now: () => Date,
  log: Log,
): Promise<void> {
  try {
    const read = await readRequest(request)
    const own = routes.services(read, now())
    if (own) {
      writeResponse(response, await own)
      return
    }
    const foreign = foreignService(read)
    if (foreign !== undefined) {
      log(`${read.method} of ${foreign}, which is not here`)
      writeResponse(response, refuseForeignService(read, foreign))
      return
    }
    const handler = routes.byPath.get(`${read.method} ${read.path}`)
    const answer = handler ? await handler(read, now()) : await routes.outboundDocument(read)
    writeResponse(response, answer ?? nothingHere)
  } catch (error) {
    const { code, message } = asAwsError(error)
    log(`${code}: ${error instanceof Error ? error.message : message}`)
    if (response.headersSent || request.errored) response.destroy()
    else writeResponse(response, errorReply(stsService.namespace, asAwsError(error), { requestId: randomUUID() }))
  }
}

/** For requests that node:http could not parse: a response, and the end of the connection. */
function refuseBadRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

function listening(server: Server, { host, port }: LocalAwsOptions['listen']): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
