import { attributeOf, onlyChild, optionalChild, textOf } from '../../xml/navigate.ts'
import type { XmlElement } from '../../xml/tree.ts'
import { SamlError, type SamlErrorCode } from '../errors.ts'
import {
  PROTOCOL,
  STATUS_AUTHN_FAILED,
  STATUS_NO_AUTHN_CONTEXT,
  STATUS_NO_PASSIVE,
  STATUS_REQUEST_DENIED,
  STATUS_SUCCESS,
} from '../names.ts'

const REFUSALS: ReadonlyMap<string, SamlErrorCode> = new Map([
  [STATUS_AUTHN_FAILED, 'saml.authn_failed'],
  [STATUS_NO_AUTHN_CONTEXT, 'saml.no_authn_context'],
  [STATUS_NO_PASSIVE, 'saml.no_passive'],
  [STATUS_REQUEST_DENIED, 'saml.request_denied'],
])

/**
 * The top-level StatusCode must be Success; a Success inside another code means nothing. Core 3.2.2.2 Nothing here is
 * authenticated unless the response is signed, so it can only lead to a refusal.
 */
export function mustBeSuccess(response: XmlElement): void {
  const status = optionalChild(response, PROTOCOL, 'Status')
  if (!status) throw new SamlError('saml.status_missing', { source: 'Response/Status' })
  const code = onlyChild(status, PROTOCOL, 'StatusCode')
  const value = attributeOf(code, 'Value') ?? ''
  if (value === STATUS_SUCCESS) return
  const detail = attributeOf(optionalChild(code, PROTOCOL, 'StatusCode') ?? code, 'Value') ?? ''
  throw new SamlError(REFUSALS.get(detail) ?? 'saml.idp_refused', {
    expected: STATUS_SUCCESS,
    found: [value, detail, messageOf(status)]
      .filter((part) => part !== '')
      .join(' ')
      .slice(0, 300),
    source: 'Status/StatusCode/@Value',
  })
}

function messageOf(status: XmlElement): string {
  const message = optionalChild(status, PROTOCOL, 'StatusMessage')
  return message ? textOf(message) : ''
}
