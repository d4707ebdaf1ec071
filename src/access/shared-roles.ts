/**
 * Whether people of two providers can be taken for each other in AWS: a session shows its name, source identity and
 * tags, and a subject of one provider may be the same text as another's. Pure. Start at sharedRoleWarnings.
 */
import type { AccessRule, Config, ProviderConfig } from '../config/types.ts'

type Settings = Pick<Config, 'providers' | 'access' | 'sessionName' | 'sourceIdentity' | 'sessionTags'>

/** Stands for any text in a role's template, and for any role where an identity provider itself may name it. */
const ANY = '*'

/**
 * A sentence for each two providers that can reach a same role while nothing in its session tells whose people took it.
 * For the operator: at start and in `fedgate check`.
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

/** With the provider's original assertion everything in the session is the provider's own word. */
function isNamedHere({ exchange }: ProviderConfig): boolean {
  return exchange.via !== 'saml' || exchange.evidence === 'reissued'
}

/** What the provider's users may reach, as patterns of ARNs. */
function reachOf(provider: ProviderConfig, { access }: Settings): readonly string[] {
  const named = access.filter((rule) => reaches(rule, provider)).flatMap(({ roles }) => roles.map(patternOf))
  const believesTheProvider = provider.protocol === 'saml' && provider.rolesFromAssertion
  return believesTheProvider ? [...named, ANY] : named
}

function reaches({ when }: AccessRule, { id }: ProviderConfig): boolean {
  return when.provider?.includes(id) ?? true
}

/** `{name}` of a rule's groups as a wildcard. */
function patternOf(template: string): string {
  return template.replaceAll(/\{[^{}]+\}/g, ANY)
}

/** Of the two, the one that says more about the role. */
function sharedRole(some: readonly string[], others: readonly string[]): string | undefined {
  for (const one of some) for (const other of others) if (overlap(one, other)) return one === ANY ? other : one
  return undefined
}

/** Whether some text fits both, in which `*` stands for any text. Each pair of places is looked at once. */
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

/** What shows up in AWS of one of the two at least: with an original token the gateway chooses the name alone. */
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
