import { type Request, type RequestHandler, type Response, Router } from 'express'
import { YEAR_MS } from '../../core/duration.ts'
import { newToken } from '../../core/ids.ts'
import { type Gateway, providerOf } from '../../gateway/gateway.ts'
import { confirmLogin, type FinishOutcome, finishLogin } from '../../gateway/login/finish-login.ts'
import { hasIdpDiscovery } from '../../gateway/login/idp-discovery.ts'
import { returnPath } from '../../gateway/login/return-to.ts'
import { startLogin } from '../../gateway/login/start-login.ts'
import { type Provider, unavailability } from '../../gateway/providers.ts'
import { afterNotice, rememberNotice } from '../branding/notice.ts'
import { callerOf } from '../caller.ts'
import { bindBrowser, boundBrowser, cookieAttributes, cookieNames, readCookie } from '../cookies.ts'
import { bindingCsrfToken, requireBindingCsrf } from '../csrf.ts'
import { refuseHead } from '../error-answers.ts'
import { fields, text } from '../fields.ts'
import { redirectToIdp } from '../idp-redirect.ts'
import type { ProviderChoice } from '../models/sign-in.ts'
import { nameOf, sendPage, signedIn, VERSION, type WebParts } from '../pages.ts'
import { limited } from '../rate-limit.ts'
import { redirect } from '../redirect.ts'
import { browserSession, currentLogin } from '../session.ts'
import { findIdpPage, rememberIdp } from './find-idp.ts'

/** An e-mail address has at most 254 characters. */
const LONGEST_HINT = 254

type ToConfirm = Extract<FinishOutcome, { kind: 'to-confirm' }>

export function loginRoutes(parts: WebParts): Router {
  return Router()
    .get('/login', choose(parts))
    .head('/login/finish', refuseHead('GET, POST'))
    .get('/login/finish', finish(parts))
    .post('/login/finish', requireBindingCsrf(parts.gateway), confirm(parts))
    .head('/login/:provider', refuseHead('GET'))
    .get('/login/:provider', limited(parts, 'loginStarts'), afterNotice(parts), start(parts), findIdpPage(parts))
}

/** GET /login: choose an identity provider; redirects if there is only one, and no notice to be seen first. */
function choose(parts: WebParts): RequestHandler {
  return async (request, response) => {
    const { gateway, views } = parts
    const returnTo = returnPath(request.query.return_to, '')
    const [only, another] = [...gateway.providers.keys()]
    const login = await currentLogin(gateway, request)
    const isOnlyWay = only !== undefined && another === undefined && parts.branding.noticeVersion === undefined
    if (isOnlyWay && !login) return redirect(response, 302, loginHref(only, returnTo))
    const providers = await choices(parts, request, returnTo)
    const session = login && signedIn(gateway, request, login)
    rememberNotice(parts, response)
    sendPage(response, views.render('chooser', { version: VERSION, providers, session }))
  }
}

function loginHref(id: string, returnTo: string, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams({ ...more, ...(returnTo === '' ? {} : { return_to: returnTo }) })
  return `/login/${id}${query.size === 0 ? '' : `?${query}`}`
}

/**
 * Signs in at that provider as another user; undefined if it cannot be asked for that: the organization is chosen first,
 * its access tokens come without ID tokens, or it is configured no more.
 */
export function otherUserHref(gateway: Gateway, id: string, returnTo = ''): string | undefined {
  const provider = gateway.providers.get(id)
  if (!provider || hasIdpDiscovery(gateway, id)) return undefined
  if (provider.protocol === 'oidc' && provider.settings.accessTokens) return undefined
  return loginHref(id, returnTo, { [fields.otherUser]: 'yes' })
}

function choices({ gateway }: WebParts, request: Request, returnTo: string): Promise<readonly ProviderChoice[]> {
  return Promise.all(
    lastFirst(gateway, request).map(async (provider) => ({
      id: provider.settings.id,
      label: provider.settings.label,
      protocol: provider.protocol,
      href: loginHref(provider.settings.id, returnTo),
      otherUserHref: otherUserHref(gateway, provider.settings.id, returnTo),
      isLast: readCookie(request, cookieNames(gateway.settings.baseUrl).provider) === provider.settings.id,
      unavailable: await unavailability(provider),
    })),
  )
}

/** The one that this browser used last comes first. */
function lastFirst(gateway: Gateway, request: Request): readonly Provider[] {
  const last = readCookie(request, cookieNames(gateway.settings.baseUrl).provider)
  const isLast = ({ settings }: Provider): boolean => settings.id === last
  return [...gateway.providers.values()].toSorted((a, b) => Number(isLast(b)) - Number(isLast(a)))
}

/** GET /login/finish: where the callbacks end. */
function finish(parts: WebParts): RequestHandler {
  return async (request, response) => {
    const { gateway } = parts
    const handle = text(request.query.handle)
    const browserSecret = boundBrowser(gateway, request)
    const session = browserSession(gateway, request, response)
    const finished = await gateway.measures.loginStep('finish', () =>
      finishLogin(gateway, { handle, browserSecret, session }, callerOf(request, response)),
    )
    if (finished.kind === 'to-confirm') return askWhetherMeant(parts, request, response, finished, handle)
    redirect(response, 303, finished.returnTo)
  }
}

/** The button works only in this browser: its form contains a token bound to the browser's cookie. */
function askWhetherMeant(
  { gateway, views }: WebParts,
  request: Request,
  response: Response,
  { identity }: ToConfirm,
  handle: string,
): void {
  const browserSecret = boundBrowser(gateway, request) ?? newToken()
  bindBrowser(gateway, response, browserSecret)
  const page = {
    version: VERSION,
    name: nameOf(identity),
    providerLabel: providerOf(gateway, identity.provider).settings.label,
    handle,
    csrfToken: bindingCsrfToken(gateway, browserSecret),
  }
  sendPage(response, views.render('confirm-sign-in', page))
}

/** POST /login/finish: the user confirms. */
function confirm({ gateway }: WebParts): RequestHandler {
  return async (request, response) => {
    const asked = { handle: text(request.body[fields.handle]), session: browserSession(gateway, request, response) }
    const { returnTo } = await gateway.measures.loginStep('finish', () =>
      confirmLogin(gateway, asked, callerOf(request, response)),
    )
    redirect(response, 303, returnTo)
  }
}

/** GET /login/:provider: redirects to the identity provider, with the cookie that the return requires. */
function start(parts: WebParts): RequestHandler<{ provider: string }> {
  return async (request, response, next) => {
    const { gateway } = parts
    const { provider } = request.params
    const idp = text(request.query.idp)
    if (idp === '' && hasIdpDiscovery(gateway, provider)) return next()
    const loginHint = text(request.query.login_hint).slice(0, LONGEST_HINT)
    const asked = {
      provider,
      returnTo: request.query.return_to,
      browserSecret: boundBrowser(gateway, request),
      ...(request.query[fields.otherUser] === 'yes' ? { isOtherUser: true } : {}),
      ...(idp === '' ? {} : { idp }),
      ...(loginHint === '' ? {} : { loginHint }),
    }
    const started = await gateway.measures.loginStep('start', () =>
      startLogin(gateway, asked, callerOf(request, response)),
    )
    bindBrowser(gateway, response, started.browserSecret)
    rememberProvider(gateway, response, provider)
    if (idp !== '') rememberIdp({ gateway, request, response }, provider, idp)
    redirectToIdp(parts, response, started.departure)
  }
}

function rememberProvider({ settings: { baseUrl } }: Gateway, response: Response, id: string): void {
  response.cookie(cookieNames(baseUrl).provider, id, { ...cookieAttributes(baseUrl), maxAge: YEAR_MS })
}
