import type { HttpAnswer, Question } from '../check/ports.ts'
import { readBounded } from '../core/bounded-body.ts'
import { withTimeLimit } from '../core/time-limit.ts'

const TIMEOUT_MS = 10_000
const MAX_BYTES = 1024 * 1024

/**
 * Sends a request without credentials or cookies. Resolves to any response, within 10 s and 1 MiB; redirects are not
 * followed. Rejects with Error without one.
 */
export function ask(url: string, question: Question = { method: 'GET' }): Promise<HttpAnswer> {
  return withTimeLimit(TIMEOUT_MS, undefined, async (signal) => {
    const sentAt = new Date()
    const response = await fetch(url, { ...bodyOf(question), redirect: 'manual', signal })
    const answeredAt = new Date()
    const text = (await readBounded(response.body, MAX_BYTES, tooLarge)).toString()
    return { status: response.status, text, ...dateOf(response.headers), sentAt, answeredAt }
  })
}

function bodyOf({ method, form }: Question): RequestInit {
  return form === undefined ? { method } : { method, body: new URLSearchParams(form) }
}

function tooLarge(): Error {
  return new Error(`more than ${MAX_BYTES} bytes`)
}

function dateOf(headers: Headers): { readonly date?: Date } {
  const date = new Date(headers.get('date') ?? '')
  return Number.isNaN(date.getTime()) ? {} : { date }
}
