/** Whether an unverified email address could give a user access, or another user's name. */
import type { AccessRule, Config, OidcProviderConfig, OperatorRule } from '../config/types.ts'
import { namesOf } from './attribute-names.ts'
import { namesIn } from './template.ts'

export type EmailUse = Pick<Config, 'access' | 'operators' | 'sessionName' | 'sourceIdentity' | 'sessionTags'>

const EMAIL: ReadonlySet<string> = new Set(namesOf('email'))

/**
 * Whether the provider must state that it has verified an address (`email_verified`, Core 5.1) before the address is
 * used: as configured, else wherever the configuration uses it. Providers that verify addresses (Google, Okta, GitLab,
 * Cognito) say so; Entra ID does not, and lets users change theirs.
 */
export function isVerifiedEmailRequired(provider: OidcProviderConfig, config: EmailUse): boolean {
  return provider.requireVerifiedEmail ?? isEmailUsed(config, provider.id)
}

/** In a rule that can match this provider's users, or in the names and contents of their sessions. */
function isEmailUsed({ access, operators, sessionName, sourceIdentity = '', sessionTags }: EmailUse, id: string) {
  return (
    [...access, ...operators].some((rule) => isForProvider(rule, id) && asksForEmail(rule)) ||
    [sessionName, sourceIdentity, ...sessionTags.values()].flatMap(namesIn).some((name) => EMAIL.has(name))
  )
}

function isForProvider({ when: { provider } }: AccessRule | OperatorRule, id: string): boolean {
  return provider?.includes(id) ?? true
}

function asksForEmail({ when: { conditions } }: AccessRule | OperatorRule): boolean {
  return conditions.some(({ attribute }) => EMAIL.has(attribute))
}
