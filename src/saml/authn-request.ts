import { inflateRawSync } from 'node:zlib'
import samlify from 'samlify'
import { newXmlId } from '../core/ids.ts'
import { RSA_SHA256 } from '../xml/algorithms.ts'
import { decodeBase64 } from '../xml/base64.ts'
import { attributeOf, isNamed, onlyChild, textOf } from '../xml/navigate.ts'
import { parseXml } from '../xml/parse.ts'
import { decodeUtf8 } from '../xml/utf8.ts'
import { element, type Markup, render } from '../xml/write.ts'
import { asSamlError, SamlError } from './errors.ts'
import type { IdpMetadata } from './metadata.ts'
import { ASSERTION, BINDING_POST, BINDING_REDIRECT, PROTOCOL } from './names.ts'
import type { ServiceProvider } from './service-provider.ts'
import { showTime } from './times.ts'

export interface AuthnRequestOptions {
  readonly idp: IdpMetadata
  readonly sp: ServiceProvider
  /** Opaque, at most 80 bytes (Bindings 3.4.3). */
  readonly relayState: string
  readonly now: Date
  readonly newId?: () => string
  /** The person has to prove anew who they are. */
  readonly forceAuthn?: boolean
  /** The identity provider must not show itself: it answers NoPassive instead. */
  readonly isPassive?: boolean
  /** `always`, or `auto` (the default): as the identity provider's metadata wants it. */
  readonly signRequests?: 'auto' | 'always'
  /** NameIDPolicy's Format, a URI; without it the identity provider chooses. */
  readonly nameIdFormat?: string
  /** Authentication context classes of which one will do, best first. Empty or absent: any. Core 3.3.2.2.1 */
  readonly authnContext?: readonly string[]
}

/** A request on its way: where the browser goes, or the form that it posts there. */
export type AuthnRequestMessage =
  | { readonly binding: 'redirect'; readonly id: string; readonly url: string }
  | {
      readonly binding: 'post'
      readonly id: string
      readonly action: string
      readonly fields: { readonly SAMLRequest: string; readonly RelayState: string }
    }

/** Whether requests to that identity provider are signed: what our metadata announces to it. Metadata 2.4.4 */
export const signsRequests = (
  { wantAuthnRequestsSigned }: Pick<IdpMetadata, 'wantAuthnRequestsSigned'>,
  signRequests: 'auto' | 'always' = 'auto',
): boolean => signRequests === 'always' || wantAuthnRequestsSigned

/**
 * The request that sends a person to the identity provider, by the redirect binding where its metadata offers that, else
 * by POST. Core 3.4.1, Bindings 3.4, 3.5. Throws `saml.sign_on_endpoint_missing` when the metadata offers neither.
 */
export const buildAuthnRequest = (options: AuthnRequestOptions): AuthnRequestMessage => {
  const { redirect, post } = options.idp.singleSignOn
  if (redirect !== undefined) return byRedirect(redirect, options)
  if (post !== undefined) return byPost(post, options)
  throw new SamlError('saml.sign_on_endpoint_missing', { found: options.idp.entityId })
}

const byRedirect = (destination: string, options: AuthnRequestOptions): AuthnRequestMessage => {
  const { id, content, sp, idp } = inSamlifysWords(destination, options)
  const { context: url } = sp.createLoginRequest(idp, 'redirect', {
    relayState: options.relayState,
    customTagReplacement: content,
  })
  return { binding: 'redirect', id, url }
}

const byPost = (destination: string, options: AuthnRequestOptions): AuthnRequestMessage => {
  const { id, content, sp, idp } = inSamlifysWords(destination, options)
  const { context: SAMLRequest } = sp.createLoginRequest(idp, 'post', { customTagReplacement: content })
  return { binding: 'post', id, action: destination, fields: { SAMLRequest, RelayState: options.relayState } }
}

/** samlify packs and signs; what the request says is written here. */
const inSamlifysWords = (destination: string, options: AuthnRequestOptions) => {
  const id = (options.newId ?? newXmlId)()
  const isSigned = signsRequests(options.idp, options.signRequests)
  return {
    id,
    content: () => ({ id, context: writeAuthnRequest(id, destination, options) }),
    sp: samlifySp(options.sp, isSigned),
    idp: samlifyIdp(options.idp, destination, isSigned),
  }
}

const writeAuthnRequest = (id: string, destination: string, { sp, now, ...wish }: AuthnRequestOptions): string =>
  render(
    element(
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
        requestedContext(wish.authnContext ?? []),
      ],
    ),
  )

const requestedContext = (classes: readonly string[]): Markup | undefined =>
  classes.length === 0
    ? undefined
    : element(
        'samlp:RequestedAuthnContext',
        { Comparison: 'exact' },
        classes.map((each) => element('saml:AuthnContextClassRef', {}, each)),
      )

/**
 * samlify reads both parties' metadata with XPath when they are made, which costs more than the rest of a login: each is
 * made once for the lifetime of what it is made of, so for each version of an identity provider's metadata.
 */
const oncePer = <Party extends object, Made>(make: (party: Party, isSigned: boolean, destination: string) => Made) => {
  const made = new WeakMap<Party, Map<string, Made>>()
  return (party: Party, isSigned: boolean, destination = ''): Made => {
    const ofParty = made.get(party) ?? new Map<string, Made>()
    const key = `${isSigned} ${destination}`
    const known = ofParty.get(key) ?? make(party, isSigned, destination)
    made.set(party, ofParty.set(key, known))
    return known
  }
}

/** samlify refuses to build a request when both sides' flags differ, so both are set to what is done. */
const samlifySp = oncePer((sp: ServiceProvider, isSigned) =>
  samlify.ServiceProvider({
    entityID: sp.entityId,
    authnRequestsSigned: isSigned,
    requestSignatureAlgorithm: RSA_SHA256,
    privateKey: sp.keys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    signingCert: sp.keys.certificate,
    assertionConsumerService: [{ Binding: BINDING_POST, Location: sp.acsUrl }],
  }),
)

const samlifyIdpAt = oncePer((idp: IdpMetadata, isSigned, destination) =>
  samlify.IdentityProvider({
    entityID: idp.entityId,
    wantAuthnRequestsSigned: isSigned,
    singleSignOnService: [BINDING_REDIRECT, BINDING_POST].map((Binding) => ({ Binding, Location: destination })),
    // samlify warns on the console where there is none; it plays no part in a login.
    singleLogoutService: [{ Binding: BINDING_REDIRECT, Location: destination }],
  }),
)
const samlifyIdp = (idp: IdpMetadata, destination: string, isSigned: boolean) =>
  samlifyIdpAt(idp, isSigned, destination)

/** An AuthnRequest as an identity provider receives it. Nothing of it is authenticated. */
export interface AuthnRequest {
  readonly id: string
  readonly issuer: string
  readonly acsUrl?: string
  readonly forceAuthn: boolean
  readonly isPassive: boolean
  readonly relayState: string | undefined
}

const MAX_INFLATED = 262_144

/** Reads SAMLRequest and RelayState from a redirect's query or a POSTed form. Throws SamlError `saml.request_malformed`. */
export const parseAuthnRequest = (
  parameters: { readonly SAMLRequest?: unknown; readonly RelayState?: unknown },
  binding: 'redirect' | 'post',
): AuthnRequest =>
  asSamlError(() => {
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
    }
  })

const decodeRequest = (parameter: unknown, binding: 'redirect' | 'post'): string => {
  const octets = typeof parameter === 'string' ? decodeBase64(parameter) : undefined
  const plain = octets && binding === 'redirect' ? inflate(octets) : octets
  const text = plain && decodeUtf8(plain)
  if (text === undefined) {
    throw new SamlError('saml.request_malformed', { expected: 'UTF-8 in base64', source: 'SAMLRequest' })
  }
  return text
}

const inflate = (octets: Buffer): Buffer | undefined => {
  try {
    return inflateRawSync(octets, { maxOutputLength: MAX_INFLATED })
  } catch {
    return undefined
  }
}

const isTrue = (value: string | undefined): boolean => value === 'true' || value === '1'
