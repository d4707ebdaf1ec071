import { inflateRawSync } from 'node:zlib'
import samlify from 'samlify'
import { newXmlId } from '../core/ids.ts'
import { RSA_SHA256 } from '../xml/algorithms.ts'
import { decodeBase64 } from '../xml/base64.ts'
import { attributeOf, isNamed, onlyChild, textOf } from '../xml/navigate.ts'
import { parseXml } from '../xml/parse.ts'
import { decodeUtf8 } from '../xml/utf8.ts'
import { element, render } from '../xml/write.ts'
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
  /** Default: as the identity provider's metadata wants it. */
  readonly sign?: boolean
}

/**
 * The request that sends a person to the identity provider, by the redirect binding. Core 3.4.1, Bindings 3.4.
 * Throws `saml.sign_on_endpoint_missing` when the metadata has no such endpoint.
 */
export const buildAuthnRequest = (options: AuthnRequestOptions): { readonly id: string; readonly url: string } => {
  const { idp, sp, relayState } = options
  const destination = idp.singleSignOn.redirect
  if (destination === undefined) throw new SamlError('saml.sign_on_endpoint_missing', { found: idp.entityId })
  const isSigned = options.sign ?? idp.wantAuthnRequestsSigned
  const id = (options.newId ?? newXmlId)()
  const { context: url } = asSamlify(sp, isSigned).createLoginRequest(
    asSamlifyIdp(idp, destination, isSigned),
    'redirect',
    {
      relayState,
      customTagReplacement: () => ({ id, context: writeAuthnRequest(id, destination, options) }),
    },
  )
  return { id, url }
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
      },
      [element('saml:Issuer', {}, sp.entityId), element('samlp:NameIDPolicy', { AllowCreate: 'true' })],
    ),
  )

/** samlify refuses to build a request when both sides' flags differ, so that both are set to what is done. */
const asSamlify = (sp: ServiceProvider, isSigned: boolean) =>
  samlify.ServiceProvider({
    entityID: sp.entityId,
    authnRequestsSigned: isSigned,
    requestSignatureAlgorithm: RSA_SHA256,
    privateKey: sp.keys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    assertionConsumerService: [{ Binding: BINDING_POST, Location: sp.acsUrl }],
  })

const asSamlifyIdp = (idp: IdpMetadata, destination: string, isSigned: boolean) =>
  samlify.IdentityProvider({
    entityID: idp.entityId,
    wantAuthnRequestsSigned: isSigned,
    singleSignOnService: [{ Binding: BINDING_REDIRECT, Location: destination }],
    // samlify warns on the console where there is none; it plays no part in a login.
    singleLogoutService: [{ Binding: BINDING_REDIRECT, Location: destination }],
  })

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
