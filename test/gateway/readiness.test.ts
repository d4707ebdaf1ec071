import { describe, expect, it } from 'vitest'
import type { Audit, AuditStatus } from '../../src/audit/events.ts'
import { GatewayError } from '../../src/gateway/errors.ts'
import { readiness } from '../../src/gateway/operations/readiness.ts'
import type { Store } from '../../src/gateway/ports.ts'
import type { Provider } from '../../src/gateway/providers.ts'
import type { SamlIssuer } from '../../src/issuer/saml-assertion.ts'
import type { MetadataStatus } from '../../src/saml/metadata-status.ts'
import { createMemoryStore } from '../../src/stores/memory.ts'

const now = new Date('2026-11-22T12:00:00Z')
const clock = () => now

const status = (over: Partial<MetadataStatus> = {}): MetadataStatus => ({
  source: 'https://idp.example.com/metadata',
  from: 'source',
  fetchedAt: new Date('2026-11-22T11:55:00Z'),
  identityProviders: 1,
  ...over,
})

const problem = new GatewayError('provider.unavailable', { found: 'HTTP 503 from a host that is nobody’s business' })
const nothing: MetadataStatus = { source: 'x', problem, identityProviders: 0 }

/** As far as readiness looks at it. */
const saml = (metadata: MetadataStatus) =>
  ({ protocol: 'saml', metadataSource: { status: () => metadata } }) as unknown as Provider
const openId = (isThere: boolean) =>
  ({ protocol: 'oidc', relyingParty: { available: async () => isThere } }) as unknown as Provider

const samlIssuer = {} as SamlIssuer

const written: AuditStatus = { state: 'ok', isRequired: true }
const failing: AuditStatus = {
  state: 'failing',
  isRequired: true,
  failure: { since: now, reason: 'ENOSPC: no space left on a disk that is nobody’s business', waiting: 3, lost: 0 },
}

const ask = (
  providers: Readonly<Record<string, Provider>>,
  over: { store?: Store; hasKey?: boolean; audit?: AuditStatus } = {},
) => {
  const { store = createMemoryStore(clock), hasKey = true, audit = written } = over
  return readiness({
    providers: new Map(Object.entries(providers)),
    store,
    audit: { status: () => audit } as unknown as Audit,
    now: clock,
    ...(hasKey ? { samlIssuer } : {}),
  })
}

const broken = (failure: () => Promise<never>): Store => ({ ...createMemoryStore(clock), put: failure })

describe('the gateway is ready', () => {
  it('the gateway is ready when store, keys and metadata are there', async () => {
    expect(await ask({ corp: saml(status()), op: openId(true) })).toEqual({
      isReady: true,
      store: 'ok',
      keys: 'ok',
      audit: 'ok',
      metadata: { corp: { state: 'fresh' }, op: { state: 'fresh' } },
    })
  })

  it('the gateway is ready on a last good copy, and says its age', async () => {
    expect(await ask({ corp: saml(status({ from: 'disk', problem })) })).toMatchObject({
      isReady: true,
      metadata: { corp: { state: 'copy', ageSeconds: 300 } },
    })
  })

  it('the gateway is ready while one of several providers is missing', async () => {
    expect(await ask({ corp: saml(nothing), op: openId(true) })).toMatchObject({
      isReady: true,
      metadata: { corp: { state: 'missing' }, op: { state: 'fresh' } },
    })
  })

  it('the gateway is ready without a signing key where no provider is SAML', async () => {
    expect(await ask({ op: openId(true) }, { hasKey: false })).toMatchObject({ isReady: true, keys: 'ok' })
  })
})

describe('the gateway is not ready', () => {
  it.each([
    ['has not been read', nothing],
    ['has ended', status({ validUntil: now })],
  ])('the gateway is not ready when the metadata of its only provider %s', async (_what, metadata) => {
    expect(await ask({ corp: saml(metadata) })).toMatchObject({
      isReady: false,
      metadata: { corp: { state: 'missing' } },
    })
  })

  it('the gateway is not ready when no OpenID provider answers', async () => {
    expect(await ask({ op: openId(false) })).toMatchObject({ isReady: false })
  })

  it('the gateway is not ready when the store fails', async () => {
    const store = broken(() => Promise.reject(new Error('connection lost')))
    expect(await ask({ op: openId(true) }, { store })).toMatchObject({ isReady: false, store: 'failing' })
  })

  it('the gateway is not ready when the store loses what it is given', async () => {
    const store: Store = { ...createMemoryStore(clock), take: async () => undefined }
    expect(await ask({ op: openId(true) }, { store })).toMatchObject({ isReady: false, store: 'failing' })
  })

  it('the gateway is not ready without the key that a SAML provider needs', async () => {
    expect(await ask({ corp: saml(status()) }, { hasKey: false })).toMatchObject({ isReady: false, keys: 'missing' })
  })
})

describe('the audit log', () => {
  it('makes the gateway unready while it cannot be written', async () => {
    expect(await ask({ op: openId(true) }, { audit: failing })).toMatchObject({ isReady: false, audit: 'failing' })
  })

  it('the state of an audit log that is not required is shown, and does not make the gateway unready', async () => {
    const audit = { ...failing, isRequired: false }
    expect(await ask({ op: openId(true) }, { audit })).toMatchObject({ isReady: true, audit: 'failing' })
  })
})

describe('the report of readiness', () => {
  it('holds no reason: anyone may read it', async () => {
    expect(JSON.stringify(await ask({ corp: saml(nothing) }, { audit: failing }))).not.toMatch(/503|example|nobody/)
  })

  it('leaves nothing in the store', async () => {
    const keys = new Set<string>()
    const memory = createMemoryStore(clock)
    const store: Store = {
      ...memory,
      put: (key, value, end) => {
        keys.add(key)
        return memory.put(key, value, end)
      },
      take: (key) => {
        keys.delete(key)
        return memory.take(key)
      },
    }
    await ask({ op: openId(true) }, { store })
    expect(keys).toEqual(new Set())
  })
})
