import { discoveryDocument, type IssuerDocument, keySetDocument } from '../../issuer/documents.ts'
import type { WebIdentityIssuer } from '../../issuer/web-identity-issuer.ts'
import { GatewayError } from '../errors.ts'
import type { Gateway } from '../gateway.ts'

type IssuerPort = Pick<Gateway, 'webIdentityIssuer'>

/** Where AWS learns where our keys are. Throws GatewayError `provider.unknown` where the gateway is no issuer. */
export function issuerDiscovery(gateway: IssuerPort): IssuerDocument {
  return discoveryDocument(issuerOf(gateway))
}

function issuerOf({ webIdentityIssuer }: IssuerPort): WebIdentityIssuer {
  if (webIdentityIssuer) return webIdentityIssuer
  throw new GatewayError('provider.unknown', { expected: 'a key under issuer.key', source: 'issuer' })
}

/** What AWS verifies our tokens with. Throws GatewayError `provider.unknown` where the gateway is no issuer. */
export function issuerKeySet(gateway: IssuerPort): IssuerDocument {
  return keySetDocument(issuerOf(gateway))
}
