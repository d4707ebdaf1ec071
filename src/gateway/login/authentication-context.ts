/** How a user signed in at the identity provider, for roles with an `authnContext`. */
import type { MatchedRoleSettings } from '../../access/role-settings.ts'
import type { OidcProviderConfig, ProviderConfig, SamlProviderConfig } from '../../config/types.ts'
import {
  acceptedContexts,
  contextLabel,
  isAcceptedContext,
  requestableContexts,
} from '../../core/authentication/context.ts'
import { GatewayError } from '../errors.ts'
import { type Providers, providerOf } from '../gateway.ts'
import { contextsOfProvider } from '../providers.ts'
import type { Login } from './logins.ts'

export type ContextPorts = Providers<{ readonly settings: SamlProviderConfig | OidcProviderConfig }>

/** A role's `authnContext` at the provider of a login. */
export interface RequiredContext {
  /** Any of them suffices. Empty: this provider cannot satisfy the role. */
  readonly accepted: readonly string[]
  /** Whether the login has one of them. */
  readonly isMet: boolean
  /** For the user: `multi-factor authentication`. */
  readonly label: string
}

/** undefined for a role without `authnContext`. Throws GatewayError `provider.unknown`. */
export function requiredContextOf(
  gateway: ContextPorts,
  { signIn: { identity } }: Login,
  { authnContext }: Pick<MatchedRoleSettings, 'authnContext'>,
): RequiredContext | undefined {
  if (authnContext === undefined) return undefined
  const accepted = acceptedAt(providerOf(gateway, identity.provider).settings, authnContext)
  return { accepted, isMet: isAcceptedContext(identity.authnContext, accepted), label: contextLabel(authnContext) }
}

/** Stronger ones too if the provider ranks them; only such that every sign-in with it may have. */
function acceptedAt(settings: ProviderConfig, classes: readonly string[]): readonly string[] {
  const ranking = settings.protocol === 'saml' ? settings.authnContextRanking : settings.acrRanking
  const ranked = classes.filter((one) => ranking.includes(one))
  const accepted = ranked.length > 0 ? acceptedContexts({ classes: ranked, comparison: 'minimum', ranking }) : classes
  const always = contextsOfProvider(settings)
  return always.length === 0 ? accepted : accepted.filter((one) => always.includes(one))
}

/**
 * The contexts that satisfy all of these roles, for the request. undefined: none of them requires any. Throws
 * GatewayError `role.authn_context_unavailable` if the provider cannot be asked for them, and
 * `role.authn_contexts_differ` if no single sign-in satisfies them all.
 */
export function commonContext(
  gateway: ContextPorts,
  login: Login,
  roles: Iterable<Pick<MatchedRoleSettings, 'authnContext'>>,
): { readonly accepted: readonly string[]; readonly isMet: boolean } | undefined {
  const required = [...roles].flatMap((role) => requiredContextOf(gateway, login, role) ?? [])
  const [first, ...others] = required
  if (!first) return undefined
  const accepted = others.reduce((common, one) => common.filter((each) => one.accepted.includes(each)), first.accepted)
  const isMet = required.every((one) => one.isMet)
  if (isMet) return accepted.length === 0 ? undefined : { accepted, isMet }
  const { protocol } = providerOf(gateway, login.signIn.identity.provider).settings
  const labels = [...new Set(required.map(({ label }) => label))].join(', ')
  const isPossible = required.every((one) => one.accepted.length > 0)
  if (isPossible && accepted.length === 0) throw new GatewayError('role.authn_contexts_differ', { found: labels })
  if (requestableContexts(accepted, protocol).length > 0) return { accepted, isMet }
  throw new GatewayError('role.authn_context_unavailable', {
    expected: labels,
    found: 'none that this provider can be asked for',
    source: 'roles[].authnContext',
  })
}
