/** What the session carries needs permissions of its own (aws-facts D.3). */
import type { Policy } from '../../policy.ts'
import type { EvidenceInUse, LintFacts } from '../facts.ts'
import type { LintMatch, LintRule } from '../finding.ts'
import { admittedProviders, allowsOf, covers } from '../statement-queries.ts'

export const sessionRules = {
  'trust.no_tag_session': {
    severity: 'error',
    sentence: 'The session will carry tags, and no statement allows sts:TagSession.',
    hint: 'Allow sts:TagSession for the same provider; without it AWS refuses the whole call.',
    find: missing(({ tags }) => tags, 'sts:TagSession', 'tags'),
  },
  'trust.no_set_source_identity': {
    severity: 'error',
    sentence: 'The session will carry a source identity, and no statement allows sts:SetSourceIdentity.',
    hint: 'Allow sts:SetSourceIdentity for the same provider; without it AWS refuses the whole call.',
    find: missing(({ sourceIdentity }) => sourceIdentity, 'sts:SetSourceIdentity', 'a source identity'),
  },
  'trust.session_name_open': {
    severity: 'info',
    sentence: 'Anyone with a token chooses the session name that CloudTrail shows.',
    hint: 'CloudTrail also shows the subject of the token. Pin sts:RoleSessionName if your logs identify users by the session name.',
    find: openSessionName,
  },
} as const satisfies Readonly<Record<string, LintRule>>

function missing(carries: (one: EvidenceInUse) => boolean, action: string, what: string) {
  return (policy: Policy, facts: LintFacts) =>
    facts.evidence
      .filter((one) => carries(one) && isAdmitted(policy, one.provider) && !permits(policy, one.provider, action))
      .map(({ provider }): LintMatch => {
        const { statement } = admittedProviders(policy).find(({ name }) => name === provider) ?? {}
        return {
          path: `${statement?.path ?? 'Statement'}.Action`,
          sentence: `The session will carry ${what}, and no statement allows ${action} for ${provider}.`,
        }
      })
}

/** A caller who is not admitted at all is reported by another rule. */
function isAdmitted(policy: Policy, provider: string): boolean {
  return admittedProviders(policy).some(({ name }) => name === provider)
}

function permits(policy: Policy, provider: string, action: string): boolean {
  return allowsOf(policy).some((statement) => {
    const { anyone, federated } = statement.principal
    return covers(statement, action) && (anyone || federated.has(provider))
  })
}

function openSessionName(policy: Policy): readonly LintMatch[] {
  return admittedProviders(policy)
    .filter(({ kind, statement }) => kind === 'web-identity' && !statement.conditions.some(isSessionName))
    .map(({ statement }) => ({ path: `${statement.path}.Condition` }))
}

function isSessionName({ name }: { readonly name: string }): boolean {
  return name === 'sts:rolesessionname'
}
