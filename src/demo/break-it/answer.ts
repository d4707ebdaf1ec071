/** What one receiver made of a message, as the page shows it. */
export interface Answer {
  readonly accepted: boolean
  /** HTTP status. */
  readonly status: number
  /** The error code in the receiver's own terms. */
  readonly code?: string
  readonly says: string
  /** What to do next, where the receiver says so. */
  readonly next?: string
}

/** Nothing on loopback takes this long. */
const WITHIN_MS = 10_000

/** One request, no redirect followed. Rejects when nobody answers in time. */
export const send = (url: string, init: RequestInit = {}): Promise<Response> =>
  fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(WITHIN_MS), ...init })

export const form = (fields: Readonly<Record<string, string>>): Pick<RequestInit, 'method' | 'body'> => ({
  method: 'POST',
  body: new URLSearchParams(fields),
})
