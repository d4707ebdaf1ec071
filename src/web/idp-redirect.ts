import type { Response } from 'express'
import type { IdpRedirect } from '../gateway/login/start-login.ts'
import { addFormTargets } from './headers.ts'
import type { PostFormPage } from './models/sign-in.ts'
import { sendPage, VERSION, type WebParts } from './pages.ts'
import { redirect } from './redirect.ts'
import { texts } from './texts.ts'

/** Off to the identity provider: by redirect, or by a page whose form posts itself there. */
export function redirectToIdp(
  parts: WebParts,
  response: Response,
  departure: IdpRedirect,
  status: 302 | 303 = 302,
): void {
  if (departure.kind === 'redirect') return void redirect(response, status, departure.url)
  const { action, fields, provider } = departure
  sendPostForm(parts, response, {
    action,
    fields,
    heading: texts.underway.signingIn(provider),
    button: texts.shared.continue,
  })
}

/**
 * The same for a logout, which ends on the signed-out page where the identity provider has no part in it. `byPage`: a
 * page comes between, because browsers hold what follows a form to its page's form-action, and the identity provider
 * may lead through every application that the user signed in to.
 */
export function redirectToIdpSignedOut(
  parts: WebParts,
  response: Response,
  departure: IdpRedirect | undefined,
  { byPage }: { readonly byPage: boolean } = { byPage: false },
): void {
  if (departure === undefined) return void redirect(response, 303, '/logout')
  if (departure.kind === 'post') {
    const { action, fields, provider } = departure
    sendPostForm(parts, response, {
      action,
      fields,
      heading: texts.underway.signingOut(provider),
      button: texts.shared.continue,
    })
  } else if (byPage) {
    const heading = texts.underway.signingOutSomewhere
    sendPage(response, parts.views.render('redirect', { version: VERSION, heading, href: departure.url }))
  } else {
    redirect(response, 303, departure.url)
  }
}

/**
 * A page whose form posts itself to another site, by the script or by its button: what SAML's POST binding asks for.
 * `action` must be an http(s) URL. Bindings 3.5. The identity provider may redirect to another application
 * or, at a logout, to every application, so this page, which has only that form, allows any site.
 */
export function sendPostForm(
  { views }: WebParts,
  response: Response,
  form: Pick<PostFormPage, 'action' | 'fields' | 'heading' | 'button'>,
): void {
  const { origin, protocol } = new URL(form.action)
  addFormTargets(response, [origin, protocol])
  sendPage(response, views.render('post-form', { version: VERSION, ...form }))
}
