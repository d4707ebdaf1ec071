/** The gateway as a browser meets it: a login is started, the message is posted, and what follows is followed. */
import { type Cookies, parseSetCookie, stringifyCookie } from 'cookie'
import { type Answer, form, type Received, send } from './answer.ts'

export interface StartedLogin {
  /** Where the gateway redirected the browser: the provider's sign-on service, with the request. */
  readonly request: URLSearchParams
  readonly cookies: Cookies
}

interface Problem {
  readonly code?: string
  readonly title?: string
  readonly hint?: string
}

interface Session {
  readonly subject: string
  readonly roles: readonly { readonly name: string; readonly accountName: string }[]
}

const JSON_PLEASE = { accept: 'application/json' }

/** Starts a login, so the message can answer a request. Rejects if the gateway does not redirect to the provider. */
export async function startLogin(gateway: string, provider: string): Promise<StartedLogin> {
  const response = await send(`${gateway}/login/${provider}`)
  const location = response.headers.get('location')
  if (location === null) throw new Error(`the gateway answered ${response.status} to a login`)
  return { request: new URL(location).searchParams, cookies: cookiesOf(response) }
}

function cookiesOf({ headers }: Received): Cookies {
  const cookies = headers.getSetCookie().map((line) => parseSetCookie(line))
  return Object.fromEntries(cookies.map(({ name, value }) => [name, value]))
}

/** Posts the message as the provider's page would, and continues as a browser would. */
export async function gatewayAnswer(
  acsUrl: string,
  { request, cookies }: StartedLogin,
  message: string,
): Promise<Answer> {
  const RelayState = request.get('RelayState')
  const fields = { SAMLResponse: message, ...(RelayState === null ? {} : { RelayState }) }
  const posted = await send(acsUrl, { ...form(fields), headers: JSON_PLEASE })
  const location = posted.headers.get('location')
  if (location === null) return refusal(posted)
  const finished = await send(new URL(location, acsUrl).href, {
    headers: { ...JSON_PLEASE, cookie: stringifyCookie(cookies) },
  })
  if (finished.status >= 400) return refusal(finished)
  const session = await send(new URL('/api/session', acsUrl).href, {
    headers: { ...JSON_PLEASE, cookie: stringifyCookie({ ...cookies, ...cookiesOf(finished) }) },
  })
  return session.status === 200 ? welcome(session) : refusal(session)
}

function refusal({ status, body }: Received): Answer {
  const { code, title = 'refused', hint } = JSON.parse(body) as Problem
  return {
    accepted: false,
    status,
    says: title,
    ...(code === undefined ? {} : { code }),
    ...(hint === undefined ? {} : { next: hint }),
  }
}

function welcome({ status, body }: Received): Answer {
  const { subject, roles } = JSON.parse(body) as Session
  const names = roles.map(({ name, accountName }) => `${name} in ${accountName}`)
  const what = names.length === 0 ? 'and may take no role' : `and may take ${names.join(', ')}`
  return { accepted: true, status, says: `${subject} is signed in, ${what}.` }
}
