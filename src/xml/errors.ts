import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../core/errors.ts'
/** Why a document is refused. Users see these reasons as codes of the saml folder. */
export const xmlErrors = {
  too_large: {
    sentence: 'The SAML message is larger than 1 MB.',
    hint: "Ask the identity provider's administrator to release fewer attributes or groups to this gateway.",
  },
  malformed: {
    sentence: 'The SAML message is not well-formed XML.',
    hint: "Ask the identity provider's administrator to check what changes the message on its way, such as a proxy or a plug-in.",
  },
  encoding: {
    sentence: 'The SAML message is not encoded as UTF-8.',
    hint: "Ask the identity provider's administrator to encode its messages as UTF-8.",
  },
  doctype: {
    sentence: 'The SAML message contains a DOCTYPE, which is not allowed.',
    hint: "Ask the identity provider's administrator to remove the document type declaration from its messages.",
  },
  processing_instruction: {
    sentence: 'The SAML message contains a processing instruction, which is not allowed.',
    hint: "Ask the identity provider's administrator to remove processing instructions from its messages.",
  },
  namespace: {
    sentence: 'The SAML message declares an XML namespace incorrectly.',
    hint: "Ask the identity provider's administrator to use a URI without white space as the name of every XML namespace.",
  },
  too_deep: {
    sentence: 'The SAML message is nested too deeply.',
    hint: "Ask the identity provider's administrator to send a plain SAML response: at most 100 levels of elements.",
  },
  too_many_elements: {
    sentence: 'The SAML message has too many elements.',
    hint: "Ask the identity provider's administrator to release fewer attributes or groups to this gateway.",
  },
  too_many_attributes: {
    sentence: 'An element of the SAML message has too many XML attributes.',
    hint: "Ask the identity provider's administrator to send a plain SAML response without extra XML attributes.",
  },
  duplicate_id: {
    sentence: 'The SAML message uses an ID twice or has an empty ID.',
    hint: "Ask the identity provider's administrator to give each Response and Assertion a unique ID attribute.",
  },
  element_missing: {
    sentence: 'The SAML message lacks a required element.',
    hint: "Ask the identity provider's administrator to add the element named in the details.",
  },
  element_repeated: {
    sentence: 'The SAML message repeats an element that may occur only once.',
    hint: "Ask the identity provider's administrator to send the element named in the details once.",
  },
  text_expected: {
    sentence: 'The SAML message has elements where only text is allowed.',
    hint: "Ask the identity provider's administrator to send plain text in the element named in the details.",
  },
  elements_expected: {
    sentence: 'The SAML message has text where only elements are allowed.',
    hint: "Ask the identity provider's administrator to remove the text from the element named in the details.",
  },
  unwritable: {
    sentence: 'A value contains characters that XML does not allow.',
    hint: 'Remove control characters from the value.',
  },
  signature_shape: {
    sentence: 'The ds:Signature of the SAML message is malformed.',
    hint: "Ask the identity provider's administrator to sign with one SignedInfo, one Reference and one SignatureValue.",
  },
  signature_canonicalization: {
    sentence: 'The signature uses a canonicalization that is not accepted.',
    hint: 'Set the identity provider to exclusive canonicalization.',
  },
  signature_algorithm: {
    sentence: 'The signature uses an algorithm that is not accepted.',
    hint: 'Set the identity provider to sign with RSA or ECDSA and SHA-256 or stronger.',
  },
  signature_digest_algorithm: {
    sentence: 'The signature uses a digest that is not accepted.',
    hint: 'Set the identity provider to SHA-256 or stronger.',
  },
  signature_transforms: {
    sentence: 'The signature uses transforms that are not accepted.',
    hint: "Ask the identity provider's administrator to use the enveloped-signature and exclusive canonicalization transforms only.",
  },
  signature_reference: {
    sentence: 'The signature does not reference the element it is in.',
    hint: "Ask the identity provider's administrator to set the Reference URI to the ID of the signed element.",
  },
  signature_encoding: {
    sentence: 'The SignatureValue or DigestValue is not valid base64.',
    hint: "Ask the identity provider's administrator to check what changes the message on its way, such as a proxy or a plug-in.",
  },
  signature_key_unfit: {
    sentence: "None of the identity provider's keys can verify this signature.",
    hint: "Load the identity provider's current metadata. RSA keys must have at least 2048 bits.",
  },
  signature_invalid: {
    sentence: "The signature does not match any of the identity provider's known keys.",
    hint: "Load the identity provider's current metadata: its signing certificate may have changed.",
  },
  encryption_shape: {
    sentence: 'The encrypted data is malformed.',
    hint: "Ask the identity provider's administrator to encrypt the assertion with one EncryptedKey and one CipherValue.",
  },
  encryption_algorithm: {
    sentence: 'The message is encrypted with an algorithm that is not accepted.',
    hint: 'Set the identity provider to AES-GCM with RSA-OAEP.',
  },
  decryption_failed: {
    sentence: 'The assertion cannot be decrypted.',
    hint: "Load this gateway's current metadata at the identity provider: the encryption certificate may have changed.",
  },
  signature_digest: {
    sentence: 'The message was changed after it was signed.',
    hint: "Ask the identity provider's administrator to check what changes the message on its way, such as a proxy or a plug-in.",
  },
} as const satisfies ErrorCatalogue

export type XmlReason = keyof typeof xmlErrors

/** Its code is `xml.` and the reason; saml/errors.ts makes it `saml.` and the reason. */
export class XmlError extends FedgateError {
  readonly reason: XmlReason

  constructor(reason: XmlReason, detail?: ErrorDetail) {
    super(`xml.${reason}`, xmlErrors[reason], detail)
    this.reason = reason
  }
}
