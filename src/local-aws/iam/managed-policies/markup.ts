/** Managed policies as the responses of IAM have them. */
import { element, type Markup } from '../../../xml/write.ts'
import { timestamp } from '../../query/answer.ts'
import type { IamStore, ManagedPolicy, PolicyVersion } from '../../state.ts'
import { memberList, tagList } from '../markup.ts'
import type { IamCall } from '../operation.ts'

type Part = 'Description' | 'Tags'

/** The counts include only roles and users of the caller's account, even for AWS's policies. */
export function policyMarkup(
  { iam, account }: IamCall,
  policy: ManagedPolicy,
  ...parts: readonly Part[]
): readonly (Markup | undefined)[] {
  const { name, id, arn, defaultVersion, createdAt, updatedAt, description, tags } = policy
  const resource = arn.slice(arn.indexOf(':policy/') + ':policy'.length)
  return [
    element('PolicyName', {}, name),
    element('PolicyId', {}, id),
    element('Arn', {}, arn),
    element('Path', {}, resource.slice(0, resource.lastIndexOf('/') + 1)),
    element('DefaultVersionId', {}, defaultVersion),
    element('AttachmentCount', {}, String(attachmentsOf(iam, account, arn))),
    element('PermissionsBoundaryUsageCount', {}, String(boundariesOf(iam, account, arn))),
    element('IsAttachable', {}, 'true'),
    parts.includes('Description') && description !== undefined ? element('Description', {}, description) : undefined,
    element('CreateDate', {}, timestamp(createdAt)),
    element('UpdateDate', {}, timestamp(updatedAt)),
    parts.includes('Tags') && tags.size > 0 ? tagList(tags) : undefined,
  ]
}

export function versionMarkup({ defaultVersion }: ManagedPolicy, { id, createdAt }: PolicyVersion): readonly Markup[] {
  return [
    element('VersionId', {}, id),
    element('IsDefaultVersion', {}, String(id === defaultVersion)),
    element('CreateDate', {}, timestamp(createdAt)),
  ]
}

export function documentMarkup({ document }: PolicyVersion): Markup {
  return element('Document', {}, encodeURIComponent(document))
}

/** As in GetAccountAuthorizationDetails: with the documents of all versions, and without tags. */
export function policyDetails(call: IamCall, policy: ManagedPolicy): readonly (Markup | undefined)[] {
  const versions = policy.versions.map((one) => [documentMarkup(one), ...versionMarkup(policy, one)])
  return [...policyMarkup(call, policy, 'Description'), memberList('PolicyVersionList', versions)]
}

/** How many roles of the account have it attached. */
export function attachmentsOf(iam: IamStore, account: string, arn: string): number {
  return iam.roles.inAccount(account).filter(({ attachedPolicies }) => attachedPolicies.includes(arn)).length
}

/** How many roles and users of the account it limits. A user is one, whatever the number of access keys. */
export function boundariesOf(iam: IamStore, account: string, arn: string): number {
  const holders = [...iam.roles.inAccount(account), ...iam.usersIn(account)]
  return new Set(holders.filter((one) => one.permissionsBoundary === arn).map((one) => one.arn)).size
}
