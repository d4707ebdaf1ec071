import { newToken } from '../../core/ids.ts'
import { within } from '../../core/time-limit.ts'
import type { MetadataStatus } from '../../saml/metadata-status.ts'
import { expiryOf } from '../define-record.ts'
import type { Gateway } from '../gateway.ts'
import type { Clock, Store } from '../ports.ts'
import type { Provider } from '../providers.ts'
import { readinessProbes } from '../store-records.ts'

/** Whether users can sign in with a provider, and which metadata that depends on. */
export type ProviderReadiness =
  /** The source's current metadata. */
  | { readonly state: 'fresh' }
  /** The source is unavailable or invalid; its last valid metadata is used. */
  | { readonly state: 'copy'; readonly ageSeconds: number }
  | { readonly state: 'missing' }

export interface Readiness {
  /** A load balancer may send users here: store, keys and audit log work, and users can sign in. */
  readonly isReady: boolean
  readonly store: 'ok' | 'failing'
  /** `failing`: AWS KMS does not sign. */
  readonly keys: 'ok' | 'missing' | 'failing'
  /** The error code by key (signing, issuer), while AWS KMS does not sign. */
  readonly failingKeys?: Readonly<Record<string, string>>
  /** Whether events can be recorded; if they must be, a failing log makes the gateway unready. */
  readonly audit: 'ok' | 'failing'
  readonly metadata: Readonly<Record<string, ProviderReadiness>>
}

export type ReadinessPorts = Pick<Gateway, 'providers' | 'store' | 'samlIssuer' | 'signatures' | 'audit' | 'now'>

/** Longer than a working store ever takes. */
const STORE_WITHIN_MS = 2_000

/**
 * Whether the gateway can do its work now. An unavailable provider is reported but does not make it unready, as users
 * of others can sign in. Reveals nothing confidential, and never throws.
 */
export async function readiness(gateway: ReadinessPorts): Promise<Readiness> {
  const now = gateway.now()
  const [hasStore, failingKeys, ...providers] = await Promise.all([
    within(STORE_WITHIN_MS, storeWorks(gateway.store, gateway.now), () => false).catch(() => false),
    gateway.signatures?.failing() ?? {},
    ...[...gateway.providers].map(async ([id, provider]) => [id, await providerReadiness(provider, now)] as const),
  ])
  const isFailing = Object.keys(failingKeys).length > 0
  const keys = keysAreThere(gateway) ? (isFailing ? 'failing' : 'ok') : 'missing'
  const { state: audit, isRequired } = gateway.audit.status()
  const canRecord = audit === 'ok' || !isRequired
  return {
    isReady: hasStore && keys === 'ok' && canRecord && providers.some(([, { state }]) => state !== 'missing'),
    store: hasStore ? 'ok' : 'failing',
    keys,
    ...(isFailing && { failingKeys }),
    audit,
    metadata: Object.fromEntries(providers),
  }
}

/** Writes and takes back a value of its own. */
async function storeWorks(store: Store, now: Clock): Promise<boolean> {
  const [id, value] = [newToken(), newToken()]
  await readinessProbes.put(store, id, value, expiryOf(readinessProbes, now()))
  return (await readinessProbes.take(store, id)) === value
}

async function providerReadiness(provider: Provider, now: Date): Promise<ProviderReadiness> {
  if (provider.protocol === 'saml') return metadataReadiness(provider.metadataSource.status(), now)
  return (await provider.relyingParty.available()) ? { state: 'fresh' } : { state: 'missing' }
}

function metadataReadiness(status: MetadataStatus, now: Date): ProviderReadiness {
  const { fetchedAt, validUntil, problem } = status
  if (!fetchedAt || (validUntil && validUntil <= now)) return { state: 'missing' }
  if (!problem) return { state: 'fresh' }
  return { state: 'copy', ageSeconds: Math.max(0, Math.round((now.getTime() - fetchedAt.getTime()) / 1000)) }
}

function keysAreThere({ providers, samlIssuer }: Pick<Gateway, 'providers' | 'samlIssuer'>): boolean {
  return samlIssuer !== undefined || [...providers.values()].every(({ protocol }) => protocol !== 'saml')
}
