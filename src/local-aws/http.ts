import type { IncomingMessage, ServerResponse } from 'node:http'
import { AwsError } from './aws-errors.ts'
import { type Parameters, parseParameters } from './query/parameters.ts'

/** A response as a value; only server.ts writes responses. */
export interface HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer
  /** It says itself whether it may be cached, like an object of S3. Default: it may not. */
  readonly isCacheable?: boolean
}

/** A request with its body: the input of every handler. */
export interface HttpRequest {
  readonly method: string
  /** Path and query as sent. */
  readonly target: string
  readonly path: string
  /** Without the question mark. */
  readonly query: string
  /** Lower-case names; repeated ones are joined by commas, as they are signed. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Buffer
  /** The fields of the body, read as a form: only once, as an assertion is long. */
  readonly form: () => Parameters
  readonly remoteAddress: string
}

/** Room for a SAML response of 100,000 characters, three times as long when percent-encoded. */
const MAX_BODY = 1024 * 1024
/**
 * How much more is read and discarded, so the client gets a response instead of a reset; beyond that, the connection
 * ends.
 */
const MAX_DISCARDED = 32 * 1024 * 1024

export async function readRequest(request: IncomingMessage): Promise<HttpRequest> {
  const target = originForm(request.url ?? '/')
  const mark = target.indexOf('?')
  const body = await readBody(request)
  let fields: Parameters | undefined
  return {
    method: request.method ?? '',
    target,
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? '' : target.slice(mark + 1),
    headers: joined(request),
    body,
    form: () => {
      fields ??= parseParameters(body.toString('utf8'))
      return fields
    },
    remoteAddress: (request.socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, ''),
  }
}

/**
 * Clients send the whole URL to a proxy: with HTTP_PROXY set to this server, every endpoint is reachable by its own
 * name.
 */
function originForm(target: string): string {
  return target.replace(/^http:\/\/[^/?#]*/i, '') || '/'
}

/**
 * node:http joins repeated values with a comma and a space, SigV4 with only a comma. For some headers node:http keeps
 * only the first value: those stay unchanged. Most requests repeat nothing.
 */
function joined(request: IncomingMessage): HttpRequest['headers'] {
  const { headers } = request
  const names = Object.keys(headers)
  if (request.rawHeaders.length === 2 * names.length && headers['set-cookie'] === undefined)
    return headers as Record<string, string>
  const sent = (name: string): string => {
    const [values, all = []] = [[headers[name] ?? ''].flat(), request.headersDistinct[name]]
    return values.join(', ') === all.join(', ') ? all.join(',') : values.join(',')
  }
  return Object.fromEntries(names.map((name) => [name, sent(name)]))
}

/** By events: an async iterator costs as much as the rest of a small call. */
function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const tooLarge = (): AwsError =>
      new AwsError('RequestEntityTooLarge', `The request is larger than ${MAX_BODY} bytes`)
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= MAX_BODY) chunks.push(chunk)
      else if (size > MAX_DISCARDED) request.destroy(tooLarge())
    })
    request.on('end', () => {
      const [only = Buffer.alloc(0), ...more] = chunks
      if (size > MAX_BODY) reject(tooLarge())
      else resolve(more.length === 0 ? only : Buffer.concat(chunks))
    })
    request.on('error', reject)
  })
}

/** Statuses whose responses have no body, and no length either (RFC 9110 sections 8.6 and 15.4.5). */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 304])

/** Responses are not cached, unless they are made for it, and never name the software. */
export function writeResponse(
  response: ServerResponse,
  { status, headers, body, isCacheable = false }: HttpResponse,
): void {
  response.writeHead(status, {
    ...(isCacheable ? {} : { 'Cache-Control': 'no-store' }),
    'X-Content-Type-Options': 'nosniff',
    ...headers,
    ...(WITHOUT_BODY.has(status) ? {} : { 'Content-Length': Buffer.byteLength(body) }),
  })
  response.end(body)
}
