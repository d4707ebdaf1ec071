import { randomBytes } from 'node:crypto'
import type { Request, RequestHandler, Response } from 'express'
import type { Caller } from '../gateway/gateway.ts'

/** Every request gets the reference that a person sees on an error page and the audit log carries. */
export const reference: RequestHandler = (_request, response, next) => {
  response.locals.reference = randomBytes(9).toString('base64url')
  response.set('X-Request-Id', referenceOf(response))
  next()
}

export function referenceOf(response: Response): string {
  return String(response.locals.reference)
}

/** The reference under which the log has what this answer tells: of a flood, that of the line that counts it. */
export function changeReference(response: Response, to: string): void {
  response.locals.reference = to
  if (!response.headersSent) response.set('X-Request-Id', to)
}

/**
 * Who asks; the same object for the whole request, as it is what recorded refusals are known by. The address is the
 * proxy's word where proxies are configured, else the connection's.
 */
export function callerOf(request: Request, { locals }: Response): Caller {
  locals.caller ??= {
    reference: String(locals.reference),
    sourceIp: request.ip ?? '',
    userAgent: (request.get('User-Agent') ?? '').slice(0, 300),
  } satisfies Caller
  return locals.caller as Caller
}
