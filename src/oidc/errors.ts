import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../core/errors.ts'
import type { Verdict } from '../core/verdict.ts'

const AGAIN = 'Sign in again. If it happens again, show this page to your administrator.'
const ADMIN = 'Show this page to your administrator: the audit log has the reason under this reference.'
const LATER = 'Try again in a minute, or sign in with another provider.'
const SETUP = 'Ask your administrator to compare the settings of this provider with what the provider publishes.'

/** Every way in which signing in with an OpenID provider can fail. Codes are stable. */
export const oidcErrors = {
  'oidc.provider_unavailable': { sentence: 'The identity provider cannot be reached.', hint: LATER },
  'oidc.provider_timeout': { sentence: 'The identity provider did not answer in time.', hint: LATER },
  'oidc.provider_failed': { sentence: 'The identity provider answered with an error of its own.', hint: LATER },
  'oidc.answer_too_large': { sentence: 'The identity provider sent far more than was asked for.', hint: ADMIN },
  'oidc.answer_not_json': { sentence: 'The identity provider answered with something that is not JSON.', hint: SETUP },
  'oidc.redirect_refused': { sentence: 'The identity provider pointed to another address.', hint: SETUP },
  'oidc.insecure_url': { sentence: 'The identity provider uses an address without encryption.', hint: SETUP },
  'oidc.discovery_issuer_mismatch': {
    sentence: 'The identity provider calls itself by another name than is configured.',
    hint: SETUP,
  },
  'oidc.discovery_many_tenants': {
    sentence: 'This address of the identity provider stands for many organizations at once.',
    hint: "Ask your administrator to configure the issuer of your organization: in `issuer`, the tenant's ID in place of `common` or `organizations`.",
  },
  'oidc.discovery_incomplete': { sentence: 'The identity provider does not offer what is needed here.', hint: SETUP },

  'oidc.client_credentials_missing': {
    sentence: 'This gateway has no secret or key to prove itself to the identity provider with.',
    hint: SETUP,
  },
  'oidc.client_key_unusable': { sentence: 'The provider does not take the key of this gateway.', hint: SETUP },
  'oidc.client_secret_too_short': {
    sentence: 'The secret of this gateway is too short to sign with.',
    hint: 'Ask the provider for a longer client secret, or for tokens signed with a key pair.',
  },
  'oidc.parameter_reserved': {
    sentence: 'A further parameter of the sign-in is one of the protocol itself.',
    hint: 'Take it out of authorizationParams; prompt, maxAge and the like have settings of their own.',
  },

  'oidc.parameter_repeated': { sentence: 'The answer from the identity provider is ambiguous.', hint: AGAIN },
  'oidc.parameter_too_long': {
    sentence: 'The identity provider sent more than can be kept.',
    hint: ADMIN,
  },
  'oidc.state_mismatch': { sentence: 'This answer does not belong to the sign-in you started.', hint: AGAIN },
  'oidc.callback_issuer_missing': { sentence: 'The answer does not say which provider it is from.', hint: AGAIN },
  'oidc.callback_issuer_mismatch': { sentence: 'The answer came from another identity provider.', hint: AGAIN },
  'oidc.code_missing': { sentence: 'The answer from the identity provider is incomplete.', hint: AGAIN },
  'oidc.access_denied': {
    sentence: 'The sign-in was cancelled or not allowed at the provider.',
    hint: 'Sign in again, or ask the administrator of the provider for access.',
  },
  'oidc.interaction_required': {
    sentence: 'The identity provider has to ask you something first.',
    hint: 'Sign in again.',
  },
  'oidc.provider_refused': { sentence: 'The identity provider refused the request.', hint: ADMIN },
  'oidc.code_refused': { sentence: 'The identity provider no longer accepts this sign-in.', hint: AGAIN },
  'oidc.refresh_refused': {
    sentence: 'The identity provider no longer renews this sign-in.',
    hint: 'Sign in again.',
  },
  'oidc.client_refused': {
    sentence: 'The identity provider does not recognise this gateway.',
    hint: 'Ask your administrator to compare clientId, the secret or key, and tokenEndpointAuthMethod with the provider.',
  },
  'oidc.token_answer_invalid': { sentence: 'The identity provider answered in an unknown form.', hint: ADMIN },
  'oidc.token_type_unsupported': {
    sentence: 'The identity provider sent an access token of an unknown type.',
    hint: 'Ask your administrator to have the provider send bearer tokens to this gateway.',
  },
  'oidc.access_token_missing': {
    sentence: 'The identity provider sent no access token, which its userinfo endpoint needs.',
    hint: 'Ask your administrator to set `userinfo: false` for this provider, or to have it send an access token.',
  },

  'oidc.id_token_missing': { sentence: 'The identity provider sent no proof of who you are.', hint: SETUP },
  'oidc.id_token_malformed': { sentence: 'The proof of who you are is not well formed.', hint: ADMIN },
  'oidc.decryption_failed': { sentence: 'The proof of who you are cannot be read here.', hint: SETUP },
  'oidc.algorithm_refused': { sentence: 'The proof of who you are is signed in a way not allowed.', hint: SETUP },
  'oidc.key_unknown': { sentence: 'The proof of who you are is signed with an unknown key.', hint: AGAIN },
  'oidc.signature_invalid': { sentence: 'The signature on the proof of who you are is wrong.', hint: ADMIN },
  'oidc.critical_header': { sentence: 'The proof of who you are asks for an unknown extension.', hint: ADMIN },
  'oidc.issuer_mismatch': { sentence: 'The proof of who you are was issued by someone else.', hint: ADMIN },
  'oidc.audience_mismatch': { sentence: 'The proof of who you are is meant for another application.', hint: ADMIN },
  'oidc.audience_untrusted': { sentence: 'The proof of who you are is meant for other applications too.', hint: ADMIN },
  'oidc.authorized_party_mismatch': {
    sentence: 'The proof of who you are was given to another application.',
    hint: ADMIN,
  },
  'oidc.token_expired': { sentence: 'The proof of who you are has expired.', hint: AGAIN },
  'oidc.issued_in_future': {
    sentence: 'The proof of who you are is dated in the future.',
    hint: 'The clocks of the gateway and of the provider differ: ask your administrator to check them.',
  },
  'oidc.issued_too_long_ago': { sentence: 'The proof of who you are is too old.', hint: AGAIN },
  'oidc.token_not_yet_valid': {
    sentence: 'The proof of who you are is not valid yet.',
    hint: 'The clocks of the gateway and of the provider differ: ask your administrator to check them.',
  },
  'oidc.nonce_mismatch': { sentence: 'The proof of who you are belongs to another sign-in.', hint: AGAIN },
  'oidc.subject_changed': { sentence: 'The renewed proof is of somebody else.', hint: 'Sign in again.' },
  'oidc.subject_invalid': { sentence: 'The proof of who you are does not name anyone.', hint: ADMIN },
  'oidc.auth_time_invalid': { sentence: 'The time at which you signed in makes no sense.', hint: ADMIN },
  'oidc.authentication_too_old': {
    sentence: 'You have to prove again who you are, and the provider did not ask you to.',
    hint: ADMIN,
  },
  'oidc.acr_mismatch': {
    sentence: 'You did not sign in with the strength that is asked for here.',
    hint: 'Sign in again, with a second factor if the provider offers one.',
  },
  'oidc.access_token_mismatch': { sentence: 'The tokens from the provider do not belong together.', hint: ADMIN },
  'oidc.userinfo_subject_mismatch': { sentence: 'The provider described another person than you.', hint: ADMIN },
  'oidc.userinfo_failed': { sentence: 'The provider would not say more about you.', hint: LATER },

  'oidc.logout_token_type': { sentence: 'The sign-out notice is a token of another kind.', hint: ADMIN },
  'oidc.logout_event_missing': { sentence: 'The sign-out notice does not say that it is one.', hint: ADMIN },
  'oidc.logout_subject_missing': { sentence: 'The sign-out notice does not say who signs out.', hint: ADMIN },
  'oidc.logout_nonce_present': { sentence: 'The sign-out notice is the proof of a sign-in.', hint: ADMIN },
  'oidc.logout_id_missing': { sentence: 'The sign-out notice has no ID of its own.', hint: ADMIN },
  'oidc.logout_replayed': { sentence: 'The sign-out notice has come before.', hint: ADMIN },
  'oidc.logout_ended_nothing': {
    sentence: 'The sign-out notice ended no session: nobody here has that session or subject.',
    hint: 'Compare its sid and sub with those of the ID token. A session that had ended before is no fault.',
  },
  'oidc.logout_issuer_mismatch': { sentence: 'The sign-out notice is from another provider.', hint: ADMIN },
  'oidc.logout_session_missing': { sentence: 'The sign-out notice does not name a session.', hint: SETUP },
} as const satisfies ErrorCatalogue

export type OidcErrorCode = keyof typeof oidcErrors

/** A refused or failed sign-in with an OpenID provider; `verdict` tells what was asked of the ID token, if it came so far. */
export class OidcError extends FedgateError {
  readonly verdict: Verdict

  constructor(code: OidcErrorCode, detail?: ErrorDetail, verdict: Verdict = []) {
    super(code, oidcErrors[code], detail)
    this.verdict = verdict
  }
}

/** Text from outside, fit for a log line: no control or direction characters, at most 200 characters. */
export function cut(hostile: string): string {
  const shown = hostile.length > 200 ? `${hostile.slice(0, 199)}…` : hostile
  return shown.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, ' ')
}
