/** The policy documents that IAM accepts when they are saved (aws-facts C.3, E.6). */
import { MalformedPolicyError } from '../../iam/errors.ts'
import { sharedIssuerOf } from '../../iam/lint/shared-issuers.ts'
import { admittedProviders, requiresNamedValues } from '../../iam/lint/statement-queries.ts'
import { type Policy, type PolicyKind, parsePolicy } from '../../iam/policy.ts'
import { AwsError } from '../aws-errors.ts'
import { renamePrincipals } from '../state/principals.ts'
import type { IamStore, Role } from '../state.ts'
import { refusals } from './texts.ts'

/** Characters without white space; AWS raises it to 4096 on request. */
const TRUST_POLICY_SIZE = 2048

/** `aws:ResourceTag/` and similar prefixes: the key of a tag follows, which may contain colons. */
const TAG = /^([\w-]+:\w*Tag)\/.*/is
/** An issuer with a port, which AWS does not allow: the local AWS accepts it if it allows such issuers. */
const WITH_PORT = /^([^/:]+):\d{1,5}((?:\/[^:]*)?:)/

/** A unique ID of a role or user, or of a role's session, instead of an ARN. */
const UNIQUE_ID = /^A(?:RO|ID)A[A-Z0-9]{12,124}(?::.+)?$/

export function policySize(document: string): number {
  return document.replace(/\s/g, '').length
}

/** Throws MalformedPolicyDocument with IAM's message for the first problem. */
export function parseDocument(document: string, kind: PolicyKind): Policy {
  const policy = parsed(document, kind)
  const conditions = policy.statements.flatMap((statement) => statement.conditions)
  // terraform-aws-modules/terraform-aws-eks issue 1084: the issuer with its https://
  const wrong = conditions.find(({ key }) => !hasOneColon(key))
  if (wrong) throw malformed('Condition can contain only one colon.', wrong.path)
  return policy
}

function parsed(document: string, kind: PolicyKind): Policy {
  try {
    return parsePolicy(document, kind)
  } catch (error) {
    if (!(error instanceof MalformedPolicyError)) throw error
    const [first] = error.problems
    const reason = first && `${first.path}: expected ${first.expected}, found ${first.found}`
    throw malformed(first?.iamMessage ?? error.message, reason)
  }
}

function malformed(message: string, reason?: string): AwsError {
  return new AwsError('MalformedPolicyDocument', message, reason)
}

function hasOneColon(key: string): boolean {
  return key.replace(TAG, '$1').replace(WITH_PORT, '$1$2').split(':').length <= 2
}

/**
 * A trust policy that may be saved: within the quota, and for shared issuers with a condition on the claim that
 * identifies the token's owner. A unique ID in it is replaced by the ARN that has it now; IAM refuses an ID that no
 * user or role has.
 */
export function readTrustDocument(iam: IamStore, document: string): Pick<Role, 'trustDocument' | 'trustPolicy'> {
  const trustDocument = renamePrincipals(document, (name) => {
    if (!UNIQUE_ID.test(name)) return name
    const arn = iam.principalById(name)
    if (arn === undefined) throw malformed(`Invalid principal in policy: "AWS":"${name}"`)
    return arn
  })
  return { trustDocument, trustPolicy: parseTrustDocument(trustDocument) }
}

function parseTrustDocument(document: string): Policy {
  const policy = parseDocument(document, 'trust')
  const [deleted] = policy.statements.flatMap(({ principal }) => [...principal.deleted])
  if (deleted !== undefined)
    throw new AwsError('MalformedPolicyDocument', `Invalid principal in policy: "AWS":"${deleted}"`)
  if (policySize(document) > TRUST_POLICY_SIZE) throw refusals.quota('ACLSizePerRole', TRUST_POLICY_SIZE)
  for (const provider of admittedProviders(policy)) {
    const shared = sharedIssuerOf(provider.issuer)
    if (shared?.isRequired && !requiresNamedValues(policy, provider, shared.key))
      throw refusals.sharedIssuer(shared.key)
  }
  return policy
}
