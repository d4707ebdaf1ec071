import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { lineLog } from '../../src/cli/log.ts'
import { type KeyPair, keyPairFromPem } from '../../src/core/keys.ts'
import { expiryWarnings, watchCertificates } from '../../src/gateway/operations/expiring-certificates.ts'
import type { Provider } from '../../src/gateway/providers.ts'
import { createKeyPem } from '../../src/issuer/keys.ts'

const now = new Date('2026-11-22T12:00:00Z')

/** What createKeyPem gives a certificate. */
const LIFETIME_DAYS = 10 * 365.25

/** A key whose certificate ends in so many days. */
const keyFor = async (days: number, name = 'fedgate'): Promise<KeyPair> => {
  const made = await createKeyPem(name, new Date(now.getTime() + (days - LIFETIME_DAYS) * 86_400_000))
  return keyPairFromPem(made.privateKey, made.certificate)
}

const idpWith = ({ certificate }: KeyPair) => ({ idp: { signingCertificates: [{ pem: certificate }] } })

/** As far as its certificates are looked at; they are there once it was read. */
const samlProvider = (pair: KeyPair) => {
  let isRead = false
  const metadataSource = {
    check: async () => {
      isRead = true
    },
    status: () => (isRead ? idpWith(pair) : {}),
  }
  return { protocol: 'saml', settings: { id: 'corp' }, metadataSource } as unknown as Provider
}

afterEach(() => {
  vi.useRealTimers()
})

describe('certificates that soon end', () => {
  let [fresh, ending, ended, theirs] = [] as unknown as [KeyPair, KeyPair, KeyPair, KeyPair]
  beforeAll(async () => {
    ;[fresh, ending, ended, theirs] = await Promise.all([keyFor(31), keyFor(7), keyFor(-1), keyFor(3, 'corp')])
  })

  it('certificates that soon end are named, ours and the identity providers, and those with time left are not', () => {
    const provider = {
      ...samlProvider(theirs),
      metadataSource: { status: () => idpWith(theirs) },
    } as unknown as Provider
    const keys = { signing: [fresh, ended], encryption: [ending] }
    expect(expiryWarnings({ providers: new Map([['corp', provider]]), keys }, now)).toEqual([
      "this gateway's signing certificate (CN=fedgate): expired on 2026-11-21: renew it now",
      "this gateway's encryption certificate (CN=fedgate): until 2026-11-29: renew it within 7 days",
      'the signing certificate of provider corp (CN=corp): until 2026-11-25: renew it within 3 days',
    ])
  })

  it('certificates that soon end are warned about at start, once the metadata has been read', async () => {
    const providers = new Map([['corp', samlProvider(theirs)]])
    const line = await new Promise<string>((resolve) => {
      const watch = watchCertificates(
        { providers, keys: { signing: [fresh], encryption: [] } },
        () => now,
        lineLog((text) => {
          resolve(text)
          watch.stop()
        }),
      )
    })
    expect(line).toContain('provider corp')
  })

  it('certificates that soon end are not warned about once it is stopped', async () => {
    const log: string[] = []
    const watch = watchCertificates(
      { providers: new Map(), keys: { signing: [ended], encryption: [] } },
      () => now,
      lineLog((line) => log.push(line)),
    )
    watch.stop()
    await new Promise((resolve) => setImmediate(resolve))
    expect(log).toEqual([])
  })

  it('certificates that soon end are warned about once a day', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] })
    const log: string[] = []
    const holder = { providers: new Map<string, Provider>(), keys: { signing: [ended], encryption: [] } }
    const watch = watchCertificates(
      holder,
      () => now,
      lineLog((line) => log.push(line)),
    )
    const counts: number[] = []
    for (const hours of [0, 23, 1, 24]) {
      await vi.advanceTimersByTimeAsync(hours * 3_600_000)
      counts.push(log.length)
    }
    watch.stop()
    expect(counts).toEqual([1, 1, 2, 3])
  })
})
