/**
 * From an error to the HTTP status of its response. A code that is not in the table is a refusal (403); an error that
 * is not a FedgateError is a defect and shown as `internal`, without its text.
 */
import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../core/errors.ts'

export const webErrors = {
  'http.not_found': { sentence: 'Page not found.', hint: 'Start from the list of roles.' },
  'http.command_line_missing': {
    sentence: 'The command line has not been built here.',
    hint: 'Ask your administrator to run `npm run build` in the checkout.',
  },
  'http.method_not_allowed': {
    sentence: 'This address does not accept that method.',
    hint: 'Start from the list of roles.',
  },
  'http.bad_request': { sentence: 'The request is invalid.', hint: 'Start over.' },
  'http.body_too_large': { sentence: 'The request is too large.', hint: 'Start over.' },
  'http.too_many_requests': {
    sentence: 'Too many requests came from your network.',
    hint: 'Wait a minute and try again. If this keeps happening, tell your administrator: many users may share your address.',
  },
  'http.cross_site': {
    sentence: 'This request did not come from a page of the gateway.',
    hint: 'Go back to the list of roles and try again from there.',
  },
  'http.csrf': {
    sentence: 'This page is out of date.',
    hint: 'Load the list of roles again and try from there.',
  },
  internal: {
    sentence: 'Something went wrong in the gateway.',
    hint: 'Try again. If this keeps happening, send the reference to your administrator.',
  },
} as const satisfies ErrorCatalogue

export type WebErrorCode = keyof typeof webErrors

export class WebError extends FedgateError {
  constructor(code: WebErrorCode, detail?: ErrorDetail) {
    super(code, webErrors[code], detail)
  }
}

/** By code, or by a prefix of codes: the longest match wins. */
const STATUS: Readonly<Record<string, number>> = {
  'http.not_found': 404,
  'http.command_line_missing': 404,
  'http.method_not_allowed': 405,
  'http.bad_request': 400,
  'http.body_too_large': 413,
  'http.too_many_requests': 429,
  internal: 500,
  'provider.unknown': 404,
  'provider.unavailable': 502,
  'provider.idp_unknown': 404,
  'login.return_to_refused': 400,
  'login.expired': 400,
  'login.used': 409,
  'login.too_many_pending': 503,
  'session.required': 401,
  'role.authn_context_required': 409,
  'role.authn_contexts_differ': 400,
  'session.ended': 404,
  'test.unknown': 404,
  'role.duration_invalid': 400,
  'role.destination_refused': 400,
  'role.destination_other_partition': 400,
  'role.too_many': 400,
  'credentials.profile_invalid': 400,
  // Unreadable input, as opposed to input that was read and refused.
  'saml.parameter_missing': 400,
  'saml.too_large': 413,
  'saml.base64': 400,
  'saml.utf8': 400,
  'saml.encoding': 400,
  'saml.malformed': 400,
  'saml.doctype': 400,
  'saml.processing_instruction': 400,
  'saml.namespace': 400,
  'saml.too_deep': 400,
  'saml.too_many': 400,
  'saml.not_a_response': 400,
  'saml.replayed': 409,
  'saml.message_missing': 400,
  'saml.deflate': 400,
  'saml.not_a_logout': 400,
  'saml.logout_unknown': 400,
  'saml.logout_replayed': 409,
  'saml.metadata': 502,
  'saml.sign_on_endpoint_missing': 502,
  'oidc.provider_unavailable': 502,
  'oidc.provider_failed': 502,
  'oidc.provider_timeout': 504,
  'oidc.answer_too_large': 502,
  'oidc.answer_not_json': 502,
  'oidc.access_token_missing': 502,
  'oidc.token_type_unsupported': 502,
  'oidc.redirect_refused': 502,
  'oidc.discovery': 502,
  'oidc.insecure_url': 502,
  'oidc.userinfo_failed': 502,
  'oauth.request_invalid': 400,
  'oauth.redirect_refused': 400,
  'oauth.client_unknown': 400,
  'oauth.request_expired': 400,
  'oauth.too_many_pending': 503,
  'oauth.grant_invalid': 400,
  'oauth.token_reused': 400,
  'oauth.proof_invalid': 401,
  'oauth.proof_nonce': 401,
  'oauth.code_unknown': 400,
  'oauth.too_many_codes': 429,
  'oauth.device_unknown': 404,
  kms: 503,
  'audit.unavailable': 503,
  'store.unavailable': 503,
  'access_token.missing': 502,
  'access_token.rejected': 502,
  'cognito.unreachable': 504,
  'cognito.answer_invalid': 502,
  'sts.evidence_stale': 409,
  'sts.unreachable': 504,
  'sts.failed': 502,
  'sts.throttled': 503,
  'sts.console_refused': 502,
}

/** Seconds after which the same request may succeed: for the codes where that is known. RFC 9110 10.2.3 */
const RETRY_AFTER: Readonly<Record<string, number>> = {
  'kms.throttled': 5,
  'kms.unreachable': 10,
  'login.too_many_pending': 60,
  'oauth.too_many_pending': 60,
  'oauth.too_many_codes': 15 * 60,
}

interface HttpError {
  readonly status?: unknown
}

/** The HTTP status of a code. */
export function statusOf(code: string): number {
  const fits = Object.entries(STATUS).filter(
    ([key]) => code === key || (/^[._]/.test(code.slice(key.length)) && code.startsWith(key)),
  )
  return fits.toSorted(([a], [b]) => b.length - a.length)[0]?.[1] ?? 403
}

export function retryAfterOf(code: string): number | undefined {
  return Object.hasOwn(RETRY_AFTER, code) ? RETRY_AFTER[code] : undefined
}

/** Errors of Express and its parsers, as our codes. */
export function fedgateErrorOf(thrown: unknown): FedgateError {
  if (thrown instanceof FedgateError) return thrown
  const { status } = (thrown ?? {}) as HttpError
  if (status === 413) return new WebError('http.body_too_large', { cause: thrown })
  if (thrown instanceof URIError || (typeof status === 'number' && status >= 400 && status < 500))
    return new WebError('http.bad_request', { cause: thrown })
  return new WebError('internal', { cause: thrown })
}
