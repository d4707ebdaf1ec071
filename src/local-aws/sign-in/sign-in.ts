/**
 * AWS sign-in and a console page that shows the user (aws-facts G): credentials become a sign-in token, the token a
 * console session in a cookie of this server, the session a page.
 */
import { parse } from 'node:querystring'
import { parseCookie, stringifySetCookie } from 'cookie'
import { consoleDuration, signInTokenSeconds } from '../../aws/facts/limits.ts'
import { DAY_MS } from '../../core/duration.ts'
import { sameText } from '../../core/ids.ts'
import type { HttpRequest, HttpResponse } from '../http.ts'
import type { Sessions } from '../sessions.ts'
import type { IamStore } from '../state.ts'
import type { ConsoleSession, SignedIn } from './console-session.ts'
import { isOnThisMachine, parseDestination } from './destination.ts'
import { consolePage, messagePage, signedInElsewherePage } from './pages.ts'
import { createExpiringTokens, type ExpiringTokens } from './tickets.ts'

export interface SignIn {
  readonly iam: IamStore
  readonly sessions: Sessions
  readonly tokens: ExpiringTokens<{ readonly session: SignedIn; readonly endsAt: Date }>
  readonly consoles: ExpiringTokens<ConsoleSession>
}

const COOKIE = 'localaws-console'

type Fields = Readonly<Record<string, string | undefined>>

/** AWS's own message for any problem with the session. */
const INVALID_CREDENTIALS = 'Invalid Credentials parameter'

/** How long an ended session is remembered: it leads back to where it came from. */
const KNOWN_AFTER_MS = DAY_MS

const LOGIN = '/federation?'

const COOKIE_ATTRIBUTES = { path: '/', httpOnly: true, sameSite: 'lax' } as const

const FORGET = stringifySetCookie(COOKIE, '', { ...COOKIE_ATTRIBUTES, maxAge: 0 })

/** No user is signed in yet. */
export function createSignIn(iam: IamStore, sessions: Sessions): SignIn {
  return {
    iam,
    sessions,
    tokens: createExpiringTokens(),
    consoles: createExpiringTokens(),
  }
}

/** `GET|POST /federation` */
export function federation(signIn: SignIn, request: HttpRequest, now: Date): HttpResponse {
  const fields = fieldsOf(request)
  switch (fields.Action) {
    case 'getSigninToken':
      return getSigninToken(signIn, fields, now)
    case 'login':
      return login(signIn, fields, request, now)
    default:
      return refusal('Action must be getSigninToken or login')
  }
}

function fieldsOf({ method, query, body }: HttpRequest): Fields {
  const fields = parse(method === 'POST' ? body.toString('utf8') : query, '&', '=', { maxKeys: 50 })
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  )
}

function getSigninToken({ sessions, tokens }: SignIn, fields: Fields, now: Date): HttpResponse {
  const session = sessionOf(sessions, fields.Session ?? '', now)
  if (!session) return refusal(INVALID_CREDENTIALS)
  const duration = fields.SessionDuration
  if (duration !== undefined && !isConsoleDuration(duration)) return refusal('Invalid SessionDuration parameter')
  if (duration !== undefined && !mayLastLonger(session)) return refusal(INVALID_CREDENTIALS)
  const endsAt =
    duration === undefined ? session.temporary.expiration : new Date(now.getTime() + Number(duration) * 1000)
  const token = tokens.issue({ session, endsAt }, new Date(now.getTime() + signInTokenSeconds * 1000), now)
  return {
    status: 200,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ SigninToken: token }),
  }
}

/** The session of the three values, if all are right and it has not expired; a user's own session has no console. */
function sessionOf(sessions: Sessions, json: string, now: Date): SignedIn | undefined {
  const { sessionId, sessionKey, sessionToken } = parseObject(json)
  const session = typeof sessionId === 'string' ? sessions.find(sessionId) : undefined
  if (session?.kind !== 'role-session' && session?.kind !== 'federated-user') return undefined
  const isGenuine =
    sameText(String(sessionKey), session.secretAccessKey.reveal()) &&
    sameText(String(sessionToken), session.temporary.sessionToken.reveal()) &&
    session.temporary.expiration > now
  return isGenuine ? session : undefined
}

function parseObject(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

function refusal(text: string): HttpResponse {
  return {
    status: 400,
    headers: { 'Content-Type': 'text/plain; charset=utf-8' },
    body: `${text}\n`,
  }
}

function isConsoleDuration(text: string): boolean {
  return /^\d{1,6}$/.test(text) && Number(text) >= consoleDuration.min && Number(text) <= consoleDuration.max
}

/** For federation tokens and chained roles the console session ends with the credentials. */
function mayLastLonger(session: SignedIn): boolean {
  return session.kind === 'role-session' && !session.chained
}

/**
 * A link works once, and for 15 minutes. The session it opens replaces the previous one, but only in the same account.
 */
function login({ iam, tokens, consoles }: SignIn, fields: Fields, request: HttpRequest, now: Date): HttpResponse {
  const ticket = fields.SigninToken ?? ''
  const found = tokens.find(ticket, now)
  if (!found) return messagePage(400, 'This sign-in link has expired', 'A link works once, for 15 minutes.')
  const { session, endsAt } = found
  const destination = parseDestination(fields.Destination ?? '', session.partition)
  if (!destination) return refusal('Destination must be a URL of the AWS console')
  const before = consoles.find(cookieOf(request), now)
  if (before && before.endsAt > now && before.session.account !== session.account)
    return signedInElsewherePage(before.session.account, logoutThen(fields))
  tokens.take(ticket, now)
  consoles.take(cookieOf(request), now)
  const issuer = isWebUrl(fields.Issuer ?? '') ? fields.Issuer : undefined
  const accountName = iam.accountName(session.account)
  const known = new Date(endsAt.getTime() + KNOWN_AFTER_MS)
  const cookie = consoles.issue({ session, endsAt, issuer, destination, accountName }, known, now)
  return redirect('/console', stringifySetCookie(COOKIE, cookie, COOKIE_ATTRIBUTES))
}

function cookieOf({ headers }: HttpRequest): string {
  return parseCookie(headers.cookie ?? '')[COOKIE] ?? ''
}

/** What tools put before a sign-in link: a logout that redirects to the link. */
function logoutThen({ Issuer = '', Destination = '', SigninToken = '' }: Fields): string {
  const link = LOGIN + new URLSearchParams({ Action: 'login', Issuer, Destination, SigninToken })
  return `/oauth?${new URLSearchParams({ Action: 'logout', redirect_uri: link })}`
}

function isWebUrl(text: string): boolean {
  return text.length <= 8192 && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}

function redirect(location: string, cookie?: string): HttpResponse {
  return {
    status: 303,
    headers: { Location: location, ...(cookie === undefined ? {} : { 'Set-Cookie': cookie }) },
    body: '',
  }
}

/** `GET /console` */
export function showConsole({ consoles }: SignIn, request: HttpRequest, now: Date): HttpResponse {
  const session = consoles.find(cookieOf(request), now)
  if (!session)
    return messagePage(
      403,
      'No user is signed in here',
      'Open the console from your gateway: pick a role, then “Open console”.',
    )
  if (session.endsAt <= now)
    return messagePage(403, 'Your session has ended', 'Sign in again to go on where you were.', session.issuer)
  return consolePage(session, now)
}

/** `POST /console/logout`, only from the console page: browsers treat other ports of this host as the same site. */
export function signOut({ consoles }: SignIn, request: HttpRequest, now: Date): HttpResponse {
  if (!['same-origin', 'none', undefined].includes(request.headers['sec-fetch-site']))
    return refusal('Sign out from the console page')
  const session = consoles.take(cookieOf(request), now)
  const page = messagePage(
    200,
    'You are signed out',
    'The credentials of the role work until they expire.',
    session?.issuer,
  )
  return { ...page, headers: { ...page.headers, 'Set-Cookie': FORGET } }
}

/**
 * `GET|POST /oauth?Action=logout&redirect_uri=…`: redirects to a sign-in link of this server, or elsewhere on this
 * machine.
 */
export function oauthLogout({ consoles }: SignIn, request: HttpRequest, now: Date): HttpResponse {
  const { Action, redirect_uri: target = '' } = fieldsOf(request)
  if (Action !== 'logout') return refusal('Action must be logout')
  consoles.take(cookieOf(request), now)
  if (target.startsWith(LOGIN)) return redirect(LOGIN + new URLSearchParams(target.slice(LOGIN.length)), FORGET)
  return redirect(isOnThisMachine(target) ? new URL(target).href : '/console', FORGET)
}
