import { z } from 'zod'
import { contextComparisons } from '../../core/authentication/context.ts'
import { awsSamlAttributes } from '../../core/aws-attributes.ts'
import { samlPresetIds } from '../../presets/saml/presets.ts'
import { EXCHANGE, exchange, label, providerId } from './provider.ts'
import { duration, flag, oneOrMore, path, text } from './values.ts'

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
  idps: z
    .strictObject({
      registrationAuthority: oneOrMore('a registration authority, or a list of them')
        .optional()
        .describe('Registered by one of these federations (`mdrpi:RegistrationInfo`).'),
      entityCategory: oneOrMore('an entity category, or a list of them')
        .optional()
        .describe(
          'Is in, or supports, one of these entity categories: a URI, or `research-and-scholarship`, `code-of-conduct`, `personalized`, `pseudonymous`, `anonymous`.',
        ),
      assuranceCertification: oneOrMore('a certification, or a list of them')
        .optional()
        .describe('Has one of these assurance certifications: a URI, or `sirtfi`, `sirtfi2`.'),
      idpScope: oneOrMore('a domain, or a list of them')
        .optional()
        .describe('May speak for one of these domains (`shibmd:Scope`).'),
    })
    .optional()
    .describe(
      'With `discovery`: only identity providers with all of these marks in their metadata are offered and accepted. Of a list any value suffices. Default: all.',
    ),
  discoveryService: text('an https URL', /^https?:\/\/[^\s#]+$/)
    .optional()
    .describe(
      "With `discovery`: users choose at this SAML discovery service, such as `https://service.seamlessaccess.org/ds/`, instead of at the gateway's own page.",
    ),
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
    .array(contextClass())
    .default([])
    .describe(
      'Authentication context classes (URIs, or `mfa` or `sfa` for all known URIs of these) to request, in order of preference. A response with another class is rejected, including an unsolicited one.',
    ),
  authnContextComparison: z
    .enum(contextComparisons)
    .default('exact')
    .describe(
      'How a response is compared with `authnContext`. `exact`: it has one of these classes. `minimum`: one at least as strong as the weakest of them. `better`: one stronger than all of them.',
    ),
  authnContextRanking: z
    .array(contextClass())
    .default([])
    .describe(
      'The classes that this identity provider supports, weakest first. Required by `minimum` and `better`. A role with `authnContext` then accepts stronger classes too.',
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

function contextClass() {
  return text('an authentication context class: a URI, mfa or sfa', /^(mfa|sfa|[A-Za-z][A-Za-z0-9+.-]*:\S+)$/)
}
