/** Customer managed policies, with their versions. */
import { randomUUID } from 'node:crypto'
import { element } from '../../../xml/write.ts'
import { uniqueId } from '../../access-keys.ts'
import { required } from '../../query/shapes.ts'
import { isOfAws } from '../../state/policy-arns.ts'
import type { ManagedPolicy, PolicyVersion } from '../../state.ts'
import { policyOfAws } from '../../sts/managed-policies.ts'
import { page } from '../markup.ts'
import { arnIn, type IamCall, iamAction } from '../operation.ts'
import { tagActions } from '../tagging.ts'
import { tagsIn } from '../tags.ts'
import { refusals } from '../texts.ts'
import { parseDocument, policySize } from '../trust-document.ts'
import { attachmentsOf, boundariesOf, documentMarkup, policyMarkup, versionMarkup } from './markup.ts'

/** Characters without white space. */
const POLICY_SIZE = 6144
const POLICIES_PER_ACCOUNT = 1500
const MOST_VERSIONS = 5

const onPolicy = {
  resource: policyArn,
  shownAs: (call: IamCall) => `policy ${policyArn(call)}`,
  tags: (call: IamCall) => findPolicy(call)?.tags,
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
      newestVersion: 1,
      tags: tagsIn(parameters),
      createdAt: now,
      updatedAt: now,
    }
    iam.managedPolicies.put(policy)
    return {
      members: [element('Policy', {}, policyMarkup(call, policy, 'Tags'))],
      responseElements: { policy: { arn, policyName: name, policyId: policy.id, defaultVersionId: version.id } },
    }
  },
})

export const getPolicy = iamAction('GetPolicy', {
  ...onPolicy,
  answer: (call) => ({
    members: [element('Policy', {}, policyMarkup(call, readablePolicy(call), 'Description', 'Tags'))],
  }),
})

export const deletePolicy = iamAction('DeletePolicy', {
  ...onPolicy,
  answer: (call) => {
    const policy = namedPolicy(call)
    const { iam, account } = call
    if (attachmentsOf(iam, account, policy.arn) + boundariesOf(iam, account, policy.arn) > 0)
      throw refusals.policyInUse()
    if (policy.versions.length > 1) throw refusals.policyHasVersions()
    iam.managedPolicies.delete(policy.arn)
    return { members: undefined }
  },
})

export const getPolicyVersion = iamAction('GetPolicyVersion', {
  ...onPolicy,
  answer: (call) => {
    const policy = readablePolicy(call)
    const version = namedVersion(call, policy)
    return { members: [element('PolicyVersion', {}, [documentMarkup(version), ...versionMarkup(policy, version)])] }
  },
})

/** Without the documents, as in IAM. */
export const listPolicyVersions = iamAction('ListPolicyVersions', {
  ...onPolicy,
  answer: (call) => {
    const policy = readablePolicy(call)
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
    // The number of a version that was deleted is not used again.
    const newestVersion = policy.newestVersion + 1
    const version = newVersion(call, `v${newestVersion}`)
    const isDefault = call.parameters.get('SetAsDefault')?.toLowerCase() === 'true'
    const changed = {
      ...policy,
      versions: [...policy.versions, version],
      newestVersion,
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
  const policy = readablePolicy(call)
  if (policy.account !== call.account) throw refusals.notAttached(policy.arn)
  return policy
}

/** In the caller's own account, or AWS's. Throws NoSuchEntity. */
function readablePolicy(call: IamCall): ManagedPolicy {
  const policy = findPolicy(call)
  if (!policy) throw refusals.notAttached(policyArn(call))
  return policy
}

function findPolicy(call: IamCall): ManagedPolicy | undefined {
  const arn = policyArn(call)
  const policy = call.iam.managedPolicies.find(arn)
  if (isOfAws(arn, call.partition)) return policy ?? policyOfAws(arn)
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
