/** Customer managed policies, with their versions. */
import { randomUUID } from 'node:crypto'
import { element, type Markup } from '../../../xml/write.ts'
import { uniqueId } from '../../access-keys.ts'
import { timestamp } from '../../query/answer.ts'
import { required } from '../../query/shapes.ts'
import type { ManagedPolicy, PolicyVersion } from '../../state.ts'
import { page, tagList } from '../markup.ts'
import { arnIn, type IamCall, iamAction } from '../operation.ts'
import { tagActions } from '../tagging.ts'
import { tagsIn } from '../tags.ts'
import { refusals } from '../texts.ts'
import { parseDocument, policySize } from '../trust-document.ts'

/** Characters without white space. */
const POLICY_SIZE = 6144
const POLICIES_PER_ACCOUNT = 1500
const MOST_VERSIONS = 5

const onPolicy = {
  resource: policyArn,
  shownAs: (call: IamCall) => `policy ${policyArn(call)}`,
  tags: (call: IamCall) => ownPolicy(call)?.tags,
} as const

export const createPolicy = iamAction('CreatePolicy', {
  resource: newArn,
  shownAs: ({ parameters }) => `policy ${required(parameters, 'PolicyName')}`,
  answer: (call) => {
    const { iam, parameters, account, now } = call
    const name = required(parameters, 'PolicyName')
    const version = newVersion(call, 'v1')
    const own = iam.managedPolicies.inAccount(account)
    if (own.some((policy) => policy.name.toLowerCase() === name.toLowerCase())) throw refusals.policyExists(name)
    if (own.length >= POLICIES_PER_ACCOUNT) throw refusals.quota('PoliciesPerAccount', POLICIES_PER_ACCOUNT)
    const arn = newArn(call)
    const policy: ManagedPolicy = {
      arn,
      account,
      name,
      id: uniqueId('ANPA', account, `${arn} ${randomUUID()}`),
      description: parameters.get('Description'),
      versions: [version],
      defaultVersion: version.id,
      tags: tagsIn(parameters),
      createdAt: now,
      updatedAt: now,
    }
    iam.managedPolicies.put(policy)
    return {
      members: [element('Policy', {}, policyMarkup(call, policy))],
      responseElements: { policy: { arn, policyName: name, policyId: policy.id, defaultVersionId: version.id } },
    }
  },
})

export const getPolicy = iamAction('GetPolicy', {
  ...onPolicy,
  answer: (call) => {
    const policy = namedPolicy(call)
    const description = policy.description === undefined ? undefined : element('Description', {}, policy.description)
    return { members: [element('Policy', {}, [...policyMarkup(call, policy), description])] }
  },
})

export const deletePolicy = iamAction('DeletePolicy', {
  ...onPolicy,
  answer: (call) => {
    const policy = namedPolicy(call)
    if (attachedTo(call, policy) + boundaryOf(call, policy) > 0) throw refusals.policyInUse()
    if (policy.versions.length > 1) throw refusals.policyHasVersions()
    call.iam.managedPolicies.delete(policy.arn)
    return { members: undefined }
  },
})

export const getPolicyVersion = iamAction('GetPolicyVersion', {
  ...onPolicy,
  answer: (call) => {
    const policy = namedPolicy(call)
    const version = namedVersion(call, policy)
    const document = element('Document', {}, encodeURIComponent(version.document))
    return { members: [element('PolicyVersion', {}, [document, ...versionMarkup(policy, version)])] }
  },
})

/** Without the documents, as in IAM. */
export const listPolicyVersions = iamAction('ListPolicyVersions', {
  ...onPolicy,
  answer: (call) => {
    const policy = namedPolicy(call)
    const { items, members } = page(policy.versions, ({ id }) => id.padStart(10, '0'), call.parameters)
    const list = items.map((version) => element('member', {}, versionMarkup(policy, version)))
    return { members: [element('Versions', {}, list), ...members] }
  },
})

export const createPolicyVersion = iamAction('CreatePolicyVersion', {
  ...onPolicy,
  answer: (call) => {
    const policy = namedPolicy(call)
    if (policy.versions.length >= MOST_VERSIONS) throw refusals.tooManyVersions(MOST_VERSIONS)
    const latest = policy.versions.at(-1)?.id.slice(1)
    const version = newVersion(call, `v${Number(latest ?? 0) + 1}`)
    const isDefault = call.parameters.get('SetAsDefault')?.toLowerCase() === 'true'
    const changed = {
      ...policy,
      versions: [...policy.versions, version],
      defaultVersion: isDefault ? version.id : policy.defaultVersion,
      updatedAt: call.now,
    }
    call.iam.managedPolicies.put(changed)
    return { members: [element('PolicyVersion', {}, versionMarkup(changed, version))] }
  },
})

export const deletePolicyVersion = iamAction('DeletePolicyVersion', {
  ...onPolicy,
  answer: (call) => {
    const policy = namedPolicy(call)
    const gone = namedVersion(call, policy)
    if (gone.id === policy.defaultVersion) throw refusals.defaultVersion()
    call.iam.managedPolicies.put({ ...policy, versions: policy.versions.filter((one) => one !== gone) })
    return { members: undefined }
  },
})

export const policyTags = tagActions({
  names: { tag: 'TagPolicy', untag: 'UntagPolicy', list: 'ListPolicyTags' },
  on: onPolicy,
  find: namedPolicy,
  put: ({ iam }, policy) => iam.managedPolicies.put(policy),
})

/** Throws MalformedPolicyDocument or LimitExceeded. */
function newVersion({ parameters, now }: IamCall, id: string): PolicyVersion {
  const document = required(parameters, 'PolicyDocument')
  const policy = parseDocument(document, 'identity')
  if (policySize(document) > POLICY_SIZE) throw refusals.quota('PolicySize', POLICY_SIZE)
  return { id, document, policy, createdAt: now }
}

/** In the caller's own account. Throws NoSuchEntity. */
function namedPolicy(call: IamCall): ManagedPolicy {
  const policy = ownPolicy(call)
  if (!policy) throw refusals.notAttached(policyArn(call))
  return policy
}

function ownPolicy(call: IamCall): ManagedPolicy | undefined {
  const policy = call.iam.managedPolicies.find(policyArn(call))
  return policy?.account === call.account ? policy : undefined
}

function namedVersion({ parameters }: IamCall, { arn, versions }: ManagedPolicy): PolicyVersion {
  const id = required(parameters, 'VersionId')
  const version = versions.find((one) => one.id === id)
  if (!version) throw refusals.noPolicyVersion(arn, id)
  return version
}

function policyArn({ parameters }: IamCall): string {
  return required(parameters, 'PolicyArn')
}

function newArn(call: IamCall): string {
  return arnIn(call, `policy${call.parameters.get('Path') ?? '/'}${required(call.parameters, 'PolicyName')}`)
}

function attachedTo({ iam }: IamCall, { arn }: ManagedPolicy): number {
  return iam.roles.all().filter(({ attachedPolicies }) => attachedPolicies.includes(arn)).length
}

function boundaryOf({ iam }: IamCall, { arn }: ManagedPolicy): number {
  return iam.roles.all().filter(({ permissionsBoundary }) => permissionsBoundary === arn).length
}

function policyMarkup(call: IamCall, policy: ManagedPolicy): readonly (Markup | undefined)[] {
  const { name, id, arn, defaultVersion, createdAt, updatedAt, tags } = policy
  const resource = arn.slice(arn.indexOf(':policy/') + ':policy'.length)
  return [
    element('PolicyName', {}, name),
    element('PolicyId', {}, id),
    element('Arn', {}, arn),
    element('Path', {}, resource.slice(0, resource.lastIndexOf('/') + 1)),
    element('DefaultVersionId', {}, defaultVersion),
    element('AttachmentCount', {}, String(attachedTo(call, policy))),
    element('PermissionsBoundaryUsageCount', {}, String(boundaryOf(call, policy))),
    element('IsAttachable', {}, 'true'),
    element('CreateDate', {}, timestamp(createdAt)),
    element('UpdateDate', {}, timestamp(updatedAt)),
    tags.size > 0 ? tagList(tags) : undefined,
  ]
}

function versionMarkup({ defaultVersion }: ManagedPolicy, { id, createdAt }: PolicyVersion): readonly Markup[] {
  return [
    element('VersionId', {}, id),
    element('IsDefaultVersion', {}, String(id === defaultVersion)),
    element('CreateDate', {}, timestamp(createdAt)),
  ]
}
