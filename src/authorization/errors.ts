import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../core/errors.ts'

const AGAIN = 'Run `fedgate login` again.'

export const oauthErrors = {
  'oauth.request_invalid': {
    sentence: 'The command line sent an invalid sign-in request.',
    hint: 'Update fedgate on the machine where you ran it, and run `fedgate login` again.',
  },
  'oauth.redirect_refused': {
    sentence: 'This sign-in request does not lead back to a program on your own machine.',
    hint: 'Close this page. If you ran `fedgate login` yourself, update fedgate and run it again.',
  },
  'oauth.client_unknown': {
    sentence: 'This gateway does not know the program that asked to sign in.',
    hint: 'Update fedgate on the machine where you ran it, and run `fedgate login` again.',
  },
  'oauth.request_expired': {
    sentence: 'This sign-in from the command line took too long, or was started in another browser.',
    hint: AGAIN,
  },
  'oauth.too_many_pending': {
    sentence: 'Too many devices are signing in at the moment.',
    hint: 'Try again in a few minutes. If this keeps happening, tell your administrator.',
  },
  'oauth.grant_invalid': { sentence: 'This device is no longer signed in.', hint: AGAIN },
  'oauth.token_reused': {
    sentence: 'A code or token of this device was used a second time, so the device was signed out.',
    hint: 'Run `fedgate login` again. If you did not expect this, tell your administrator: someone may have copied the token.',
  },
  'oauth.proof_invalid': {
    sentence: 'The device did not prove that it holds the key of its token.',
    hint: 'Check the clock of this machine. If it is right, run `fedgate login` again.',
  },
  'oauth.proof_nonce': {
    sentence: 'The proof of the device needs a nonce of this gateway.',
    hint: 'Repeat the request with the nonce in the DPoP-Nonce header.',
  },
  'oauth.pending': { sentence: 'The user has not confirmed the code yet.', hint: 'Ask again in five seconds.' },
  'oauth.denied': { sentence: 'The sign-in of this device was refused.', hint: AGAIN },
  'oauth.code_unknown': {
    sentence: 'This code is unknown, has expired, or was already used.',
    hint: 'Compare it with the code in your terminal. Codes are valid for 10 minutes.',
  },
  'oauth.too_many_codes': {
    sentence: 'You entered too many codes.',
    hint: 'Wait 15 minutes and run `fedgate login --device` again.',
  },
  'oauth.device_unknown': {
    sentence: 'This device is no longer signed in.',
    hint: 'Load your activity page again.',
  },
} as const satisfies ErrorCatalogue

export type OAuthErrorCode = keyof typeof oauthErrors

export class OAuthError extends FedgateError {
  constructor(code: OAuthErrorCode, detail?: ErrorDetail) {
    super(code, oauthErrors[code], detail)
  }
}
