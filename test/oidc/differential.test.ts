import fc from 'fast-check'
import {
  authorizationCodeGrant,
  ClientSecretPost,
  Configuration,
  clockTolerance,
  customFetch,
  enableNonRepudiationChecks,
} from 'openid-client'
import { expect, it } from 'vitest'
import { createRelyingParty } from '../../src/oidc/relying-party.ts'
import { settingsFor } from './login-attempt.ts'
import { encode, good, type Json, jwkOf, KID, rogue, signedBy } from './tampering-provider.ts'

/** openid-client, told to look at signatures, is the oracle: the ID tokens that it refuses are never taken. */

const ISSUER = 'https://op.example'
const NONCE = 'the-nonce-of-this-sign-in'
const CODE_VERIFIER = 'v'.repeat(43)
const METADATA = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize`,
  token_endpoint: `${ISSUER}/token`,
  jwks_uri: `${ISSUER}/jwks`,
  id_token_signing_alg_values_supported: ['RS256', 'ES256', 'HS256', 'none'],
}
const KEYS = { keys: [jwkOf(good.publicKey, KID)] }

let answer: Json = {}

const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === ''

/** What is around the ID token as openid-client insists on it: real providers leave it out, or send it in other forms. */
const strictly = ({ id_token, access_token, token_type, refresh_token }: Json): Json => ({
  id_token,
  access_token: isEmpty(access_token) ? 'none' : access_token,
  token_type: isEmpty(token_type) ? 'Bearer' : token_type,
  ...(isEmpty(refresh_token) ? {} : { refresh_token }),
})

const providerThatAnswers =
  (tokens: () => Json) =>
  async (url: string): Promise<Response> => {
    const documents: Record<string, unknown> = { [METADATA.token_endpoint]: tokens(), [METADATA.jwks_uri]: KEYS }
    return Response.json(documents[url] ?? METADATA)
  }

const settings = settingsFor(ISSUER, { allowInsecureHttp: false })
const relyingParty = createRelyingParty(settings, { fetch: providerThatAnswers(() => answer) })

const ours = async (): Promise<string> => {
  const secrets = { state: 's', nonce: NONCE, codeVerifier: CODE_VERIFIER }
  const callback = new URLSearchParams({ code: 'c', state: 's' })
  return (await relyingParty.finish(callback, secrets, new Date())).identity.subject
}

const metadata = { ...METADATA, id_token_signing_alg_values_supported: ['RS256', 'ES256'] }
const oracle = new Configuration(metadata, 'fedgate', { [clockTolerance]: 60 }, ClientSecretPost('client-secret'))
oracle[customFetch] = providerThatAnswers(() => strictly(answer))
enableNonRepudiationChecks(oracle)

const theirs = async (): Promise<unknown> => {
  const url = new URL(`${settings.redirectUri}?code=c&state=s`)
  const checks = { expectedState: 's', expectedNonce: NONCE, pkceCodeVerifier: CODE_VERIFIER, idTokenExpected: true }
  return (await authorizationCodeGrant(oracle, url, checks)).claims()?.sub
}

const outcome = (work: Promise<unknown>): Promise<{ readonly subject: unknown } | 'refused'> =>
  work.then(
    (subject) => ({ subject }),
    () => 'refused' as const,
  )

const now = () => Math.floor(Date.now() / 1000)

const goodClaims = (): Json => ({
  iss: ISSUER,
  aud: 'fedgate',
  sub: 'alice',
  nonce: NONCE,
  iat: now(),
  exp: now() + 300,
})
const goodHeader: Json = { alg: 'RS256', kid: KID }

/** Near misses first, then values of every type. */
const value = fc.oneof(
  fc.constantFrom<unknown>(
    'fedgate',
    ['fedgate'],
    ['fedgate', 'x'],
    ISSUER,
    `${ISSUER}/`,
    NONCE,
    [NONCE],
    'alice',
    'RS256',
  ),
  fc.constantFrom<unknown>('none', 'HS256', 'ES256', 'PS256', KID, 'JWT', 'at+jwt', ['b64'], [KID], { alg: 'RS256' }),
  fc
    .integer({ min: -7300, max: 7300 })
    .filter((offset) => Math.abs(Math.abs(offset) - 60) > 10)
    .map((offset) => now() + offset),
  fc.integer({ min: 100, max: 300 }).map((offset) => String(now() + offset)),
  fc.jsonValue({ maxDepth: 2 }),
  fc.constant(undefined),
)
const claimNames = fc.constantFrom(
  'iss',
  'aud',
  'sub',
  'nonce',
  'iat',
  'exp',
  'nbf',
  'azp',
  'auth_time',
  'at_hash',
  'acr',
)
const headerNames = fc.constantFrom('alg', 'kid', 'typ', 'crit', 'b64', 'jwk', 'zip')
const changes = (names: fc.Arbitrary<string>) => fc.dictionary(names, value, { maxKeys: 2 })
const answerChanges = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: changes(fc.constantFrom('access_token', 'token_type', 'expires_in', 'scope', 'refresh_token')),
  },
)

const tokenWith = (header: Json, claims: Json, key: typeof good): string =>
  signedBy(key.privateKey)(`${encode({ ...goodHeader, ...header })}.${encode({ ...goodClaims(), ...claims })}`)

it('the verifier refuses whatever openid-client refuses, and both read the same subject', async () => {
  const taken = { byUs: 0, byThem: 0 }
  await fc.assert(
    fc.asyncProperty(
      changes(headerNames),
      changes(claimNames),
      answerChanges,
      fc.constantFrom(good, good, good, rogue),
      async (header, claims, others, key) => {
        answer = { access_token: 'a', token_type: 'Bearer', id_token: tokenWith(header, claims, key), ...others }
        const [we, they] = [await outcome(ours()), await outcome(theirs())]
        if (we !== 'refused') expect(they).toEqual(we)
        taken.byUs += we === 'refused' ? 0 : 1
        taken.byThem += they === 'refused' ? 0 : 1
      },
    ),
    { numRuns: 1500, seed: 20261122 },
  )
  // Otherwise nothing has been compared.
  expect(taken.byUs).toBeGreaterThan(100)
  expect(taken.byThem).toBeGreaterThan(taken.byUs)
})
