/** What a provider answered over HTTP, read whole, and what can be made of it. */
import { isObject } from '../core/json.ts'
import { cut, OidcError, type OidcErrorCode } from './errors.ts'

export interface Answer {
  /** The requested URL without its query: request parameters must not be logged. */
  readonly place: string
  readonly status: number
  /** The media type, lower case and without parameters; empty if the response has none. */
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

/** The object, or undefined for any other value. */
export function asObject(value: unknown): Json | undefined {
  return isObject(value) ? value : undefined
}

/** Status and content type, for the log. */
export function described({ status, type }: Pick<Answer, 'status' | 'type'>): string {
  return `status ${status}, ${type === '' ? 'no content type' : cut(type)}`
}

/** The JSON object in the text; undefined if it is not one. */
export function objectIn(answer: Pick<Answer, 'text'>): Json | undefined {
  return asObject(jsonIn(answer))
}

/** The parsed JSON text, after an optional byte order mark, which is not part of it; undefined if it is not JSON. */
function jsonIn({ text }: Pick<Answer, 'text'>): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}

/**
 * A document whose URL is configured or discovered: the discovery document, the key set. Its content type is ignored,
 * because static hosts and CDNs send octet-stream or text: the URL is fixed, reached by https without redirects, and
 * the content must be a JSON object that passes every check of its own. Throws OidcError.
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

/** A member that is null, or an empty text or list, counts as absent. */
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
 * The response of an endpoint to a POST with our credentials: a JSON object with a JSON content type and one of these
 * statuses. Throws OidcError, with the provider's own error if there is one.
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

/** The provider's refusal: its own error if there is one, else by the status. undefined: it did not refuse. */
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

/** RFC 6749 5.2. Some providers send it with status 200, with another content type, or as a form. */
function errorIn(answer: Answer): { readonly error: string; readonly description: unknown } | undefined {
  const form = answer.text.startsWith('error=') ? Object.fromEntries(new URLSearchParams(answer.text)) : undefined
  const { error, error_description: description } = objectIn(answer) ?? form ?? {}
  return typeof error === 'string' && error !== '' ? { error, description } : undefined
}
