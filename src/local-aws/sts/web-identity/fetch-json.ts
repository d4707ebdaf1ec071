/**
 * Fetches what an OpenID provider publishes, with limits on time and size, and checks that the server may speak for it:
 * by the authorities that Node trusts, else by the thumbprints in IAM (aws-facts C.5).
 */
import type { X509Certificate } from 'node:crypto'
import { type ClientRequest, type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { TLSSocket } from 'node:tls'
import { readBounded } from '../../../core/bounded-body.ts'

/**
 * Fetches a JSON document. `thumbprints`: SHA-1 in hex. Throws ThumbprintMismatch, and an error for anything but a
 * document.
 */
export type FetchJson = (url: string, thumbprints: readonly string[]) => Promise<unknown>

/** The server's certificate is from no trusted authority, and has none of the thumbprints. */
export class ThumbprintMismatch extends Error {}

/** The server answered something else than a document. */
export class UnexpectedStatus extends Error {
  readonly status: number

  constructor(url: string, status: number) {
    // Without the query, which may contain a token.
    super(`${url.replace(/\?.*$/, '')} answered ${status}`)
    this.status = status
  }
}

const TIMEOUT_MS = 5000
const MAX_BYTES = 1024 * 1024

/** No redirects, five seconds, one megabyte. */
export const fetchJson: FetchJson = async (url, thumbprints) => {
  const response = await answerTo(url, thumbprints)
  try {
    if (response.statusCode !== 200) throw new UnexpectedStatus(url, response.statusCode ?? 0)
    const tooLarge = (): Error => new Error(`${url.replace(/\?.*$/, '')} answered more than ${MAX_BYTES} bytes`)
    return JSON.parse((await readBounded(response, MAX_BYTES, tooLarge)).toString())
  } finally {
    response.destroy()
  }
}

const MAX_CHAIN = 10

function answerTo(url: string, thumbprints: readonly string[]): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { headers: { accept: 'application/json' }, signal: AbortSignal.timeout(TIMEOUT_MS), agent: false }
    const request = url.startsWith('https:') ? requestJudged(url, options, thumbprints) : requestHttp(url, options)
    request.on('response', resolve).on('error', reject).end()
  })
}

/** Node checks only authorities; here a thumbprint may vouch instead, before any response is read. */
function requestJudged(url: string, options: RequestOptions, thumbprints: readonly string[]): ClientRequest {
  const request = requestHttps(url, { ...options, rejectUnauthorized: false })
  request.on('socket', (socket) =>
    socket.once('secureConnect', () => {
      if (socket instanceof TLSSocket && !mayAnswer(socket, request.host, thumbprints))
        request.destroy(new ThumbprintMismatch(`${url}: ${socket.authorizationError}`))
    }),
  )
  return request
}

function mayAnswer(socket: TLSSocket, host: string, thumbprints: readonly string[]): boolean {
  if (socket.authorized) return true
  const leaf = socket.getPeerX509Certificate()
  if (!leaf || (leaf.checkHost(host, { subject: 'never' }) ?? leaf.checkIP(host)) === undefined) return false
  const wanted = new Set(thumbprints.map((thumbprint) => thumbprint.toUpperCase()))
  return chainOf(leaf, new Date()).some(({ fingerprint }) => wanted.has(fingerprint.replaceAll(':', '')))
}

/** The certificates that the server sent, up to the first that is not signed by the next, if all are valid now. */
function chainOf(leaf: X509Certificate, now: Date): readonly X509Certificate[] {
  const chain: X509Certificate[] = []
  let at: X509Certificate | undefined = leaf
  while (at && chain.length < MAX_CHAIN && now >= new Date(at.validFrom) && now <= new Date(at.validTo)) {
    chain.push(at)
    const issuer: X509Certificate | undefined = at.issuerCertificate
    at = issuer && issuer.fingerprint256 !== at.fingerprint256 && at.verify(issuer.publicKey) ? issuer : undefined
  }
  return chain
}
