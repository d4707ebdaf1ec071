/** Logins that strangers start and never finish: small, bounded, and never at the expense of anything else. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { newToken, newXmlId } from '../../src/core/ids.ts'
import { makeRoom, pendingFor, rememberPending } from '../../src/gateway/login/pending-logins.ts'
import type { Store } from '../../src/gateway/ports.ts'
import { createMemoryStore } from '../../src/stores/memory.ts'
import { holds } from '../held/holds.ts'

const NOON = Date.parse('2026-11-22T12:00:00Z')

const testGateway = () => {
  let seconds = 0
  const now = (): Date => new Date(NOON + seconds * 1000)
  const setClock = (to: number): void => {
    seconds = to
  }
  return { store: createMemoryStore(now), now, setClock }
}

const openid = (returnTo: string) => ({
  protocol: 'oidc' as const,
  provider: 'openid',
  binding: newToken() + newToken().slice(0, 11),
  state: newToken() + newToken().slice(0, 11),
  nonce: newToken() + newToken().slice(0, 11),
  codeVerifier: newToken() + newToken().slice(0, 11),
  returnTo,
})

const saml = (returnTo: string) => ({
  protocol: 'saml' as const,
  provider: 'corp',
  requestId: newXmlId(),
  binding: newToken(),
  returnTo,
})

type Begin = Parameters<typeof rememberPending>[3]

const start = (store: Store, now: () => Date, login: Begin): Promise<void> =>
  rememberPending(store, now, 'state' in login ? login.state : newToken(), login)

/** Starts logins until no more are taken, and says how many were. */
const startAll = async (store: Store, now: () => Date, login: () => Begin, most = 100_000): Promise<number> => {
  for (let started = 0; started < most; started += 1) {
    const error = await start(store, now, login()).catch((thrown: unknown) => thrown)
    if (error !== undefined) {
      expect(error).toMatchObject({ code: 'login.too_many_pending' })
      return started
    }
  }
  return most
}

const collected = (): number => {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  gc()
  return process.memoryUsage().heapUsed
}

describe('unfinished logins', holds('10.1'), () => {
  it.each<[string, () => Begin, number]>([
    ['OpenID, to the usual page', () => openid('/roles'), 50_000],
    // As many as have space with the longest path.
    ['OpenID, with the longest path', () => openid(`/${'x'.repeat(2047)}`), 7_000],
  ])(
    'unfinished logins are accepted up to a number, and cost less than 60 MB: %s',
    async (_, login, least) => {
      const { store, now } = testGateway()
      const before = collected()
      const started = await startAll(store, now, login)
      const grown = collected() - before
      expect(started).toBeGreaterThanOrEqual(least)
      expect(started).toBeLessThanOrEqual(50_000)
      expect(grown).toBeLessThan(60_000_000)
    },
    120_000,
  )

  it('make room again when their time is over', async () => {
    const { store, now, setClock } = testGateway()
    const longest = () => saml(`/${'x'.repeat(2047)}`)
    await startAll(store, now, longest)
    await expect(start(store, now, longest())).rejects.toMatchObject({ code: 'login.too_many_pending' })
    setClock(15 * 60 + 1)
    await expect(start(store, now, longest())).resolves.toBeUndefined()
  }, 120_000)

  it('make room when they are answered, and a second answer is still told apart', async () => {
    const { store, now } = testGateway()
    const answered = saml('/roles')
    await rememberPending(store, now, 'handle', answered)
    await startAll(store, now, () => saml('/roles'))
    await expect(start(store, now, saml('/roles'))).rejects.toMatchObject({ code: 'login.too_many_pending' })
    const pending = await pendingFor(store, 'saml', 'corp', 'handle')
    if (pending) await makeRoom(store, 'handle', pending)
    expect(await startAll(store, now, () => saml('/roles'))).toBe(1)
    expect(await pendingFor(store, 'saml', 'corp', 'handle')).toEqual(pending)
    expect(pending).toEqual({ ...answered, begunAt: now() })
  }, 120_000)

  it('end nothing else, and do not block renewals of signed-in users', async () => {
    const { store, now } = testGateway()
    const later = new Date(NOON + 3600_000)
    await store.put('login:1', 'a person', later)
    await store.put('session:1', 'their browser', later)
    await store.claim('assertion:1', later)
    const first = openid('/identity')
    await start(store, now, first)
    await startAll(store, now, () => saml(`/${'x'.repeat(2047)}`))
    await expect(start(store, now, { ...saml('/roles'), renews: '1' })).resolves.toBeUndefined()
    await store.put('login:2', 'another person', later)
    expect(await store.claim('assertion:2', later)).toBe(true)
    const kept = ['login:1', 'login:2', 'session:1', 'assertion:1']
    expect(await Promise.all(kept.map((key) => store.get(key)))).not.toContain(undefined)
    expect(await pendingFor(store, 'oidc', 'openid', first.state)).toEqual({ ...first, begunAt: now() })
  }, 120_000)

  it('unfinished logins are read as they were written', async () => {
    const { store, now } = testGateway()
    for (const returnTo of ['/roles', '/roles?q=x']) {
      const login = { ...saml(returnTo), isPassive: true, renews: 'login', maxAuthAgeSeconds: 60, idp: 'https://idp' }
      await rememberPending(store, now, 'handle', login)
      expect(await pendingFor(store, 'saml', 'corp', 'handle')).toEqual({ ...login, begunAt: now() })
    }
  })
})
