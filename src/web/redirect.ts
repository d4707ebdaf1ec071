import type { Response } from 'express'

/**
 * Redirects without a body: browsers show none, and Express negotiates one each time. What may not be in a URL is encoded.
 * RFC 9110 15.4
 */
export function redirect(response: Response, status: 302 | 303, location: string): void {
  response.status(status).location(location).set('Content-Length', '0').end()
}
