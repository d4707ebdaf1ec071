/**
 * The gateway as identity provider towards AWS: it signs what AWS is to believe about a user who has proved who they
 * are elsewhere. Its key is the crown jewel, so all it knows is a Signer. Knows nothing of sessions or rules: anyone
 * who calls has decided that this role may be taken.
 */

import { StsError } from '../aws/errors.ts'
import { partitionById, samlRecipient } from '../aws/facts/partitions.ts'
import type { SessionTags } from '../aws/session-values.ts'
import type { RoleArn } from '../core/arn.ts'
import type { Identity, NameId } from '../core/identity.ts'
import type { Signer } from '../core/keys.ts'
import { Secret } from '../core/secret.ts'
import { buildIdpMetadata } from '../saml/idp-metadata.ts'
import { issueResponse } from '../saml/issue.ts'
import { checkSessionTags, checkSourceIdentity } from './session-limits.ts'

const AWS_ATTRIBUTES = 'https://aws.amazon.com/SAML/Attributes/'
const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'

/** STS accepts a response within five minutes of its issue; ours is used at once. */
const LIFETIME_SECONDS = 300

export interface SamlIssuer {
  /** The entityID of the gateway as identity provider: as it is in the metadata that IAM holds. */
  readonly entityId: string
  readonly signer: Signer
  /** What will sign after a rollover, or did before: IAM holds all of them meanwhile. PEM. */
  readonly furtherCertificates: readonly string[]
}

interface Attribute {
  readonly name: string
  readonly values: readonly string[]
}

export interface AssertionForAws extends SessionTags {
  readonly identity: Identity
  readonly role: RoleArn
  /** The SAML provider in the role's account that stands for the gateway. */
  readonly providerArn: string
  readonly sessionName: string
  readonly sourceIdentity: string | undefined
  readonly durationSeconds: number
  /** What AWS derives condition keys from, by the names AWS knows. */
  readonly attributes: readonly Attribute[]
}

/** Where its metadata is published. */
export function samlIssuerEntityId(baseUrl: string): string {
  return `${baseUrl}/idp/metadata`
}

/** The gateway's own identity provider: its entityID is where its metadata is published. The first key signs. */
export function samlIssuer(baseUrl: string, signer: Signer, further: readonly Signer[] = []): SamlIssuer {
  return {
    entityId: samlIssuerEntityId(baseUrl),
    signer,
    furtherCertificates: further.map(({ certificate }) => certificate),
  }
}

/** What IAM's SAML provider holds: the gateway as identity provider towards AWS. */
export function samlIssuerMetadata({
  entityId,
  signer,
  furtherCertificates,
}: Omit<SamlIssuer, 'signer'> & { readonly signer: Pick<Signer, 'certificate'> }): string {
  // AWS sends nobody there; the metadata schema wants a sign-on service.
  return buildIdpMetadata({ entityId, signer, furtherCertificates, ssoUrl: new URL('/login', entityId).href })
}

/**
 * Who the assertion is about: as the provider named them, and which provider that is, as another may have the same
 * subject (Core 2.2.2, 8.3.7). AWS shows no NameQualifier of ours: `saml:namequalifier` is a hash of its own.
 */
export function nameIdForAws({ subject, subjectFormat = PERSISTENT, issuer }: Identity): NameId {
  return {
    value: subject,
    format: subjectFormat,
    nameQualifier: issuer,
  }
}

/**
 * A signed Response for AssumeRoleWithSAML, in base64: audience and recipient are AWS's own for the role's partition.
 * STS wants the whole Response, not the assertion alone. Throws StsError `sts.partition_unknown`, and IssuerError
 * (`issuer.session_tags_invalid`, `issuer.source_identity_invalid`) for what AWS would refuse.
 */
export async function assertionForAws(issuer: SamlIssuer, wanted: AssertionForAws, now: Date): Promise<Secret> {
  const partition = partitionById(wanted.role.partition)
  if (!partition) throw new StsError('sts.partition_unknown', { found: wanted.role.partition, source: wanted.role.arn })
  checkSessionTags(wanted)
  if (wanted.sourceIdentity !== undefined) checkSourceIdentity(wanted.sourceIdentity)
  const { identity } = wanted
  const response = await issueResponse(
    {
      issuer: issuer.entityId,
      recipient: samlRecipient(partition),
      audience: partition.audience,
      nameId: nameIdForAws(identity),
      attributes: [...sessionAttributes(wanted), ...wanted.attributes],
      authnInstant: identity.authenticatedAt,
      lifetimeSeconds: LIFETIME_SECONDS,
      sign: 'assertion',
    },
    issuer.signer,
    now,
  )
  return new Secret(Buffer.from(response).toString('base64'))
}

/** What makes the session, by the names that are AWS's own (aws-facts B.4). */
function sessionAttributes(wanted: AssertionForAws): readonly Attribute[] {
  return [
    { name: 'Role', values: [`${wanted.role.arn},${wanted.providerArn}`] },
    { name: 'RoleSessionName', values: [wanted.sessionName] },
    { name: 'SessionDuration', values: [String(wanted.durationSeconds)] },
    ...[...wanted.tags].map(([key, value]) => ({ name: `PrincipalTag:${key}`, values: [value] })),
    ...(wanted.transitiveTags.length > 0 ? [{ name: 'TransitiveTagKeys', values: wanted.transitiveTags }] : []),
    ...(wanted.sourceIdentity === undefined ? [] : [{ name: 'SourceIdentity', values: [wanted.sourceIdentity] }]),
  ].map(({ name, values }) => ({ name: `${AWS_ATTRIBUTES}${name}`, values }))
}
