/** Session policies: the inline document and the managed ones by ARN, which together limit what a session may do. */
import { policyArnCount } from '../../aws/facts/limits.ts'
import { MalformedPolicyError } from '../../iam/errors.ts'
import { type Policy, parsePolicy } from '../../iam/policy.ts'
import { AwsError, texts, validationError } from '../aws-errors.ts'
import { listOf, type Parameters } from '../query/parameters.ts'
import { checkArn } from '../query/shapes.ts'
import type { SessionPolicies } from '../sessions.ts'
import type { IamStore } from '../state.ts'

export interface SessionPolicyRequest {
  /** The inline document, as sent. */
  readonly policy: string | undefined
  readonly policyArns: readonly string[]
  readonly narrowing: SessionPolicies
}

/** Throws MalformedPolicyDocument with IAM's message, ValidationError for too many or invalid ARNs. */
export function sessionPoliciesOf(
  parameters: Parameters,
  { managedPolicy }: Pick<IamStore, 'managedPolicy'>,
): SessionPolicyRequest {
  const policy = parameters.get('Policy')
  const inline = policy === undefined ? [] : [parseInline(policy)]
  const policyArns = listOf(parameters, 'PolicyArns', '.arn')
  if (policyArns.length > policyArnCount) throw validationError(texts.tooManyPolicyArns(policyArnCount))
  for (const arn of policyArns) checkArn(arn)
  const all = [...inline, ...policyArns.map(managedPolicy)]
  return { policy, policyArns, narrowing: all.length === 0 ? undefined : all }
}

function parseInline(document: string): Policy {
  try {
    return parsePolicy(document, 'session')
  } catch (error) {
    if (!(error instanceof MalformedPolicyError)) throw error
    const [first] = error.problems
    throw new AwsError(
      'MalformedPolicyDocument',
      first?.iamMessage ?? error.message,
      first && `${first.path}: expected ${first.expected}, found ${first.found}`,
    )
  }
}
