import { X509Certificate } from 'node:crypto'
import type { Gateway } from '../gateway.ts'
import { readiness } from '../operations/readiness.ts'
import type { Provider } from '../providers.ts'
import type { Instruments } from './instruments.ts'

export type GaugePorts = Pick<Gateway, 'providers' | 'store' | 'samlIssuer' | 'audit' | 'keys' | 'catalog' | 'now'>

/** More certificates of one owner are not measured: metadata may have any number. */
const MOST_CERTIFICATES = 10

interface Certificates {
  readonly owner: string
  readonly use: 'signing' | 'encryption' | 'tls'
  /** As PEM. */
  readonly certificates: readonly string[]
}

/** Looks up what is only known at the time of a scrape. `tlsCertificate`: as PEM, if the gateway terminates TLS. Never rejects. */
export async function updateGauges(
  gateway: GaugePorts,
  instruments: Instruments,
  tlsCertificate: string | undefined,
): Promise<void> {
  const { providerAvailable, metadataProblem, metadataAge, metadataEnd, certificateAge, certificateEnd } = instruments
  const { isReady, metadata, ...checks } = await readiness(gateway)
  const now = gateway.now()
  instruments.ready.set(Number(isReady))
  for (const [check, outcome] of Object.entries(checks)) instruments.checks.set({ check }, Number(outcome === 'ok'))
  // What is gone since the last scrape, after a reload for one, has no value any more.
  for (const gauge of [providerAvailable, metadataProblem, metadataAge, metadataEnd, certificateAge, certificateEnd])
    gauge.reset()
  for (const [id, provider] of gateway.providers) {
    const { readAt, validUntil, hasProblem } = documentOf(provider)
    providerAvailable.set({ provider: id }, Number(metadata[id] !== undefined && metadata[id].state !== 'missing'))
    metadataProblem.set({ provider: id }, Number(hasProblem))
    if (readAt) metadataAge.set({ provider: id }, secondsFrom(readAt, now))
    if (validUntil) metadataEnd.set({ provider: id }, secondsFrom(now, validUntil))
  }
  for (const { owner, use, certificates } of certificatesOf(gateway, tlsCertificate))
    for (const [index, pem] of certificates.slice(0, MOST_CERTIFICATES).entries()) {
      const { validFrom, validTo } = new X509Certificate(pem)
      const labels = { owner, use, number: `${index + 1}` }
      certificateAge.set(labels, secondsFrom(new Date(validFrom), now))
      certificateEnd.set(labels, secondsFrom(now, new Date(validTo)))
    }
  updateAudit(gateway, instruments)
  updateCatalog(gateway, instruments, now)
}

function documentOf(provider: Provider): { readonly readAt?: Date; readonly validUntil?: Date; hasProblem: boolean } {
  if (provider.protocol === 'oidc') {
    const { discoveredAt, problem } = provider.relyingParty.status()
    return { ...(discoveredAt && { readAt: discoveredAt }), hasProblem: problem !== undefined }
  }
  const { fetchedAt, validUntil, problem } = provider.metadataSource.status()
  return {
    ...(fetchedAt && { readAt: fetchedAt }),
    ...(validUntil && { validUntil }),
    hasProblem: problem !== undefined,
  }
}

function secondsFrom(start: Date, end: Date): number {
  return Math.round((end.getTime() - start.getTime()) / 1000)
}

function certificatesOf({ keys, providers }: GaugePorts, tlsCertificate: string | undefined): readonly Certificates[] {
  const gateway = { owner: 'gateway' } as const
  return [
    { ...gateway, use: 'signing', certificates: keys.signing.map(({ certificate }) => certificate) },
    { ...gateway, use: 'encryption', certificates: keys.encryption.map(({ certificate }) => certificate) },
    { ...gateway, use: 'tls', certificates: tlsCertificate === undefined ? [] : [tlsCertificate] },
    ...[...providers].map(([owner, provider]): Certificates => {
      const idp = provider.protocol === 'saml' ? provider.metadataSource.status().idp : undefined
      return { owner, use: 'signing', certificates: (idp?.signingCertificates ?? []).map(({ pem }) => pem) }
    }),
  ]
}

function updateAudit({ audit }: GaugePorts, { auditWaiting, auditLost }: Instruments): void {
  const { failure } = audit.status()
  auditWaiting.set(failure?.waiting ?? 0)
  auditLost.set(failure?.lost ?? 0)
}

function updateCatalog({ catalog }: GaugePorts, { catalogAge, catalogProblem }: Instruments, now: Date): void {
  if (!catalog) {
    catalogAge.remove()
    catalogProblem.remove()
    return
  }
  const { readAt, problem } = catalog.status()
  catalogAge.set(secondsFrom(readAt, now))
  catalogProblem.set(Number(problem !== undefined))
}
