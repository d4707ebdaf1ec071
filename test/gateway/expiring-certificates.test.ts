import { X509Certificate } from 'node:crypto'
import { Registry } from 'prom-client'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { lineLog } from '../../src/cli/line-log.ts'
import { type KeyPair, keyPairFromPem } from '../../src/core/keys.ts'
import {
  expiryWarnings,
  measureExpiries,
  watchCertificates,
} from '../../src/gateway/operations/expiring-certificates.ts'
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
    ;[fresh, ending, ended, theirs] = await Promise.all([keyFor(91), keyFor(7), keyFor(-1), keyFor(3, 'corp')])
  })

  it('certificates that soon end are named, ours and the identity providers, and those with time left are not', () => {
    const provider = {
      ...samlProvider(theirs),
      metadataSource: { status: () => idpWith(theirs) },
    } as unknown as Provider
    const keys = { signing: [fresh, ended], encryption: [ending] }
    expect(expiryWarnings({ providers: new Map([['corp', provider]]), keys }, now)).toEqual([
      "this gateway's signing certificate (CN=fedgate): expired on 2026-11-21: renew it now: fedgate keys rotate --key signing",
      "this gateway's encryption certificate (CN=fedgate): until 2026-11-29: renew it within 7 days: fedgate keys rotate --key encryption",
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

  /** How many lines each of so many days brings, from one day to the next. */
  const linesByDay = async (pair: KeyPair, days: number): Promise<readonly number[]> => {
    vi.useFakeTimers({ toFake: ['setInterval'] })
    const log: string[] = []
    let day = 0
    const watch = watchCertificates(
      { providers: new Map<string, Provider>(), keys: { signing: [pair], encryption: [] } },
      () => new Date(now.getTime() + day * 86_400_000),
      lineLog((line) => log.push(line)),
    )
    await vi.advanceTimersByTimeAsync(0)
    const lines = [log.length]
    for (day = 1; day < days; day += 1) {
      const before = log.length
      await vi.advanceTimersByTimeAsync(86_400_000)
      lines.push(log.length - before)
    }
    watch.stop()
    return lines
  }

  it('certificates that have ended are warned about once a day', async () => {
    expect(await linesByDay(ended, 4)).toEqual([1, 1, 1, 1])
  })

  it('our own certificates are warned about 90 and 30 days ahead, and daily in the last week', async () => {
    const warned = (await linesByDay(fresh, 94)).flatMap((count, day) => (count > 0 ? [91 - day] : []))
    expect(warned).toEqual([90, 30, 7, 6, 5, 4, 3, 2, 1, 0, -1, -2])
  })

  it('the end of each of our certificates is a metric', async () => {
    const registry = new Registry()
    measureExpiries({ keys: { signing: [fresh], encryption: [ending] } }, registry)
    const text = await registry.metrics()
    const end = new Date(new X509Certificate(ending.certificate).validTo).getTime() / 1000
    expect(text).toMatch(new RegExp(`_seconds\\{key="encryption",serial="\\w+"\\} ${end}`))
    expect(text.match(/key="signing"/g)).toHaveLength(1)
  })
})
