/** The state as the text of a state file: what file.ts reads. Contains secrets. */
import { stringify } from 'yaml'
import { Secret } from '../../core/secret.ts'
import type { LocalAwsState } from '../state.ts'
import { isDescribed } from './managed-policies.ts'

/** Policies are written as objects, which are easier to read and to change than their JSON. */
export function stateYaml(state: LocalAwsState): string {
  return stringify(plain(state), { lineWidth: 0 })
}

/** Secrets revealed, JSON texts of policies as objects, nothing that is absent. */
function plain(value: unknown, name = ''): unknown {
  if (value instanceof Secret) return value.reveal()
  if (Array.isArray(value)) return value.map((each) => plain(each))
  if (typeof value === 'object' && value !== null) {
    if (POLICY.has(name)) return value
    if (POLICIES.has(name)) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, policyOf(each)]))
    return Object.fromEntries(membersOf(value))
  }
  return POLICY.has(name) ? document(value) : value
}

/** Members that hold one policy, and members that hold several by name. */
const POLICY: ReadonlySet<string> = new Set(['trustPolicy', 'policy'])
const POLICIES: ReadonlySet<string> = new Set(['policies', 'managedPolicies'])

function membersOf(value: object): readonly (readonly [string, unknown])[] {
  return Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .map(([key, each]) => [key, plain(each, key)] as const)
}

/** A document, or a managed policy with more than its document. */
function policyOf(value: unknown): unknown {
  return isDescribed(value) ? { ...value, document: document(value.document) } : document(value)
}

function document(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}
