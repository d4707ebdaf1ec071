/** Whose managed policies a role or user can have: AWS's own and those of its account, both in its partition. */
import { parseArn } from '../../core/arn.ts'

interface Holder {
  readonly partition: string
  readonly account: string
}

export function isPolicyFor(policy: string, { partition, account }: Holder): boolean {
  return isOfAws(policy, partition) || policy.startsWith(`arn:${partition}:iam::${account}:policy/`)
}

/** Whether it is one of AWS's own, whose contents may not be known here. */
export function isOfAws(policy: string, partition: string): boolean {
  return policy.startsWith(`arn:${partition}:iam::aws:policy/`)
}

/** Of the ARN of a role or user; undefined for what is no ARN. */
export function policyProblem(policy: string, holder: string): string | undefined {
  const arn = parseArn(holder)
  if (!arn || isPolicyFor(policy, arn)) return undefined
  return `expected a policy of AWS or of account ${arn.account}, in partition ${arn.partition}`
}
