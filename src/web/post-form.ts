import type { Response } from 'express'
import { sendPage, VERSION, type WebParts } from './pages.ts'
import type { PostFormPage } from './view-models.ts'

const FORM_ACTION = /form-action [^;]*/

/**
 * Names where the forms of this one page may lead besides the gateway itself: origins. Browsers hold redirects after a
 * POST to it as well.
 */
const setFormTargets = (response: Response, origins: readonly string[]): void => {
  const policy = String(response.get('Content-Security-Policy') ?? '')
  response.set('Content-Security-Policy', policy.replace(FORM_ACTION, ["form-action 'self'", ...origins].join(' ')))
}

/** Further origins where a form of this page may lead, or what answers it. */
export const addFormTargets = (response: Response, origins: readonly string[]): void => {
  const policy = String(response.get('Content-Security-Policy') ?? '')
  response.set(
    'Content-Security-Policy',
    policy.replace(FORM_ACTION, (targets) => [targets, ...origins].join(' ')),
  )
}

/**
 * A page whose form posts itself to another site, by the script or by its button: what SAML's POST binding asks for.
 * `action` has to be an http(s) URL. Bindings 3.5
 */
export const sendPostForm = (
  { views }: WebParts,
  response: Response,
  form: Pick<PostFormPage, 'action' | 'fields' | 'heading' | 'button'>,
): void => {
  setFormTargets(response, [new URL(form.action).origin])
  sendPage(response, views.render('post-form', { version: VERSION, ...form }))
}
