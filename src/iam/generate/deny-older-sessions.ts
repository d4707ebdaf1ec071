/**
 * Policies that end sessions of a role: AWS cannot revoke credentials, but evaluates the role's policies at each request,
 * with the time at which the session's credentials were issued (`aws:TokenIssueTime`).
 */
import { createHash } from 'node:crypto'

/** Which sessions of a role: all, or those of one user, by what AWS knows of them. */
export type SessionSelector =
  | { readonly kind: 'role' }
  | { readonly kind: 'source-identity'; readonly values: readonly string[] }
  | { readonly kind: 'tag'; readonly key: string; readonly values: readonly string[] }
  /** Role session names. */
  | { readonly kind: 'name'; readonly values: readonly string[] }

export interface DenyPolicy {
  /** The same for the same sessions: putting it again moves the time. */
  readonly name: string
  readonly document: {
    readonly Version: '2012-10-17'
    readonly Statement: readonly DenyStatement[]
  }
}

interface DenyStatement {
  readonly Sid: string
  readonly Effect: 'Deny'
  readonly Action: '*'
  readonly Resource: '*'
  readonly Condition: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}

const NAME = 'FedgateDenyOlderSessions'

/** An inline policy for a role that denies everything to sessions that were issued before that time. */
export function denyOlderSessions(selector: SessionSelector, before: Date): DenyPolicy {
  const older = { DateLessThan: { 'aws:TokenIssueTime': before.toISOString() } }
  return {
    name: selector.kind === 'role' ? NAME : `${NAME}-${hashOf(selector)}`,
    document: {
      Version: '2012-10-17',
      Statement: conditionsOf(selector).map((condition, n) => ({
        Sid: n === 0 ? NAME : `${NAME}${n + 1}`,
        Effect: 'Deny',
        Action: '*',
        Resource: '*',
        Condition: { ...older, ...condition },
      })),
    },
  }
}

function hashOf(selector: SessionSelector): string {
  return createHash('sha256').update(JSON.stringify(selector)).digest('hex').slice(0, 8)
}

/** One statement for each: AWS denies what any of them denies. */
function conditionsOf(selector: SessionSelector): readonly DenyStatement['Condition'][] {
  switch (selector.kind) {
    case 'role':
      return [{}]
    case 'source-identity':
      // The second is for calls that assume a further role.
      return ['aws:SourceIdentity', 'sts:SourceIdentity'].map((key) => ({ StringEquals: { [key]: selector.values } }))
    case 'tag':
      return [{ StringEquals: { [`aws:PrincipalTag/${selector.key}`]: selector.values } }]
    case 'name':
      // Of a session: the role's unique ID, a colon, and the session's name.
      return [{ StringLike: { 'aws:userid': selector.values.map((name) => `*:${name}`) } }]
  }
}
