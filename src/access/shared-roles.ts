/**
 * Whether users of two providers can be confused with each other in AWS: a session shows its name, source identity and
 * tags, and the same subject may exist at two providers. Pure. Start at sharedRoleWarnings.
 */
import type { AccessRule, Config, ProviderConfig } from '../config/types.ts'

type Settings = Pick<Config, 'providers' | 'access' | 'sessionName' | 'sourceIdentity' | 'sessionTags'>

/** Matches any text in a role template, or any role if an identity provider may name roles itself. */
const ANY = '*'

/**
 * A sentence for each two providers that can reach the same role while nothing in its session tells their users apart.
 * For the operator: at startup and in `fedgate check`.
 */
export function sharedRoleWarnings(settings: Settings): readonly string[] {
  const named = settings.providers
    .filter(isNamedHere)
    .map((provider) => ({ provider, reach: reachOf(provider, settings) }))
  return named.flatMap((one, n) =>
    named.slice(n + 1).flatMap((other) => {
      const role = sharedRole(one.reach, other.reach)
      const pair = [one.provider, other.provider]
      if (role === undefined || templatesFor(pair, settings).some(namesTheProvider)) return []
      const which = role === ANY ? 'the same roles' : role
      return [
        `${one.provider.id} and ${other.provider.id} can both reach ${which}, and AWS cannot tell their users apart: the same subject at both gets the same session name. Put {provider} into sessionName, or into sourceIdentity or a session tag.`,
      ]
    }),
  )
}

/** With the provider's original assertion the provider decides everything in the session. */
function isNamedHere({ exchange }: ProviderConfig): boolean {
  return exchange.via !== 'saml' || exchange.evidence === 'reissued'
}

/** What the provider's users may reach, as patterns of ARNs. */
function reachOf(provider: ProviderConfig, { access }: Settings): readonly string[] {
  const rules = access.filter((rule) => reaches(rule, provider))
  // Which roles have a tag or a path changes with the catalogue.
  const selected = rules.some(({ selectors }) => selectors !== undefined) ? [ANY] : []
  const named = [...rules.flatMap(({ roles }) => roles.map(patternOf)), ...selected]
  const believesTheProvider = provider.protocol === 'saml' && provider.rolesFromAssertion
  return believesTheProvider ? [...named, ANY] : named
}

function reaches({ when }: AccessRule, { id }: ProviderConfig): boolean {
  return when.provider?.includes(id) ?? true
}

/** `{name}` placeholders of a rule as wildcards. */
function patternOf(template: string): string {
  return template.replaceAll(/\{[^{}]+\}/g, ANY)
}

/** The more specific of the two. */
function sharedRole(some: readonly string[], others: readonly string[]): string | undefined {
  for (const one of some) for (const other of others) if (overlap(one, other)) return one === ANY ? other : one
  return undefined
}

/** Whether some text matches both patterns, in which `*` matches any text. Each pair of positions is visited once. */
function overlap(one: string, other: string): boolean {
  if (!one.includes(ANY) && !other.includes(ANY)) return one === other
  const seen = new Set<string>()
  const from = (i: number, j: number): boolean => {
    const place = `${i} ${j}`
    if (seen.has(place)) return false
    seen.add(place)
    const [a, b] = [one[i], other[j]]
    if (a === undefined && b === undefined) return true
    if (a === ANY && (from(i + 1, j) || (b !== undefined && from(i, j + 1)))) return true
    if (b === ANY && (from(i, j + 1) || (a !== undefined && from(i + 1, j)))) return true
    return a !== undefined && a === b && from(i + 1, j + 1)
  }
  return from(0, 0)
}

/** What AWS shows for at least one of the two: with an original token the gateway chooses only the name. */
function templatesFor(pair: readonly ProviderConfig[], settings: Settings): readonly string[] {
  const { sessionName, sourceIdentity, sessionTags } = settings
  const isReissued = pair.some(({ exchange }) => exchange.evidence === 'reissued')
  return isReissued
    ? [sessionName, ...(sourceIdentity === undefined ? [] : [sourceIdentity]), ...sessionTags.values()]
    : [sessionName]
}

function namesTheProvider(template: string): boolean {
  return /\{(provider|issuer)\}/.test(template)
}
