import type { Request, RequestHandler, Response } from 'express'
import { YEAR_MS } from '../../core/duration.ts'
import { type Gateway, providerOf } from '../../gateway/gateway.ts'
import { discoveryServiceUrl, type FoundEntity, findIdps } from '../../gateway/login/idp-discovery.ts'
import { returnPath } from '../../gateway/login/return-to.ts'
import { cookieAttributes, cookieNames, readCookie } from '../cookies.ts'
import { text } from '../fields.ts'
import type { IdpChoice } from '../models/sign-in.ts'
import { sendPage, signedIn, VERSION, type WebParts } from '../pages.ts'
import { redirect } from '../redirect.ts'
import { currentLogin } from '../session.ts'

const MOST_RECENT = 3

/** SAML allows 1024 characters; a cookie has room for three of these. */
const LONGEST_ENTITY_ID = 512

/** GET /login/:provider without a chosen identity provider: a page to find one's organization. */
export function findIdpPage(parts: WebParts): RequestHandler<{ provider: string }> {
  return async (request, response) => {
    const { gateway, views } = parts
    const { provider } = request.params
    const query = text(request.query.q).slice(0, 200)
    const returnTo = returnPath(request.query.return_to, '')
    if (toDiscoveryService(parts, response, { provider, isAsked: request.query.q !== undefined, returnTo })) return
    const recent = recentIdps(gateway, request, provider)
    const found = await findIdps(gateway, { provider, query, languages: request.acceptsLanguages(), recent })
    const choice = choiceOf(provider, returnTo)
    const login = await currentLogin(gateway, request)
    const page = {
      version: VERSION,
      session: login && signedIn(gateway, request, login),
      providerId: provider,
      providerLabel: providerOf(gateway, provider).settings.label,
      query,
      returnTo,
      recent: found.recent.map(choice),
      results: found.results.map(choice),
      hasMore: found.hasMore,
      total: found.total,
      hasOthers: gateway.providers.size > 1,
    }
    sendPage(response, views.render('find-idp', page))
  }
}

/** Redirects to the discovery service of the configuration, if there is one; not if the user asked for our own page. */
function toDiscoveryService(
  { gateway }: WebParts,
  response: Response,
  { provider, isAsked, returnTo }: { readonly provider: string; readonly isAsked: boolean; readonly returnTo: string },
): boolean {
  const url = isAsked ? undefined : discoveryServiceUrl(gateway, provider, returnTo)
  if (url !== undefined) redirect(response, 302, url)
  return url !== undefined
}

/** GET /login/:provider/organizations?q=: the same search, for suggestions while the user types. */
export function suggestIdps({ gateway }: WebParts): RequestHandler<{ provider: string }> {
  return async (request, response) => {
    const { provider } = request.params
    const query = text(request.query.q).slice(0, 200)
    const returnTo = returnPath(request.query.return_to, '')
    const { results, hasMore } = await findIdps(gateway, { provider, query, languages: request.acceptsLanguages() })
    response.json({ results: results.map(choiceOf(provider, returnTo)), hasMore })
  }
}

function recentIdps({ settings: { baseUrl } }: Gateway, request: Request, provider: string): readonly string[] {
  return new URLSearchParams(readCookie(request, cookieNames(baseUrl).idp)).getAll(provider).slice(0, MOST_RECENT)
}

function choiceOf(provider: string, returnTo: string) {
  return ({ entityId, name, hasLogo }: FoundEntity): IdpChoice => {
    const query = new URLSearchParams({ idp: entityId, ...(returnTo === '' ? {} : { return_to: returnTo }) })
    const logo = `/login/${provider}/logo?${new URLSearchParams({ idp: entityId })}`
    return { name, host: hostOf(entityId), href: `/login/${provider}?${query}`, ...(hasLogo ? { logo } : {}) }
  }
}

/** An entityID's host is more reliable than a display name that anyone can choose. */
function hostOf(entityId: string): string {
  return (URL.canParse(entityId) && new URL(entityId).host) || entityId
}

/** One cookie for all providers: the last choices, and their provider. */
export function rememberIdp(
  { gateway, request, response }: { readonly gateway: Gateway; readonly request: Request; readonly response: Response },
  provider: string,
  idp: string,
) {
  const { baseUrl } = gateway.settings
  const before = recentIdps(gateway, request, provider).filter((one) => one !== idp)
  const kept = [idp, ...before].slice(0, MOST_RECENT).filter((one) => one.length <= LONGEST_ENTITY_ID)
  return response.cookie(cookieNames(baseUrl).idp, new URLSearchParams(kept.map((one) => [provider, one])).toString(), {
    ...cookieAttributes(baseUrl),
    maxAge: YEAR_MS,
  })
}
