import { readBounded } from '../../../core/bounded-body.ts'
import { withTimeLimit } from '../../../core/time-limit.ts'
import { UserError } from '../errors.ts'

/** An exchange may wait for AWS, which the gateway gives 5 s and retries. */
const TIMEOUT_MS = 30_000
const MAX_BYTES = 4 * 1024 * 1024

export interface HttpResponse {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** Sends a request. Redirects are not followed. Throws UserError `cli.unreachable` without a response. */
export async function send(url: string, init: RequestInit = {}): Promise<HttpResponse> {
  try {
    return await withTimeLimit(TIMEOUT_MS, undefined, async (signal) => {
      const response = await fetch(url, { ...init, redirect: 'manual', signal })
      const text = (await readBounded(response.body, MAX_BYTES, tooLarge)).toString()
      return { status: response.status, headers: response.headers, text }
    })
  } catch (cause) {
    throw new UserError('cli.unreachable', {
      sentence: `The gateway ${new URL(url).origin} cannot be reached (${reason(cause)}).`,
      cause,
    })
  }
}

/** The body as a JSON object; empty for anything else. */
export function jsonOf({ text }: HttpResponse): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function tooLarge(): Error {
  return new Error('the response is too large')
}

/** fetch hides the reason in a cause, and behind two addresses in a list of causes. */
function reason(error: unknown): string {
  let cause = error
  while (cause instanceof Error) {
    const [first] = cause instanceof AggregateError ? (cause.errors as readonly unknown[]) : []
    const next = cause.cause ?? first
    if (next === undefined) break
    cause = next
  }
  if (!(cause instanceof Error)) return String(cause)
  return 'code' in cause ? String(cause.code) : cause.message
}
