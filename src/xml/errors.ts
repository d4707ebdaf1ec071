import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../core/errors.ts'

const ask = 'Ask the administrator of the identity provider to look at what it sends.'

/** Why a document is not taken. The saml folder shows the same reasons under codes of its own. */
export const xmlErrors = {
  'xml.too_large': { sentence: 'The message is larger than this gateway accepts.', hint: ask },
  'xml.malformed': { sentence: 'The message is not well-formed XML.', hint: ask },
  'xml.encoding': { sentence: 'The message is not encoded as UTF-8.', hint: ask },
  'xml.doctype': { sentence: 'The message declares a document type, which is never accepted.', hint: ask },
  'xml.processing_instruction': {
    sentence: 'The message holds a processing instruction, which is never accepted.',
    hint: ask,
  },
  'xml.namespace': { sentence: 'The message declares a namespace in a way that is not accepted.', hint: ask },
  'xml.too_deep': { sentence: 'The message nests deeper than this gateway accepts.', hint: ask },
  'xml.too_many_elements': { sentence: 'The message has more elements than this gateway accepts.', hint: ask },
  'xml.too_many_attributes': { sentence: 'The message has more attributes than this gateway accepts.', hint: ask },
  'xml.duplicate_id': { sentence: 'The message uses the same ID twice, or an empty one.', hint: ask },
  'xml.element_missing': { sentence: 'The message lacks a part that must be there.', hint: ask },
  'xml.element_repeated': { sentence: 'The message repeats a part that may be there only once.', hint: ask },
  'xml.text_expected': { sentence: 'The message holds elements where only text may be.', hint: ask },
  'xml.elements_expected': { sentence: 'The message holds text where only elements may be.', hint: ask },
  'xml.unwritable': {
    sentence: 'A value holds characters that XML cannot carry.',
    hint: 'Remove control characters from the value.',
  },
  'xml.signature_shape': { sentence: "The message's signature is not built as SAML asks.", hint: ask },
  'xml.signature_canonicalization': {
    sentence: 'The signature uses a canonicalization that is not accepted.',
    hint: 'Set the identity provider to exclusive canonicalization.',
  },
  'xml.signature_algorithm': {
    sentence: 'The signature uses an algorithm that is not accepted.',
    hint: 'Set the identity provider to sign with RSA or ECDSA and SHA-256 or stronger.',
  },
  'xml.signature_digest_algorithm': {
    sentence: 'The signature uses a digest that is not accepted.',
    hint: 'Set the identity provider to SHA-256 or stronger.',
  },
  'xml.signature_transforms': { sentence: 'The signature uses transforms that are not accepted.', hint: ask },
  'xml.signature_reference': { sentence: 'The signature does not cover the part it stands in.', hint: ask },
  'xml.signature_encoding': { sentence: 'The signature is not valid base64.', hint: ask },
  'xml.signature_key_unfit': {
    sentence: 'None of the known keys of the identity provider fits the signature.',
    hint: 'Load the current metadata of the identity provider. RSA keys need 2048 bits or more.',
  },
  'xml.signature_invalid': {
    sentence: 'The signature was not made with a known key of the identity provider.',
    hint: 'Load the current metadata of the identity provider: it may have a new signing certificate.',
  },
  'xml.encryption_shape': { sentence: "The message's encryption is not built as SAML asks.", hint: ask },
  'xml.encryption_algorithm': {
    sentence: 'The message is encrypted with an algorithm that is not accepted.',
    hint: 'Set the identity provider to AES-GCM with RSA-OAEP.',
  },
  'xml.decryption_failed': {
    sentence: 'The message cannot be decrypted.',
    hint: "Load the gateway's current metadata at the identity provider: its encryption certificate may have changed.",
  },
  'xml.signature_digest': { sentence: 'The message was changed after it was signed.', hint: ask },
} as const satisfies ErrorCatalogue

export type XmlErrorCode = keyof typeof xmlErrors

export class XmlError extends FedgateError {
  declare readonly code: XmlErrorCode

  constructor(code: XmlErrorCode, detail?: ErrorDetail) {
    super(code, xmlErrors[code], detail)
  }
}
