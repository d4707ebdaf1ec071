import { z } from 'zod'
import { contextComparisons } from '../../core/authentication/context.ts'
import { oidcPresetNames } from '../../presets/oidc-presets.ts'
import { EXCHANGE, exchange, label, providerId } from './provider.ts'
import { duration, flag, path, text } from './values.ts'

const ID_TOKEN_ALGS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'],
  ...['EdDSA', 'Ed25519', 'HS256', 'HS384', 'HS512'],
] as const

/** RFC 7518 3.1, without the algorithms for shared secrets. */
const CLIENT_KEY_ALGS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'],
  ...['EdDSA', 'Ed25519'],
] as const

/** What an operator writes with a preset instead of the issuer. */
const presetParameters = {
  tenant: text('a tenant').optional().describe('Preset `entra`: the directory (tenant) ID, or `organizations`.'),
  tokenVersion: z
    .enum(['v1', 'v2'])
    .optional()
    .describe('Preset `entra`: the version of its ID tokens. Default: `v2`.'),
  domain: text('a host name')
    .optional()
    .describe(
      'Presets `okta`, `auth0`, `gitlab` and `keycloak`: the host name of the provider. Default of `gitlab`: gitlab.com.',
    ),
  realm: text('a realm').optional().describe('Preset `keycloak`: the name of the realm.'),
  authorizationServer: text('the ID of an authorization server', /^[\w-]+$/)
    .optional()
    .describe('Preset `okta`: the ID of a custom authorization server, such as `default`. Default: the org server.'),
  userPoolId: text('a user pool ID').optional().describe('Preset `cognito`: the user pool ID.'),
  endpoints: z
    .strictObject({
      authorization: text('an https origin', /^https?:\/\/[^\s/?#]+$/).optional(),
      api: text('an https origin', /^https?:\/\/[^\s/?#]+$/).optional(),
    })
    .optional()
    .describe(
      'Presets `amazon` and `facebook`: other origins of the sign-in page (`authorization`) and of the API (`api`), such as those of Amazon in Europe.',
    ),
} as const

export const oidcProvider = z.strictObject({
  id: providerId(),
  protocol: z.literal('oidc'),
  label: label(),
  preset: z
    .enum(oidcPresetNames)
    .optional()
    .describe(
      'The family of the provider: fills in settings that are not written here, and refuses those that do not work there. See [providers](providers/README.md).',
    ),
  ...presetParameters,
  issuer: text('the issuer, an https URL', /^https?:\/\/[^\s?#]+$/)
    .optional()
    .describe(
      'The issuer exactly as in its tokens (`iss`), including a trailing slash. Required, unless the preset derives it.',
    ),
  clientId: text('the client id').describe('As registered at the provider.'),
  clientSecret: text('the client secret').optional().describe('Without it and without `privateKey`: a public client.'),
  privateKey: path('a PEM private key')
    .optional()
    .describe('PEM file of a private key (RSA, EC or Ed25519) for client authentication: `private_key_jwt`.'),
  privateKeyId: text('the id of the key')
    .optional()
    .describe('The `kid` of that key at the provider, if it requires one.'),
  privateKeyAlgorithm: z
    .enum(CLIENT_KEY_ALGS)
    .optional()
    .describe(
      'Signature algorithm of that key. Default: by its type, RS256 for RSA, or the first that the provider lists. `PS256` if the client is registered with it.',
    ),
  privateKeyCertificate: path('a PEM certificate')
    .optional()
    .describe(
      'PEM file of the certificate for that key, if the provider identifies the key by its thumbprint, as Entra ID does.',
    ),
  tokenEndpointAuthMethod: z
    .enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'])
    .optional()
    .describe(
      'Default: with a secret `client_secret_basic` if the provider offers it, else `client_secret_post`; with a key `private_key_jwt`; else `none`. A secret with other characters than letters, digits and `*-._` needs `client_secret_post` at a provider that does not percent-decode.',
    ),
  scopes: z
    .array(text('a scope without spaces', /^[\x21\x23-\x5b\x5d-\x7e]+$/))
    .default(['openid', 'email', 'profile'])
    .describe('Scopes to request. Must include `openid`.'),
  responseMode: z
    .enum(['query', 'form_post'])
    .default('query')
    .describe('How the response is returned: in the URL, or by a form POST.'),
  prompt: text(
    'login, consent, select_account or several of them',
    /^(login|consent|select_account)( (login|consent|select_account))*$/,
  )
    .optional()
    .describe('What the provider must prompt for at every sign-in: `login`, `consent`, `select_account`.'),
  maxAge: duration('1h')
    .optional()
    .describe('Maximum age of the authentication: requested (`max_age`) and checked (`auth_time`).'),
  acrValues: z
    .array(text('an authentication context class without spaces', /^\S+$/))
    .default([])
    .describe(
      'Authentication contexts to request, as the provider calls them. The ID token must name one of them (`acr`; `amr` for a value such as `amr:mfa`).',
    ),
  acrComparison: z
    .enum(contextComparisons)
    .default('exact')
    .describe(
      'How `acr` is compared with `acrValues`. `exact`: it is one of them. `minimum`: at least as strong as the weakest of them. `better`: stronger than all of them. The accepted ones are requested.',
    ),
  acrRanking: z
    .array(text('an authentication context class without spaces', /^\S+$/))
    .default([])
    .describe(
      'The `acr` values of this provider, weakest first. Required by `minimum` and `better`. A role with `authnContext` then accepts stronger ones too.',
    ),
  authorizationParams: z
    .record(z.string(), z.string({ error: 'text' }))
    .default({})
    .describe('Additional parameters of the authorization request. Parameters of the protocol itself are not allowed.'),
  par: z
    .enum(['auto', 'always'])
    .default('auto')
    .describe('Pushed authorization requests. `auto`: if the provider requires them.'),
  userinfo: flag()
    .default(true)
    .describe('Get claims that the ID token lacks from the userinfo endpoint, if there is one.'),
  endSessionMethod: z
    .enum(['auto', 'post', 'get'])
    .default('auto')
    .describe(
      'How a sign-out continues at the provider. `post`: by a form with the ID token. `get`: by a URL with `client_id` and `logout_hint`, without the token. `auto`: `post`, unless the provider answers a POST there with 404, 405 or 501.',
    ),
  idTokenAlgs: z
    .array(z.enum(ID_TOKEN_ALGS))
    .min(1, { error: 'at least one algorithm' })
    .optional()
    .describe(
      'Signature algorithms to accept. Default: those of RS, PS, ES and EdDSA that discovery offers. HS needs the client secret. In original evidence, AWS accepts only RS and ES.',
    ),
  requireVerifiedEmail: flag()
    .optional()
    .describe(
      "Use a user's `email` only if the provider sends `email_verified: true`. Default: `true` if an access rule for this provider, an operator rule, or a template (`sessionName`, `sourceIdentity`, `sessionTags`) uses it. Set `false` only if the provider vouches for every address and users cannot change theirs.",
    ),
  trustedAudiences: z
    .array(text('an audience'))
    .default([])
    .describe(
      'Audiences that an ID token may contain besides `clientId`. Zitadel, Oracle IDCS and audience mappers of Keycloak send several.',
    ),
  allowInsecureHttp: flag().default(false).describe('Allow an http issuer. Loopback only.'),
  exchange: exchange('oidc').default({ via: 'web-identity', evidence: 'original' }).describe(EXCHANGE),
})
