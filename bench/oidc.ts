/**
 * From the parameters of a callback to verified claims: our production path against openid-client's own grant with
 * signature checks, on the same answers of a token endpoint that answers at once. No token is used twice by anyone.
 */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import {
  authorizationCodeGrant,
  ClientSecretPost,
  Configuration,
  customFetch,
  enableNonRepudiationChecks,
} from 'openid-client'
import { Secret } from '../src/core/secret.ts'
import { createRelyingParty } from '../src/oidc/relying-party.ts'

const ISSUER = 'https://op.example'
const CLIENT_ID = 'fedgate'
const CLIENT_SECRET = 'client-secret'
const REDIRECT_URI = 'https://gateway.example/oidc/corp/callback'
const CODE_VERIFIER = randomBytes(32).toString('base64url')

const METADATA = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize`,
  token_endpoint: `${ISSUER}/token`,
  jwks_uri: `${ISSUER}/jwks`,
  authorization_response_iss_parameter_supported: true,
  id_token_signing_alg_values_supported: ['RS256'],
  token_endpoint_auth_methods_supported: ['client_secret_post'],
}

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const KEYS = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'key-1', alg: 'RS256', use: 'sig' }] }

interface Login {
  readonly code: string
  readonly state: string
  readonly nonce: string
  /** What the token endpoint answers. */
  readonly answer: string
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const newLogin = (): Login => {
  const [code, state, nonce, accessToken] = Array.from({ length: 4 }, () => randomBytes(32).toString('base64url'))
  const iat = Math.floor(Date.now() / 1000)
  const claims = {
    iss: ISSUER,
    sub: 'alice',
    aud: CLIENT_ID,
    iat,
    exp: iat + 3600,
    auth_time: iat - 5,
    nonce,
    at_hash: createHash('sha256').update(String(accessToken)).digest().subarray(0, 16).toString('base64url'),
    email: 'alice@example.com',
    name: 'Alice Example',
    groups: ['developers', 'aws-111122223333-developer', 'aws-444455556666-developer'],
  }
  const input = `${encode({ alg: 'RS256', kid: 'key-1', typ: 'JWT' })}.${encode(claims)}`
  const idToken = `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`
  const answer = { access_token: accessToken, token_type: 'Bearer', expires_in: 3600, id_token: idToken }
  return { code: String(code), state: String(state), nonce: String(nonce), answer: JSON.stringify(answer) }
}

/** The provider: what is known is answered at once. */
const answers = new Map<string, string>()

const provider = async (url: string, { body }: { body?: unknown }): Promise<Response> => {
  const headers = { 'content-type': 'application/json' }
  if (url === METADATA.token_endpoint && body instanceof URLSearchParams) {
    return new Response(answers.get(body.get('code') ?? ''), { headers })
  }
  return new Response(JSON.stringify(url === METADATA.jwks_uri ? KEYS : METADATA), { headers })
}

const callbackOf = ({ code, state }: Login) => new URLSearchParams({ code, state, iss: ISSUER })

const relyingParty = createRelyingParty(
  {
    id: 'corp',
    issuer: ISSUER,
    clientId: CLIENT_ID,
    clientSecret: new Secret(CLIENT_SECRET),
    scopes: ['openid'],
    redirectUri: REDIRECT_URI,
    allowInsecureHttp: false,
    clockSkewSeconds: 60,
  },
  { fetch: provider },
)

const fedgate = async (login: Login): Promise<string> => {
  const secrets = { state: login.state, nonce: login.nonce, codeVerifier: CODE_VERIFIER }
  const { identity } = await relyingParty.finish(callbackOf(login), secrets, new Date())
  return identity.subject
}

const peer = new Configuration(METADATA, CLIENT_ID, {}, ClientSecretPost(CLIENT_SECRET))
peer[customFetch] = provider
enableNonRepudiationChecks(peer)

const openidClient = async (login: Login): Promise<string> => {
  const url = new URL(REDIRECT_URI)
  url.search = callbackOf(login).toString()
  const tokens = await authorizationCodeGrant(peer, url, {
    expectedState: login.state,
    expectedNonce: login.nonce,
    pkceCodeVerifier: CODE_VERIFIER,
    idTokenExpected: true,
  })
  return String(tokens.claims()?.sub)
}

type Contender = (login: Login) => Promise<string>

/** CPU in microseconds per login, of the whole process: signatures are verified on other threads. */
const cpuPerLogin = async (contender: Contender, logins: readonly Login[]): Promise<number> => {
  const before = process.cpuUsage()
  for (const login of logins) if ((await contender(login)) !== 'alice') throw new Error('signed in as somebody else')
  const { user, system } = process.cpuUsage(before)
  return (user + system) / logins.length
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

const [ROUNDS, WARM_UP, LOGINS_PER_ROUND] = [40, 10, 100]

/** Prints a table. Contenders take turns, in changing order, so that neither has the warmer machine. */
export const suite = async (): Promise<void> => {
  const measured: { ours: number; theirs: number }[] = []
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const logins = Array.from({ length: LOGINS_PER_ROUND }, newLogin)
    for (const { code, answer } of logins) answers.set(code, answer)
    const first = round % 2 === 0 ? await cpuPerLogin(fedgate, logins) : undefined
    const theirs = await cpuPerLogin(openidClient, logins)
    const ours = first ?? (await cpuPerLogin(fedgate, logins))
    answers.clear()
    if (round >= 0) measured.push({ ours, theirs })
  }
  const row = (name: string, microseconds: number[], ratios: number[]): string =>
    `| ${name} | ${median(microseconds).toFixed(0)} µs | ${median(ratios).toFixed(2)} |\n`
  process.stdout.write('\n| From callback to verified claims | CPU per login | compared |\n| --- | ---: | ---: |\n')
  const [ours, theirs] = [measured.map((it) => it.ours), measured.map((it) => it.theirs)]
  process.stdout.write(
    row(
      'fedgate',
      ours,
      ours.map((time, round) => time / (theirs[round] ?? Number.NaN)),
    ),
  )
  process.stdout.write(row('openid-client, with signature checks', theirs, [1]))
}
