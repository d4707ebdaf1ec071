import type { HttpAnswer, Question } from '../check/ports.ts'
import { withTimeLimit } from '../core/time-limit.ts'

const TIMEOUT_MS = 10_000
const MAX_BYTES = 1024 * 1024

const bodyOf = ({ method, form }: Question): RequestInit =>
  form === undefined ? { method } : { method, body: new URLSearchParams(form) }

const dateOf = (headers: Headers): { readonly date?: Date } => {
  const date = new Date(headers.get('date') ?? '')
  return Number.isNaN(date.getTime()) ? {} : { date }
}

const readText = async (response: Response): Promise<string> => {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/**
 * Any answer, within 10 s and 1 MB; redirects are answers too and not followed. Rejects with Error when none comes.
 * Sends nothing but the question: no credentials, no cookies.
 */
export const ask = (url: string, question: Question = { method: 'GET' }): Promise<HttpAnswer> =>
  withTimeLimit(TIMEOUT_MS, undefined, async (signal) => {
    const sentAt = new Date()
    const response = await fetch(url, { ...bodyOf(question), redirect: 'manual', signal })
    const answeredAt = new Date()
    return { status: response.status, text: await readText(response), ...dateOf(response.headers), sentAt, answeredAt }
  })
