import type { IdpMetadata } from '../../saml/metadata.ts'
import type { ExpectedResponse } from '../../saml/response/checks.ts'
import { contextsOfProvider, type SamlProvider } from '../providers.ts'
import { type AttributeSettings, readsAttribute } from '../published/requested-attributes.ts'

/**
 * The requirements on a response of this identity provider, which `authnContext` narrows for a role. The assertion consumer service and `fedgate check
 * --response` both use them. `inResponseTo` is the ID of the pending request; `remembersSince` is since when the store
 * remembers assertions.
 */
export function expectedResponse(
  configured: AttributeSettings,
  { settings, serviceProvider }: Pick<SamlProvider, 'settings' | 'serviceProvider'>,
  idp: IdpMetadata,
  {
    inResponseTo,
    remembersSince,
    authnContext = contextsOfProvider(settings),
  }: Pick<ExpectedResponse, 'inResponseTo' | 'remembersSince'> & Partial<Pick<ExpectedResponse, 'authnContext'>>,
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
    authnContext,
    decryptionKeys: (serviceProvider.decryptionKeys ?? []).map(({ privateKey }) => privateKey),
    acceptCbcWithoutSignedResponse: settings.acceptCbcWithoutSignedResponse,
    wantAssertionsEncrypted: settings.wantAssertionsEncrypted,
    signature: settings.signature,
    subject: settings.subject.kind === 'nameId' ? 'nameId' : settings.subject.name,
    unlistedGroups: readsAttribute(configured, settings, 'groups') ? (settings.preset?.unlistedGroups ?? []) : [],
    readsAttribute: (name) => readsAttribute(configured, settings, name),
  }
}
