import { randomBytes } from 'node:crypto'
import type { Request, RequestHandler, Response } from 'express'
import type { Caller } from '../gateway/gateway.ts'

/** Every request gets the reference that a person sees on an error page and the audit log carries. */
export const reference: RequestHandler = (_request, response, next) => {
  response.locals.reference = randomBytes(9).toString('base64url')
  response.set('X-Request-Id', referenceOf(response))
  next()
}

export const referenceOf = (response: Response): string => String(response.locals.reference)

/** Who asks. The address is the proxy's word where proxies are configured, else the connection's. */
export const callerOf = (request: Request, response: Response): Caller => ({
  reference: referenceOf(response),
  sourceIp: request.ip ?? '',
  userAgent: (request.get('User-Agent') ?? '').slice(0, 300),
})
