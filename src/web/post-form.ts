import type { Response } from 'express'
import { addFormTargets } from './headers.ts'
import type { PostFormPage } from './models/sign-in.ts'
import { sendPage, VERSION, type WebParts } from './pages.ts'

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
