/** Policy documents as IAM takes them when they are written (aws-sts-semantics C.3, E.6). */
import { MalformedPolicyError } from '../../iam/errors.ts'
import { admittedBy, isPinned } from '../../iam/lint/reading.ts'
import { sharedIssuerOf } from '../../iam/lint/shared-issuers.ts'
import { type Policy, type PolicyKind, parsePolicy } from '../../iam/policy.ts'
import { AwsError } from '../aws-errors.ts'
import { refusals } from './texts.ts'

/** Characters but for white space; AWS raises it to 4096 on request. */
const TRUST_POLICY_SIZE = 2048

export const policySize = (document: string): number => document.replace(/\s/g, '').length

/** Throws MalformedPolicyDocument in IAM's words for the first thing that is wrong. */
export const parseDocument = (document: string, kind: PolicyKind): Policy => {
  try {
    return parsePolicy(document, kind)
  } catch (error) {
    if (!(error instanceof MalformedPolicyError)) throw error
    const [first] = error.problems
    const reason = first && `${first.path}: expected ${first.expected}, found ${first.found}`
    throw new AwsError('MalformedPolicyDocument', first?.iamMessage ?? error.message, reason)
  }
}

/** A trust policy that may be written: within the quota, and asking shared issuers for the claim that tells whose. */
export const parseTrustDocument = (document: string): Policy => {
  const policy = parseDocument(document, 'trust')
  const [deleted] = policy.statements.flatMap(({ principal }) => [...principal.deleted])
  if (deleted !== undefined)
    throw new AwsError('MalformedPolicyDocument', `Invalid principal in policy: "AWS":"${deleted}"`)
  if (policySize(document) > TRUST_POLICY_SIZE) throw refusals.quota('ACLSizePerRole', TRUST_POLICY_SIZE)
  for (const provider of admittedBy(policy)) {
    const shared = sharedIssuerOf(provider.issuer)
    if (shared?.isRequired && !isPinned(policy, provider, shared.key)) throw refusals.sharedIssuer(shared.key)
  }
  return policy
}
