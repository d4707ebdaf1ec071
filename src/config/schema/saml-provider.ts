import { z } from 'zod'
import { awsSamlAttributes } from '../../core/aws-attributes.ts'
import { samlPresetIds } from '../../presets/saml/presets.ts'
import { EXCHANGE, exchange, label, providerId } from './provider.ts'
import { duration, flag, path, text } from './values.ts'

const metadata = z.union(
  [
    text('a file or a URL'),
    z.strictObject({
      mdq: text('the base URL of a Metadata Query service').describe(
        'Base URL of a Metadata Query service (MDQ): entities are fetched from `/entities/…` below it.',
      ),
    }),
  ],
  { error: 'a file, a URL or { mdq: URL }' },
)

export const samlProvider = z.strictObject({
  id: providerId(),
  protocol: z.literal('saml'),
  preset: z
    .enum(samlPresetIds)
    .optional()
    .describe(
      'The product that the identity provider runs on. Fills in what is not set here, and names attributes and next steps as the product does: docs/providers/saml.md.',
    ),
  label: label(),
  metadata: metadata.describe(
    'Metadata of the identity provider: a file (read again when it changes), a URL (refreshed; the last valid copy is kept in `state/` beside the configuration), or `{ mdq: URL }`.',
  ),
  metadataCertificate: path('a PEM certificate')
    .optional()
    .describe('PEM file of a certificate. The metadata must be signed with its key.'),
  metadataMaxValidity: duration('14d')
    .optional()
    .describe(
      "The metadata's validUntil must be at most this far ahead when it is read (Shibboleth's maxValidityInterval). From 1h to 365d. Default: no limit.",
    ),
  requireValidUntil: flag()
    .default(false)
    .describe('Reject metadata without a validUntil. metadataMaxValidity implies this.'),
  entityId: text('an entityID').optional().describe('Needed only to select one of several entities in the metadata.'),
  discovery: flag()
    .default(false)
    .describe('Users choose among all identity providers of the metadata. Access rules must then name the `idp`.'),
  spEntityId: text('an entityID')
    .optional()
    .describe(
      "The gateway's own entityID for this identity provider. Default: the URL of its SP metadata; with original evidence `urn:amazon:webservices`, the audience that AWS requires.",
    ),
  signature: z
    .enum(['any', 'assertion', 'response', 'both'])
    .default('any')
    .describe('Which of the two must be signed. Every signature that is present must be valid in any case.'),
  signRequests: z
    .enum(['auto', 'always'])
    .default('auto')
    .describe('Sign authentication requests. `auto`: if the metadata asks for it.'),
  nameIdFormat: text(
    'persistent, transient, emailAddress, unspecified or a URI',
    /^(persistent|transient|emailAddress|unspecified|[a-z][a-z0-9+.-]*:\S+)$/,
  )
    .optional()
    .describe(
      'NameID format to request: `persistent`, `transient`, `emailAddress`, `unspecified` or a URI. Default: none.',
    ),
  authnContext: z
    .array(text('an authentication context class, a URI', /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/))
    .default([])
    .describe(
      'Authentication context classes (URIs) to request, in order of preference. A response with another class is rejected, including an unsolicited one.',
    ),
  allowIdpInitiated: flag()
    .default(false)
    .describe(
      'Accept unsolicited responses (IdP-initiated sign-in). They start a new sign-in and never create a session by themselves.',
    ),
  wantAssertionsEncrypted: flag().default(false).describe('Reject assertions that are not encrypted.'),
  acceptCbcWithoutSignedResponse: flag()
    .default(false)
    .describe(
      'Also decrypt AES-CBC in a Response that is not signed itself, the default of ADFS and Entra ID. It is better to let the identity provider sign the Response or use AES-GCM.',
    ),
  stsDecrypts: flag()
    .default(false)
    .describe("With original evidence: IAM's SAML provider has this gateway's decryption key."),
  clockSkew: duration('60s')
    .default('60s')
    .describe("Allowed difference between the identity provider's clock and the gateway's. At most 180s."),
  maxAssertionAge: duration('10m')
    .default('10m')
    .describe(
      'How long after its IssueInstant an assertion is accepted, plus `clockSkew`, even if it is valid for longer. 1m to 24h.',
    ),
  subject: text('nameId, or the name of an attribute')
    .default('nameId')
    .describe(
      "What identifies the user: `nameId`; `subject-id` or `pairwise-id`, SAML's subject identifier attributes; or the `Name` of another attribute.",
    ),
  rolesFromAssertion: flag()
    .default(false)
    .describe(
      `Believe this identity provider's own \`${awsSamlAttributes.role}\`. It can then grant every role that trusts the gateway.`,
    ),
  exchange: exchange('saml').default({ via: 'saml', evidence: 'reissued' }).describe(EXCHANGE),
})
