import { discoveryDocument, type IssuerDocument, keySetDocument } from '../../issuer/documents.ts'
import type { WebIdentityIssuer } from '../../issuer/web-identity-issuer.ts'
import { GatewayError } from '../errors.ts'
import type { Gateway } from '../gateway.ts'

const issuerOf = ({ webIdentityIssuer }: Gateway): WebIdentityIssuer => {
  if (webIdentityIssuer) return webIdentityIssuer
  throw new GatewayError('provider.unknown', { expected: 'a key under issuer.key', source: 'issuer' })
}

/** Where AWS learns where our keys are. Throws GatewayError `provider.unknown` where the gateway is no issuer. */
export const issuerDiscovery = (gateway: Gateway): IssuerDocument => discoveryDocument(issuerOf(gateway))

/** What AWS verifies our tokens with. Throws GatewayError `provider.unknown` where the gateway is no issuer. */
export const issuerKeySet = (gateway: Gateway): IssuerDocument => keySetDocument(issuerOf(gateway))
