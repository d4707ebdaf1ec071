/**
 * Checks of a provider against its preset: what the family publishes, and what this provider does. A difference is a
 * warning and no failure: the preset may be older than the provider.
 */
import type { Config, OidcProviderConfig } from '../config/types.ts'
import { type CheckResult, type Checks, failed, notRun, passed, runChecks, type Verdict } from '../core/verdict.ts'
import { discoveryUrl } from '../oidc/provider-metadata.ts'
import type { Published } from '../presets/oidc-preset.ts'
import { oidcPresetOf } from '../presets/oidc-presets.ts'
import { type CheckPorts, type HttpAnswer, reasonIn } from './ports.ts'

interface Expected {
  readonly settings: OidcProviderConfig
  /** undefined: the discovery document cannot be used. */
  readonly document: Readonly<Record<string, unknown>> | undefined
}

interface ApiAnswer {
  readonly url: string
  readonly answer: HttpAnswer | undefined
  readonly problem: string | undefined
}

export const presetChecks = { providerIsAsPresetExpects } as const satisfies Checks<Expected>
export const accessTokenChecks = { apiRejectsFalseTokens } as const satisfies Checks<ApiAnswer>

function providerIsAsPresetExpects({ settings, document }: Expected): readonly CheckResult[] {
  const { preset: name } = settings
  const preset = oidcPresetOf({ preset: name })
  if (!preset || name === undefined) return []
  if (!document) return [notRun('discovery cannot be used')]
  return [
    passed(`preset ${name}: ${settings.issuer}`, discoveryUrl(settings.issuer)),
    ...preset.publishes.map((published) => publishedResult(name, published, document)),
  ]
}

function publishedResult(
  preset: string,
  { member, value }: Published,
  { [member]: found }: Readonly<Record<string, unknown>>,
): CheckResult {
  const isThere = Array.isArray(found) ? found.includes(value) : found === value
  if (isThere) return passed(String(value), member)
  const shown = found === undefined ? 'nothing' : JSON.stringify(found).slice(0, 200)
  return { ...passed(shown, member), warning: `the preset ${preset} expects ${String(value)} in ${member}` }
}

/** A provider of access tokens publishes nothing: its API is asked about a token that it cannot have issued. */
export async function checkAccessTokenProvider(settings: OidcProviderConfig, ports: CheckPorts): Promise<Verdict> {
  const { accessTokens } = settings
  if (!accessTokens) throw new Error('no provider of access tokens')
  const { providerId, api } = accessTokens
  const path = providerId === 'www.amazon.com' ? '/auth/o2/tokeninfo' : '/me'
  const url = `${api}${path}?access_token=none`
  try {
    return runChecks(accessTokenChecks, { url, answer: await ports.ask(url, { method: 'GET' }), problem: undefined })
  } catch (error) {
    return runChecks(accessTokenChecks, { url, answer: undefined, problem: reasonIn(error) })
  }
}

function apiRejectsFalseTokens({ url, answer, problem }: ApiAnswer): CheckResult {
  const expected = 'a refusal of a token that was never issued (HTTP 400 or 401)'
  if (!answer) return failed(expected, problem ?? 'no answer', url)
  return answer.status === 400 || answer.status === 401
    ? passed(`HTTP ${answer.status}`, url)
    : failed(expected, `HTTP ${answer.status}`, url)
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Entra ID sends the object IDs of groups, unless an administrator chose names for a kind of groups that has some. */
export function groupsAreObjectIds({ providers, access, operators }: Config): readonly CheckResult[] {
  return providers.flatMap((provider) => {
    if (provider.protocol !== 'oidc' || provider.preset !== 'entra') return []
    const reaching = [...access, ...operators].filter(({ when }) => when.provider?.includes(provider.id) ?? true)
    const values = reaching.flatMap(({ when }) =>
      when.conditions
        .filter(({ attribute }) => attribute === 'groups')
        .flatMap(({ anyOf }) => anyOf.flatMap((match) => (match.kind === 'text' ? [match.value] : []))),
    )
    const names = [...new Set(values)].filter((value) => !GUID.test(value))
    if (names.length === 0) return []
    const warning = `rules for ${provider.id} name the groups ${names.join(', ')}, but Entra ID sends object IDs such as 0f0d1e2a-…, unless the app registration emits names`
    return [{ ...passed(), warning }]
  })
}
