import { inflateRawSync } from 'node:zlib'
import type { ContextComparison } from '../core/authentication/context.ts'
import { newXmlId } from '../core/ids.ts'
import { decodeBase64, decodeUtf8 } from '../xml/base64.ts'
import { attributeOf, childrenNamed, isNamed, onlyChild, optionalChild, textOf } from '../xml/navigate.ts'
import { parseXml } from '../xml/parse.ts'
import type { XmlElement } from '../xml/tree.ts'
import { element, type Markup } from '../xml/write.ts'
import { asSamlError, SamlError } from './errors.ts'
import type { IdpMetadata } from './metadata.ts'
import { ASSERTION, BINDING_POST, PROTOCOL } from './names.ts'
import { type MessageToSend, type Outgoing, packMessage } from './pack-message.ts'
import type { ServiceProvider } from './service-provider.ts'
import { showTime } from './times.ts'

export interface AuthnRequestOptions {
  readonly idp: IdpMetadata
  readonly sp: ServiceProvider
  /** Opaque, at most 80 bytes (Bindings 3.4.3). */
  readonly relayState: string
  readonly now: Date
  readonly newId?: () => string
  /** The user must sign in again. */
  readonly forceAuthn?: boolean
  /** The identity provider must not show a page: it responds NoPassive instead. */
  readonly isPassive?: boolean
  /** `always`, or `auto` (the default): if the identity provider's metadata asks for it. */
  readonly signRequests?: 'auto' | 'always'
  /** NameIDPolicy's Format, a URI; without it the identity provider chooses. */
  readonly nameIdFormat?: string
  /** Authentication context classes, any of which suffices, preferred first. Empty or absent: any. Core 3.3.2.2.1 */
  readonly authnContext?: readonly string[]
  /** How the context is to be compared with these. Default: `exact`. */
  readonly authnContextComparison?: ContextComparison
}

/** A request to send, with its ID, which the response must name as InResponseTo. */
export type AuthnRequestMessage = { readonly id: string } & Outgoing

/** An AuthnRequest as an identity provider receives it. Nothing in it is authenticated. */
export interface AuthnRequest {
  readonly id: string
  readonly issuer: string
  readonly acsUrl?: string
  readonly forceAuthn: boolean
  readonly isPassive: boolean
  readonly relayState: string | undefined
  /** The requested authentication context; undefined: any. Core 3.3.2.2.1 */
  readonly requestedContext?: { readonly comparison: string; readonly classes: readonly string[] }
}

const MAX_INFLATED = 262_144

/** Whether requests to that identity provider are signed, as our metadata announces. Metadata 2.4.4 */
export function signsRequests(
  { wantAuthnRequestsSigned }: Pick<IdpMetadata, 'wantAuthnRequestsSigned'>,
  signRequests: 'auto' | 'always' = 'auto',
): boolean {
  return signRequests === 'always' || wantAuthnRequestsSigned
}

/**
 * The request that sends a user to the identity provider, by the redirect binding if its metadata offers that, else by
 * POST. Core 3.4.1, Bindings 3.4, 3.5. Throws `saml.sign_on_endpoint_missing` if the metadata offers neither.
 */
export async function buildAuthnRequest(options: AuthnRequestOptions): Promise<AuthnRequestMessage> {
  const { idp, sp, relayState, newId = newXmlId } = options
  const { redirect, post } = idp.singleSignOn
  const destination = redirect ?? post
  if (destination === undefined) throw new SamlError('saml.sign_on_endpoint_missing', { found: idp.entityId })
  const id = newId()
  const markup = writeAuthnRequest(id, destination, options)
  const signer = signsRequests(idp, options.signRequests) ? sp.keys : undefined
  const message: MessageToSend = { parameter: 'SAMLRequest', id, markup, destination, relayState }
  return { id, ...(await packMessage(message, redirect === undefined ? 'post' : 'redirect', signer)) }
}

function writeAuthnRequest(id: string, destination: string, { sp, now, ...wish }: AuthnRequestOptions): Markup {
  return element(
    'samlp:AuthnRequest',
    {
      'xmlns:samlp': PROTOCOL,
      'xmlns:saml': ASSERTION,
      ID: id,
      Version: '2.0',
      IssueInstant: showTime(now),
      Destination: destination,
      ForceAuthn: wish.forceAuthn ? 'true' : undefined,
      IsPassive: wish.isPassive ? 'true' : undefined,
      ProtocolBinding: BINDING_POST,
      AssertionConsumerServiceURL: sp.acsUrl,
      ProviderName: sp.name,
    },
    [
      element('saml:Issuer', {}, sp.entityId),
      element('samlp:NameIDPolicy', { Format: wish.nameIdFormat, AllowCreate: 'true' }),
      requestedContext(wish.authnContext ?? [], wish.authnContextComparison ?? 'exact'),
    ],
  )
}

function requestedContext(classes: readonly string[], comparison: ContextComparison): Markup | undefined {
  return classes.length === 0
    ? undefined
    : element(
        'samlp:RequestedAuthnContext',
        { Comparison: comparison },
        classes.map((each) => element('saml:AuthnContextClassRef', {}, each)),
      )
}

/**
 * Reads SAMLRequest and RelayState from a redirect's query or a POSTed form. Throws SamlError `saml.request_malformed`.
 */
export function parseAuthnRequest(
  parameters: { readonly SAMLRequest?: unknown; readonly RelayState?: unknown },
  binding: 'redirect' | 'post',
): AuthnRequest {
  return asSamlError(() => {
    const request = parseXml(decodeRequest(parameters.SAMLRequest, binding))
    const id = attributeOf(request, 'ID')
    if (!isNamed(request, PROTOCOL, 'AuthnRequest') || id === undefined || attributeOf(request, 'Version') !== '2.0') {
      throw new SamlError('saml.request_malformed', { expected: 'AuthnRequest 2.0 with an ID', found: request.name })
    }
    const acsUrl = attributeOf(request, 'AssertionConsumerServiceURL')
    return {
      id,
      issuer: textOf(onlyChild(request, ASSERTION, 'Issuer')),
      ...(acsUrl !== undefined && { acsUrl }),
      forceAuthn: isTrue(attributeOf(request, 'ForceAuthn')),
      isPassive: isTrue(attributeOf(request, 'IsPassive')),
      relayState: typeof parameters.RelayState === 'string' ? parameters.RelayState : undefined,
      ...requestedContextIn(request),
    }
  })
}

function requestedContextIn(request: XmlElement): Pick<AuthnRequest, 'requestedContext'> {
  const requested = optionalChild(request, PROTOCOL, 'RequestedAuthnContext')
  if (!requested) return {}
  const classes = childrenNamed(requested, ASSERTION, 'AuthnContextClassRef').map((one) => textOf(one).trim())
  return { requestedContext: { comparison: attributeOf(requested, 'Comparison') ?? 'exact', classes } }
}

function decodeRequest(parameter: unknown, binding: 'redirect' | 'post'): string {
  const octets = typeof parameter === 'string' ? decodeBase64(parameter) : undefined
  const plain = octets && binding === 'redirect' ? inflate(octets) : octets
  const text = plain && decodeUtf8(plain)
  if (text === undefined) {
    throw new SamlError('saml.request_malformed', { expected: 'UTF-8 in base64', source: 'SAMLRequest' })
  }
  return text
}

function inflate(octets: Buffer): Buffer | undefined {
  try {
    return inflateRawSync(octets, { maxOutputLength: MAX_INFLATED })
  } catch {
    return undefined
  }
}

function isTrue(value: string | undefined): boolean {
  return value === 'true' || value === '1'
}
