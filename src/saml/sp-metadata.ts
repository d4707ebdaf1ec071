import samlify from 'samlify'
import {
  BINDING_POST,
  BINDING_REDIRECT,
  NAMEID_EMAIL,
  NAMEID_PERSISTENT,
  NAMEID_TRANSIENT,
  NAMEID_UNSPECIFIED,
} from './names.ts'
import type { ServiceProvider } from './service-provider.ts'

/**
 * The metadata that an identity provider's administrator loads. Metadata 2.4.4. Requests are announced as signed: they
 * are wherever the identity provider wants it, and announcing it makes no identity provider refuse unsigned ones.
 */
export const buildSpMetadata = (sp: ServiceProvider): string =>
  samlify
    .SPMetadata({
      entityID: sp.entityId,
      signingCert: sp.keys.certificate,
      authnRequestsSigned: true,
      wantAssertionsSigned: true,
      nameIDFormat: [NAMEID_PERSISTENT, NAMEID_EMAIL, NAMEID_TRANSIENT, NAMEID_UNSPECIFIED],
      assertionConsumerService: [{ Binding: BINDING_POST, Location: sp.acsUrl, isDefault: true }],
      singleLogoutService: sloServices(sp.sloUrl),
      // The one of samlify's orders that is the schema's.
      elementsOrder: samlify.Constants.elementsOrder.shibboleth,
    })
    .getMetadata()

/** Both bindings, because some identity providers look for the one that they prefer and give up. */
const sloServices = (url: string | undefined) =>
  url === undefined ? [] : [BINDING_REDIRECT, BINDING_POST].map((Binding) => ({ Binding, Location: url }))
