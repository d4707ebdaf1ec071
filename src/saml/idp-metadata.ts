import { X509Certificate } from 'node:crypto'
import { nameIdFormats } from '../core/identity.ts'
import type { Signer } from '../core/keys.ts'
import { XMLDSIG } from '../xml/algorithms.ts'
import { element, type Markup, render } from '../xml/write.ts'
import { BINDING_POST, BINDING_REDIRECT, METADATA, PROTOCOL } from './names.ts'

/** An identity provider of our own: the gateway's for AWS, or the demo's. */
export interface IdentityProvider {
  readonly entityId: string
  readonly signer: Pick<Signer, 'certificate'>
  /** Further certificates to publish, for a rotation: PEM. */
  readonly furtherCertificates?: readonly string[]
  /** Single sign-on service, for redirect and POST. */
  readonly ssoUrl: string
  /** Single logout service, for redirect and POST. */
  readonly sloUrl?: string
  readonly nameIdFormat?: string
  readonly wantAuthnRequestsSigned?: boolean
}

/** The metadata to register that identity provider with, in IAM or at a service provider. Metadata 2.4.3 */
export function buildIdpMetadata(idp: IdentityProvider): string {
  return render(
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
          element('md:NameIDFormat', {}, idp.nameIdFormat ?? nameIdFormats.persistent),
          ...bothBindings('md:SingleSignOnService', idp.ssoUrl),
        ],
      ),
    ]),
  )
}

function signingKey(pem: string): Markup {
  return element('md:KeyDescriptor', { use: 'signing' }, [
    element('ds:KeyInfo', { 'xmlns:ds': XMLDSIG }, [
      element('ds:X509Data', {}, [element('ds:X509Certificate', {}, new X509Certificate(pem).raw.toString('base64'))]),
    ]),
  ])
}

function bothBindings(service: string, url: string): readonly Markup[] {
  return [BINDING_REDIRECT, BINDING_POST].map((Binding) => element(service, { Binding, Location: url }))
}
