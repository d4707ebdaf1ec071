/** What a provider of access tokens says about one of its tokens, over its own API. */
import { type Answer, asObject, type Json, objectIn } from '../oidc/answer.ts'
import type { BoundedFetch } from '../oidc/bounded-fetch.ts'
import { cut } from '../oidc/errors.ts'
import { AccessTokenError } from './errors.ts'
import type { AccessTokenSettings } from './settings.ts'

/** A token as its provider describes it. Nothing is compared yet. */
export interface TokenFacts {
  /** The application that it was issued to. */
  readonly application: unknown
  readonly user: unknown
  readonly issuedAt: Date
  readonly expiresAt: Date
}

/** One provider: its endpoints, and how it describes tokens and users. */
export interface Service {
  /** Paths below the origins of the settings. */
  readonly authorizationPath: string
  readonly tokenPath: string
  /** Throws OidcError, or AccessTokenError `access_token.rejected`. */
  describeToken(ask: Ask, settings: AccessTokenSettings, token: string, now: Date): Promise<TokenFacts>
  /** The user's profile, with the ID of the user under `userClaim`. Throws as above. */
  profile(ask: Ask, settings: AccessTokenSettings, token: string): Promise<Json>
  readonly userClaim: string
}

/** Asks the API of the provider for a JSON object. */
export type Ask = (
  path: string,
  query?: Readonly<Record<string, string>>,
  headers?: Readonly<Record<string, string>>,
) => Promise<Json>

/** Below the API's origin. Throws OidcError, or AccessTokenError `access_token.rejected` for an answer of 400 to 403. */
export function askAt({ api }: AccessTokenSettings, fetch: BoundedFetch): Ask {
  return async (path, query = {}, headers = {}) => {
    const url = `${api}${path}${Object.keys(query).length === 0 ? '' : `?${new URLSearchParams(query)}`}`
    return objectOf(await fetch(url, { headers: { accept: 'application/json', ...headers } }))
  }
}

function objectOf(answer: Answer): Json {
  const { status, place } = answer
  const object = objectIn(answer)
  if (status === 200 && object) return object
  throw new AccessTokenError('access_token.rejected', {
    expected: 'status 200 and a JSON object',
    found: `status ${status}${reasonIn(object)}`,
    source: place,
  })
}

/** Amazon: `{"error", "error_description"}`; Facebook: `{"error": {"message"}}`. */
function reasonIn(object: Json | undefined): string {
  const error = object?.error
  const words = asObject(error)?.message ?? object?.error_description ?? error
  return typeof words === 'string' ? `: ${cut(words)}` : ''
}

/** A NumericDate or a number of seconds; undefined for anything else. */
export function numberIn(object: Json, name: string): number | undefined {
  const value = object[name]
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined
}
