import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { OidcError } from '../../src/oidc/errors.ts'
import { createRelyingParty } from '../../src/oidc/relying-party.ts'
import type { OidcSettings } from '../../src/oidc/settings.ts'
import { settingsFor } from './login-attempt.ts'
import { encode, good, type Json, jwkOf, KID, signedBy } from './tampering-provider.ts'

/** What real providers were seen to send, by the name of its folder. */
export const sent = (folder: string, file: string): Json =>
  JSON.parse(readFileSync(`${import.meta.dirname}/../fixtures/faults/login/${folder}/${file}`, 'utf8')) as Json

export const ISSUER = 'https://op.example.com'

interface HttpAnswer {
  readonly status?: number
  /** The content type; null: none. */
  readonly type?: string | null
  readonly body: string
}

/** What a provider answers in place of what it should. */
export interface Peculiarity {
  readonly discovery?: Json | HttpAnswer
  readonly keySet?: Json | HttpAnswer
  /** `<signed ID token>` stands for one. */
  readonly token?: Json | HttpAnswer
  readonly userinfo?: Json | HttpAnswer
  /** Changes the ID token's claims, and its header. */
  readonly claims?: Json
  readonly header?: Json
  readonly seal?: (signingInput: string) => string
  readonly settings?: Partial<OidcSettings>
}

const DISCOVERY: Json = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize`,
  token_endpoint: `${ISSUER}/token`,
  jwks_uri: `${ISSUER}/jwks`,
  id_token_signing_alg_values_supported: ['RS256'],
}

const now = (): number => Math.floor(Date.now() / 1000)

const isHttp = (answer: Json | HttpAnswer): answer is HttpAnswer => typeof answer.body === 'string'

const responseOf = (answer: Json | HttpAnswer): Response => {
  const { status = 200, type = 'application/json', body } = isHttp(answer) ? answer : { body: JSON.stringify(answer) }
  return new Response(Buffer.from(body), { status, headers: type === null ? {} : { 'content-type': type } })
}

/** `now+300` and the like, as the claims of a token that was issued this second. */
const inTime = (claims: Json, nonce: string): Json =>
  Object.fromEntries(
    Object.entries(claims).map(([name, value]) => {
      if (name === 'nonce') return [name, nonce]
      const [, offset] = /^now(?:\+(\d+))?$/.exec(String(value)) ?? []
      return [name, /^now/.test(String(value)) ? now() + Number(offset ?? 0) : value]
    }),
  )

const goodClaims = (): Json => ({ iss: ISSUER, aud: 'fedgate', sub: 'alice', exp: now() + 300, iat: now(), nonce: '' })

/** One whole sign-in at a provider with these peculiarities, and what it was asked. */
export const signInAt = async (peculiarity: Peculiarity) => {
  const { discovery = DISCOVERY, keySet, token, userinfo = { sub: 'alice' }, claims, header, settings } = peculiarity
  const { seal = signedBy(good.privateKey) } = peculiarity
  const asked = new Map<string, RequestInit>()
  let idToken = ''
  const withToken = (answer: Json | HttpAnswer): Json | HttpAnswer =>
    isHttp(answer) || answer.id_token !== '<signed ID token>' ? answer : { ...answer, id_token: idToken }
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    asked.set(url, init)
    const answers: Record<string, () => Json | HttpAnswer> = {
      [`${ISSUER}/.well-known/openid-configuration`]: () => discovery,
      [`${ISSUER}/jwks`]: () => keySet ?? { keys: [jwkOf(good.publicKey, KID)] },
      [`${ISSUER}/token`]: () =>
        withToken(token ?? { access_token: 'a', token_type: 'Bearer', id_token: '<signed ID token>' }),
      [`${ISSUER}/userinfo`]: () => userinfo,
    }
    const found = answers[url]
    if (!found) throw new Error(`nobody is to ask ${url}`)
    return responseOf(found())
  }
  const party = createRelyingParty(settingsFor(ISSUER, { allowInsecureHttp: false, ...settings }), { fetch })
  const { url, ...secrets } = await party.start(new Date())
  const signedHeader = header ?? { alg: 'RS256', kid: KID }
  idToken = seal(`${encode(signedHeader)}.${encode(inTime(claims ?? goodClaims(), secrets.nonce))}`)
  const callback = new URLSearchParams({ code: 'c', state: secrets.state })
  return { signIn: await party.finish(callback, secrets, new Date()), asked, url, party }
}

/** The same, where it must be refused. */
export const refusedAt = async (peculiarity: Peculiarity): Promise<OidcError> => {
  const outcome = await signInAt(peculiarity).catch((error: unknown) => error)
  if (outcome instanceof OidcError) return outcome
  throw new Error('the sign-in was not refused with an OidcError', { cause: outcome })
}

/** Core 3.1.3.8, of RS256. */
export const halfHash = (text: string): string =>
  createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url')
