import { discoveryDocument, type IssuerDocument, keySetDocument } from '../../issuer/documents.ts'
import type { WebIdentityIssuer } from '../../issuer/web-identity-issuer.ts'
import { GatewayError } from '../errors.ts'
import type { Gateway } from '../gateway.ts'

/** Where AWS learns where our keys are. Throws GatewayError `provider.unknown` where the gateway is no issuer. */
export function issuerDiscovery(gateway: Gateway): IssuerDocument {
  return discoveryDocument(issuerOf(gateway))
}

function issuerOf({ webIdentityIssuer }: Gateway): WebIdentityIssuer {
  if (webIdentityIssuer) return webIdentityIssuer
  throw new GatewayError('provider.unknown', { expected: 'a key under issuer.key', source: 'issuer' })
}

/** What AWS verifies our tokens with. Throws GatewayError `provider.unknown` where the gateway is no issuer. */
export function issuerKeySet(gateway: Gateway): IssuerDocument {
  return keySetDocument(issuerOf(gateway))
}
