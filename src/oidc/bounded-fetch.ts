import { readBounded } from '../core/bounded-body.ts'
import { cut, OidcError } from './errors.ts'

/** How the relying party reaches a provider: `fetch`, or a stand-in for it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** A fetch that is bounded; `edit` may change what a JSON answer says. */
export type BoundedFetch = (url: string, init: RequestInit, edit?: (answer: unknown) => unknown) => Promise<Response>

const LARGEST_ANSWER = 1024 * 1024
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json$/
// A userinfo answer may be signed, which openid-client verifies.
const JWT_TYPE = 'application/jwt'

/**
 * A fetch that a provider cannot hold up: the time limit (in milliseconds) covers the request and the whole body, an
 * answer has at most 1 MB after decompression, redirects are refused, and what comes back is JSON or nothing.
 * Throws OidcError.
 */
export const boundedFetch =
  (fetch: Fetch, limitMilliseconds: number): BoundedFetch =>
  async (url, init, edit = (same) => same) => {
    const controller = new AbortController()
    const alarm = setTimeout(() => controller.abort(), limitMilliseconds)
    try {
      const response = await fetch(url, { ...init, redirect: 'manual', signal: controller.signal })
      refuseBadStatus(response, url)
      const body = await readBounded(response.body, LARGEST_ANSWER, () => tooLarge(url))
      refuseOtherThanJson(response, url)
      return readAlready(response, body, edit)
    } catch (error) {
      throw error instanceof OidcError ? error : transportError(error, controller.signal.aborted, url)
    } finally {
      clearTimeout(alarm)
    }
  }

/**
 * The response, to be read once more: it gives what has been read, because a new one around the same text would cost
 * a stream of its own. What openid-client makes of errors it makes of a clone, so there a new one it is.
 */
const readAlready = (response: Response, body: Buffer, edit: (answer: unknown) => unknown): Response => {
  // A byte order mark is no part of the text.
  const text = body.toString().replace(/^\uFEFF/, '')
  if (!response.ok) return new Response(text, { status: response.status, headers: response.headers })
  return Object.defineProperties(response, {
    bodyUsed: { value: false },
    text: { value: async () => text },
    json: { value: async () => edit(JSON.parse(text)) },
  })
}

const refuseBadStatus = (response: Response, url: string): void => {
  const { status } = response
  const problem =
    status >= 300 && status < 400 ? 'oidc.redirect_refused' : status >= 500 ? 'oidc.provider_failed' : undefined
  if (!problem) return
  void response.body?.cancel()
  throw new OidcError(problem, { expected: 'status 200', found: `status ${status}`, source: place(url) })
}

const tooLarge = (url: string): OidcError =>
  new OidcError('oidc.answer_too_large', { expected: 'at most 1 MB', found: 'more', source: place(url) })

const refuseOtherThanJson = (response: Response, url: string): void => {
  const type = (response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (JSON_TYPE.test(type) || type === JWT_TYPE) return
  // An error status says more than the type of the page that came with it.
  if (response.status !== 200) {
    const detail = { expected: 'status 200', found: `status ${response.status}`, source: place(url) }
    throw new OidcError('oidc.provider_failed', detail)
  }
  const found = type === '' ? 'no content type' : cut(type)
  throw new OidcError('oidc.answer_not_json', { expected: 'application/json', found, source: place(url) })
}

const transportError = (cause: unknown, timedOut: boolean, url: string): OidcError => {
  if (timedOut) return new OidcError('oidc.provider_timeout', { source: place(url), cause })
  return new OidcError('oidc.provider_unavailable', { found: networkReason(cause), source: place(url), cause })
}

/** `ECONNREFUSED` and the like, which fetch hides one level down. */
const networkReason = (error: unknown): string => {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  if (!(cause instanceof Error)) return 'a network error'
  return cut('code' in cause && typeof cause.code === 'string' ? cause.code : cause.message)
}

// Without the query: nothing that a request carries belongs in a log.
const place = (url: string): string => {
  const { origin, pathname } = new URL(url)
  return cut(origin + pathname)
}
