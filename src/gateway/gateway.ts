/**
 * The use-cases: the one place where order across folders is decided. A use-case takes the ports that it uses (ports.ts),
 * plain values and the caller, and knows neither HTTP nor how anything is stored or sent.
 *
 * login       from the request to an identity provider to a stored login: start-login.ts, receive-saml-response.ts and
 *             receive-oidc-callback.ts, finish-login.ts
 * logout      ending logins: sign-out.ts for the user, single-logout.ts and oidc-logout.ts for identity providers
 * roles       what a login may take, and taking it: list-roles.ts, take-roles.ts, open-console.ts
 * user        what is kept of a user beyond a login: user-record.ts
 * metrics     what Prometheus reads: metrics/measures.ts
 * operations  readiness, status and certificates for operators: status.ts
 * published   the documents that the gateway publishes: publish-metadata.ts
 * metadata    the metadata of SAML providers, kept ready: metadata.ts
 *
 * login knows no role, and metadata no login. Start at login/start-login.ts and follow the user, or walk with
 * docs/architecture.md: a SAML response arrives, a role is taken.
 */

import type { EventCounters } from '../audit/event-counters.ts'
import type { Audit } from '../audit/events.ts'
import type { IdentityPools } from '../aws/cognito/identity-pools.ts'
import type { CatalogSource } from '../catalog/source.ts'
import type { Config, ProviderConfig } from '../config/types.ts'
import type { RoleArn } from '../core/arn.ts'
import type { Policy } from '../iam/policy.ts'
import type { SamlIssuer } from '../issuer/saml-assertion.ts'
import type { WebIdentityIssuer } from '../issuer/web-identity-issuer.ts'
import { GatewayError } from './errors.ts'
import type { Measures } from './metrics/measures.ts'
import type { Signatures } from './operations/signatures.ts'
import type { Clock, ConsoleSignIn, LoginEnded, Store, StsClient } from './ports.ts'
import type { GatewayKeys, Provider } from './providers.ts'

/** What the use-cases need from the configuration. */
export type GatewaySettings = Pick<
  Config,
  | 'baseUrl'
  | 'session'
  | 'sts'
  | 'accounts'
  | 'roles'
  | 'access'
  | 'requestAccess'
  | 'operators'
  | 'sessionName'
  | 'sourceIdentity'
  | 'sessionTags'
  | 'transitiveTags'
  | 'limits'
  | 'federation'
  | 'written'
>

/** All ports together, as the composition root creates them. Use-cases name those that they use. */
export interface Gateway {
  readonly settings: GatewaySettings
  readonly providers: ReadonlyMap<string, Provider>
  readonly store: Store
  /** Called when a login ends. */
  readonly loginEnded: readonly LoginEnded[]
  readonly sts: StsClient
  readonly consoleSignIn: ConsoleSignIn
  /** Absent only if no provider needs the gateway to sign. */
  readonly samlIssuer?: SamlIssuer
  /** Absent if the gateway has no key of its own for tokens. */
  readonly webIdentityIssuer?: WebIdentityIssuer
  /** Absent only if no provider uses one. */
  readonly identityPools?: IdentityPools
  readonly audit: Audit
  /** Counts of audit events since this process started. */
  readonly tally: EventCounters
  readonly measures: Measures
  /** Certificates with their private keys: used for the end dates of the certificates. */
  readonly keys: Pick<GatewayKeys, 'signing' | 'encryption'>
  /** How long signatures take, and whether the keys can be used; absent: they are in memory. */
  readonly signatures?: Signatures
  readonly now: Clock
  /** A role's trust policy if it is known; absent if none is known for any role. */
  readonly trustPolicyOf?: (role: RoleArn) => Policy | undefined
  /** The inventory of accounts and roles; absent if the configuration names none. */
  readonly catalog?: CatalogSource
}

/** Who sent the request, for the audit line. */
export interface Caller {
  /** The ID that the user sees and the audit line contains. */
  readonly reference: string
  readonly sourceIp: string
  readonly userAgent: string
  /** The name of the signed-in device that sent it; undefined for browsers. */
  readonly device?: string
  /** Of the trace that the request belongs to. */
  readonly traceId?: string
}

/** The configured providers by ID, with the settings that use-cases need. */
export interface Providers<One = Provider> {
  readonly providers: ReadonlyMap<string, One>
}

/** How each provider's sign-ins are exchanged. */
export type ExchangeSettings = Providers<{ readonly settings: Pick<ProviderConfig, 'exchange'> }>

/** Throws GatewayError `provider.unknown`. */
export function providerOf<One>({ providers }: Providers<One>, id: string): One {
  const provider = providers.get(id)
  if (!provider) throw new GatewayError('provider.unknown', { found: JSON.stringify(id.slice(0, 100)) })
  return provider
}
