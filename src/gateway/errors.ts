import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../core/errors.ts'

export const gatewayErrors = {
  'provider.unknown': {
    sentence: 'This identity provider is not configured here.',
    hint: 'Choose one from the sign-in page.',
  },
  'provider.unavailable': {
    sentence: 'This identity provider cannot be reached at the moment.',
    hint: 'Try again in a moment, or use another provider.',
  },
  'provider.idp_unknown': {
    sentence: 'This organization is not available for sign-in.',
    hint: 'Search for yours by its name.',
  },
  'login.return_to_refused': {
    sentence: 'This link leads outside the gateway, or is too long.',
    hint: 'Start from the sign-in page.',
  },
  'login.too_many_pending': {
    sentence: 'Too many users are signing in at the moment.',
    hint: 'Try again in a few minutes. If this keeps happening, tell your administrator.',
  },
  'login.expired': {
    sentence: 'This sign-in took too long, or was started before the gateway was restarted.',
    hint: 'Sign in again.',
  },
  'login.used': { sentence: 'This sign-in has already been completed.', hint: 'Sign in again if you need to.' },
  'login.signed_out': {
    sentence: 'You were signed out while this sign-in was in progress.',
    hint: 'Sign in again.',
  },
  'login.other_browser': {
    sentence: 'This sign-in was not started in this browser.',
    hint: 'Sign in again. If you did not expect this page, close it: someone may have sent you their own sign-in.',
  },
  'login.other_provider': {
    sentence: 'This answer does not belong to the identity provider it came for.',
    hint: 'Sign in again.',
  },
  'login.authentication_too_old': {
    sentence: 'Your identity provider didn’t ask you to sign in again, which this role requires.',
    hint: 'Sign out at the identity provider and sign in again. If this keeps happening, send the reference to your administrator.',
  },
  'session.required': { sentence: 'You are not signed in, or your session has ended.', hint: 'Sign in again.' },
  'session.ended': {
    sentence: 'This session has already ended.',
    hint: 'Reload the list of sessions.',
  },
  'operator.required': {
    sentence: 'Operators only.',
    hint: 'Ask your administrator to add you to `operators`.',
  },
  'test.unknown': {
    sentence: 'The result of this test sign-in has expired, or it was started elsewhere.',
    hint: 'Start the test sign-in again from the status page.',
  },
  'role.not_granted': {
    sentence: 'You don’t have access to this role.',
    hint: 'Choose a role from the list. If one is missing, ask your administrator.',
  },
  'role.authn_context_required': {
    sentence: 'This role requires a stronger way of signing in than yours.',
    hint: 'Sign in again for this role, with the method that it requires.',
  },
  'role.authn_context_unavailable': {
    sentence: 'Your identity provider cannot be asked for the way of signing in that this role requires.',
    hint: 'Send the reference to your administrator: `authnContext` of the role must name a class that this provider supports.',
  },
  'role.authn_contexts_differ': {
    sentence: 'These roles require different ways of signing in.',
    hint: 'Use them one at a time.',
  },
  'role.source_identity_missing': {
    sentence: 'Your sign-in has no value for the source identity that every AWS session here needs.',
    hint: 'Send the reference to your administrator: `sourceIdentity` needs an attribute that your identity provider did not send.',
  },
  'role.duration_invalid': {
    sentence: 'AWS does not accept this duration for this role.',
    hint: 'Choose between 15 minutes and the role’s maximum.',
  },
  'role.too_many_pins': {
    sentence: 'You have pinned the maximum number of roles.',
    hint: 'Unpin a role you no longer need.',
  },
  'role.too_many': {
    sentence: 'Too many roles selected.',
    hint: 'Choose at most 20.',
  },
  'role.destination_refused': {
    sentence: 'This is not a page of the AWS console.',
    hint: 'Enter a console URL, the name of a service such as s3, or nothing.',
  },
  'role.destination_other_partition': {
    sentence: 'This console page belongs to another AWS partition than the role.',
    hint: "Use a role in the page's partition (AWS, China, GovCloud or the European Sovereign Cloud), or a page of the role's own console.",
  },
} as const satisfies ErrorCatalogue

export type GatewayErrorCode = keyof typeof gatewayErrors

export class GatewayError extends FedgateError {
  constructor(code: GatewayErrorCode, detail?: ErrorDetail) {
    super(code, gatewayErrors[code], detail)
  }
}
