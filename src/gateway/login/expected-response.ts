import type { IdpMetadata } from '../../saml/metadata.ts'
import type { ExpectedResponse } from '../../saml/response/checks.ts'
import type { SamlProvider } from '../providers.ts'
import { type AttributeSettings, readsAttribute } from '../published/requested-attributes.ts'

/**
 * What a response of this identity provider has to say, and how it has to come. The one place: the assertion consumer
 * service and `fedgate check --response` judge by the same. `inResponseTo` is the ID of the pending request,
 * `remembersSince` what the store says of itself.
 */
export function expectedResponse(
  configured: AttributeSettings,
  { settings, serviceProvider }: Pick<SamlProvider, 'settings' | 'serviceProvider'>,
  idp: IdpMetadata,
  { inResponseTo, remembersSince }: Pick<ExpectedResponse, 'inResponseTo' | 'remembersSince'>,
): ExpectedResponse {
  return {
    idp,
    spEntityId: serviceProvider.entityId,
    acsUrl: serviceProvider.acsUrl,
    inResponseTo,
    allowsUnsolicited: settings.allowIdpInitiated,
    clockSkewSeconds: settings.clockSkewSeconds,
    maxAssertionAgeSeconds: settings.maxAssertionAgeSeconds,
    remembersSince,
    authnContext: settings.authnContext,
    decryptionKeys: (serviceProvider.decryptionKeys ?? []).map(({ privateKey }) => privateKey),
    acceptCbcWithoutSignedResponse: settings.acceptCbcWithoutSignedResponse,
    wantAssertionsEncrypted: settings.wantAssertionsEncrypted,
    signature: settings.signature,
    subject: settings.subject.kind === 'nameId' ? 'nameId' : settings.subject.name,
    readsAttribute: (name) => readsAttribute(configured, settings, name),
  }
}
