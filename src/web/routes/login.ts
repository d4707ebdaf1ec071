import { type RequestHandler, Router } from 'express'
import { finishLogin } from '../../gateway/finish-login.ts'
import { PENDING_SECONDS } from '../../gateway/pending-logins.ts'
import { unavailability } from '../../gateway/providers.ts'
import { startLogin } from '../../gateway/start-login.ts'
import { callerOf } from '../caller.ts'
import { cookieAttributes, cookieNames, readCookie } from '../cookies.ts'
import { sendPage, signedIn, VERSION, type WebParts } from '../pages.ts'
import { beginSession, currentLogin } from '../session.ts'
import type { ProviderChoice } from '../view-models.ts'

/** A little longer than a pending login, so that the cookie is never what runs out first. */
const BINDING_MS = (PENDING_SECONDS + 10 * 60) * 1000

const loginHref = (id: string, returnTo: unknown): string =>
  `/login/${id}${typeof returnTo === 'string' && returnTo !== '' ? `?${new URLSearchParams({ return_to: returnTo })}` : ''}`

const choices = ({ gateway }: WebParts, returnTo: unknown): Promise<readonly ProviderChoice[]> =>
  Promise.all(
    [...gateway.providers.values()].map(async (provider) => ({
      id: provider.settings.id,
      label: provider.settings.label,
      protocol: provider.protocol,
      href: loginHref(provider.settings.id, returnTo),
      unavailable: await unavailability(provider),
    })),
  )

/** GET /login: whom to sign in with; straight on where there is no choice. */
const choose =
  (parts: WebParts): RequestHandler =>
  async (request, response) => {
    const { gateway, views } = parts
    const [only, another] = [...gateway.providers.keys()]
    const login = await currentLogin(gateway, request)
    if (only !== undefined && another === undefined && !login)
      return response.redirect(302, loginHref(only, request.query.return_to))
    const providers = await choices(parts, request.query.return_to)
    const session = login && signedIn(gateway, request, login)
    sendPage(response, views.render('chooser', { version: VERSION, providers, session }))
  }

/** GET /login/:provider: off to the identity provider, with the cookie that the way back asks for. */
const start =
  ({ gateway }: WebParts): RequestHandler<{ provider: string }> =>
  async (request, response) => {
    const { baseUrl } = gateway.settings
    const { binding } = cookieNames(baseUrl)
    const started = await startLogin(gateway, {
      provider: request.params.provider,
      returnTo: request.query.return_to,
      browserSecret: readCookie(request, binding),
    })
    response.cookie(binding, started.browserSecret, { ...cookieAttributes(baseUrl), maxAge: BINDING_MS })
    response.redirect(302, started.redirectTo)
  }

/** GET /login/finish: where the callbacks end. */
const finish =
  ({ gateway }: WebParts): RequestHandler =>
  async (request, response) => {
    const handle = typeof request.query.handle === 'string' ? request.query.handle : ''
    const finished = await finishLogin(
      gateway,
      {
        handle,
        browserSecret: readCookie(request, cookieNames(gateway.settings.baseUrl).binding),
        loginId: request.session.loginId,
      },
      callerOf(request, response),
    )
    if (finished.kind === 'signed-in') await beginSession(request, finished.login)
    response.redirect(303, finished.returnTo)
  }

export const loginRoutes = (parts: WebParts): Router =>
  Router().get('/login', choose(parts)).get('/login/finish', finish(parts)).get('/login/:provider', start(parts))
