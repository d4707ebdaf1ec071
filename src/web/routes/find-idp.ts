import type { Request, RequestHandler, Response } from 'express'
import { YEAR_MS } from '../../core/duration.ts'
import { type Gateway, providerOf } from '../../gateway/gateway.ts'
import { type FoundIdp, findIdps } from '../../gateway/login/idp-discovery.ts'
import { returnPath } from '../../gateway/login/return-to.ts'
import { cookieAttributes, cookieNames, readCookie } from '../cookies.ts'
import { text } from '../fields.ts'
import type { IdpChoice } from '../models/sign-in.ts'
import { sendPage, signedIn, VERSION, type WebParts } from '../pages.ts'
import { currentLogin } from '../session.ts'

/** GET /login/:provider without a chosen identity provider: a page to find one's organization. */
export function findIdpPage(parts: WebParts): RequestHandler<{ provider: string }> {
  return async (request, response) => {
    const { gateway, views } = parts
    const { provider } = request.params
    const query = text(request.query.q).slice(0, 200)
    const returnTo = returnPath(request.query.return_to, '')
    const last = lastIdp(gateway, request, provider)
    const found = await findIdps(gateway, { provider, query, languages: request.acceptsLanguages(), last })
    const choice = choiceOf(provider, returnTo)
    const login = await currentLogin(gateway, request)
    const page = {
      version: VERSION,
      session: login && signedIn(gateway, request, login),
      providerId: provider,
      providerLabel: providerOf(gateway, provider).settings.label,
      query,
      returnTo,
      last: found.last && choice(found.last),
      results: found.results.map(choice),
      hasMore: found.hasMore,
      total: found.total,
      hasOthers: gateway.providers.size > 1,
    }
    sendPage(response, views.render('find-idp', page))
  }
}

function lastIdp({ settings: { baseUrl } }: Gateway, request: Request, provider: string): string | undefined {
  return new URLSearchParams(readCookie(request, cookieNames(baseUrl).idp)).get(provider) ?? undefined
}

function choiceOf(provider: string, returnTo: string) {
  return ({ entityId, name }: FoundIdp): IdpChoice => {
    const query = new URLSearchParams({ idp: entityId, ...(returnTo === '' ? {} : { return_to: returnTo }) })
    return { name, host: hostOf(entityId), href: `/login/${provider}?${query}` }
  }
}

/** An entityID's host is more reliable than a display name that anyone can choose. */
function hostOf(entityId: string): string {
  return (URL.canParse(entityId) && new URL(entityId).host) || entityId
}

/** One cookie for all providers: the last choice, and its provider. */
export function rememberIdp({ settings: { baseUrl } }: Gateway, response: Response, provider: string, idp: string) {
  return response.cookie(cookieNames(baseUrl).idp, new URLSearchParams({ [provider]: idp }).toString(), {
    ...cookieAttributes(baseUrl),
    maxAge: YEAR_MS,
  })
}
