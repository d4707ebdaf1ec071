import { samlIssuerMetadata } from '../issuer/saml-assertion.ts'
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

/** What IAM's SAML provider holds. Throws GatewayError where nothing is configured that would sign. */
export const identityProviderMetadata = ({ samlIssuer }: Gateway): string => {
  if (!samlIssuer) throw new GatewayError('provider.unknown', { expected: 'a signing key' })
  return samlIssuerMetadata(samlIssuer)
}
