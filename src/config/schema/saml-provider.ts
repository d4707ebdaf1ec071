import { z } from 'zod'
import { awsSamlAttributes } from '../../core/aws-attributes.ts'
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
  label: label(),
  metadata: metadata.describe(
    'Metadata of the identity provider: a file (read again when it changes), a URL (refreshed; the last good copy is kept in `state/` beside the configuration), or `{ mdq: URL }`.',
  ),
  metadataCertificate: path('a PEM certificate')
    .optional()
    .describe('PEM file of a certificate. The metadata must be signed with its key.'),
  metadataMaxValidity: duration('14d')
    .optional()
    .describe(
      "The metadata must end (validUntil) within this long from when it is read: Shibboleth's maxValidityInterval. From 1h to 365d. Default: it may be valid for any time.",
    ),
  requireValidUntil: flag()
    .default(false)
    .describe('Refuse metadata without a validUntil. With metadataMaxValidity it is refused in any case.'),
  entityId: text('an entityID').optional().describe('Only needed to pick one entity out of several in the metadata.'),
  discovery: flag()
    .default(false)
    .describe('A person chooses among all identity providers of the metadata. Access rules then name the `idp`.'),
  spEntityId: text('an entityID')
    .optional()
    .describe(
      "The gateway's own entityID towards this identity provider. Default: the URL of its SP metadata; with original evidence `urn:amazon:webservices`, the audience that AWS looks for.",
    ),
  signature: z
    .enum(['any', 'assertion', 'response', 'both'])
    .default('any')
    .describe('Which of the two must be signed. Every signature that is present must verify in any case.'),
  signRequests: z
    .enum(['auto', 'always'])
    .default('auto')
    .describe('Sign authentication requests. `auto`: where the metadata wants it.'),
  nameIdFormat: text(
    'persistent, transient, emailAddress, unspecified or a URI',
    /^(persistent|transient|emailAddress|unspecified|[a-z][a-z0-9+.-]*:\S+)$/,
  )
    .optional()
    .describe(
      'NameID format to ask for: `persistent`, `transient`, `emailAddress`, `unspecified` or a URI. Default: none.',
    ),
  authnContext: z
    .array(text('an authentication context class, a URI', /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/))
    .default([])
    .describe(
      'Authentication context classes (URIs) to ask for, best first. An answer of another class is refused, also one that nobody asked for.',
    ),
  allowIdpInitiated: flag()
    .default(false)
    .describe(
      'Take responses that nobody asked for. They start a sign-in here and never make a session by themselves.',
    ),
  wantAssertionsEncrypted: flag().default(false).describe('Refuse assertions that are not encrypted.'),
  acceptCbcWithoutSignedResponse: flag()
    .default(false)
    .describe(
      'Open AES-CBC also inside a Response that is not signed itself, as ADFS and Entra send it by default. Better: set the identity provider to sign the Response or to use AES-GCM.',
    ),
  stsDecrypts: flag()
    .default(false)
    .describe("With original evidence: IAM's SAML provider holds this gateway's decryption key."),
  clockSkew: duration('60s').default('60s').describe('How far the two clocks may be apart. At most 180s.'),
  maxAssertionAge: duration('10m')
    .default('10m')
    .describe(
      'How long after its IssueInstant an assertion is accepted, plus `clockSkew`, whatever end it names. 1m to 24h.',
    ),
  subject: text('nameId, or the name of an attribute')
    .default('nameId')
    .describe(
      "What identifies the person: `nameId`; `subject-id` or `pairwise-id`, SAML's subject identifier attributes; or the `Name` of another attribute.",
    ),
  rolesFromAssertion: flag()
    .default(false)
    .describe(
      `Believe this identity provider's own \`${awsSamlAttributes.role}\`. It can then grant every role that trusts the gateway.`,
    ),
  exchange: exchange('saml').default({ via: 'saml', evidence: 'reissued' }).describe(EXCHANGE),
})
