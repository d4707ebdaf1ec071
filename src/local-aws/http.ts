import type { IncomingMessage, ServerResponse } from 'node:http'
import { AwsError } from './aws-errors.ts'

/** An answer as a value; server.ts is the only place that writes one. */
export interface HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A request with its body read: what every handler gets. */
export interface HttpRequest {
  readonly method: string
  /** Path and query as sent. */
  readonly target: string
  readonly path: string
  /** Without the question mark. */
  readonly query: string
  /** Lower-case names; what is repeated is joined by commas, as it is signed. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Buffer
  readonly remoteAddress: string
}

/** A SAML response of 100,000 characters, percent-encoded to three times that, has room. */
const MAX_BODY = 1024 * 1024
/** So much is read and thrown away so that the client gets an answer and not a reset; more ends the connection. */
const MAX_DISCARDED = 32 * 1024 * 1024

export async function readRequest(request: IncomingMessage): Promise<HttpRequest> {
  const target = originForm(request.url ?? '/')
  const mark = target.indexOf('?')
  return {
    method: request.method ?? '',
    target,
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? '' : target.slice(mark + 1),
    headers: joined(request),
    body: await readBody(request),
    remoteAddress: (request.socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, ''),
  }
}

/** To a proxy a client names the whole URL: who has HTTP_PROXY lead here reaches every endpoint by its own name. */
function originForm(target: string): string {
  return target.replace(/^http:\/\/[^/?#]*/i, '') || '/'
}

/**
 * Between values of one name node:http puts a comma and a space, SigV4 the comma alone. Of some headers it keeps the
 * first value only: those stay as they are. Most requests repeat nothing.
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

/** By its events: an async iterator costs as much as the rest of a small call. */
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

/** Answers never come from a cache, and never name what runs here. */
export function writeResponse(response: ServerResponse, { status, headers, body }: HttpResponse): void {
  response.writeHead(status, {
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...headers,
    'Content-Length': Buffer.byteLength(body),
  })
  response.end(body)
}
