import { readFileSync } from 'node:fs'
import type { Request, Response } from 'express'
import type { AuthorizationServer } from '../authorization/server.ts'
import { type Identity, nameOf } from '../core/identity.ts'
import { type Gateway, providerOf } from '../gateway/gateway.ts'
import type { Login } from '../gateway/login/logins.ts'
import { isOperator } from '../gateway/operations/status.ts'
import type { Branding } from './branding/branding.ts'
import { csrfToken } from './csrf.ts'
import type { AttributeRow, SignedIn } from './models/page.ts'
import type { Views } from './views.ts'

export { nameOf } from '../core/identity.ts'

export const VERSION: string = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version

/** What routes are made of. */
export interface WebParts extends PageParts {
  readonly authorization: AuthorizationServer
  readonly branding: Branding
}

/** What pages are made of. */
export interface PageParts {
  readonly gateway: Gateway
  readonly views: Views
}

/** The header's part of every page's model. */
export function signedIn(gateway: Gateway, request: Request, { signIn: { identity } }: Login): SignedIn {
  return {
    name: nameOf(identity),
    providerLabel: providerOf(gateway, identity.provider).settings.label,
    csrfToken: csrfToken(gateway, request),
    isOperator: isOperator(gateway, identity),
  }
}

/** The attributes as rows, those that rules use most first. */
export function attributeRows({ attributes }: Identity): readonly AttributeRow[] {
  return [...attributes]
    .map(([name, values]) => ({ name, values }))
    .toSorted((a, b) => Number(/group|role/i.test(b.name)) - Number(/group|role/i.test(a.name)))
}

/**
 * Sends an HTML page. Not by `send`, which hashes it for an ETag, as pages must not be cached. Not compressed: a page
 * has a CSRF token and a search term that anyone can choose, and its compressed length would reveal the token.
 */
export function sendPage(response: Response, html: string, status = 200): void {
  const octets = Buffer.from(html)
  response.status(status).setHeader('Content-Type', 'text/html; charset=utf-8')
  response.setHeader('Content-Length', octets.length).end(octets)
}
