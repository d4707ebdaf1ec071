import { type ErrorCatalogue, type ErrorDetail, type ErrorText, FedgateError } from '../core/errors.ts'
import type { Verdict } from '../core/verdict.ts'
import { XmlError, type XmlReason, xmlErrors } from '../xml/errors.ts'

const xmlReasons = Object.fromEntries(
  Object.entries(xmlErrors).map(([reason, text]) => [samlCode(reason as XmlReason), text]),
) as Readonly<Record<`saml.${XmlReason}`, ErrorText>>

const again = 'Sign in again. If this keeps happening, send the reference to your administrator.'
const compare = 'Compare the entityID at the identity provider with the metadata configured here.'
const signOutHere = 'If you are still signed in at the gateway, sign out there.'
const clocks = 'Sign in again. If this keeps happening, the clocks of the gateway and the identity provider differ.'

export const samlErrors = {
  ...xmlReasons,

  'saml.parameter_missing': {
    sentence: 'The request must contain exactly one SAMLResponse.',
    hint: again,
  },
  'saml.base64': {
    sentence: 'The SAMLResponse is not valid base64.',
    hint: "Ask the identity provider's administrator to send the SAMLResponse as plain base64, without deflating it.",
  },
  'saml.utf8': {
    sentence: 'The SAMLResponse is not valid UTF-8.',
    hint: "Ask the identity provider's administrator to encode its messages as UTF-8.",
  },

  'saml.not_a_response': {
    sentence: 'The message is not a SAML Response.',
    hint: "Ask the identity provider's administrator to send a samlp:Response to the assertion consumer service.",
  },
  'saml.version': {
    sentence: 'The message is not SAML 2.0.',
    hint: "Ask the identity provider's administrator to use SAML 2.0 for this gateway.",
  },
  'saml.child_order': {
    sentence: 'The elements of the response are not in the order of the SAML schema.',
    hint: "Ask the identity provider's administrator to send its elements in schema order (Issuer, Signature, Status, Assertion).",
  },
  'saml.id_missing': {
    sentence: 'The Response or Assertion has no ID attribute.',
    hint: "Ask the identity provider's administrator to set the ID attribute of the Response and the Assertion.",
  },
  'saml.assertion_missing': {
    sentence: 'The response contains no Assertion.',
    hint: "Ask the identity provider's administrator to send an Assertion in the response.",
  },
  'saml.assertion_repeated': {
    sentence: 'The response contains more than one Assertion.',
    hint: "Ask the identity provider's administrator to send exactly one Assertion in the response.",
  },
  'saml.assertion_misplaced': {
    sentence: 'The response contains an Assertion where none is allowed.',
    hint: "Ask the identity provider's administrator to send the Assertion as a direct child of the Response only.",
  },
  'saml.assertion_encrypted': {
    sentence: 'The assertion is encrypted, and this gateway has no decryption key.',
    hint: 'Turn assertion encryption off for this gateway at the identity provider, or configure `encryption`.',
  },
  'saml.assertion_not_encrypted': {
    sentence: 'The assertion is not encrypted, but this gateway requires it.',
    hint: "Ask the identity provider's administrator to turn on assertion encryption for this gateway.",
  },
  'saml.encryption_cbc_unsigned': {
    sentence: 'The assertion is encrypted with AES-CBC in a Response that is not signed.',
    hint: 'Set the identity provider to sign the whole response (SamlResponseSignature MessageAndAssertion at ADFS, "Sign SAML response and assertion" at Entra ID) or to encrypt with AES-GCM; or set acceptCbcWithoutSignedResponse for it here.',
  },
  'saml.signature_misplaced': {
    sentence: 'The response contains a signature where none is allowed.',
    hint: "Ask the identity provider's administrator to sign the Response or the Assertion only.",
  },
  'saml.signature_missing': {
    sentence: 'Neither the Response nor the Assertion is signed.',
    hint: "Ask the identity provider's administrator to sign the assertion or the response.",
  },
  'saml.assertion_unsigned': {
    sentence: 'The Assertion is not signed.',
    hint: "Ask the identity provider's administrator to sign assertions, or set `signature: any` here.",
  },
  'saml.response_unsigned': {
    sentence: 'The Response is not signed.',
    hint: "Ask the identity provider's administrator to sign responses, or set `signature: any` here.",
  },
  'saml.time_malformed': {
    sentence: 'A time in the response is not a valid xs:dateTime.',
    hint: "Ask the identity provider's administrator to send times in UTC, such as 2026-11-30T09:00:00Z.",
  },
  'saml.attribute_missing': {
    sentence: 'A required XML attribute is missing from the message.',
    hint: "Ask the identity provider's administrator to send this attribute, which SAML requires.",
  },

  'saml.idp_refused': {
    sentence: 'The identity provider refused the sign-in.',
    hint: "Sign in again. If it is refused again, ask the identity provider's administrator for the reason.",
  },
  'saml.authn_failed': {
    sentence: 'The identity provider could not authenticate you.',
    hint: 'Sign in again.',
  },
  'saml.request_denied': {
    sentence: 'The identity provider refused the sign-in request.',
    hint: "Ask the identity provider's administrator to assign you to this application.",
  },
  'saml.no_authn_context': {
    sentence: 'The identity provider cannot sign you in the way this gateway requires.',
    hint: 'Ask your administrator to compare `authnContext` with the authentication classes that the identity provider supports.',
  },
  'saml.no_passive': {
    sentence: 'The identity provider needs you to sign in on its page.',
    hint: 'Sign in again.',
  },
  'saml.status_missing': {
    sentence: 'The response has no Status.',
    hint: "Ask the identity provider's administrator to send a Status with a StatusCode.",
  },

  'saml.response_issuer_mismatch': {
    sentence: 'The Issuer of the Response is not the configured identity provider.',
    hint: compare,
  },
  'saml.destination_mismatch': {
    sentence: "The Destination of the Response is not this gateway's ACS URL.",
    hint: "Ask the identity provider's administrator to set the ACS URL from this gateway's metadata.",
  },
  'saml.response_request_mismatch': {
    sentence: 'The InResponseTo of the Response belongs to another sign-in.',
    hint: again,
  },
  'saml.issuer_mismatch': {
    sentence: 'The Issuer of the Assertion is not the configured identity provider.',
    hint: compare,
  },
  'saml.subject_missing': {
    sentence: 'The assertion does not identify you: it has no NameID.',
    hint: "Ask the identity provider's administrator to send a NameID, or set `subject` here to an attribute it sends.",
  },
  'saml.confirmation_missing': {
    sentence: 'The assertion has no bearer SubjectConfirmation.',
    hint: "Ask the identity provider's administrator to send a SubjectConfirmation of method bearer with Recipient and NotOnOrAfter.",
  },
  'saml.recipient_mismatch': {
    sentence: "The Recipient of the SubjectConfirmation is not this gateway's ACS URL.",
    hint: "Ask the identity provider's administrator to set the ACS URL from this gateway's metadata.",
  },
  'saml.confirmation_expired': { sentence: 'The sign-in took too long and has expired.', hint: clocks },
  'saml.confirmation_not_yet_valid': { sentence: 'The sign-in is not valid yet.', hint: clocks },
  'saml.unsolicited': {
    sentence: 'The sign-in was not started at this gateway.',
    hint: "Start at this gateway's sign-in page.",
  },
  'saml.request_unknown': {
    sentence: 'This sign-in is unknown or took too long.',
    hint: 'Sign in again.',
  },
  'saml.subject_out_of_scope': {
    sentence: 'The identity provider is not allowed to assert this user: the domain is not in its scopes.',
    hint: "Ask the identity provider's administrator to list the domain as shibmd:Scope in its metadata.",
  },
  'saml.replayed': {
    sentence: 'This sign-in has already been used.',
    hint: 'Continue if you are signed in, or sign in again.',
  },
  'saml.in_response_to_mismatch': {
    sentence: 'The InResponseTo of the assertion belongs to another sign-in.',
    hint: again,
  },
  'saml.conditions_missing': {
    sentence: 'The assertion has no Conditions.',
    hint: "Ask the identity provider's administrator to send Conditions with NotBefore, NotOnOrAfter and an AudienceRestriction.",
  },
  'saml.condition_unknown': {
    sentence: 'The assertion has a Condition that this gateway does not support.',
    hint: "Ask the identity provider's administrator to send AudienceRestriction, OneTimeUse and ProxyRestriction only.",
  },
  'saml.audience_missing': {
    sentence: 'The assertion has no AudienceRestriction.',
    hint: "Ask the identity provider's administrator to send this gateway's entityID as Audience.",
  },
  'saml.audience_mismatch': {
    sentence: "The Audience of the assertion is not this gateway's entityID.",
    hint: "Ask the identity provider's administrator to set the audience (SP entity ID) to this gateway's entityID.",
  },
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
  'saml.groups_unlisted': {
    sentence: 'The identity provider did not list the groups you are in.',
    hint: "Ask the identity provider's administrator to release each group as a value of its own, and only the groups that this gateway uses.",
  },
  'saml.authn_statement_missing': {
    sentence: 'The assertion has no AuthnStatement.',
    hint: "Ask the identity provider's administrator to send an AuthnStatement.",
  },
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
    hint: 'Try again in a moment: the gateway reads it again.',
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
    sentence: "The identity provider's metadata has no usable SingleSignOnService.",
    hint: 'Its metadata needs a SingleSignOnService with the HTTP-Redirect or the HTTP-POST binding.',
  },
  'saml.message_missing': {
    sentence: 'The request must contain exactly one SAML message.',
    hint: 'Start again at the gateway.',
  },
  'saml.deflate': {
    sentence: 'The SAML message cannot be inflated.',
    hint: "Ask the identity provider's administrator to deflate messages of the redirect binding as RFC 1951 says.",
  },
  'saml.not_a_logout': {
    sentence: 'The message is not a SAML LogoutRequest or LogoutResponse.',
    hint: "Ask the identity provider's administrator to send logout messages only to the single logout service.",
  },
  'saml.logout_unsigned': {
    sentence: 'The logout message is not signed.',
    hint: "Ask the identity provider's administrator to sign logout messages.",
  },
  'saml.logout_issuer_mismatch': {
    sentence: 'The Issuer of the logout message is not the configured identity provider.',
    hint: compare,
  },
  'saml.logout_destination_mismatch': {
    sentence: "The Destination of the logout message is not this gateway's single logout URL.",
    hint: "Ask the identity provider's administrator to set the single logout URL from this gateway's metadata.",
  },
  'saml.logout_not_yet_valid': { sentence: 'The logout message is not valid yet.', hint: signOutHere },
  'saml.logout_expired': { sentence: 'The logout message has expired.', hint: signOutHere },
  'saml.logout_subject_missing': {
    sentence: 'The logout message has no NameID.',
    hint: "Ask the identity provider's administrator to send the NameID of the user in logout requests.",
  },
  'saml.logout_replayed': { sentence: 'This logout message has already been used.', hint: signOutHere },
  'saml.logout_ended_nothing': {
    sentence: 'The logout message ended no session: no user here has that NameID and SessionIndex.',
    hint: 'Compare its NameID and SessionIndex with those of the sign-in. A session that had already ended is not an error.',
  },
  'saml.logout_unknown': {
    sentence: 'This logout is unknown, complete, or took too long.',
    hint: signOutHere,
  },
  'saml.request_malformed': { sentence: 'The message is not a SAML AuthnRequest.', hint: 'Start the sign-in again.' },
} as const satisfies ErrorCatalogue

export type SamlErrorCode = keyof typeof samlErrors

/** The ID of a refused response's signed assertion: to recognise one that was used before. */
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
  /** The findings of the checks, if checks ran. */
  readonly verdict: Verdict
  /** Only if its signature was valid. */
  readonly assertion: RefusedAssertion | undefined

  constructor(code: SamlErrorCode, detail: SamlErrorDetail = {}) {
    super(code, samlErrors[code], detail)
    this.verdict = detail.verdict ?? []
    this.assertion = detail.assertion
  }
}

/** Runs the step; an XmlError becomes a SamlError with the same reason. */
export function asSamlError<Result>(step: () => Result): Result {
  try {
    return step()
  } catch (error) {
    throw error instanceof XmlError ? new SamlError(samlCode(error.reason), detailOf(error)) : error
  }
}

/** The code under which users see a reason of the xml folder: `doctype` is `saml.doctype`. */
function samlCode<Reason extends XmlReason>(reason: Reason): `saml.${Reason}` {
  return `saml.${reason}`
}

function detailOf({ expected, found, source }: XmlError): ErrorDetail {
  return {
    ...(expected !== undefined && { expected }),
    ...(found !== undefined && { found }),
    ...(source !== undefined && { source }),
  }
}
