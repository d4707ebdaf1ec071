import { buildIdpMetadata } from '../saml/idp-metadata.ts'
import { buildSpMetadata } from '../saml/sp-metadata.ts'
import { GatewayError } from './errors.ts'
import { type Gateway, providerOf } from './gateway.ts'

/** What the administrator of that identity provider loads. Throws GatewayError `provider.unknown`. */
export const serviceProviderMetadata = (gateway: Gateway, id: string): string => {
  const provider = providerOf(gateway, id)
  if (provider.protocol !== 'saml')
    throw new GatewayError('provider.unknown', { found: id, expected: 'a SAML provider' })
  return buildSpMetadata(provider.serviceProvider)
}

/** What IAM's SAML provider holds: the gateway as identity provider towards AWS. */
export const identityProviderMetadata = ({ samlIssuer, settings }: Gateway): string => {
  if (!samlIssuer) throw new GatewayError('provider.unknown', { expected: 'a signing key' })
  return buildIdpMetadata({
    entityId: samlIssuer.entityId,
    signer: samlIssuer.signer,
    // AWS never sends anybody here; the metadata schema wants a sign-on service.
    ssoUrl: `${settings.baseUrl}/login`,
  })
}
