import type { Identity } from '../core/identity.ts'

const TRANSIENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient'

/** What is amiss with how the provider names this person, in sentences. SAML Core 8.3.8 */
export const subjectWarnings = ({ subjectFormat, provider }: Identity): readonly string[] =>
  subjectFormat === TRANSIENT
    ? [
        `${provider} names you anew at each sign-in (a transient NameID): pins, tags and the audit log do not follow you. Its administrator may send a persistent NameID, or whoever runs this gateway may set \`subject\` to an attribute.`,
      ]
    : []
