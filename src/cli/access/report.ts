/** What `fedgate access` reports: plain values, the same in every format. */

/** A user, or users, and a role that the rules let them take. */
export interface Grant {
  /** `groups = aws-dev`, or the subject of a claims file. */
  readonly who: string
  readonly provider: string
  /** An ARN; in rules that match any role, the pattern. */
  readonly role: string
  readonly account: string
  readonly accountName: string
  readonly because: string
}

export type FindingCode =
  /** No role that exists meets the rule. */
  | 'access.rule_matches_nothing'
  /** The trust policy admits users of the gateway, and no rule grants the role. */
  | 'access.role_unreachable'
  /** A rule grants the role, and the trust policy refuses. */
  | 'access.role_refused'
  /** The trust policy admits more users than the rules mean. */
  | 'access.role_wider'

/** The change that ends a finding. */
export interface Patch {
  /** The whole trust policy. */
  readonly policy: object
  /** The role in Terraform's JSON syntax. */
  readonly terraform: object
  /** A command of the AWS CLI. */
  readonly cli: string
}

export interface Finding {
  readonly code: FindingCode
  /** A role's ARN, or `rule at line 12`. */
  readonly subject: string
  readonly sentence: string
  readonly patch?: Patch
}

export interface AccessReport {
  /** Of this format. */
  readonly version: 1
  readonly grants: readonly Grant[]
  readonly findings: readonly Finding[]
  /** Against the earlier report. */
  readonly changes?: Changes
}

export interface Changes {
  readonly added: readonly Grant[]
  readonly removed: readonly Grant[]
  readonly newFindings: readonly Finding[]
  readonly resolvedFindings: readonly Finding[]
}
