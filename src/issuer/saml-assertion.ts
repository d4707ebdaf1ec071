/**
 * The gateway as SAML identity provider for AWS: it signs assertions about users who signed in elsewhere. Its key is
 * the gateway's most valuable secret, so it only has a Signer. It decides nothing: what it signs comes from
 * src/evidence, and the caller has decided that this role may be assumed.
 */

import type { SessionTags } from '../aws/session-values.ts'
import { awsSamlAttributes } from '../core/aws-attributes.ts'
import type { Attributes, NameId } from '../core/identity.ts'
import type { Signer } from '../core/keys.ts'
import { Secret } from '../core/secret.ts'
import { buildIdpMetadata } from '../saml/idp-metadata.ts'
import { issueResponse } from '../saml/issue.ts'
import { checkSessionTags, checkSourceIdentity } from './session-limits.ts'

/** STS accepts a response within five minutes of its issue; ours is used at once. */
const LIFETIME_SECONDS = 300

export interface SamlIssuer {
  /** The entityID of the gateway as identity provider: as in the metadata that IAM holds. */
  readonly entityId: string
  readonly signer: Signer
  /** The certificates of keys that will sign after a rotation, or did before: IAM has all of them meanwhile. PEM. */
  readonly furtherCertificates: readonly string[]
}

export interface AssertionForAws extends SessionTags {
  readonly nameId: NameId
  readonly authenticatedAt: Date
  /** AWS's own, in the role's partition. */
  readonly recipient: string
  readonly audience: string
  readonly roleArn: string
  /** The SAML provider in the role's account that is registered for the gateway. */
  readonly providerArn: string
  readonly sessionName: string
  readonly sourceIdentity: string | undefined
  readonly durationSeconds: number
  /** Further attributes, from which AWS fills condition keys. */
  readonly attributes: Attributes
}

/** Where its metadata is published. */
export function samlIssuerEntityId(baseUrl: string): string {
  return `${baseUrl}/idp/metadata`
}

/** The gateway's own identity provider: its entityID is the URL of its metadata. The first key signs. */
export function samlIssuer(baseUrl: string, signer: Signer, further: readonly Signer[] = []): SamlIssuer {
  return {
    entityId: samlIssuerEntityId(baseUrl),
    signer,
    furtherCertificates: further.map(({ certificate }) => certificate),
  }
}

/** The metadata for IAM's SAML provider: the gateway as identity provider for AWS. */
export function samlIssuerMetadata({
  entityId,
  signer,
  furtherCertificates,
}: Omit<SamlIssuer, 'signer'> & { readonly signer: Pick<Signer, 'certificate'> }): string {
  // AWS never redirects there; the metadata schema requires a sign-on service.
  return buildIdpMetadata({ entityId, signer, furtherCertificates, ssoUrl: new URL('/login', entityId).href })
}

/**
 * A signed Response for AssumeRoleWithSAML, in base64: STS requires the whole Response, not only the assertion. Throws
 * IssuerError (`issuer.session_tags_invalid`, `issuer.source_identity_invalid`) for values that AWS would refuse.
 */
export async function assertionForAws(issuer: SamlIssuer, wanted: AssertionForAws, now: Date): Promise<Secret> {
  checkSessionTags(wanted)
  if (wanted.sourceIdentity !== undefined) checkSourceIdentity(wanted.sourceIdentity)
  const { recipient, audience, nameId, authenticatedAt } = wanted
  const response = await issueResponse(
    {
      issuer: issuer.entityId,
      recipient,
      audience,
      nameId,
      attributes: [...sessionAttributes(wanted), ...wanted.attributes].map(([name, values]) => ({ name, values })),
      authnInstant: authenticatedAt,
      lifetimeSeconds: LIFETIME_SECONDS,
      sign: 'assertion',
    },
    issuer.signer,
    now,
  )
  return new Secret(Buffer.from(response).toString('base64'))
}

/** What defines the session, by AWS's own attribute names (aws-facts B.4). */
function sessionAttributes({
  roleArn,
  providerArn,
  sessionName,
  durationSeconds,
  tags,
  transitiveTags,
  sourceIdentity,
}: AssertionForAws): readonly (readonly [name: string, values: readonly string[]])[] {
  const names = awsSamlAttributes
  return [
    [names.role, [`${roleArn},${providerArn}`]],
    [names.roleSessionName, [sessionName]],
    [names.sessionDuration, [String(durationSeconds)]],
    ...[...tags].map(([key, value]) => [`${names.principalTag}${key}`, [value]] as const),
    ...(transitiveTags.length > 0 ? [[names.transitiveTagKeys, transitiveTags] as const] : []),
    ...(sourceIdentity === undefined ? [] : [[names.sourceIdentity, [sourceIdentity]] as const]),
  ]
}
