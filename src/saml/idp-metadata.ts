import { X509Certificate } from 'node:crypto'
import type { Signer } from '../core/keys.ts'
import { XMLDSIG } from '../xml/algorithms.ts'
import { element, type Markup, render } from '../xml/write.ts'
import { BINDING_POST, BINDING_REDIRECT, METADATA, NAMEID_PERSISTENT, PROTOCOL } from './names.ts'

/** An identity provider of our own: the gateway as AWS knows it, or the demo's. */
export interface IdentityProvider {
  readonly entityId: string
  readonly signer: Pick<Signer, 'certificate'>
  /** Further certificates to announce, for a rollover: PEM. */
  readonly furtherCertificates?: readonly string[]
  /** Single sign-on service, for redirect and POST alike. */
  readonly ssoUrl: string
  /** Single logout service, for redirect and POST alike. */
  readonly sloUrl?: string
  readonly nameIdFormat?: string
  readonly wantAuthnRequestsSigned?: boolean
}

const bothBindings = (service: string, url: string): readonly Markup[] =>
  [BINDING_REDIRECT, BINDING_POST].map((Binding) => element(service, { Binding, Location: url }))

const signingKey = (pem: string): Markup =>
  element('md:KeyDescriptor', { use: 'signing' }, [
    element('ds:KeyInfo', { 'xmlns:ds': XMLDSIG }, [
      element('ds:X509Data', {}, [element('ds:X509Certificate', {}, new X509Certificate(pem).raw.toString('base64'))]),
    ]),
  ])

/** The metadata to register that identity provider with, in IAM or at a service provider. Metadata 2.4.3 */
export const buildIdpMetadata = (idp: IdentityProvider): string =>
  render(
    element('md:EntityDescriptor', { 'xmlns:md': METADATA, entityID: idp.entityId }, [
      element(
        'md:IDPSSODescriptor',
        {
          WantAuthnRequestsSigned: String(idp.wantAuthnRequestsSigned ?? false),
          protocolSupportEnumeration: PROTOCOL,
        },
        [
          ...[idp.signer.certificate, ...(idp.furtherCertificates ?? [])].map(signingKey),
          ...(idp.sloUrl === undefined ? [] : bothBindings('md:SingleLogoutService', idp.sloUrl)),
          element('md:NameIDFormat', {}, idp.nameIdFormat ?? NAMEID_PERSISTENT),
          ...bothBindings('md:SingleSignOnService', idp.ssoUrl),
        ],
      ),
    ]),
  )
