import type { Response } from 'express'
import type { IdpRedirect } from '../gateway/login/start-login.ts'
import { addFormTargets } from './headers.ts'
import type { PostFormPage } from './models/sign-in.ts'
import { type PageParts, sendPage, VERSION, type WebParts } from './pages.ts'
import { redirect } from './redirect.ts'
import { texts } from './texts.ts'

/** To the identity provider: by redirect, or by a page whose form posts itself there. */
export function redirectToIdp(
  parts: PageParts,
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
 * The same for a logout, which ends on the signed-out page if the identity provider takes no part in it. `byPage`: a
 * page comes in between, because browsers apply form-action to everything after a form, and the identity provider may
 * redirect through every application that the user signed in to.
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
 * A page whose form posts itself to another site, by the script or by its button, as SAML's POST binding requires.
 * `action` must be an http(s) URL. Bindings 3.5. The identity provider may redirect to another application or, at a
 * logout, to every application, so this page, which has only that form, allows any site.
 */
export function sendPostForm(
  { views }: Pick<PageParts, 'views'>,
  response: Response,
  form: Pick<PostFormPage, 'action' | 'fields' | 'heading' | 'button'>,
): void {
  const { origin, protocol } = new URL(form.action)
  addFormTargets(response, [origin, protocol])
  sendPage(response, views.render('post-form', { version: VERSION, ...form }))
}
