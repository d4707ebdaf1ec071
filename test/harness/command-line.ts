/**
 * A command line of a test's own: what `fedgate login` sends and gets, request by request, with DPoP proofs where it has a
 * key. Nothing listens on its loopback port: the visitor stops before it. Start at signInDevice.
 */
import { createHash, randomBytes } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import type { Form } from './html.ts'
import type { HttpBrowser, Page } from './http-browser.ts'

export const CLIENT = 'fedgate-cli'
export const REDIRECT = 'http://127.0.0.1:45671/callback'
export const LOOPBACK = /^http:\/\/(?:127\.0\.0\.1|\[::1\]):\d+\/callback/

type Fields = Readonly<Record<string, string>>

/** What an endpoint answered, as JSON. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Readonly<Record<string, unknown>>
}

export interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly token_type: string
  readonly expires_in: number
}

/** A key of the machine, for DPoP. */
export interface MachineKey {
  readonly privateKey: CryptoKey
  readonly jwk: JWK
  readonly thumbprint: string
}

export const machineKey = async (): Promise<MachineKey> => {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = await exportJWK(publicKey)
  return { privateKey, jwk, thumbprint: await calculateJwkThumbprint(jwk) }
}

export interface Proven {
  readonly method: string
  readonly url: string
  readonly token?: string
  /** Claims that are said instead. */
  readonly claims?: Readonly<Record<string, unknown>>
}

/** RFC 9449 4.2 */
export const proofOf = ({ privateKey, jwk }: MachineKey, { method, url, token, claims }: Proven): Promise<string> =>
  new SignJWT({
    htm: method,
    htu: url,
    jti: randomBytes(16).toString('base64url'),
    iat: Math.floor(Date.now() / 1000),
    ...(token === undefined ? {} : { ath: hashOf(token) }),
    ...claims,
  })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
    .sign(privateKey)

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url')

export const newVerifier = (): string => randomBytes(32).toString('base64url')

/** The address that the command line opens in the browser. */
export const authorizationUrl = (gateway: string, verifier: string, more: Fields = {}): string =>
  `${gateway}/oauth/auth?${new URLSearchParams({
    client_id: CLIENT,
    response_type: 'code',
    redirect_uri: REDIRECT,
    scope: 'aws offline_access',
    state: 'the state',
    code_challenge: hashOf(verifier),
    code_challenge_method: 'S256',
    device_name: "Alice's laptop (Linux)",
    ...more,
  })}`

/** Opens that address in a browser that is signed in, and decides: returns the redirect to the command line. */
export const decide = async (
  visitor: HttpBrowser,
  address: string,
  decision: 'allow' | 'refuse' = 'allow',
): Promise<URL> => {
  const page = await visitor.open(address, { stopBefore: LOOPBACK })
  const { location = '' } = await sendDecision(visitor, page, decision)
  return new URL(location)
}

/** Presses a button of the page that asks the user. */
export const sendDecision = (visitor: HttpBrowser, page: Page, decision: 'allow' | 'refuse'): Promise<Page> =>
  visitor.submit(page, oauthForm(page), { decision }, { stopBefore: LOOPBACK })

/** The form of the page that is about the device. */
export const oauthForm = (page: Page): Form => {
  const form = page.forms.find(({ action }) => action.includes('/oauth/'))
  if (!form) throw new Error(`${page.url} has no form about a device: ${page.body.slice(0, 2000)}`)
  return form
}

/** Posts to an endpoint of OAuth. */
export const post = async (url: string, fields: Fields, key?: MachineKey, proof?: string): Promise<Answer> => {
  const dpop = key ? (proof ?? (await proofOf(key, { method: 'POST', url }))) : undefined
  const response = await fetch(url, {
    method: 'POST',
    headers: { accept: 'application/json', ...(dpop === undefined ? {} : { dpop }) },
    body: new URLSearchParams({ client_id: CLIENT, ...fields }),
  })
  return answerOf(response)
}

const answerOf = async (response: Response): Promise<Answer> => {
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) }
}

export const redeem = (gateway: string, code: string, verifier: string, key?: MachineKey): Promise<Answer> =>
  post(
    `${gateway}/oauth/token`,
    { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: REDIRECT },
    key,
  )

export const refresh = (gateway: string, { refresh_token }: Tokens, key?: MachineKey): Promise<Answer> =>
  post(`${gateway}/oauth/token`, { grant_type: 'refresh_token', refresh_token }, key)

export const tokensIn = ({ status, body }: Answer): Tokens => {
  if (status !== 200) throw new Error(`no tokens: ${JSON.stringify(body)}`)
  return body as unknown as Tokens
}

/** The whole way of `fedgate login` with a browser that is signed in. */
export const signInDevice = async (
  visitor: HttpBrowser,
  gateway: string,
  { key, ...more }: { readonly key?: MachineKey; readonly role?: string; readonly device_name?: string } = {},
): Promise<Tokens> => {
  const verifier = newVerifier()
  const answer = await decide(visitor, authorizationUrl(gateway, verifier, more))
  return tokensIn(await redeem(gateway, answer.searchParams.get('code') ?? '', verifier, key))
}

/** Calls the API with a token. */
export const callApi = async (
  url: string,
  { access_token, token_type }: Pick<Tokens, 'access_token' | 'token_type'>,
  { body, key, proof }: { readonly body?: unknown; readonly key?: MachineKey; readonly proof?: string } = {},
): Promise<Answer> => {
  const method = body === undefined ? 'GET' : 'POST'
  const dpop = key ? (proof ?? (await proofOf(key, { method, url, token: access_token }))) : undefined
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `${token_type} ${access_token}`,
      ...(dpop === undefined ? {} : { dpop }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return answerOf(response)
}
