import { decodeBase64, decodeUtf8 } from '../../xml/base64.ts'
import { messageLimits } from '../../xml/parse.ts'
import { SamlError } from '../errors.ts'

/** The fields of the form that the POST binding sends, as the web framework read them: of any type. */
export interface ResponseForm {
  readonly SAMLResponse?: unknown
}

const MAX_OCTETS = messageLimits.characters
/** Base64 of the largest message, with room for line breaks. */
const MAX_BASE64 = 1_500_000

/**
 * The XML text in the form field: exactly one, strict base64, valid UTF-8. Bindings 3.5; nothing is inflated. A byte
 * order mark is left to the parser, which accepts exactly one.
 */
export function decodeResponse({ SAMLResponse: field }: ResponseForm): string {
  if (typeof field !== 'string' || field === '') {
    throw new SamlError('saml.parameter_missing', {
      expected: 'one SAMLResponse',
      found: Array.isArray(field) ? `${field.length} of them` : typeof field,
    })
  }
  if (field.length > MAX_BASE64) throw tooLarge(field.length)
  // Line breaks are allowed; a space is what an unescaped plus becomes in transit, and is never intended.
  const octets = field.includes(' ') ? undefined : decodeBase64(field)
  if (!octets) throw new SamlError('saml.base64', { source: 'SAMLResponse' })
  if (octets.length > MAX_OCTETS) throw tooLarge(octets.length)
  const text = decodeUtf8(octets)
  if (text === undefined) throw new SamlError('saml.utf8', { source: 'SAMLResponse' })
  return text
}

function tooLarge(found: number): SamlError {
  return new SamlError('saml.too_large', {
    expected: `${MAX_OCTETS} octets`,
    found: `${found}`,
    source: 'SAMLResponse',
  })
}
