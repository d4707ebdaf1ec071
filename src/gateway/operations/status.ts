/**
 * operations owns what operators see: readiness.ts for load balancers, expiring-certificates.ts for the log, and here the
 * status page. Plain values, no secret; sends no request except to the store.
 */
import { catalogNotes } from '../../access/catalog-notes.ts'
import { matchesRule } from '../../access/entitlement.ts'
import { tokenLifetimeWarnings } from '../../access/token-lifetime.ts'
import type { ProviderCounters } from '../../audit/event-counters.ts'
import type { AuditStatus } from '../../audit/events.ts'
import type { CatalogStatus } from '../../catalog/source.ts'
import type { Identity } from '../../core/identity.ts'
import type { OidcStatus } from '../../oidc/discovery.ts'
import type { MetadataStatus } from '../../saml/metadata-status.ts'
import { GatewayError } from '../errors.ts'
import type { Gateway } from '../gateway.ts'
import type { Provider } from '../providers.ts'
import { type CertificateExpiry, certificateExpiries } from './expiring-certificates.ts'
import { type ProviderReadiness, type Readiness, type ReadinessPorts, readiness } from './readiness.ts'

export type StatusPorts = ReadinessPorts &
  Pick<Gateway, 'webIdentityIssuer' | 'tally' | 'keys' | 'catalog'> & {
    readonly settings: Pick<Gateway['settings'], 'access'>
  }

export interface GatewayStatus {
  /** Counts of this process, since this time. */
  readonly startedAt: Date
  readonly readiness: Omit<Readiness, 'metadata'>
  readonly audit: AuditStatus
  readonly providers: readonly ProviderStatus[]
  /** Ours, and the identity providers' that are known. */
  readonly certificates: readonly CertificateExpiry[]
  /** The inventory of accounts and roles, with notes on what rules name and it does not have. */
  readonly catalog?: CatalogStatus
  /** The gateway as OpenID issuer for AWS. */
  readonly issuer?: {
    readonly url: string
    /** The first one signs. */
    readonly keys: readonly { readonly kid: string; readonly algorithm: string }[]
  }
}

export interface ProviderStatus {
  readonly id: string
  readonly label: string
  readonly readiness: ProviderReadiness
  readonly known: KnownOfProvider
  readonly tally: ProviderCounters | undefined
  /** Warnings about things that still work, as sentences. */
  readonly warnings: readonly string[]
}

export type KnownOfProvider =
  | ({ readonly protocol: 'saml' } & MetadataStatus)
  | ({ readonly protocol: 'oidc'; readonly source: string } & OidcStatus)

/** Never throws: failures are among the values. */
export async function gatewayStatus(gateway: StatusPorts): Promise<GatewayStatus> {
  const { metadata, ...ready } = await readiness(gateway)
  const { webIdentityIssuer: issuer, providers, tally } = gateway
  const counters = await tally.byProvider()
  return {
    startedAt: tally.startedAt,
    readiness: ready,
    audit: gateway.audit.status(),
    providers: [...providers].map(([id, provider]) => ({
      id,
      label: provider.settings.label,
      readiness: metadata[id] ?? { state: 'missing' },
      known: knownOf(provider),
      tally: counters.get(id),
      warnings: warningsOf(provider),
    })),
    certificates: certificateExpiries(gateway, gateway.now()),
    ...catalogIn(gateway),
    ...(issuer && { issuer: { url: issuer.url, keys: issuer.keys.map(({ kid, alg }) => ({ kid, algorithm: alg })) } }),
  }
}

function catalogIn({ catalog, settings }: StatusPorts): Pick<GatewayStatus, 'catalog'> {
  if (!catalog) return {}
  const status = catalog.status()
  return { catalog: { ...status, notes: [...catalogNotes(settings, catalog.current()), ...status.notes] } }
}

function knownOf(provider: Provider): KnownOfProvider {
  return provider.protocol === 'saml'
    ? { protocol: 'saml', ...provider.metadataSource.status() }
    : { protocol: 'oidc', source: provider.settings.issuer, ...provider.relyingParty.status() }
}

function warningsOf(provider: Provider): readonly string[] {
  return provider.protocol === 'oidc'
    ? tokenLifetimeWarnings(provider.settings, provider.relyingParty.status().idTokenSeconds)
    : []
}

/** Whether this user is an operator, by the rules under `operators`; without rules, no user is. */
export function isOperator({ settings }: Pick<Gateway, 'settings'>, identity: Identity): boolean {
  return settings.operators.some((rule) => matchesRule(rule, identity))
}

/** Throws GatewayError `operator.required`. */
export function mustBeOperator(gateway: Pick<Gateway, 'settings'>, identity: Identity): void {
  if (!isOperator(gateway, identity))
    throw new GatewayError('operator.required', { expected: 'a rule under operators' })
}
