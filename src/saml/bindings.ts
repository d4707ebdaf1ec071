import type { KeyObject } from 'node:crypto'
import { inflateRawSync } from 'node:zlib'
import { decodeBase64, decodeUtf8 } from '../xml/base64.ts'
import { XmlError } from '../xml/errors.ts'
import { optionalChild, textOf } from '../xml/navigate.ts'
import { messageLimits, parseXml } from '../xml/parse.ts'
import { isSigned, verifySignature } from '../xml/signature.ts'
import { mustBeSignedOctets, signatureMethod } from '../xml/signed-octets.ts'
import type { XmlElement } from '../xml/tree.ts'
import { asSamlError, SamlError } from './errors.ts'
import { ASSERTION } from './names.ts'

/** How messages travel through a browser: in a redirect's query (Bindings 3.4) or in a posted form (3.5). */
export type Binding = 'redirect' | 'post'

export type MessageParameter = 'SAMLRequest' | 'SAMLResponse'

/** A message as received. Nothing in it is verified. */
export interface ReceivedMessage {
  readonly binding: Binding
  readonly parameter: MessageParameter
  readonly root: XmlElement
  readonly relayState: string | undefined
  /** The other parameters of a query: the signed octets, the algorithm, and the signature. */
  readonly detached?: { readonly octets: Buffer; readonly algorithm: string; readonly value: string }
}

const DEFLATE = 'urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE'
const MAX_INFLATED = 262_144
const QUERY_NAMES = ['SAMLRequest', 'SAMLResponse', 'RelayState', 'SigAlg', 'Signature', 'SAMLEncoding'] as const
type QueryName = (typeof QUERY_NAMES)[number]

/** The fields of a posted form, as the web framework read them: of any type. */
export interface MessageForm {
  readonly SAMLRequest?: unknown
  readonly SAMLResponse?: unknown
  readonly RelayState?: unknown
}

declare const authentic: unique symbol
/** A message that a trusted key signed as a whole. Only `authenticate` creates one. */
export type AuthenticMessage = XmlElement & { readonly [authentic]: true }

/**
 * The message in a redirect's query, which must be the part after `?` exactly as received: the signature covers these
 * octets, in a prescribed order (Bindings 3.4.4.1). Throws SamlError.
 */
export function readRedirect(query: string): ReceivedMessage {
  return asSamlError(() => redirected(query))
}

function redirected(query: string): ReceivedMessage {
  const raw = rawParameters(query)
  const parameter = onlyMessage(raw.get('SAMLRequest'), raw.get('SAMLResponse'))
  const encoding = raw.get('SAMLEncoding')
  if (encoding !== undefined && percentDecoded(encoding) !== DEFLATE) throw missing(DEFLATE, encoding)
  const relayState = raw.get('RelayState')
  const [algorithm, value] = [raw.get('SigAlg'), raw.get('Signature')]
  return {
    binding: 'redirect',
    parameter,
    root: parseXml(utf8Text(inflate(octetsOf(percentDecoded(raw.get(parameter) ?? ''), parameter)), parameter)),
    // Forms and many libraries encode a space as `+`; base64 contains no spaces, so the difference matters only here.
    relayState: relayState === undefined ? undefined : percentDecoded(relayState.replaceAll('+', ' ')),
    ...(algorithm !== undefined &&
      value !== undefined && {
        detached: {
          octets: signedQuery(raw, parameter),
          algorithm: percentDecoded(algorithm),
          value: percentDecoded(value),
        },
      }),
  }
}

/** The parameters of the binding, still encoded; each at most once. */
function rawParameters(query: string): ReadonlyMap<QueryName, string> {
  const raw = new Map<QueryName, string>()
  for (const pair of query.split('&')) {
    const name = QUERY_NAMES.find((known) => pair.startsWith(`${known}=`))
    if (name === undefined) continue
    if (raw.has(name)) throw missing(`one ${name}`, 'several')
    raw.set(name, pair.slice(name.length + 1))
  }
  return raw
}

function missing(expected: string, found: string): SamlError {
  return new SamlError('saml.message_missing', { expected, found: found.slice(0, 200) })
}

function onlyMessage(request: string | undefined, response: string | undefined): MessageParameter {
  if ((request === undefined) === (response === undefined))
    throw missing('SAMLRequest or SAMLResponse', request === undefined ? 'neither' : 'both')
  return request === undefined ? 'SAMLResponse' : 'SAMLRequest'
}

function percentDecoded(raw: string): string {
  try {
    return decodeURIComponent(raw)
  } catch (cause) {
    throw new SamlError('saml.message_missing', { expected: 'percent-encoded UTF-8', source: 'query', cause })
  }
}

function utf8Text(octets: Buffer, source: string): string {
  const text = decodeUtf8(octets)
  if (text === undefined) throw new SamlError('saml.utf8', { source })
  return text
}

function inflate(octets: Buffer): Buffer {
  try {
    return inflateRawSync(octets, { maxOutputLength: MAX_INFLATED })
  } catch (cause) {
    const isBomb = (cause as { readonly code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE'
    throw new SamlError(isBomb ? 'saml.too_large' : 'saml.deflate', { expected: `${MAX_INFLATED} octets`, cause })
  }
}

function octetsOf(base64: string, source: string): Buffer {
  const octets = decodeBase64(base64)
  if (!octets) throw new SamlError('saml.base64', { source })
  if (octets.length <= messageLimits.characters) return octets
  throw new SamlError('saml.too_large', { expected: `${messageLimits.characters} octets`, found: `${octets.length}` })
}

function signedQuery(raw: ReadonlyMap<QueryName, string>, parameter: MessageParameter): Buffer {
  const signed = [parameter, 'RelayState', 'SigAlg'] as const
  const pairs = signed.filter((name) => raw.has(name)).map((name) => `${name}=${raw.get(name)}`)
  return Buffer.from(pairs.join('&'), 'latin1')
}

/** The message in a posted form; nothing is inflated there. Bindings 3.5.4. Throws SamlError. */
export function readPost(form: MessageForm): ReceivedMessage {
  return asSamlError(() => posted(form))
}

function posted(form: MessageForm): ReceivedMessage {
  const request = textField(form.SAMLRequest, 'SAMLRequest')
  const response = textField(form.SAMLResponse, 'SAMLResponse')
  const parameter = onlyMessage(request, response)
  const octets = octetsOf(request ?? response ?? '', parameter)
  return {
    binding: 'post',
    parameter,
    root: parseXml(utf8Text(octets, parameter)),
    relayState: textField(form.RelayState, 'RelayState'),
  }
}

function textField(field: unknown, name: string): string | undefined {
  if (field === undefined || typeof field === 'string') return field
  throw missing(`one ${name}`, 'several')
}

/** The issuer that the message claims: unverified until it is authentic, used to choose whose keys to try. */
export function issuerHint({ root }: ReceivedMessage): string | undefined {
  return asSamlError(() => {
    const issuer = optionalChild(root, ASSERTION, 'Issuer')
    return issuer && textOf(issuer)
  })
}

/**
 * The message, if the signature of its binding verified with one of the keys, and any other signature too. Throws
 * SamlError `saml.logout_unsigned` or `saml.signature_*`.
 */
export function authenticate(message: ReceivedMessage, keys: readonly KeyObject[]): AuthenticMessage {
  return asSamlError(() => mustBeAuthentic(message, keys))
}

function mustBeAuthentic({ binding, root, detached }: ReceivedMessage, keys: readonly KeyObject[]): AuthenticMessage {
  if (binding === 'redirect') {
    if (!detached) throw new SamlError('saml.logout_unsigned', { expected: 'SigAlg and Signature in the query' })
    const method = signatureMethod(detached.algorithm, 'SigAlg')
    const value = decodeBase64(detached.value)
    if (!value || value.length === 0) throw new XmlError('signature_encoding', { source: 'Signature' })
    mustBeSignedOctets(detached.octets, { method, value }, keys)
  }
  if (isSigned(root)) verifySignature(root, keys)
  else if (binding === 'post') throw new SamlError('saml.logout_unsigned', { expected: `${root.local}/Signature` })
  return root as AuthenticMessage
}
