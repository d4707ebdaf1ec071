/** Customer managed policies in the state: a document alone, or with description, tags and version numbers. */

import { parseArn } from '../../core/arn.ts'
import { isObject } from '../../core/json.ts'
import { parsePolicy } from '../../iam/policy.ts'
import { uniqueId } from '../access-keys.ts'
import type { IamStore, LocalAwsState, ManagedPolicy, ManagedPolicyState } from '../state.ts'

/** `state`: the document or its JSON text, or a ManagedPolicyState. Throws MalformedPolicyError. */
export function openManagedPolicy(arn: string, state: unknown, now: Date): ManagedPolicy {
  const { document, description, tags = {}, version = 1, newestVersion = version } = described(state)
  const account = parseArn(arn)?.account ?? ''
  const id = `v${version}`
  const text = typeof document === 'string' ? document : JSON.stringify(document)
  return {
    arn,
    account,
    name: arn.slice(arn.lastIndexOf('/') + 1),
    // One of AWS's own has no account.
    id: uniqueId('ANPA', /^\d{12}$/.test(account) ? account : '0'.repeat(12), arn),
    description,
    versions: [{ id, document: text, policy: parsePolicy(document, 'identity'), createdAt: now }],
    defaultVersion: id,
    newestVersion: Math.max(version, newestVersion),
    tags: new Map(Object.entries(tags)),
    createdAt: now,
    updatedAt: now,
  }
}

/** The default version of each: that is what applies. */
export function writtenManagedPolicies(
  state: LocalAwsState,
  { managedPolicies }: IamStore,
): Pick<LocalAwsState, 'managedPolicies'> {
  const written = managedPolicies.all().map((policy): [string, unknown] => [policy.arn, writtenManagedPolicy(policy)])
  return written.length === 0 && !state.managedPolicies ? {} : { managedPolicies: Object.fromEntries(written) }
}

/** A policy object has no member `document`. */
export function isDescribed(state: unknown): state is ManagedPolicyState {
  return isObject(state) && 'document' in state
}

function described(state: unknown): ManagedPolicyState {
  return isDescribed(state) ? state : { document: state }
}

/** The document alone if everything else is the default. */
function writtenManagedPolicy({ versions, defaultVersion, newestVersion, description, tags }: ManagedPolicy): unknown {
  const document = versions.find(({ id }) => id === defaultVersion)?.document
  const version = Number(defaultVersion.slice(1))
  const more = {
    ...(description === undefined ? {} : { description }),
    ...(tags.size === 0 ? {} : { tags: Object.fromEntries(tags) }),
    ...(version === 1 ? {} : { version }),
    ...(newestVersion === version ? {} : { newestVersion }),
  }
  return Object.keys(more).length === 0 ? document : { document, ...more }
}
