import type { SignIn } from '../../core/identity.ts'
import { originalEvidenceOf, type ResponseReceiver } from '../../evidence/original-evidence.ts'
import type { EvidenceToPresent } from '../../evidence/presented-evidence.ts'
import { samlIssuerEntityId } from '../../issuer/saml-assertion.ts'
import { type Gateway, type GatewaySettings, type Providers, providerOf } from '../gateway.ts'
import type { OidcProvider, SamlProvider } from '../providers.ts'

/** The provider's exchange, and the gateway's identifiers for AWS. */
export type EvidencePorts = Pick<Gateway, 'webIdentityIssuer'> &
  Providers<ExchangingProvider> & { readonly settings: Pick<GatewaySettings, 'baseUrl'> }

/** The part of its settings that evidence for AWS depends on. */
type ExchangingProvider =
  | Pick<OidcProvider, 'protocol' | 'settings'>
  | (Pick<SamlProvider, 'protocol' | 'settings'> & { readonly serviceProvider: ResponseReceiver })

/**
 * The evidence of this sign-in, and its provider's exchange: the STS request and every prediction of it start here.
 * Throws GatewayError `provider.unknown`.
 */
export function evidenceToPresent(gateway: EvidencePorts, signIn: SignIn): EvidenceToPresent {
  const provider = providerOf(gateway, signIn.identity.provider)
  const { webIdentityIssuer: own, settings } = gateway
  return {
    provider: provider.settings,
    identity: signIn.identity,
    original: originalEvidenceOf(signIn, provider.protocol === 'saml' ? provider.serviceProvider : undefined),
    issuers: {
      samlEntityId: samlIssuerEntityId(settings.baseUrl),
      webIdentity: own && { url: own.url, audience: own.audience },
    },
  }
}
