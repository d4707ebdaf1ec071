/** Whether an e-mail address that nobody has verified could give somebody access, or another person's name. */
import type { AccessRule, Config, OidcProviderConfig, OperatorRule } from '../config/types.ts'
import { namesOf } from './attribute-names.ts'
import { namesIn } from './template.ts'

export type EmailUse = Pick<Config, 'access' | 'operators' | 'sessionName' | 'sourceIdentity' | 'sessionTags'>

const EMAIL: ReadonlySet<string> = new Set(namesOf('email'))

/**
 * Whether the provider must say that it has verified an address (`email_verified`, Core 5.1) before the address is
 * used: as configured, else wherever the configuration uses it. No provider is known to vouch without saying so: those
 * that verify (Google, Okta, GitLab, Cognito) say it, and Entra ID, which does not say it, lets people change theirs.
 */
export function isVerifiedEmailRequired(provider: OidcProviderConfig, config: EmailUse): boolean {
  return provider.requireVerifiedEmail ?? isEmailUsed(config, provider.id)
}

/** In a rule that this provider's users can match, or in what their sessions are called and carry. */
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
