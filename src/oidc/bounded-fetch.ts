import { readBounded } from '../core/bounded-body.ts'
import { withTimeLimit } from '../core/time-limit.ts'
import type { Answer } from './answer.ts'
import { cut, OidcError } from './errors.ts'

/** How the relying party sends requests to a provider: `fetch`, or a replacement. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** A fetch with limits. */
export type BoundedFetch = (url: string, init: RequestInit) => Promise<Answer & Pick<Response, 'headers'>>

const LARGEST_ANSWER = 1024 * 1024

/**
 * A fetch that a provider cannot delay: the time limit (in milliseconds) covers the request and the whole body, a
 * response has at most 1 MB after decompression, and redirects are refused. Throws OidcError.
 */
export function boundedFetch(fetch: Fetch, limitMilliseconds: number): BoundedFetch {
  return (url, init) =>
    withTimeLimit(limitMilliseconds, undefined, async (signal) => {
      try {
        const response = await fetch(url, { ...init, redirect: 'manual', signal })
        refuseRedirect(response, url)
        const body = await readBounded(response.body, LARGEST_ANSWER, () => tooLarge(url))
        const { status, headers } = response
        return { place: placeOf(url), status, type: typeIn(headers), text: body.toString(), headers }
      } catch (error) {
        throw error instanceof OidcError ? error : transportError(error, signal.aborted, url)
      }
    })
}

function refuseRedirect(response: Response, url: string): void {
  const { status } = response
  if (status < 300 || status >= 400) return
  void response.body?.cancel()
  const detail = { expected: 'status 200', found: `status ${status}`, source: placeOf(url) }
  throw new OidcError('oidc.redirect_refused', detail)
}

// Without the query: request parameters must not be logged.
function placeOf(url: string): string {
  const { origin, pathname } = new URL(url)
  return cut(origin + pathname)
}

function tooLarge(url: string): OidcError {
  return new OidcError('oidc.answer_too_large', { expected: 'at most 1 MB', found: 'more', source: placeOf(url) })
}

function typeIn(headers: Headers): string {
  return headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? ''
}

function transportError(cause: unknown, timedOut: boolean, url: string): OidcError {
  if (timedOut) return new OidcError('oidc.provider_timeout', { source: placeOf(url), cause })
  return new OidcError('oidc.provider_unavailable', { found: networkReason(cause), source: placeOf(url), cause })
}

/** `ECONNREFUSED` and similar, which fetch hides one level down. */
function networkReason(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  if (!(cause instanceof Error)) return 'a network error'
  return cut('code' in cause && typeof cause.code === 'string' ? cause.code : cause.message)
}
