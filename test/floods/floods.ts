/** What a stranger can send to each address, over and over. */
import { randomBytes } from 'node:crypto'
import type { Answer, FloodedGateway, Hit } from './flooded-gateway.ts'

export interface Flood {
  readonly name: string
  /** The addresses that it goes to, as the routes have them. */
  readonly routes: readonly string[]
  /** What is done once; then one request after the other, by number. */
  prepare(gateway: FloodedGateway): Promise<(n: number) => Promise<Answer>>
}

const LONG = 'x'.repeat(15_000)
/** As long as it may be. */
const PATH = `/roles?q=${'x'.repeat(2030)}`

const query = (parameters: Readonly<Record<string, string>>): string => new URLSearchParams(parameters).toString()
const chance = (): string => randomBytes(24).toString('base64url')
const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** The same kind of request each time. */
const each = (name: string, routes: readonly string[], hit: (n: number) => Hit): Flood => ({
  name,
  routes,
  prepare:
    async ({ send }) =>
    (n) =>
      send(hit(n)),
})

/** A login that was started: its state, and the cookie of its browser. */
const started = async ({ send }: FloodedGateway, provider: string) => {
  const { location = '', cookie } = await send({ path: `/login/${provider}` })
  return { state: new URL(location).searchParams.get('state') ?? '', cookie }
}

/** A request that `fedgate login` could send, with a state of that length. */
const commandLine = (length: number): string =>
  query({
    client_id: 'fedgate-cli',
    response_type: 'code',
    redirect_uri: 'http://127.0.0.1:1/callback',
    scope: 'aws',
    code_challenge: chance().padEnd(43, 'x'),
    code_challenge_method: 'S256',
    state: LONG.slice(0, length),
  })

const response = (padding: string): string =>
  base64(
    `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_${chance()}" Version="2.0"><!--${padding}--></samlp:Response>`,
  )

const logoutToken = (issuer: string): string => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const iat = Math.floor(Date.now() / 1000)
  const head = part({ alg: 'RS256', typ: 'logout+jwt', kid: chance() })
  return `${head}.${part({ iss: issuer, aud: 'fedgate', iat, jti: chance(), sid: chance() })}.${chance()}`
}

/** A cookie that is signed by nobody, and by a key that is not ours. */
const sessionCookie = (): string => `fedgate_session=s%3A${chance()}.${chance()}; fedgate_login=${chance()}`

const personal = [
  '/',
  '/roles',
  '/roles/why',
  '/roles/confirm',
  '/roles/request',
  '/roles/reauthenticate',
  '/identity',
  '/activity',
  '/metrics',
  '/status',
  '/status/sessions',
  '/status/try/:provider',
  '/status/try/:provider/start',
  '/status/try/:provider/result',
  '/go',
]
const published = [
  '/saml/corp/metadata',
  '/saml/corp/metadata?signed=true',
  '/idp/metadata',
  '/idp/jwks',
  '/.well-known/openid-configuration',
  '/healthz',
  '/readyz',
  '/static/fedgate.css',
  '/.well-known/oauth-authorization-server/oauth',
  '/oauth/.well-known/oauth-authorization-server',
  '/api/openapi.json',
  '/branding/colors.css',
  '/branding/logo',
  '/cli/fedgate.mjs',
  '/cli/fedgate.mjs.sha256',
]
const posts = [
  '/status/sessions',
  '/logout',
  '/roles/pin',
  '/roles/credentials',
  '/roles/console',
  '/activity/end',
  '/oauth/consent/:uid',
  '/oauth/device',
  '/oauth/device/decide',
]
const api = ['/api/session', '/api/roles', '/api/configuration', '/api/credentials', '/api/console']

const ORGANIZATIONS = ['/login/:provider/organizations', '/login/:provider/logo', '/saml/:provider/discovery']

export const floods: readonly Flood[] = [
  each('login starts with a long path, SAML', ['/login/:provider'], (n) => ({
    path: `/login/corp?${query({ return_to: `${PATH}${n % 1000}` })}`,
  })),
  each('login starts with a long path, OpenID', ['/login/:provider'], (n) => ({
    path: `/login/openid?${query({ return_to: `${PATH}${n % 1000}`, login_hint: LONG.slice(0, 5000) })}`,
  })),
  each('login starts', ['/login/:provider'], () => ({ path: '/login/openid' })),
  each('login starts with a path that is too long', ['/login', '/login/:provider'], (n) => ({
    path: `/login${['', '/corp', '/edu'][n % 3]}?${query({ return_to: `/${LONG}` })}`,
  })),
  each('searches for an organization, and names of none', ['/login/:provider'], (n) => ({
    path: `/login/edu?${query(n % 2 === 0 ? { q: `${n}${LONG}` } : { idp: `https://${n}.example/${LONG.slice(0, 5000)}` })}`,
  })),
  each('suggestions, logos and choices of organizations that are none', ORGANIZATIONS, (n) => ({
    path: `${(ORGANIZATIONS[n % 3] ?? '').replace(':provider', 'edu')}?${query({
      q: `${n}${LONG.slice(0, 5000)}`,
      idp: `https://${n}.example/${LONG.slice(0, 2000)}`,
      entityID: `https://${n}.example/${LONG.slice(0, 2000)}`,
      return_to: `/roles?q=${n}`,
    })}`,
  })),
  each('choosers', ['/login'], (n) => ({ path: `/login?${query({ return_to: `/roles?q=${n}` })}` })),
  each('HEAD', ['/login/:provider', '/login/finish', '/oidc/:provider/callback'], (n) => ({
    method: 'HEAD',
    path: ['/login/corp', `/login/finish?handle=${chance()}`, `/oidc/openid/callback?state=${chance()}`][n % 3] ?? '',
  })),
  each('SAML responses of nobody', ['/saml/:provider/acs'], (n) => ({
    path: `/saml/${n % 2 === 0 ? 'corp' : 'edu'}/acs`,
    form: { SAMLResponse: response(LONG), RelayState: `/${n}${LONG}` },
  })),
  each('SAML responses that are none', ['/saml/:provider/acs'], (n) => ({
    path: '/saml/corp/acs',
    form: { SAMLResponse: `${n}${LONG}`, RelayState: chance() },
  })),
  {
    name: 'forms under one state',
    routes: ['/oidc/:provider/callback'],
    prepare: async (gateway) => {
      const { state } = await started(gateway, 'posting')
      return (n) =>
        gateway.send({
          path: '/oidc/posting/callback',
          form: { state, code: `${n}`, error_description: LONG.slice(0, 900), padding: LONG },
        })
    },
  },
  {
    name: 'forms, each for a login of its own',
    routes: ['/login/:provider', '/oidc/:provider/callback'],
    prepare: async (gateway) => async (n) => {
      const { status, location, cookie } = await gateway.send({ path: '/login/posting' })
      if (location === undefined) return { status, location, cookie }
      const state = new URL(location).searchParams.get('state') ?? ''
      const form = { state, code: `${n}${'x'.repeat(4000)}`, error_description: 'x'.repeat(1000), padding: LONG }
      return gateway.send({ path: '/oidc/posting/callback', form })
    },
  },
  {
    name: 'callbacks that fail, each for a login of its own',
    routes: ['/login/:provider', '/oidc/:provider/callback'],
    prepare: async (gateway) => async () => {
      const { status, location, cookie } = await gateway.send({ path: '/login/openid' })
      if (location === undefined) return { status, location, cookie }
      const state = new URL(location).searchParams.get('state') ?? ''
      const answer = query({
        state,
        iss: gateway.op.issuer,
        error: 'access_denied',
        error_description: 'x'.repeat(5000),
      })
      return gateway.send({ path: `/oidc/openid/callback?${answer}`, headers: { cookie } })
    },
  },
  each('callbacks of nobody', ['/oidc/:provider/callback'], (n) => ({
    path: `/oidc/openid/callback?${query(n % 2 === 0 ? { state: chance(), code: LONG.slice(0, 9000) } : { handle: chance() })}`,
  })),
  each('finish pages', ['/login/finish'], (n) =>
    n % 2 === 0
      ? {
          path: `/login/finish?${query({ handle: `${chance()}${LONG.slice(0, 5000)}` })}`,
          headers: { cookie: sessionCookie() },
        }
      : { path: '/login/finish', form: { handle: chance(), csrf: chance() }, headers: { cookie: sessionCookie() } },
  ),
  each('logout messages', ['/saml/:provider/slo'], (n) =>
    n % 2 === 0
      ? { path: `/saml/corp/slo?${query({ SAMLRequest: `${n}${LONG.slice(0, 8000)}`, Signature: chance() })}` }
      : { path: '/saml/corp/slo', form: { SAMLRequest: response(LONG), RelayState: LONG } },
  ),
  {
    name: 'logout tokens of nobody',
    routes: ['/oidc/:provider/backchannel-logout'],
    prepare:
      async ({ op, send }) =>
      () =>
        send({ path: '/oidc/openid/backchannel-logout', form: { logout_token: logoutToken(op.issuer) } }),
  },
  {
    name: 'front-channel logouts of sessions that are made up',
    routes: ['/oidc/:provider/frontchannel-logout'],
    prepare:
      async ({ op, send }) =>
      (n) =>
        send({
          path: `/oidc/openid/frontchannel-logout?${query({ iss: op.issuer, sid: `${chance()}${n % 2 === 0 ? '' : LONG.slice(0, 5000)}` })}`,
        }),
  },
  each('sessions that are made up', ['/api/session', '/logout', ...personal], (n) => {
    const paths = ['/api/session', '/logout', ...personal]
    return { path: `${paths[n % paths.length]}?q=${n}${LONG.slice(0, 1000)}`, headers: { cookie: sessionCookie() } }
  }),
  each('devices of sessions that are made up', ['/oauth/device'], (n) => ({
    path: `/oauth/device?${query({ user_code: `${n}${LONG.slice(0, 1000)}` })}`,
    headers: { cookie: sessionCookie() },
  })),
  each('links', ['/go'], (n) => ({
    path: `/go?${query({ role: `${n}`, destination: `https://console.aws.amazon.com/${LONG.slice(0, 9000)}` })}`,
  })),
  each('forms of nobody', posts, (n) => ({
    path: posts[n % posts.length] ?? '',
    form: { csrf: chance(), role: LONG },
    headers: { cookie: sessionCookie() },
  })),
  each('requests of a command line', ['/oauth/auth', '/oauth/auth/:uid', '/oauth/consent/:uid'], (n) => ({
    path: [`/oauth/auth?${commandLine(3000)}`, `/oauth/auth/${chance()}`, `/oauth/consent/${chance()}`][n % 3] ?? '',
    headers: { cookie: `fedgate_oauth_request=${chance()}; fedgate_oauth_resume=${chance()}` },
  })),
  each('device codes that nobody asks about', ['/oauth/device/auth'], (n) => ({
    path: '/oauth/device/auth',
    form: { client_id: 'fedgate-cli', scope: 'aws', login_hint: LONG.slice(0, n % 2 === 0 ? 3000 : 14_000) },
  })),
  each('codes and tokens that are made up', ['/oauth/token', '/oauth/token/revocation'], (n) =>
    n % 2 === 0
      ? {
          path: '/oauth/token',
          form: {
            client_id: 'fedgate-cli',
            grant_type: ['authorization_code', 'refresh_token', 'password'][n % 3] ?? '',
            code: chance(),
            refresh_token: chance(),
            redirect_uri: 'http://127.0.0.1:1/callback',
            code_verifier: LONG,
          },
        }
      : { path: '/oauth/token/revocation', form: { client_id: 'fedgate-cli', token: `${chance()}${LONG}` } },
  ),
  each('calls of the API by nobody', api, (n) => ({
    path: api[n % api.length] ?? '',
    ...(n % api.length > 1 ? { form: { role: LONG } } : {}),
    headers: { authorization: `${n % 3 === 0 ? 'DPoP' : 'Bearer'} ${chance()}${chance()}`, dpop: LONG.slice(0, 4000) },
  })),
  each(
    'what is published',
    [
      '/saml/:provider/metadata',
      '/idp/metadata',
      '/idp/jwks',
      '/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server/oauth',
      '/oauth/.well-known/oauth-authorization-server',
      '/api/openapi.json',
      '/branding/colors.css',
      '/branding/logo',
      '/cli/fedgate.mjs',
      '/cli/fedgate.mjs.sha256',
      '/healthz',
      '/readyz',
    ],
    (n) => ({ path: published[n % published.length] ?? '' }),
  ),
  each('addresses that are not there', [], (n) => ({
    method: ['GET', 'POST', 'PUT', 'DELETE'][n % 4] ?? 'GET',
    path:
      [`/${chance()}`, `/login/${chance()}`, `/saml/${chance()}/acs`, `/static/${chance()}`, `/api/${LONG}`][n % 5] ??
      '',
    headers: { 'user-agent': `${chance()}${LONG.slice(0, 4000)}` },
  })),
]
