/** Logout messages as an identity provider sends them: written as text here, and signed by node:crypto or xml-crypto. */
import { createHash, type KeyObject, sign } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import type { KeyPair } from '../../src/core/keys.ts'
import { signEnveloped } from '../../src/xml/sign.ts'

export const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'
export const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success'
export const PARTIAL = 'urn:oasis:names:tc:SAML:2.0:status:PartialLogout'
export const RESPONDER = 'urn:oasis:names:tc:SAML:2.0:status:Responder'
export const UNKNOWN_PRINCIPAL = 'urn:oasis:names:tc:SAML:2.0:status:UnknownPrincipal'
export const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'

export type Parameter = 'SAMLRequest' | 'SAMLResponse'

/** What a message says; undefined leaves the attribute or element out. */
interface Said {
  readonly id?: string
  readonly issuer?: string | undefined
  readonly destination?: string | undefined
  readonly issueInstant: string
  readonly notOnOrAfter?: string
  readonly version?: string
}

export interface SaidByRequest extends Said {
  /** As markup; the default names alice. */
  readonly subject?: string
  readonly sessionIndexes?: readonly string[]
}

export interface SaidByResponse extends Said {
  readonly inResponseTo?: string | undefined
  /** Status codes, each inside the one before. */
  readonly status?: readonly string[]
}

const NAMESPACES =
  'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"'

export const uniqueId = (text: string): string => `_${createHash('sha256').update(text).digest('hex').slice(0, 40)}`

const attribute = (name: string, value: string | undefined): string =>
  value === undefined ? '' : ` ${name}="${value}"`

const open = (name: string, said: Said, more: string): string => {
  const { id = '_message', version = '2.0', issueInstant, destination, notOnOrAfter, issuer } = said
  const start = `<samlp:${name} ${NAMESPACES}${attribute('ID', id)}${attribute('Version', version)}`
  const times = `${attribute('IssueInstant', issueInstant)}${attribute('NotOnOrAfter', notOnOrAfter)}`
  const from = issuer === undefined ? '' : `<saml:Issuer>${issuer}</saml:Issuer>`
  return `${start}${times}${attribute('Destination', destination)}${more}>${from}`
}

export const nameId = (value: string, attributes = ` Format="${PERSISTENT}"`): string =>
  `<saml:NameID${attributes}>${value}</saml:NameID>`

export const requestXml = ({ subject = nameId('alice'), sessionIndexes = [], ...said }: SaidByRequest): string => {
  const indexes = sessionIndexes.map((index) => `<samlp:SessionIndex>${index}</samlp:SessionIndex>`).join('')
  return `${open('LogoutRequest', said, '')}${subject}${indexes}</samlp:LogoutRequest>`
}

const statusXml = ([code, ...inner]: readonly string[]): string =>
  code === undefined ? '' : `<samlp:StatusCode Value="${code}">${statusXml(inner)}</samlp:StatusCode>`

export const responseXml = ({ inResponseTo, status = [SUCCESS], ...said }: SaidByResponse): string =>
  `${open('LogoutResponse', said, attribute('InResponseTo', inResponseTo))}<samlp:Status>${statusXml(status)}</samlp:Status></samlp:LogoutResponse>`

export const packed = (xml: string): string => deflateRawSync(Buffer.from(xml)).toString('base64')

export interface Redirecting {
  readonly parameter?: Parameter
  readonly relayState?: string
  readonly algorithm?: string
  /** How values are written in the query; the signature covers what is written. */
  readonly encode?: (value: string) => string
  readonly signWith?: (octets: Buffer) => Buffer
}

/** The query of a redirect that this key signed, without its question mark. Bindings 3.4.4.1 */
export const signedQuery = (xml: string, key: KeyObject, redirecting: Redirecting = {}): string => {
  const { parameter = 'SAMLRequest', relayState, algorithm = RSA_SHA256, encode = encodeURIComponent } = redirecting
  const { signWith = (octets) => sign('sha256', octets, key) } = redirecting
  const state = relayState === undefined ? '' : `&RelayState=${encode(relayState)}`
  const octets = `${parameter}=${encode(packed(xml))}${state}&SigAlg=${encode(algorithm)}`
  return `${octets}&Signature=${encode(signWith(Buffer.from(octets)).toString('base64'))}`
}

/** The message with an enveloped signature of that key. */
export const signedXml = (xml: string, signer: KeyPair, id = '_message'): Promise<string> =>
  signEnveloped(xml, { id, after: 'Issuer', signer })

export const base64 = (text: string): string => Buffer.from(text).toString('base64')
