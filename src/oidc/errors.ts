import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../core/errors.ts'
import type { Verdict } from '../core/verdict.ts'

const AGAIN = 'Sign in again. If this keeps happening, send the reference to your administrator.'
const ADMIN = 'Send the reference to your administrator: the audit log has the details.'
const LATER = 'Try again in a minute, or sign in with another provider.'
const SETUP = "Ask your administrator to compare this provider's settings with what the provider publishes."

/** Every way in which a sign-in with an OpenID provider can fail. Codes are stable. */
export const oidcErrors = {
  'oidc.provider_unavailable': { sentence: 'The identity provider cannot be reached.', hint: LATER },
  'oidc.provider_timeout': { sentence: 'The identity provider did not answer in time.', hint: LATER },
  'oidc.provider_failed': { sentence: 'The identity provider answered with an error of its own.', hint: LATER },
  'oidc.answer_too_large': { sentence: "The identity provider's response is too large.", hint: ADMIN },
  'oidc.answer_not_json': { sentence: "The identity provider's response is not JSON.", hint: SETUP },
  'oidc.redirect_refused': { sentence: 'The identity provider redirected a back-channel request.', hint: SETUP },
  'oidc.insecure_url': { sentence: 'The identity provider uses an http URL. Only https is accepted.', hint: SETUP },
  'oidc.discovery_issuer_mismatch': {
    sentence: 'The issuer in the discovery document is not the configured issuer.',
    hint: SETUP,
  },
  'oidc.discovery_many_tenants': {
    sentence: 'This issuer is shared by many organizations.',
    hint: "Ask your administrator to configure the issuer of your organization: in `issuer`, the tenant's ID in place of `common` or `organizations`.",
  },
  'oidc.discovery_incomplete': { sentence: 'The discovery document lacks something this gateway needs.', hint: SETUP },

  'oidc.client_credentials_missing': {
    sentence: 'This gateway has no client secret or key for the identity provider.',
    hint: SETUP,
  },
  'oidc.client_key_unusable': {
    sentence: "The identity provider does not accept this gateway's client key.",
    hint: SETUP,
  },
  'oidc.client_secret_too_short': {
    sentence: 'The client secret is too short for HMAC-signed tokens.',
    hint: 'Ask the provider for a longer client secret, or for tokens signed with a key pair.',
  },
  'oidc.parameter_reserved': {
    sentence: '`authorizationParams` contains a parameter of the protocol itself.',
    hint: 'Remove it from authorizationParams; prompt, maxAge and the like have settings of their own.',
  },

  'oidc.parameter_repeated': { sentence: 'The callback repeats a parameter.', hint: AGAIN },
  'oidc.parameter_too_long': {
    sentence: 'The identity provider sent more than can be kept.',
    hint: ADMIN,
  },
  'oidc.state_mismatch': { sentence: "The callback's state does not belong to the sign-in you started.", hint: AGAIN },
  'oidc.callback_issuer_missing': {
    sentence: 'The callback lacks the iss parameter that the provider promises.',
    hint: AGAIN,
  },
  'oidc.callback_issuer_mismatch': { sentence: "The callback's iss is another identity provider.", hint: AGAIN },
  'oidc.code_missing': { sentence: 'The callback has no authorization code.', hint: AGAIN },
  'oidc.access_denied': {
    sentence: 'The sign-in was cancelled or not allowed at the identity provider.',
    hint: 'Sign in again, or ask the administrator of the provider for access.',
  },
  'oidc.interaction_required': {
    sentence: 'The identity provider needs you to sign in on its page.',
    hint: 'Sign in again.',
  },
  'oidc.provider_refused': { sentence: 'The identity provider refused the request.', hint: ADMIN },
  'oidc.code_refused': { sentence: 'The identity provider no longer accepts this authorization code.', hint: AGAIN },
  'oidc.refresh_refused': {
    sentence: 'The identity provider no longer accepts the refresh token.',
    hint: 'Sign in again.',
  },
  'oidc.client_refused': {
    sentence: 'The identity provider does not recognise this gateway.',
    hint: 'Ask your administrator to compare clientId, the secret or key, and tokenEndpointAuthMethod with the provider.',
  },
  'oidc.token_answer_invalid': { sentence: "The identity provider's token response is malformed.", hint: ADMIN },
  'oidc.token_type_unsupported': {
    sentence: 'The identity provider sent an access token of an unknown type.',
    hint: 'Ask your administrator to have the provider send bearer tokens to this gateway.',
  },
  'oidc.access_token_missing': {
    sentence: 'The identity provider sent no access token, which its userinfo endpoint needs.',
    hint: 'Ask your administrator to set `userinfo: false` for this provider, or to have it send an access token.',
  },

  'oidc.id_token_missing': { sentence: 'The token response contains no ID token.', hint: SETUP },
  'oidc.id_token_malformed': { sentence: 'The ID token is malformed.', hint: ADMIN },
  'oidc.decryption_failed': { sentence: 'The ID token cannot be decrypted.', hint: SETUP },
  'oidc.algorithm_refused': { sentence: 'The ID token is signed with an algorithm that is not accepted.', hint: SETUP },
  'oidc.key_unknown': {
    sentence: 'The ID token is signed with a key that the provider does not publish.',
    hint: AGAIN,
  },
  'oidc.signature_invalid': { sentence: 'The signature of the ID token is invalid.', hint: ADMIN },
  'oidc.critical_header': { sentence: 'The ID token requires an extension (crit) that is not supported.', hint: ADMIN },
  'oidc.issuer_mismatch': { sentence: 'The ID token was issued by another issuer.', hint: ADMIN },
  'oidc.audience_mismatch': { sentence: 'The ID token is for another client (aud).', hint: ADMIN },
  'oidc.audience_untrusted': {
    sentence: 'The ID token is for further clients (aud) that are not trusted.',
    hint: ADMIN,
  },
  'oidc.authorized_party_mismatch': {
    sentence: 'The ID token was issued to another client (azp).',
    hint: ADMIN,
  },
  'oidc.token_expired': { sentence: 'The ID token has expired.', hint: AGAIN },
  'oidc.issued_in_future': {
    sentence: 'The ID token was issued in the future (iat).',
    hint: 'The clocks of the gateway and of the provider differ: ask your administrator to check them.',
  },
  'oidc.issued_too_long_ago': { sentence: 'The ID token is too old (iat).', hint: AGAIN },
  'oidc.token_not_yet_valid': {
    sentence: 'The ID token is not valid yet (nbf).',
    hint: 'The clocks of the gateway and of the provider differ: ask your administrator to check them.',
  },
  'oidc.nonce_mismatch': { sentence: 'The ID token belongs to another sign-in (nonce).', hint: AGAIN },
  'oidc.subject_changed': { sentence: 'The renewed ID token is for another user.', hint: 'Sign in again.' },
  'oidc.subject_invalid': { sentence: 'The ID token has no valid sub.', hint: ADMIN },
  'oidc.auth_time_invalid': { sentence: 'The auth_time of the ID token is invalid.', hint: ADMIN },
  'oidc.authentication_too_old': {
    sentence: "The identity provider didn't ask you to sign in again, which is required here.",
    hint: ADMIN,
  },
  'oidc.acr_mismatch': {
    sentence: 'You did not sign in the way this gateway requires.',
    hint: 'Sign in again with the required method, such as a second factor. If it happens again, ask the administrator of the identity provider to support the requested `acr_values`.',
  },
  'oidc.access_token_mismatch': {
    sentence: 'The access token does not belong to the ID token (at_hash).',
    hint: ADMIN,
  },
  'oidc.userinfo_subject_mismatch': { sentence: 'The userinfo response is for another user.', hint: ADMIN },
  'oidc.userinfo_failed': { sentence: 'The userinfo request failed.', hint: LATER },

  'oidc.logout_token_type': { sentence: 'The logout token has another type.', hint: ADMIN },
  'oidc.logout_event_missing': { sentence: 'The logout token lacks the back-channel logout event.', hint: ADMIN },
  'oidc.logout_subject_missing': { sentence: 'The logout token has neither sub nor sid.', hint: ADMIN },
  'oidc.logout_nonce_present': { sentence: 'The logout token has a nonce, so it is an ID token.', hint: ADMIN },
  'oidc.logout_id_missing': { sentence: 'The logout token has no jti.', hint: ADMIN },
  'oidc.logout_replayed': { sentence: 'The logout token has already been used.', hint: ADMIN },
  'oidc.logout_ended_nothing': {
    sentence: 'The logout token ended no session: no user here has that session or subject.',
    hint: 'Compare its sid and sub with those of the ID token. A session that had already ended is not an error.',
  },
  'oidc.logout_issuer_mismatch': { sentence: 'The logout request is from another issuer.', hint: ADMIN },
  'oidc.logout_session_missing': { sentence: 'The logout request has no sid.', hint: SETUP },
} as const satisfies ErrorCatalogue

export type OidcErrorCode = keyof typeof oidcErrors

/** A refused or failed sign-in with an OpenID provider; `verdict` has the checks of the ID token, if there was one. */
export class OidcError extends FedgateError {
  readonly verdict: Verdict

  constructor(code: OidcErrorCode, detail?: ErrorDetail, verdict: Verdict = []) {
    super(code, oidcErrors[code], detail)
    this.verdict = verdict
  }
}

/** Text from outside for a log line: without control or direction characters, at most 200 characters. */
export function cut(hostile: string): string {
  const shown = hostile.length > 200 ? `${hostile.slice(0, 199)}…` : hostile
  return shown.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, ' ')
}
