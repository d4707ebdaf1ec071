/**
 * The gateway as identity provider towards AWS: it signs what AWS is to believe about a person who has proved who they
 * are elsewhere. Its key is the crown jewel, so all it knows is a Signer. Knows nothing of sessions or rules: whoever
 * calls has decided that this role may be taken.
 */

import { StsError } from '../aws/errors.ts'
import { partitionById, samlRecipient } from '../aws/facts/partitions.ts'
import type { RoleArn } from '../core/arn.ts'
import type { Identity, NameId } from '../core/identity.ts'
import type { Signer } from '../core/keys.ts'
import { Secret } from '../core/secret.ts'
import { buildIdpMetadata } from '../saml/idp-metadata.ts'
import { issueResponse } from '../saml/issue.ts'

const AWS_ATTRIBUTES = 'https://aws.amazon.com/SAML/Attributes/'
const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'

/** STS takes a response within five minutes of its issue; ours is used at once. */
const LIFETIME_SECONDS = 300

export interface SamlIssuer {
  /** The entityID of the gateway as identity provider: as it stands in the metadata that IAM holds. */
  readonly entityId: string
  readonly signer: Signer
  /** What will sign after a rollover, or did before: IAM holds all of them meanwhile. PEM. */
  readonly furtherCertificates: readonly string[]
}

/** Where its metadata is published. */
export const samlIssuerEntityId = (baseUrl: string): string => `${baseUrl}/idp/metadata`

/** The gateway's own identity provider: its entityID is where its metadata is published. The first key signs. */
export const samlIssuer = (baseUrl: string, signer: Signer, further: readonly Signer[] = []): SamlIssuer => ({
  entityId: samlIssuerEntityId(baseUrl),
  signer,
  furtherCertificates: further.map(({ certificate }) => certificate),
})

/** What IAM's SAML provider holds: the gateway as identity provider towards AWS. */
export const samlIssuerMetadata = ({ entityId, signer, furtherCertificates }: SamlIssuer): string =>
  // AWS sends nobody there; the metadata schema wants a sign-on service.
  buildIdpMetadata({ entityId, signer, furtherCertificates, ssoUrl: new URL('/login', entityId).href })

/** Whom the assertion is about: as the provider named them. */
export const nameIdForAws = ({ subject, subjectFormat = PERSISTENT }: Identity): NameId => ({
  value: subject,
  format: subjectFormat,
})

export interface AssertionForAws {
  readonly identity: Identity
  readonly role: RoleArn
  /** The SAML provider in the role's account that stands for the gateway. */
  readonly providerArn: string
  readonly sessionName: string
  readonly durationSeconds: number
  /** What AWS derives condition keys from, by the names AWS knows. */
  readonly attributes: readonly { readonly name: string; readonly values: readonly string[] }[]
}

/**
 * A signed Response for AssumeRoleWithSAML, in base64: audience and recipient are AWS's own for the role's partition.
 * STS wants the whole Response, not the assertion alone. Throws StsError `sts.partition_unknown`.
 */
export const assertionForAws = async (issuer: SamlIssuer, wanted: AssertionForAws, now: Date): Promise<Secret> => {
  const partition = partitionById(wanted.role.partition)
  if (!partition) throw new StsError('sts.partition_unknown', { found: wanted.role.partition, source: wanted.role.arn })
  const { identity } = wanted
  const response = await issueResponse(
    {
      issuer: issuer.entityId,
      recipient: samlRecipient(partition),
      audience: partition.audience,
      nameId: nameIdForAws(identity),
      attributes: [
        { name: `${AWS_ATTRIBUTES}Role`, values: [`${wanted.role.arn},${wanted.providerArn}`] },
        { name: `${AWS_ATTRIBUTES}RoleSessionName`, values: [wanted.sessionName] },
        { name: `${AWS_ATTRIBUTES}SessionDuration`, values: [String(wanted.durationSeconds)] },
        ...wanted.attributes,
      ],
      authnInstant: identity.authenticatedAt,
      lifetimeSeconds: LIFETIME_SECONDS,
      sign: 'assertion',
    },
    issuer.signer,
    now,
  )
  return new Secret(Buffer.from(response).toString('base64'))
}
