import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../core/errors.ts'

export const gatewayErrors = {
  'provider.unknown': {
    sentence: 'There is no such identity provider here.',
    hint: 'Choose one from the sign-in page.',
  },
  'provider.unavailable': {
    sentence: 'This identity provider cannot be reached at the moment.',
    hint: 'Try again in a moment, or use another provider.',
  },
  'provider.idp_unknown': {
    sentence: 'There is no such organization to sign in with.',
    hint: 'Search for yours by its name.',
  },
  'login.return_to_refused': {
    sentence: 'This link leads outside the gateway, or is too long.',
    hint: 'Start from the sign-in page.',
  },
  'login.too_many_pending': {
    sentence: 'Too many people are signing in at the moment.',
    hint: 'Try again in a few minutes. If this keeps happening, tell your administrator.',
  },
  'login.expired': {
    sentence: 'This sign-in took too long, or was started before the gateway was restarted.',
    hint: 'Sign in again.',
  },
  'login.used': { sentence: 'This sign-in has already been completed.', hint: 'Sign in again if you need to.' },
  'login.signed_out': {
    sentence: 'You were signed out while this sign-in was on its way.',
    hint: 'Sign in again.',
  },
  'login.other_browser': {
    sentence: 'This sign-in was not started in this browser.',
    hint: 'Sign in again. If you did not expect this page, somebody may have sent you their own sign-in: close it.',
  },
  'login.other_provider': {
    sentence: 'This answer does not belong to the identity provider it came for.',
    hint: 'Sign in again.',
  },
  'login.authentication_too_old': {
    sentence: 'You have to prove again who you are, and your identity provider did not ask you to.',
    hint: 'Sign out there and in again. If it goes on, show the reference to whoever runs this gateway.',
  },
  'session.required': { sentence: 'You are not signed in, or your session has ended.', hint: 'Sign in again.' },
  'operator.required': {
    sentence: 'This page is for the people who run the gateway.',
    hint: 'Ask whoever runs it to name you under operators in its configuration.',
  },
  'role.not_granted': {
    sentence: 'You may not take this role.',
    hint: 'Choose a role from the list. If one is missing, ask whoever runs this gateway.',
  },
  'role.authentication_too_old': {
    sentence: 'Your sign-in is too long ago for this role.',
    hint: 'Sign in again, then take the role.',
  },
  'role.source_identity_missing': {
    sentence: 'Your sign-in lacks what every AWS session here is traced by.',
    hint: 'Show the reference to whoever runs this gateway: it asks for a source identity, which cannot be made of what your identity provider says.',
  },
  'role.duration_invalid': {
    sentence: 'This is not a duration that AWS takes for this role.',
    hint: 'Choose between 15 minutes and the longest session of the role.',
  },
  'role.too_many_pins': {
    sentence: 'You have pinned as many roles as are kept.',
    hint: 'Take the pin off a role that you no longer need at the top.',
  },
  'role.too_many': {
    sentence: 'These are too many roles to take at once.',
    hint: 'Choose at most 20.',
  },
  'role.destination_refused': {
    sentence: 'This is not a page of the AWS console.',
    hint: 'Give the address of a page of the AWS console, the name of a service such as s3, or nothing.',
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
