import { type ErrorCatalogue, type ErrorDetail, type ErrorText, FedgateError } from '../core/errors.ts'
import type { Verdict } from '../core/verdict.ts'
import { XmlError, type XmlErrorCode, xmlErrors } from '../xml/errors.ts'

/** The xml folder's reasons under this folder's name: `xml.doctype` of a SAML message is `saml.doctype`. */
type Lifted<Code extends string> = Code extends `xml.${infer Reason}` ? `saml.${Reason}` : never

const liftedErrors = Object.fromEntries(
  Object.entries(xmlErrors).map(([code, text]) => [lift(code as XmlErrorCode), text]),
) as Readonly<Record<Lifted<XmlErrorCode>, ErrorText>>

const again = 'Sign in again. If it happens again, show the reference to your administrator.'
const compare = "Compare the gateway's metadata with what is configured at the identity provider."
const ask = 'Ask the administrator of the identity provider to look at what it sends.'
const signOutHere = 'Whoever is still signed in at the gateway can sign out there.'
const clocks = 'Sign in again. If it happens again, the clocks of the gateway and the identity provider differ.'

export const samlErrors = {
  ...liftedErrors,

  'saml.parameter_missing': { sentence: 'The form held no answer to a sign-in, or several.', hint: again },
  'saml.base64': { sentence: "The identity provider's answer is not valid base64.", hint: ask },
  'saml.utf8': { sentence: "The identity provider's answer is not valid UTF-8.", hint: ask },

  'saml.not_a_response': { sentence: 'What arrived is not a SAML response.', hint: ask },
  'saml.version': { sentence: 'What arrived is not SAML 2.0.', hint: ask },
  'saml.child_order': { sentence: "The identity provider's answer is not built as SAML asks.", hint: ask },
  'saml.id_missing': { sentence: "The identity provider's answer has no ID.", hint: ask },
  'saml.assertion_missing': { sentence: "The identity provider's answer says nothing about a person.", hint: ask },
  'saml.assertion_repeated': { sentence: "The identity provider's answer holds more than one assertion.", hint: ask },
  'saml.assertion_misplaced': { sentence: 'An assertion stands where none may be.', hint: ask },
  'saml.assertion_encrypted': {
    sentence: "The identity provider's answer is encrypted, and this gateway has no key to open it.",
    hint: 'Turn assertion encryption off for this gateway at the identity provider, or configure encryption keys.',
  },
  'saml.assertion_not_encrypted': {
    sentence: "The identity provider's answer is not encrypted.",
    hint: 'Turn assertion encryption on for this gateway at the identity provider.',
  },
  'saml.encryption_cbc_unsigned': {
    sentence: "The identity provider's answer is encrypted with AES-CBC and not signed as a whole.",
    hint: 'Set the identity provider to sign the whole response (SamlResponseSignature MessageAndAssertion at ADFS, "Sign SAML response and assertion" at Entra ID) or to encrypt with AES-GCM; or set acceptCbcWithoutSignedResponse for it here.',
  },
  'saml.signature_misplaced': { sentence: 'A signature stands where none may be.', hint: ask },
  'saml.signature_missing': {
    sentence: "The identity provider's answer is not signed.",
    hint: 'Set the identity provider to sign the assertion or the response.',
  },
  'saml.assertion_unsigned': {
    sentence: "The assertion in the identity provider's answer is not signed.",
    hint: 'Set the identity provider to sign assertions, or allow a signed response alone.',
  },
  'saml.response_unsigned': {
    sentence: "The identity provider's answer as a whole is not signed.",
    hint: 'Set the identity provider to sign responses, or allow a signed assertion alone.',
  },
  'saml.time_malformed': { sentence: "A time in the identity provider's answer cannot be read.", hint: ask },
  'saml.attribute_missing': {
    sentence: "The identity provider's answer lacks a detail that must be there.",
    hint: ask,
  },

  'saml.idp_refused': {
    sentence: 'The identity provider did not sign you in.',
    hint: 'Sign in again, or ask the administrator of the identity provider why it refused.',
  },
  'saml.authn_failed': {
    sentence: 'The identity provider could not establish who you are.',
    hint: 'Sign in again.',
  },
  'saml.request_denied': {
    sentence: 'The identity provider refused the sign-in request.',
    hint: 'Ask the administrator of the identity provider whether you may use this gateway.',
  },
  'saml.no_authn_context': {
    sentence: 'The identity provider cannot sign you in the way this gateway requires.',
    hint: 'Ask your administrator to compare `authnContext` with the authentication classes that the identity provider supports.',
  },
  'saml.no_passive': {
    sentence: 'The identity provider needs you to sign in visibly.',
    hint: 'Sign in again.',
  },
  'saml.status_missing': { sentence: "The identity provider's answer does not say whether it succeeded.", hint: ask },

  'saml.response_issuer_mismatch': { sentence: 'The answer came from another identity provider.', hint: compare },
  'saml.destination_mismatch': { sentence: 'The answer was meant for another address.', hint: compare },
  'saml.response_request_mismatch': { sentence: 'The answer belongs to another sign-in.', hint: again },
  'saml.issuer_mismatch': { sentence: 'The assertion came from another identity provider.', hint: compare },
  'saml.subject_missing': {
    sentence: 'The identity provider did not say who you are.',
    hint: 'Set the identity provider to send a NameID, or name the attribute to use as subject.',
  },
  'saml.confirmation_missing': { sentence: 'The assertion is not one for signing in by browser.', hint: ask },
  'saml.recipient_mismatch': { sentence: 'The assertion was meant for another address.', hint: compare },
  'saml.confirmation_expired': { sentence: 'The sign-in took too long and has expired.', hint: clocks },
  'saml.confirmation_not_yet_valid': { sentence: 'The sign-in is not valid yet.', hint: clocks },
  'saml.unsolicited': {
    sentence: 'The sign-in was not started here.',
    hint: "Start at this gateway's sign-in page.",
  },
  'saml.request_unknown': {
    sentence: 'This sign-in is not known here or took too long.',
    hint: 'Sign in again.',
  },
  'saml.subject_out_of_scope': {
    sentence: 'The identity provider named a person it may not speak for.',
    hint: 'Ask the administrator of the identity provider: its metadata must name the domains of its people (shibmd:Scope).',
  },
  'saml.replayed': {
    sentence: 'This sign-in has been used already.',
    hint: 'Continue if you are signed in, or sign in again.',
  },
  'saml.in_response_to_mismatch': { sentence: 'The assertion belongs to another sign-in.', hint: again },
  'saml.conditions_missing': { sentence: 'The assertion does not say where it is valid.', hint: ask },
  'saml.condition_unknown': { sentence: 'The assertion has a condition that this gateway does not know.', hint: ask },
  'saml.audience_missing': { sentence: 'The assertion does not say for whom it is.', hint: ask },
  'saml.audience_mismatch': { sentence: 'The assertion is for another service.', hint: compare },
  'saml.expired': { sentence: 'The assertion has expired.', hint: clocks },
  'saml.not_yet_valid': { sentence: 'The assertion is not valid yet.', hint: clocks },
  'saml.assertion_from_future': {
    sentence: "The assertion's issue time is in the future.",
    hint: clocks,
  },
  'saml.assertion_too_old': {
    sentence: 'The assertion was issued too long ago.',
    hint: 'Sign in again. If it happens again, compare the clocks of the gateway and the identity provider, and `maxAssertionAge`.',
  },
  'saml.assertion_before_start': {
    sentence:
      'This sign-in did not start here and was issued before the gateway started, so it may have been used already.',
    hint: "Start at this gateway's sign-in page.",
  },
  'saml.authn_context_mismatch': {
    sentence: 'You did not sign in the way this gateway requires.',
    hint: 'Sign in again with the required method, such as a second factor. If it happens again, ask the administrator of the identity provider to support the requested `authnContext`.',
  },
  'saml.authn_statement_missing': { sentence: 'The assertion does not say that you signed in.', hint: ask },
  'saml.idp_session_ended': { sentence: 'Your session at the identity provider has ended.', hint: 'Sign in again.' },

  'saml.metadata_not_idp': {
    sentence: 'The metadata does not describe the identity provider.',
    hint: 'Use the SAML 2.0 identity provider metadata, and check entityId.',
  },
  'saml.metadata_ambiguous': {
    sentence: 'The metadata describes several entities.',
    hint: 'Set entityId to the one to use.',
  },
  'saml.metadata_expired': { sentence: 'The metadata is no longer valid.', hint: 'Get the current metadata.' },
  'saml.metadata_older': {
    sentence: 'The signed metadata is older than the copy in use.',
    hint: 'Get the current metadata of its publisher. If the publisher went back on purpose, remove the copy (metadata-*.xml and .json) from the state folder and restart.',
  },
  'saml.metadata_endless': {
    sentence: 'The metadata has no validUntil.',
    hint: 'Have the publisher limit its validity, or leave requireValidUntil and metadataMaxValidity out.',
  },
  'saml.metadata_valid_too_long': {
    sentence: 'The metadata is valid for longer than the configuration allows.',
    hint: 'Have the publisher set an earlier validUntil, or raise metadataMaxValidity.',
  },
  'saml.metadata_unsigned': {
    sentence: 'The metadata is not signed.',
    hint: 'Use the signed metadata of the publisher, or leave metadataCertificate out.',
  },
  'saml.metadata_changed': {
    sentence: 'The metadata changed while it was in use.',
    hint: 'Try again in a moment: the gateway reads it anew.',
  },
  'saml.metadata_no_certificate': {
    sentence: 'The metadata has no signing certificate.',
    hint: 'Get the current metadata of the identity provider.',
  },
  'saml.metadata_certificate': {
    sentence: 'None of the signing keys in the metadata can be read.',
    hint: 'Get the current metadata of the identity provider. Each signing key needs an X509Certificate.',
  },
  'saml.metadata_keys_unfit': {
    sentence: 'The metadata has no key that signatures can be verified with.',
    hint: 'Give the identity provider a signing certificate with an RSA key of 2048 bits or more, or an EC key on P-256, P-384 or P-521, and get its new metadata.',
  },
  'saml.sign_on_endpoint_missing': {
    sentence: 'The identity provider offers no way to start a sign-in here.',
    hint: 'Its metadata needs a SingleSignOnService with the HTTP-Redirect or the HTTP-POST binding.',
  },
  'saml.message_missing': {
    sentence: 'What arrived is not exactly one SAML message.',
    hint: 'Start again at the gateway.',
  },
  'saml.deflate': { sentence: "The identity provider's message cannot be unpacked.", hint: ask },
  'saml.not_a_logout': { sentence: 'What arrived is not a logout message.', hint: ask },
  'saml.logout_unsigned': {
    sentence: 'The logout message is not signed.',
    hint: 'Set the identity provider to sign its logout messages.',
  },
  'saml.logout_issuer_mismatch': { sentence: 'The logout message came from another identity provider.', hint: compare },
  'saml.logout_destination_mismatch': {
    sentence: 'The logout message was meant for another address.',
    hint: compare,
  },
  'saml.logout_not_yet_valid': { sentence: 'The logout message is not valid yet.', hint: signOutHere },
  'saml.logout_expired': { sentence: 'The logout message took too long and has expired.', hint: signOutHere },
  'saml.logout_subject_missing': { sentence: 'The logout message does not say who is to be signed out.', hint: ask },
  'saml.logout_replayed': { sentence: 'This logout message has been used already.', hint: signOutHere },
  'saml.logout_ended_nothing': {
    sentence: 'The logout message ended no session: nobody here has that NameID and SessionIndex.',
    hint: 'Compare its NameID and SessionIndex with those of the sign-in. A session that had ended before is no fault.',
  },
  'saml.logout_unknown': {
    sentence: 'This logout is not known here, is over, or took too long.',
    hint: signOutHere,
  },
  'saml.request_malformed': { sentence: 'What arrived is not a sign-in request.', hint: 'Start the sign-in again.' },
} as const satisfies ErrorCatalogue

export type SamlErrorCode = keyof typeof samlErrors

/** What the signed assertion of a refused response calls itself: to recognise one that was used before. */
export interface RefusedAssertion {
  readonly issuer: string
  readonly id: string
  readonly inResponseTo: string | undefined
}

export interface SamlErrorDetail extends ErrorDetail {
  readonly verdict?: Verdict
  readonly assertion?: RefusedAssertion
}

export class SamlError extends FedgateError {
  declare readonly code: SamlErrorCode
  /** What was asked of the response and what came out, where a response was judged. */
  readonly verdict: Verdict
  /** Only where its signature held. */
  readonly assertion: RefusedAssertion | undefined

  constructor(code: SamlErrorCode, detail: SamlErrorDetail = {}) {
    super(code, samlErrors[code], detail)
    this.verdict = detail.verdict ?? []
    this.assertion = detail.assertion
  }
}

/** Runs the step; what the xml folder refuses becomes a SamlError with the same reason. */
export function asSamlError<Result>(step: () => Result): Result {
  try {
    return step()
  } catch (error) {
    throw error instanceof XmlError ? new SamlError(lift(error.code), detailOf(error)) : error
  }
}

function lift<Code extends XmlErrorCode>(code: Code): Lifted<Code> {
  return code.replace(/^xml\./, 'saml.') as Lifted<Code>
}

function detailOf({ expected, found, source }: XmlError): ErrorDetail {
  return {
    ...(expected !== undefined && { expected }),
    ...(found !== undefined && { found }),
    ...(source !== undefined && { source }),
  }
}
