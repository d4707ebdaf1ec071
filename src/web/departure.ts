import type { Response } from 'express'
import type { Departure } from '../gateway/start-login.ts'
import type { WebParts } from './pages.ts'
import { sendPostForm } from './post-form.ts'

/** Off to the identity provider: by redirect, or by a page whose form posts itself there. */
export const depart = (parts: WebParts, response: Response, departure: Departure, status: 302 | 303 = 302): void => {
  if (departure.kind === 'redirect') return void response.redirect(status, departure.url)
  const { action, fields, provider } = departure
  sendPostForm(parts, response, { action, fields, heading: `Signing in at ${provider}`, button: 'Continue' })
}
