import { X509Certificate } from 'node:crypto'
import { DAY_MS } from '../../core/duration.ts'
import { type Expiry, expiryOf } from '../../core/expiry.ts'
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
}

/** A certificate, and whether it has expired or soon will. */
export interface CertificateExpiry extends Expiry {
  /** The owner: `the signing certificate of provider corp`. */
  readonly holder: string
  readonly subject: string
}

/**
 * Every certificate that logins and exchanges depend on: ours, and those of identity providers with loaded metadata.
 */
export function certificateExpiries(holder: Holder, now: Date): readonly CertificateExpiry[] {
  return certificatesOf(holder).map(({ holder: whose, pem }) => {
    const { subject, validTo } = new X509Certificate(pem)
    return { holder: whose, subject: subject.replaceAll('\n', ', '), ...expiryOf(new Date(validTo), now) }
  })
}

function certificatesOf({ providers, keys }: Holder): readonly Certificate[] {
  return [
    ...keys.signing.map(({ certificate }) => ({ holder: "this gateway's signing certificate", pem: certificate })),
    ...keys.encryption.map(({ certificate }) => ({
      holder: "this gateway's encryption certificate",
      pem: certificate,
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
  return certificateExpiries(holder, now).flatMap(({ holder: whose, subject, shown, warning }) =>
    warning === undefined ? [] : [`${whose} (${subject}): ${shown}: ${warning}`],
  )
}

/** Warns at start, once metadata has been read, and then once a day, until it is stopped. */
export function watchCertificates(holder: Holder, now: Clock, log: Log): { readonly stop: () => void } {
  let isStopped = false
  const warn = async (): Promise<void> => {
    await metadataIsRead(holder)
    if (!isStopped) for (const line of expiryWarnings(holder, now())) log.warn(line)
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

/** With discovery certificates are not checked: there are too many, and the federation is responsible for them. */
function metadataIsRead({ providers }: Holder): Promise<unknown> {
  return Promise.allSettled(
    [...providers.values()].map((provider) =>
      provider.protocol === 'saml' ? provider.metadataSource.check() : undefined,
    ),
  )
}
