import type { KeyPair } from '../core/keys.ts'
import { buildIdpMetadata } from '../saml/idp-metadata.ts'

/** The entityID of the demo's SAML identity provider at that origin: the URL of its metadata. */
export function samlIdpEntityId(origin: string): string {
  return `${origin}/metadata`
}

/** Its metadata, also for a caller that needs it before the provider runs. */
export function samlIdpMetadata(origin: string, keys: KeyPair): string {
  return buildIdpMetadata({ entityId: samlIdpEntityId(origin), signer: keys, ssoUrl: `${origin}/sso` })
}
