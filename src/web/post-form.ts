import type { Response } from 'express'
import { sendPage, VERSION, type WebParts } from './pages.ts'
import type { PostFormPage } from './view-models.ts'

const FORM_ACTION = /form-action [^;]*/

/** Further places where a form of this page may lead: browsers hold redirects after a POST to it as well. */
export const addFormTargets = (response: Response, sources: readonly string[]): void => {
  const policy = String(response.get('Content-Security-Policy') ?? '')
  response.set(
    'Content-Security-Policy',
    policy.replace(FORM_ACTION, (targets) => [targets, ...sources].join(' ')),
  )
}

/**
 * A page whose form posts itself to another site, by the script or by its button: what SAML's POST binding asks for.
 * `action` has to be an http(s) URL. Bindings 3.5. Where the identity provider leads on to is its own affair, another
 * one or, at a logout, every application: so that this page, which has nothing but that form, allows any site.
 */
export const sendPostForm = (
  { views }: WebParts,
  response: Response,
  form: Pick<PostFormPage, 'action' | 'fields' | 'heading' | 'button'>,
): void => {
  const { origin, protocol } = new URL(form.action)
  addFormTargets(response, [origin, protocol])
  sendPage(response, views.render('post-form', { version: VERSION, ...form }))
}
