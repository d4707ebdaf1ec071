import { withTimeLimit } from '../../core/time-limit.ts'

/** How one receiver responded to a message, as the page shows it. */
export interface Answer {
  readonly accepted: boolean
  /** HTTP status. */
  readonly status: number
  /** The receiver's own error code. */
  readonly code?: string
  readonly says: string
  /** What to do next, if the receiver says so. */
  readonly next?: string
}

/** Milliseconds: longer than any request on loopback. */
const WITHIN_MS = 10_000

export interface Received {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/** Sends one request without following redirects. Rejects if no response arrives in time. */
export function send(url: string, init: RequestInit = {}): Promise<Received> {
  return withTimeLimit(WITHIN_MS, undefined, async (signal) => {
    const response = await fetch(url, { redirect: 'manual', signal, ...init })
    return { status: response.status, headers: response.headers, body: await response.text() }
  })
}

export function form(fields: Readonly<Record<string, string>>): Pick<RequestInit, 'method' | 'body'> {
  return {
    method: 'POST',
    body: new URLSearchParams(fields),
  }
}
