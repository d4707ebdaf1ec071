/**
 * Stand-ins for products, without a server: each knows one service provider, as it was registered, reads the gateway's
 * request from the address that the browser is sent to, and refuses what the product refuses.
 */
import { createPublicKey, type KeyObject, verify, X509Certificate } from 'node:crypto'
import { inflateRawSync } from 'node:zlib'
import type { KeyPair } from '../../../src/core/keys.ts'
import { parseAuthnRequest } from '../../../src/saml/authn-request.ts'
import { issueResponse, type ResponseToIssue } from '../../../src/saml/issue.ts'
import { signEnveloped } from '../../../src/xml/sign.ts'
import { encryptedAssertion } from '../../harness/encrypted-assertion.ts'
import { base64, responseXml, uniqueId } from '../../harness/logout-messages.ts'
import type { SamlAnswer } from '../../harness/sign-in.ts'
import { type ProductShape, products } from './products.ts'

/** As an administrator registered it, from the gateway's metadata. */
export interface Registered {
  readonly entityId: string
  readonly acsUrl: string
  readonly verifiesWith: KeyObject
  readonly encryptsTo: KeyObject
}

/** What is set at the product otherwise than its guide says, or says of a user otherwise. */
export type Setting = Partial<Omit<ResponseToIssue, 'nameId' | 'attributes'>> & {
  readonly nameId?: ProductShape['nameId']
  readonly attributes?: ProductShape['attributes']
  readonly encrypts?: 'cbc' | 'gcm' | 'no'
  /** Done to the message at last. */
  readonly edit?: (xml: string) => string
}

/** A page of the product's own, or a response. */
export type Answered = { readonly page: string } | { readonly answer: SamlAnswer }

const METADATA = 'urn:oasis:names:tc:SAML:2.0:metadata'
const BINDINGS = 'urn:oasis:names:tc:SAML:2.0:bindings'
const PROTOCOL = 'urn:oasis:names:tc:SAML:2.0:protocol'
const STATUS = 'urn:oasis:names:tc:SAML:2.0:status'

/** The metadata that the product publishes for this service provider. */
export const metadataOf = (product: ProductShape, keys: Pick<KeyPair, 'certificate'>): string => {
  const { entityId, redirect, post, logout, wantsSignedRequests, extensions = '', nameIdFormats: formats } = product
  const certificate = new X509Certificate(keys.certificate).raw.toString('base64')
  const endpoint = (service: string, binding: string, url: string | undefined) =>
    url === undefined ? '' : `<md:${service} Binding="${BINDINGS}:${binding}" Location="${url}"/>`
  return [
    `<md:EntityDescriptor xmlns:md="${METADATA}" entityID="${entityId}">`,
    `<md:IDPSSODescriptor WantAuthnRequestsSigned="${wantsSignedRequests ?? false}" protocolSupportEnumeration="${PROTOCOL}">`,
    extensions,
    `<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`,
    endpoint('SingleLogoutService', 'HTTP-Redirect', logout),
    ...formats.map((format) => `<md:NameIDFormat>${format}</md:NameIDFormat>`),
    endpoint('SingleSignOnService', 'HTTP-POST', post),
    endpoint('SingleSignOnService', 'HTTP-Redirect', redirect),
    '</md:IDPSSODescriptor></md:EntityDescriptor>',
  ].join('')
}

/** What the administrator of the product takes from the gateway's metadata. */
export const registeredFrom = (spMetadata: string): Registered => {
  const at = (pattern: RegExp): string => pattern.exec(spMetadata)?.[1] ?? ''
  const keyFor = (use: string): KeyObject => {
    const certificate = at(new RegExp(`use="${use}"[\\s\\S]*?X509Certificate>([^<]+)<`))
    return createPublicKey(
      new X509Certificate(Buffer.from(certificate, 'base64')).publicKey.export({ type: 'spki', format: 'pem' }),
    )
  }
  return {
    entityId: at(/entityID="([^"]+)"/),
    acsUrl: at(/AssertionConsumerService[^>]*Location="([^"]+)"/),
    verifiesWith: keyFor('signing'),
    encryptsTo: keyFor('encryption'),
  }
}

/** What the product does with the request in that address. */
export const answerAt = async (
  preset: string,
  address: string,
  { registered, keys, setting = {} }: { registered: Registered; keys: KeyPair; setting?: Setting },
): Promise<Answered> => {
  const product = products.find((one) => one.preset === preset)
  if (!product) throw new Error(`no stand-in for ${preset}`)
  const url = new URL(address)
  const request = parseAuthnRequest(Object.fromEntries(url.searchParams), 'redirect')
  const { pages, issuesNameIds } = product
  if (request.issuer !== registered.entityId) return { page: pages.unknown }
  if (request.acsUrl !== registered.acsUrl) return { page: pages.otherAcs }
  if (pages.unsigned !== undefined && !isSigned(url, registered.verifiesWith)) return { page: pages.unsigned }
  const wanted = requestedNameId(url)
  const isIssued = wanted === undefined || issuesNameIds === undefined || issuesNameIds.includes(wanted)
  const xml = isIssued
    ? await responseOf(product, request.id, registered, keys, setting)
    : await refusal(product, request.id, registered, keys, `${STATUS}:InvalidNameIDPolicy`)
  const { acsUrl } = registered
  const RelayState = request.relayState ?? ''
  return { answer: { acs: acsUrl, SAMLResponse: base64(xml), RelayState, page: { url: product.redirect } } }
}

/** Bindings 3.4.4.1: over the query as it was sent. */
const isSigned = ({ search }: URL, key: KeyObject): boolean => {
  const [, octets = '', signature = ''] = /^\?(.*)&Signature=([^&]+)$/.exec(search) ?? []
  return (
    octets !== '' && verify('sha256', Buffer.from(octets), key, Buffer.from(decodeURIComponent(signature), 'base64'))
  )
}

const requestedNameId = ({ searchParams }: URL): string | undefined => {
  const xml = inflateRawSync(Buffer.from(searchParams.get('SAMLRequest') ?? '', 'base64')).toString()
  return /NameIDPolicy[^>]*Format="([^"]+)"/.exec(xml)?.[1]
}

const responseOf = async (
  product: ProductShape,
  inResponseTo: string,
  { entityId, acsUrl, encryptsTo }: Registered,
  keys: KeyPair,
  { encrypts = product.encrypts ?? 'no', edit = (xml) => xml, ...setting }: Setting,
): Promise<string> => {
  const now = new Date()
  const id = uniqueId(`${inResponseTo} response`)
  const said: ResponseToIssue = {
    id,
    issuer: product.entityId,
    recipient: acsUrl,
    audience: entityId,
    inResponseTo,
    nameId: product.nameId,
    attributes: product.attributes,
    authnInstant: now,
    sessionIndex: uniqueId(`${inResponseTo} session`),
    lifetimeSeconds: 300,
    sign: product.sign,
    authnContextClassRef: product.contextClass,
    ...setting,
  }
  const issued = await issueResponse(said, keys, now)
  if (encrypts === 'no') return edit(issued)
  const covered = /<saml:Assertion [\s\S]*<\/saml:Assertion>/
  const sealed = issued.replace(covered, (assertion) => encryptedAssertion(assertion, encryptsTo, encrypts))
  if (said.sign === 'assertion') return edit(sealed)
  // The response is signed over the ciphertext.
  const bare = sealed.replace(/<ds:Signature [\s\S]*?<\/ds:Signature>/, '')
  return edit(await signEnveloped(bare, { id, after: 'Issuer', signer: keys }))
}

const refusal = async (
  { entityId }: ProductShape,
  inResponseTo: string,
  { acsUrl }: Registered,
  keys: KeyPair,
  status: string,
): Promise<string> => {
  const id = uniqueId(`${inResponseTo} refusal`)
  const issueInstant = new Date().toISOString()
  const said = {
    id,
    issuer: entityId,
    destination: acsUrl,
    issueInstant,
    inResponseTo,
    status: [`${STATUS}:Requester`, status],
  }
  const xml = responseXml(said).replaceAll('LogoutResponse', 'Response')
  return signEnveloped(xml, { id, after: 'Issuer', signer: keys })
}
