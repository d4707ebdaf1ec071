import { X509Certificate } from 'node:crypto'
import { Gauge, type Registry } from 'prom-client'
import { DAY_MS } from '../../core/duration.ts'
import {
  daysUntil,
  type Expiry,
  expiryOf,
  ownExpiryOf,
  type RotatedKey,
  rotationWarningDays,
} from '../../core/expiry.ts'
import type { Log } from '../../core/log.ts'
import type { Clock } from '../ports.ts'
import type { GatewayKeys, Provider } from '../providers.ts'

interface Holder {
  readonly providers: ReadonlyMap<string, Provider>
  readonly keys: Pick<GatewayKeys, 'signing' | 'encryption'>
}

interface Certificate {
  readonly holder: string
  readonly pem: string
  /** Which of our keys it belongs to; undefined: it is an identity provider's. */
  readonly key?: RotatedKey
}

/** A certificate, and whether it has expired or soon will. */
export interface CertificateExpiry extends Expiry {
  /** The owner: `the signing certificate of provider corp`. */
  readonly holder: string
  readonly subject: string
  /** The last of the warnings before its end that is due: 90, 30 or 7 days for ours, 30 or 7 for others. */
  readonly warnedDaysAhead?: number
}

/**
 * Every certificate that logins and exchanges depend on: ours, and those of identity providers with loaded metadata.
 */
export function certificateExpiries(holder: Holder, now: Date): readonly CertificateExpiry[] {
  return certificatesOf(holder).map(({ holder: whose, pem, key }) => {
    const { subject, validTo } = new X509Certificate(pem)
    const end = new Date(validTo)
    const expiry = key === undefined ? expiryOf(end, now) : ownExpiryOf(end, now, key)
    const due =
      expiry.state === 'soon' ? rotationWarningDays.filter((days) => daysUntil(end, now) <= days).at(-1) : undefined
    return {
      holder: whose,
      subject: subject.replaceAll('\n', ', '),
      ...expiry,
      ...(due !== undefined && { warnedDaysAhead: due }),
    }
  })
}

function certificatesOf({ providers, keys }: Holder): readonly Certificate[] {
  return [
    ...keys.signing.map(({ certificate }) => ({
      holder: "this gateway's signing certificate",
      pem: certificate,
      key: 'signing' as const,
    })),
    ...keys.encryption.map(({ certificate }) => ({
      holder: "this gateway's encryption certificate",
      pem: certificate,
      key: 'encryption' as const,
    })),
    ...[...providers.values()].flatMap((provider) => {
      const idp = provider.protocol === 'saml' ? provider.metadataSource.status().idp : undefined
      const holder = `the signing certificate of provider ${provider.settings.id}`
      return (idp?.signingCertificates ?? []).map(({ pem }) => ({ holder, pem }))
    }),
  ]
}

/** A line for each certificate that has expired or soon will. */
export function expiryWarnings(holder: Holder, now: Date): readonly string[] {
  return dueWarnings(holder, now).map(({ line }) => line)
}

interface DueWarning {
  readonly line: string
  /** The same until the next warning is due. */
  readonly occasion: string
}

/** In the last week, and after the end, every day is an occasion. */
function dueWarnings(holder: Holder, now: Date): readonly DueWarning[] {
  return certificateExpiries(holder, now).flatMap(({ holder: whose, subject, shown, warning, warnedDaysAhead }) => {
    if (warning === undefined) return []
    const isDaily = warnedDaysAhead === undefined || warnedDaysAhead === rotationWarningDays.at(-1)
    const occasion = isDaily ? now.toISOString().slice(0, 10) : String(warnedDaysAhead)
    return [
      { line: `${whose} (${subject}): ${shown}: ${warning}`, occasion: `${whose} ${subject} ${shown} ${occasion}` },
    ]
  })
}

/**
 * Warns at start, once metadata has been read, when a certificate comes within 90 (ours), 30 or 7 days of its end, and
 * then once a day, until it is stopped.
 */
export function watchCertificates(holder: Holder, now: Clock, log: Log): { readonly stop: () => void } {
  let isStopped = false
  const said = new Set<string>()
  const warn = async (): Promise<void> => {
    await metadataIsRead(holder)
    if (isStopped) return
    for (const { line, occasion } of dueWarnings(holder, now())) {
      if (said.has(occasion)) continue
      said.add(occasion)
      log.warn(line)
    }
  }
  void warn()
  const timer = setInterval(() => void warn(), DAY_MS).unref()
  return {
    stop: () => {
      isStopped = true
      clearInterval(timer)
    },
  }
}

/** `fedgate_certificate_expiry_timestamp_seconds`: the end of each of our certificates, as seconds since 1970. */
export function measureExpiries({ keys }: Pick<Holder, 'keys'>, registry: Registry): void {
  const gauge = new Gauge<'key' | 'serial'>({
    name: 'fedgate_certificate_expiry_timestamp_seconds',
    help: "The end of this gateway's certificates, by key (signing, encryption) and serial number.",
    labelNames: ['key', 'serial'],
    aggregator: 'min',
    registers: [registry],
  })
  for (const key of ['signing', 'encryption'] as const)
    for (const { certificate } of keys[key]) {
      const { serialNumber, validTo } = new X509Certificate(certificate)
      gauge.set({ key, serial: serialNumber }, new Date(validTo).getTime() / 1000)
    }
}

/** With discovery certificates are not checked: there are too many, and the federation is responsible for them. */
function metadataIsRead({ providers }: Holder): Promise<unknown> {
  return Promise.allSettled(
    [...providers.values()].map((provider) =>
      provider.protocol === 'saml' ? provider.metadataSource.check() : undefined,
    ),
  )
}
