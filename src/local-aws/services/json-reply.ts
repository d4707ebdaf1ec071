import type { HttpResponse } from '../http.ts'
import type { Call } from '../sts/call.ts'

/** The response of a service of the REST JSON protocol. */
export function jsonReply(
  { requestId }: Call,
  status: number,
  body: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return {
    status,
    headers: { 'Content-Type': 'application/json', 'x-amzn-RequestId': requestId, ...headers },
    body: JSON.stringify(body),
  }
}
