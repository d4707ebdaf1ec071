/** How long ago a user may have signed in at the identity provider, for roles with a `maxAuthAge`. */

import type { MatchedRoleSettings } from '../../access/role-settings.ts'
import type { Identity } from '../../core/identity.ts'
import { GatewayError } from '../errors.ts'
import { type Gateway, type Providers, providerOf } from '../gateway.ts'
import { OIDC_CLOCK_SKEW_SECONDS, type OidcProvider, type SamlProvider } from '../providers.ts'
import type { Login } from './logins.ts'

/** If its clock is known. */
type DatedProvider = Pick<SamlProvider, 'protocol' | 'settings'> | Pick<OidcProvider, 'protocol' | 'settings'>

export type AuthenticationAgePorts = Providers<DatedProvider> & Pick<Gateway, 'now'>

/** The role's `maxAuthAge` in seconds if this login is older than that; undefined if it is recent enough. */
export function requiredReauthentication(
  gateway: AuthenticationAgePorts,
  { signIn: { identity } }: Login,
  { maxAuthAgeSeconds }: Pick<MatchedRoleSettings, 'maxAuthAgeSeconds'>,
): number | undefined {
  if (maxAuthAgeSeconds === undefined) return undefined
  const provider = providerOf(gateway, identity.provider)
  return isProvenWithin(gateway, provider, identity, maxAuthAgeSeconds) ? undefined : maxAuthAgeSeconds
}

function isProvenWithin(
  { now }: Pick<Gateway, 'now'>,
  provider: DatedProvider,
  { authenticatedAt, isTimeAssumed }: Identity,
  seconds: number,
): boolean {
  return !isTimeAssumed && now().getTime() - authenticatedAt.getTime() <= (seconds + clockSkewOf(provider)) * 1000
}

function clockSkewOf(provider: DatedProvider): number {
  return provider.protocol === 'saml' ? provider.settings.clockSkewSeconds : OIDC_CLOCK_SKEW_SECONDS
}

/** Checks the maximum age that was requested. Throws GatewayError `login.authentication_too_old`. */
export function checkMaxAuthAge(
  gateway: Pick<Gateway, 'now'>,
  provider: DatedProvider,
  identity: Identity,
  seconds: number | undefined,
): void {
  if (seconds === undefined || isProvenWithin(gateway, provider, identity, seconds)) return
  throw new GatewayError('login.authentication_too_old', {
    expected: `at most ${seconds} seconds ago`,
    found: identity.authenticatedAt.toISOString(),
    source: 'AuthnStatement/@AuthnInstant',
  })
}
