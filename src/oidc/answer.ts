/** What a provider answered over HTTP, read whole, and what can be made of it. */
import { isObject } from '../core/json.ts'
import { cut, OidcError, type OidcErrorCode } from './errors.ts'

export interface Answer {
  /** The address that was asked, without its query: nothing that a request carries belongs in a log. */
  readonly place: string
  readonly status: number
  /** The media type, lower case and without parameters; empty where the answer names none. */
  readonly type: string
  readonly text: string
}

export type Json = Readonly<Record<string, unknown>>

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json$/

const CODE_OF_ERROR: ReadonlyMap<string, OidcErrorCode> = new Map([
  ['invalid_grant', 'oidc.code_refused'],
  ['invalid_client', 'oidc.client_refused'],
  ['unauthorized_client', 'oidc.client_refused'],
  ['server_error', 'oidc.provider_failed'],
  ['temporarily_unavailable', 'oidc.provider_failed'],
])

/** The object, or undefined for every other value. */
export function asObject(value: unknown): Json | undefined {
  return isObject(value) ? value : undefined
}

/** Status and content type, as the log has them. */
export function described({ status, type }: Pick<Answer, 'status' | 'type'>): string {
  return `status ${status}, ${type === '' ? 'no content type' : cut(type)}`
}

/** The JSON object that the text is; undefined where it is none. */
export function objectIn(answer: Pick<Answer, 'text'>): Json | undefined {
  return asObject(jsonIn(answer))
}

/** What the text is as JSON, after a byte order mark, which is no part of it; undefined where it is none. */
function jsonIn({ text }: Pick<Answer, 'text'>): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}

/**
 * A document that the configuration or discovery gives the address of: the discovery document, the key set. What the
 * answer calls itself does not count, because static hosts and CDNs call it octet-stream or text: the address is fixed,
 * reached by https without redirects, and what is there must be a JSON object that passes every check of its own.
 * Throws OidcError.
 */
export function documentIn(answer: Answer): Json {
  const { status, place } = answer
  if (status !== 200) {
    throw new OidcError('oidc.provider_failed', { expected: 'status 200', found: described(answer), source: place })
  }
  const document = objectIn(answer)
  if (document) return document
  throw new OidcError('oidc.answer_not_json', { expected: 'a JSON object', found: described(answer), source: place })
}

/** A member that is null, or an empty text or list, says nothing: it is as if it were not there. */
export function withoutEmptyMembers(document: Json): Json {
  return Object.fromEntries(
    Object.entries(document).filter(
      ([, value]) => value !== null && value !== '' && !(Array.isArray(value) && value.length === 0),
    ),
  )
}

export function isJsonType({ type }: Pick<Answer, 'type'>): boolean {
  return JSON_TYPE.test(type)
}

/**
 * What an endpoint answered that we post to with our credentials: a JSON object of JSON type, with one of these
 * statuses. Throws OidcError, with the error that the provider itself gave wherever there is one.
 */
export function endpointAnswerIn(answer: Answer, statuses: readonly number[]): Json {
  const { status, place } = answer
  const expected = `status ${statuses.join(' or ')}, application/json`
  const refusal = refusalIn(answer)
  if (refusal) throw new OidcError(refusal.code, { expected, found: refusal.found, source: place })
  if (status === 200 && !isJsonType(answer)) {
    throw new OidcError('oidc.answer_not_json', { expected, found: described(answer), source: place })
  }
  const members = objectIn(answer)
  if (members && statuses.includes(status)) return members
  const found = members ? described(answer) : `${described(answer)}, and no JSON object`
  throw new OidcError('oidc.token_answer_invalid', { expected, found, source: place })
}

/** The provider's no: in its own words where it has any, else by the status. undefined: it did not say no. */
function refusalIn(answer: Answer): { readonly code: OidcErrorCode; readonly found: string } | undefined {
  const { status } = answer
  const refusal = errorIn(answer)
  if (refusal) {
    const { error, description } = refusal
    const words = typeof description === 'string' && description !== '' ? `${error}: ${description}` : error
    const code = status >= 500 ? 'oidc.provider_failed' : (CODE_OF_ERROR.get(error) ?? 'oidc.provider_refused')
    return { code, found: `${cut(words)} (${described(answer)})` }
  }
  if (status < 400) return undefined
  if (status === 401) return { code: 'oidc.client_refused', found: described(answer) }
  const isUnexplained = status < 500 && isJsonType(answer)
  return { code: isUnexplained ? 'oidc.token_answer_invalid' : 'oidc.provider_failed', found: described(answer) }
}

/** RFC 6749 5.2. Some providers send it with status 200, or under another type, or as a form. */
function errorIn(answer: Answer): { readonly error: string; readonly description: unknown } | undefined {
  const form = answer.text.startsWith('error=') ? Object.fromEntries(new URLSearchParams(answer.text)) : undefined
  const { error, error_description: description } = objectIn(answer) ?? form ?? {}
  return typeof error === 'string' && error !== '' ? { error, description } : undefined
}
