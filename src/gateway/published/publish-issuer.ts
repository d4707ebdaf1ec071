import { discoveryDocument, type IssuerDocument, keySetDocument } from '../../issuer/documents.ts'
import type { WebIdentityIssuer } from '../../issuer/web-identity-issuer.ts'
import { GatewayError } from '../errors.ts'
import type { Gateway } from '../gateway.ts'

type IssuerPort = Pick<Gateway, 'webIdentityIssuer'>

/**
 * The discovery document, which tells AWS where our keys are. Throws GatewayError `provider.unknown` if the gateway is
 * not an issuer.
 */
export function issuerDiscovery(gateway: IssuerPort): IssuerDocument {
  return discoveryDocument(issuerOf(gateway))
}

function issuerOf({ webIdentityIssuer }: IssuerPort): WebIdentityIssuer {
  if (webIdentityIssuer) return webIdentityIssuer
  throw new GatewayError('provider.unknown', { expected: 'a key under issuer.key', source: 'issuer' })
}

/**
 * The key set that AWS verifies our tokens with. Throws GatewayError `provider.unknown` if the gateway is not an
 * issuer.
 */
export function issuerKeySet(gateway: IssuerPort): IssuerDocument {
  return keySetDocument(issuerOf(gateway))
}
