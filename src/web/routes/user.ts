import { type RequestHandler, Router } from 'express'
import { providerOf } from '../../gateway/gateway.ts'
import { signOut, signOutEverywhere } from '../../gateway/logout/sign-out.ts'
import { identityPreview } from '../../gateway/roles/identity-preview.ts'
import { sessionAnswer } from '../api/answers.ts'
import { callerOf } from '../caller.ts'
import { requireCsrf } from '../csrf.ts'
import { fields, text } from '../fields.ts'
import { redirectToIdpSignedOut } from '../idp-redirect.ts'
import { identityOfAws } from '../models/aws-identity.ts'
import { keepLogout, logoutNotice } from '../models/logout-notice.ts'
import { attributeRows, sendPage, signedIn, VERSION, type WebParts } from '../pages.ts'
import { redirect } from '../redirect.ts'
import { currentLogin, endSession, orToLogin, requireLogin } from '../session.ts'
import { toInstant } from '../time-zone.ts'
import { otherUserHref } from './login.ts'

export function userRoutes(parts: WebParts): Router {
  return Router()
    .get('/', home(parts))
    .get('/identity', orToLogin(parts.gateway), identity(parts))
    .get('/api/session', apiSession(parts))
    .get('/logout', askSignOut(parts))
    .post('/logout', orSignedOut(parts), requireCsrf(parts.gateway), doSignOut(parts))
}

/** GET / */
function home({ gateway }: WebParts): RequestHandler {
  return async (request, response) => {
    redirect(response, 303, (await currentLogin(gateway, request)) ? '/roles' : '/login')
  }
}

/** GET /identity: the user's identity here and in AWS. */
function identity({ gateway, views }: WebParts): RequestHandler {
  return async (request, response) => {
    const login = await requireLogin(gateway, request)
    const { identity: who } = login.signIn
    const page = {
      version: VERSION,
      session: signedIn(gateway, request, login),
      providerId: who.provider,
      providerLabel: providerOf(gateway, who.provider).settings.label,
      protocol: who.protocol,
      issuer: who.issuer,
      subject: who.subject,
      subjectFormat: who.subjectFormat,
      authenticatedAt: toInstant(who.authenticatedAt),
      expiresAt: toInstant(login.expiresAt),
      attributes: attributeRows(who),
      ...identityOfAws(identityPreview(gateway, login), text(request.query.q).slice(0, 200).trim()),
    }
    sendPage(response, views.render('identity', page))
  }
}

/** GET /api/session: the same for scripts, with the cookie of a browser. With a token it is answered in api.ts. */
function apiSession({ gateway }: WebParts): RequestHandler {
  return async (request, response) => {
    response.json(sessionAnswer(gateway, await requireLogin(gateway, request)))
  }
}

/** GET /logout asks; without a session it is the page that a logout ends on. */
function askSignOut({ gateway, views }: WebParts): RequestHandler {
  return async (request, response) => {
    const login = await currentLogin(gateway, request)
    if (!login) {
      const notice = await logoutNotice(gateway, request)
      const href = notice && otherUserHref(gateway, notice.provider)
      const page = {
        version: VERSION,
        notice: notice?.sentence,
        signInHref: '/login',
        otherUser: notice && href !== undefined ? { href, providerLabel: notice.providerLabel } : undefined,
      }
      return sendPage(response, views.render('signed-out', page))
    }
    sendPage(response, views.render('sign-out', { version: VERSION, session: signedIn(gateway, request, login) }))
  }
}

/** A user who is already signed out, in another tab or by expiry, gets the same result. */
function orSignedOut({ gateway }: WebParts): RequestHandler {
  return async (request, response, next) => {
    if (await currentLogin(gateway, request)) return next()
    redirect(response, 303, '/logout')
  }
}

/** POST /logout: signs out here, and then at the identity provider. */
function doSignOut(parts: WebParts): RequestHandler {
  return async (request, response) => {
    const { gateway } = parts
    const login = await requireLogin(gateway, request)
    const leave = request.body[fields.everywhere] === 'yes' ? signOutEverywhere : signOut
    const { handle, departure } = await leave(gateway, login, callerOf(request, response))
    await endSession(gateway, request, response)
    keepLogout(gateway, response, handle)
    // The logout URL of an OpenID provider is unknown before discovery, so no page can allow it.
    const byPage = login.signIn.identity.protocol === 'oidc' || request.body[fields.viaPage] === 'page'
    redirectToIdpSignedOut(parts, response, departure, { byPage })
  }
}
