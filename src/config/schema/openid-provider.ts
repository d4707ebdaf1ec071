import { z } from 'zod'
import { EXCHANGE, exchange, label, providerId } from './provider.ts'
import { duration, flag, path, text } from './values.ts'

const ID_TOKEN_ALGS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'],
  ...['EdDSA', 'Ed25519', 'HS256', 'HS384', 'HS512'],
] as const

/** RFC 7518 3.1, without those of shared secrets. */
const CLIENT_KEY_ALGS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'],
  ...['EdDSA', 'Ed25519'],
] as const

export const oidcProvider = z.strictObject({
  id: providerId(),
  protocol: z.literal('oidc'),
  label: label(),
  issuer: text('the issuer, an https URL', /^https?:\/\/[^\s?#]+$/).describe(
    'The issuer exactly as its tokens say it (`iss`), a trailing slash included.',
  ),
  clientId: text('the client id').describe('As registered at the provider.'),
  clientSecret: text('the client secret').optional().describe('None, and no `privateKey`: a public client.'),
  privateKey: path('a PEM private key')
    .optional()
    .describe('PEM file of a private key (RSA, EC or Ed25519) that proves who we are: `private_key_jwt`.'),
  privateKeyId: text('the id of the key')
    .optional()
    .describe('The `kid` by which the provider knows that key, where it wants one.'),
  privateKeyAlgorithm: z
    .enum(CLIENT_KEY_ALGS)
    .optional()
    .describe(
      'What that key signs with. Default: by its type, RS256 for RSA, or the first that the provider lists. `PS256` where the provider registered the client for it.',
    ),
  privateKeyCertificate: path('a PEM certificate')
    .optional()
    .describe('PEM file of the certificate for that key, where the provider goes by its thumbprint, as Entra ID does.'),
  tokenEndpointAuthMethod: z
    .enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'])
    .optional()
    .describe(
      'Default: with a secret `client_secret_basic` where the provider offers it, else `client_secret_post`; with a key `private_key_jwt`; else `none`. A secret with other characters than letters, digits and `*-._` needs `client_secret_post` at a provider that does not percent-decode.',
    ),
  scopes: z
    .array(text('a scope without spaces', /^[\x21\x23-\x5b\x5d-\x7e]+$/))
    .default(['openid', 'email', 'profile'])
    .describe('Scopes to ask for. `openid` must be among them.'),
  responseMode: z
    .enum(['query', 'form_post'])
    .default('query')
    .describe('How the answer comes: in the address, or posted by a form.'),
  prompt: text(
    'login, consent, select_account or several of them',
    /^(login|consent|select_account)( (login|consent|select_account))*$/,
  )
    .optional()
    .describe('What the provider is to ask at every sign-in: `login`, `consent`, `select_account`.'),
  maxAge: duration('1h')
    .optional()
    .describe('How long ago the person may have proved who they are: asked for (`max_age`) and checked (`auth_time`).'),
  acrValues: z
    .array(text('an authentication context class without spaces', /^\S+$/))
    .default([])
    .describe('Authentication contexts to ask for. The sign-in has to be of one of them (`acr`).'),
  authorizationParams: z
    .record(z.string(), z.string({ error: 'text' }))
    .default({})
    .describe("Further parameters of the authorization request. None of the protocol's own."),
  par: z
    .enum(['auto', 'always'])
    .default('auto')
    .describe('Pushed authorization requests. `auto`: where the provider requires them.'),
  userinfo: flag()
    .default(true)
    .describe('Ask the userinfo endpoint, where there is one, for what the ID token lacks.'),
  endSessionMethod: z
    .enum(['auto', 'post', 'get'])
    .default('auto')
    .describe(
      'How a sign-out continues at the provider. `post`: by a form that holds the ID token. `get`: by an address with `client_id` and `logout_hint`, without the token. `auto`: `post`, unless the provider answers a POST there with 404, 405 or 501.',
    ),
  idTokenAlgs: z
    .array(z.enum(ID_TOKEN_ALGS))
    .min(1, { error: 'at least one algorithm' })
    .optional()
    .describe(
      'Signature algorithms to accept. Default: what discovery offers of RS, PS, ES and EdDSA. HS needs the client secret. AWS takes RS and ES only, in original evidence.',
    ),
  requireVerifiedEmail: flag()
    .optional()
    .describe(
      "Use a person's `email` only where the provider says `email_verified: true`. Default: `true` where an access rule for this provider, an operator rule, or a template (`sessionName`, `sourceIdentity`, `sessionTags`) uses it. `false` only where the provider vouches for every address, and people cannot change theirs.",
    ),
  trustedAudiences: z
    .array(text('an audience'))
    .default([])
    .describe(
      'Audiences that an ID token may name beside `clientId`. Zitadel, Oracle IDCS and audience mappers of Keycloak send several.',
    ),
  allowInsecureHttp: flag().default(false).describe('Allow an http issuer. Loopback only.'),
  exchange: exchange('oidc').default({ via: 'web-identity', evidence: 'original' }).describe(EXCHANGE),
})
