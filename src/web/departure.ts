import type { Response } from 'express'
import type { Departure } from '../gateway/start-login.ts'
import type { WebParts } from './pages.ts'
import { sendPostForm } from './post-form.ts'

const goOn = (
  parts: WebParts,
  response: Response,
  departure: Departure,
  { status, doing }: { readonly status: 302 | 303; readonly doing: 'Signing in' | 'Signing out' },
): void => {
  if (departure.kind === 'redirect') return void response.redirect(status, departure.url)
  const { action, fields, provider } = departure
  sendPostForm(parts, response, { action, fields, heading: `${doing} at ${provider}`, button: 'Continue' })
}

/** Off to the identity provider: by redirect, or by a page whose form posts itself there. */
export const depart = (parts: WebParts, response: Response, departure: Departure, status: 302 | 303 = 302): void =>
  goOn(parts, response, departure, { status, doing: 'Signing in' })

/** The same for a logout, which ends on the signed-out page where the identity provider has no part in it. */
export const departSignedOut = (parts: WebParts, response: Response, departure: Departure | undefined): void =>
  departure === undefined
    ? void response.redirect(303, '/logout')
    : goOn(parts, response, departure, { status: 303, doing: 'Signing out' })
