/**
 * The providers of published.ts on loopback, and the internet as the gateway sees it: requests to their hosts reach this
 * one server, by their real addresses. A provider refuses what the real one refuses: unknown clients and redirect URIs,
 * scopes that it does not have, codes without their verifier, false secrets.
 */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { encode, good, type Json, jwkOf, KID, signedBy } from '../oidc/tampering-provider.ts'
import type { Published } from './published.ts'

export const SECRET = 'a-secret-of-the-client'

/** What differs from a good sign-in: each is empty afterwards. */
export interface Change {
  readonly claims?: (claims: Json) => Json
  readonly seal?: (signingInput: string) => string
  readonly header?: Json
  /** Answers of an API, by path. */
  readonly api?: Readonly<Record<string, Json | number>>
}

interface Grant {
  readonly provider: Published
  readonly nonce: string
  readonly challenge: string
  readonly redirectUri: string
  readonly change: Change
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

export interface Asked {
  readonly url: URL
  readonly headers: IncomingMessage['headers']
  readonly form: URLSearchParams
}

/** An API without discovery, by path. */
export type Api = (asked: Asked, change: Change) => Answer | undefined

export interface StandIns {
  readonly url: string
  /** For `localAws.standIns`. */
  readonly origins: Readonly<Record<string, string>>
  /** fetch as it would be on the internet. */
  readonly fetch: typeof globalThis.fetch
  /** What the provider sends the browser back with, after it asked the user. */
  authorize(location: string, change?: Change): URLSearchParams
  /** For the next answers of APIs. */
  behave(change: Change): void
  close(): Promise<void>
}

const NOW = () => Math.floor(Date.now() / 1000)

const answerOf = (status: number, body: unknown): Answer => ({ status, body })

const read = async (request: IncomingMessage): Promise<URLSearchParams> => {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  return new URLSearchParams(body)
}

export const startStandIns = async (
  providers: readonly Published[],
  apis: Readonly<Record<string, Api>>,
): Promise<StandIns> => {
  const grants = new Map<string, Grant>()
  let current: Change = {}
  const server = createServer(async (request, response) => {
    const path = request.url ?? '/'
    // The first segment is the host that was meant.
    const [, host = '', rest = '/'] = /^\/([^/]+)(\/.*)$/.exec(path) ?? []
    const asked = { url: new URL(`https://${host}${rest}`), headers: request.headers, form: await read(request) }
    const { status, body } = apis[host]?.(asked, current) ?? answerOfProvider(asked)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const answerOfProvider = ({ url: { origin, pathname }, headers, form }: Asked): Answer => {
    const at = `${origin}${pathname}`
    for (const { discoveryUrl, discovery } of providers) {
      if (at === discoveryUrl) return answerOf(200, discovery)
      if (at === discovery.jwks_uri) return answerOf(200, { keys: [jwkOf(good.publicKey, KID)] })
    }
    const grant = grants.get(form.get('code') ?? '')
    if (providers.some(({ discovery }) => at === discovery.token_endpoint))
      return grant?.provider.discovery.token_endpoint === at
        ? tokensFor(grant, form, headers.authorization)
        : answerOf(400, { error: 'invalid_grant' })
    const userinfo = providers.find(({ discovery }) => at === discovery.userinfo_endpoint)?.userinfo
    return userinfo && headers.authorization === 'Bearer an-access-token'
      ? answerOf(200, userinfo)
      : answerOf(404, { error: `nothing at ${at}` })
  }

  const tokensFor = ({ provider, nonce, challenge, redirectUri, change }: Grant, form: URLSearchParams, basic = '') => {
    grants.delete(form.get('code') ?? '')
    const credentials = `Basic ${Buffer.from(`${provider.clientId}:${SECRET}`).toString('base64')}`
    const isPosted = form.get('client_id') === provider.clientId && form.get('client_secret') === SECRET
    const isKnown =
      (provider.secretIn.includes('basic') && basic === credentials) || (provider.secretIn.includes('post') && isPosted)
    if (!isKnown) return answerOf(401, { error: 'invalid_client' })
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    if (verifier !== challenge || form.get('redirect_uri') !== redirectUri)
      return answerOf(400, { error: 'invalid_grant' })
    const { claims = (same) => same, seal = signedBy(good.privateKey), header = { alg: 'RS256', kid: KID } } = change
    const payload = claims({ ...provider.claims, nonce, iat: NOW(), exp: NOW() + 3600 })
    const idToken = seal(`${encode(header)}.${encode(payload)}`)
    return answerOf(200, { access_token: 'an-access-token', token_type: 'Bearer', expires_in: 3600, id_token: idToken })
  }

  const isHere = (host: string): boolean =>
    providers.some(({ hosts }) => hosts.includes(host)) || Object.hasOwn(apis, host)

  const network = globalThis.fetch
  return {
    url,
    origins: Object.fromEntries(
      [...providers.flatMap(({ hosts }) => hosts), ...Object.keys(apis)].map((host) => [
        `https://${host}`,
        `${url}/${host}`,
      ]),
    ),
    fetch: (input, init) => {
      const { protocol, host, pathname, search } = new URL(input instanceof Request ? input.url : input)
      return network(protocol === 'https:' && isHere(host) ? `${url}/${host}${pathname}${search}` : input, init)
    },
    authorize: (location, change = {}) => {
      const asked = new URL(location)
      const parameter = (name: string): string => asked.searchParams.get(name) ?? ''
      const provider = providers.find(
        ({ clientId, discovery }) =>
          discovery.authorization_endpoint === asked.origin + asked.pathname && clientId === parameter('client_id'),
      )
      if (!provider) throw new Error(`no provider knows the client of ${location}`)
      const state = { state: parameter('state') }
      const unknown = parameter('scope')
        .split(' ')
        .find((scope) => !provider.scopes.includes(scope))
      if (unknown !== undefined)
        return new URLSearchParams({ error: 'invalid_scope', error_description: unknown, ...state })
      const code = `code-${grants.size}-${parameter('nonce').slice(0, 8)}`
      grants.set(code, {
        provider,
        change,
        nonce: parameter('nonce'),
        challenge: parameter('code_challenge'),
        redirectUri: parameter('redirect_uri'),
      })
      const isNamed = provider.discovery.authorization_response_iss_parameter_supported === true
      return new URLSearchParams({ code, ...state, ...(isNamed ? { iss: String(provider.discovery.issuer) } : {}) })
    },
    behave: (change) => {
      current = change
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const amazonToken = 'Atza|IQEBLjAsAhRmHjNgHpi0U-Dme37rR6CuUpSR'
const facebookToken = 'EAAGm0PX4ZCpsBAexample'
export const amazonUser = 'amzn1.account.K2LI23KL2LK2'
export const facebookUser = '1207059'

const overridden = (asked: Asked, { api = {} }: Change, otherwise: Answer): Answer => {
  const { [asked.url.pathname]: changed } = api
  if (changed === undefined) return otherwise
  return typeof changed === 'number' ? answerOf(changed, { error: 'invalid_token' }) : answerOf(200, changed)
}

const bearer = ({ headers, url }: Asked): string =>
  url.searchParams.get('access_token') ?? (headers.authorization ?? '').replace('Bearer ', '')

/**
 * https://developer.amazon.com/docs/login-with-amazon/authorization-code-grant.html and
 * https://developer.amazon.com/docs/login-with-amazon/obtain-customer-profile.html
 */
export const amazonApi: Api = (asked, change) => {
  const { form, url } = asked
  const isToken = bearer(asked) === amazonToken
  switch (url.pathname) {
    case '/auth/o2/token':
      if (form.get('client_secret') !== SECRET) return answerOf(401, { error: 'invalid_client' })
      return form.get('code') === 'amazon-code' && (form.get('code_verifier') ?? '') !== ''
        ? answerOf(200, { access_token: amazonToken, token_type: 'bearer', expires_in: 3600 })
        : answerOf(400, {
            error: 'invalid_grant',
            error_description: 'The request has an invalid grant parameter : code',
          })
    case '/auth/o2/tokeninfo': {
      const facts = {
        iss: 'https://www.amazon.com',
        user_id: amazonUser,
        aud: 'amzn1.application-oa2-client.example',
        app_id: 'amzn1.application.example',
        exp: 3597,
        iat: NOW(),
      }
      return overridden(
        asked,
        change,
        isToken
          ? answerOf(200, facts)
          : answerOf(400, {
              error: 'invalid_token',
              error_description: 'The request has an invalid parameter : access_token',
            }),
      )
    }
    case '/user/profile':
      return overridden(
        asked,
        change,
        isToken
          ? answerOf(200, { user_id: amazonUser, email: 'alice@example.com', name: 'Alice', postal_code: '98052' })
          : answerOf(401, { error: 'invalid_token' }),
      )
    default:
      return answerOf(404, {})
  }
}

/** https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow */
export const facebookApi: Api = (asked, change) => {
  const { form, url } = asked
  const refusal = answerOf(400, {
    error: { message: 'Invalid OAuth access token - Cannot parse access token', type: 'OAuthException', code: 190 },
  })
  const isToken = bearer(asked) === facebookToken
  switch (url.pathname) {
    case '/oauth/access_token':
      return form.get('code') === 'facebook-code' && form.get('client_secret') === SECRET
        ? answerOf(200, { access_token: facebookToken, token_type: 'bearer', expires_in: 5183944 })
        : answerOf(400, { error: { message: 'Invalid verification code format.', type: 'OAuthException', code: 100 } })
    case '/debug_token': {
      if (bearer(asked) !== `138483919580948|${SECRET}`) return refusal
      const data = {
        app_id: '138483919580948',
        type: 'USER',
        application: 'Example',
        expires_at: NOW() + 5183944,
        issued_at: NOW(),
        is_valid: url.searchParams.get('input_token') === facebookToken,
        scopes: ['email', 'public_profile'],
        user_id: facebookUser,
      }
      return overridden(asked, change, answerOf(200, { data }))
    }
    case '/me':
      return overridden(
        asked,
        change,
        isToken ? answerOf(200, { id: facebookUser, name: 'Alice', email: 'a@example.com' }) : refusal,
      )
    case '/app':
      return overridden(asked, change, isToken ? answerOf(200, { id: '138483919580948', name: 'Example' }) : refusal)
    default:
      return answerOf(404, {})
  }
}
