/**
 * The use-cases: the one place where order across folders is decided. A use-case takes the Gateway and plain values,
 * and knows neither HTTP nor how anything is stored or sent. Start at start-login.ts and follow the person:
 * start-login, receive-answer, finish-login, list-roles, take-role, open-console, sign-out.
 */

import type { EventCounters } from '../audit/event-counters.ts'
import type { Audit } from '../audit/events.ts'
import type { Config } from '../config/types.ts'
import type { RoleArn } from '../core/arn.ts'
import type { Policy } from '../iam/policy.ts'
import type { SamlIssuer } from '../issuer/saml-assertion.ts'
import type { WebIdentityIssuer } from '../issuer/web-identity-issuer.ts'
import { GatewayError } from './errors.ts'
import type { Clock, ConsoleSignIn, LoginEnded, Store, StsClient } from './ports.ts'
import type { GatewayKeys, Provider } from './providers.ts'

/** What the use-cases ask of the configuration. */
export type GatewaySettings = Pick<
  Config,
  | 'baseUrl'
  | 'session'
  | 'sts'
  | 'accounts'
  | 'roles'
  | 'access'
  | 'operators'
  | 'sessionName'
  | 'sourceIdentity'
  | 'sessionTags'
  | 'transitiveTags'
>

/** Everything a use-case works with. */
export interface Gateway {
  readonly settings: GatewaySettings
  readonly providers: ReadonlyMap<string, Provider>
  readonly store: Store
  /** Whoever has to know that a login ended. */
  readonly loginEnded: readonly LoginEnded[]
  readonly sts: StsClient
  readonly consoleSignIn: ConsoleSignIn
  /** Missing only when no provider needs the gateway to sign. */
  readonly samlIssuer?: SamlIssuer
  /** Missing where the gateway has no key of its own for tokens. */
  readonly webIdentityIssuer?: WebIdentityIssuer
  readonly audit: Audit
  /** What the audit log has had since this process started, counted. */
  readonly tally: EventCounters
  /** Certificates and private keys: for the dates of the former. */
  readonly keys: Pick<GatewayKeys, 'signing' | 'encryption'>
  readonly now: Clock
  /** The trust policy that the role is known to have; missing where none is known of any role. */
  readonly trustPolicyOf?: (role: RoleArn) => Policy | undefined
}

/** Who asks, for the audit line. */
export interface Caller {
  /** The id that the person sees and the audit line carries. */
  readonly reference: string
  readonly sourceIp: string
  readonly userAgent: string
}

/** The configured providers by id, as far as a use-case looks at them. */
export interface Providers<One = Provider> {
  readonly providers: ReadonlyMap<string, One>
}

/** Throws GatewayError `provider.unknown`. */
export function providerOf<One>({ providers }: Providers<One>, id: string): One {
  const provider = providers.get(id)
  if (!provider) throw new GatewayError('provider.unknown', { found: JSON.stringify(id.slice(0, 100)) })
  return provider
}
