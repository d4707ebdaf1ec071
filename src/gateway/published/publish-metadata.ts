/**
 * published owns the documents that the gateway publishes: SP metadata for identity providers and IdP metadata for IAM
 * (here), discovery and keys of its OpenID issuer (publish-issuer.ts).
 */
import type { SamlProviderConfig } from '../../config/types.ts'
import { samlIssuerMetadata } from '../../issuer/saml-assertion.ts'
import { signsRequests } from '../../saml/authn-request.ts'
import type { ServiceProvider } from '../../saml/service-provider.ts'
import { buildSignedSpMetadata, buildSpMetadata, type SpMetadataOptions } from '../../saml/sp-metadata.ts'
import { GatewayError } from '../errors.ts'
import { type Gateway, providerOf } from '../gateway.ts'
import { discoveryResponseUrl, type SamlProvider } from '../providers.ts'
import { requestedAttributes } from './requested-attributes.ts'

const SUBJECT_ID = /^urn:oasis:names:tc:SAML:attribute:(subject|pairwise)-id$/

/**
 * The metadata for that identity provider's administrator, signed if requested. Throws GatewayError `provider.unknown`.
 */
export async function serviceProviderMetadata(
  gateway: Pick<Gateway, 'settings' | 'providers'>,
  id: string,
  isSigned: boolean,
): Promise<string> {
  const provider = providerOf(gateway, id)
  if (provider.protocol !== 'saml')
    throw new GatewayError('provider.unknown', { found: id, expected: 'a SAML provider' })
  const { settings, serviceProvider } = provider
  const options = {
    signsRequests: await announcesSigned(provider),
    requestedAttributes: requestedAttributes(gateway.settings, settings),
    ...federationOptions(gateway.settings, settings),
    ...(settings.nameIdFormat === undefined ? {} : { nameIdFormat: settings.nameIdFormat }),
  }
  return isSigned ? signedMetadata(serviceProvider, options) : buildSpMetadata(serviceProvider, options)
}

const signedOnce = new WeakMap<ServiceProvider, Map<string, Promise<string>>>()

/** Signed once for each form of it: anyone may ask, and each signature may be a request to AWS KMS. */
function signedMetadata(serviceProvider: ServiceProvider, options: SpMetadataOptions): Promise<string> {
  const forms = signedOnce.get(serviceProvider) ?? new Map<string, Promise<string>>()
  signedOnce.set(serviceProvider, forms)
  // What is a Map in the options is the same for as long as the configuration is.
  const form = JSON.stringify(options)
  const signed = forms.get(form) ?? buildSignedSpMetadata(serviceProvider, options)
  forms.set(form, signed)
  signed.catch(() => forms.delete(form))
  return signed
}

/** A provider's own `subject` says what must be released to it; with discovery a service may send users back. */
function federationOptions(
  { baseUrl, federation }: Pick<Gateway['settings'], 'baseUrl' | 'federation'>,
  { id, discovery, subject }: SamlProviderConfig,
): Pick<SpMetadataOptions, 'federation' | 'subjectId' | 'discoveryResponseUrl'> {
  const isNamed = subject.kind === 'attribute' && SUBJECT_ID.test(subject.name)
  const subjectId = isNamed ? undefined : federation?.subjectId
  return {
    ...(federation && { federation }),
    ...(subjectId && { subjectId }),
    ...(discovery && { discoveryResponseUrl: discoveryResponseUrl(baseUrl, id) }),
  }
}

/** If its own metadata cannot be read, or has many identity providers, nothing is announced that we may not do. */
async function announcesSigned({ settings, metadata }: SamlProvider): Promise<boolean> {
  if (settings.discovery || settings.signRequests === 'always') return settings.signRequests === 'always'
  return metadata().then(
    (idp) => signsRequests(idp),
    () => false,
  )
}

/** The metadata for IAM's SAML provider. Throws GatewayError if nothing is configured that would sign. */
export function identityProviderMetadata({ samlIssuer }: Pick<Gateway, 'samlIssuer'>): string {
  if (!samlIssuer) throw new GatewayError('provider.unknown', { expected: 'a signing key' })
  return samlIssuerMetadata(samlIssuer)
}
