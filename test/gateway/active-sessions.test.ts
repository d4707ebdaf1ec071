/** Who is signed in, in every kind of store, and what ends with a session that is taken back. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { AuditEvent } from '../../src/audit/events.ts'
import { Secret } from '../../src/core/secret.ts'
import { readLogin } from '../../src/gateway/login/logins.ts'
import { activeSessions, MOST_SHOWN, revokeSessions } from '../../src/gateway/operations/active-sessions.ts'
import type { Store } from '../../src/gateway/ports.ts'
import { grants } from '../../src/gateway/store-records.ts'
import { devicesOfLogin, endingDevices, enterDevice } from '../../src/gateway/user/devices.ts'
import { createMemoryStore } from '../../src/stores/memory.ts'
import { openStore } from '../../src/stores/open.ts'
import { beginLogin, enterIndex, gatewayWithUser, signInAs } from './signed-in-user.ts'

const caller = { reference: 'ref', sourceIp: '192.0.2.1', userAgent: 'Browser/1' }
const from = { sourceIp: '192.0.2.1', userAgent: 'fedgate' }
const CORP = { provider: 'corp', issuer: 'https://idp.example.org' } as const

const house = (store?: Store) => {
  const { gateway, wait } = gatewayWithUser(['first'], store)
  const events: AuditEvent[] = []
  const audit = {
    record: async (event: AuditEvent) => {
      events.push(event)
      return event.referenceId
    },
  }
  const ports = { ...gateway, audit, loginEnded: [endingDevices(gateway.store)] }
  const enter = async (subject: string) => {
    const login = await beginLogin(ports.store, ports.now, signInAs({ subject }, ports.now()), 3600)
    await enterIndex(ports, login, ports.now())
    return login
  }
  return { ports, events, wait, enter }
}

const inStores: readonly (readonly [string, (test: (store: Store | undefined) => Promise<void>) => Promise<void>])[] = [
  ['memory', (test) => test(undefined)],
  [
    'files',
    async (test) => {
      const folder = await mkdtemp(join(tmpdir(), 'fedgate-active-'))
      const now = () => new Date('2026-11-22T12:00:00Z')
      const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
      const opened = await openStore({ kind: 'file', folder }, { now, log })
      await test(opened.sealedBy([new Secret('only for tests, and long enough for them')]))
      await opened.close()
      await rm(folder, { recursive: true })
    },
  ],
]

describe('the sessions of a gateway', () => {
  it.each(inStores)('are listed and ended with their devices where they are kept in %s', async (_, inStore) => {
    await inStore(async (store) => {
      const { ports, enter } = house(store)
      const alice = await enter('alice')
      const bob = await enter('bob')
      await grants.put(ports.store, 'grant', { payload: {}, expiresAt: alice.expiresAt }, alice.expiresAt)
      await enterDevice(ports, alice, { id: 'grant', name: 'laptop', from })
      const { sessions } = await activeSessions(ports, '')
      const listed = sessions.map(({ login, devices }) => [login.signIn.identity.subject, devices.length])
      expect(listed.toSorted()).toEqual([
        ['alice', 1],
        ['bob', 0],
      ])
      const users = [{ ...CORP, subject: 'alice' }]
      const before = new Date(ports.now().getTime() + 1)
      const ended = await revokeSessions(
        ports,
        { users, asked: { provider: 'corp', subject: 'alice' }, before },
        caller,
      )
      expect(ended).toEqual({ sessions: 1, devices: 1 })
      expect(await readLogin(ports.store, alice.id)).toBeUndefined()
      expect(await devicesOfLogin(ports.store, alice.id)).toEqual([])
      expect((await activeSessions(ports, '')).sessions.map(({ login }) => login.id)).toEqual([bob.id])
    })
  })

  it('are left alone where they began at that time or later', async () => {
    const { ports, enter, wait, events } = house()
    const older = await enter('alice')
    wait(60)
    const before = ports.now()
    const newer = await enter('alice')
    wait(60)
    const users = [{ ...CORP, subject: 'alice' }]
    await revokeSessions(ports, { users, asked: { provider: 'corp', subject: 'alice' }, before }, caller)
    expect(await readLogin(ports.store, older.id)).toBeUndefined()
    expect(await readLogin(ports.store, newer.id)).toBeDefined()
    expect(events.map(({ eventName }) => eventName)).toEqual(['logout', 'access.revoked'])
  })

  it('take back a sign-in that is still on its way', async () => {
    const { ports, wait } = house()
    const login = await beginLogin(ports.store, ports.now, signInAs({ subject: 'alice' }, ports.now()), 3600)
    const arrivedAt = ports.now()
    wait(1)
    const asked = { provider: 'corp', subject: 'alice' }
    await revokeSessions(ports, { users: [{ ...CORP, subject: 'alice' }], asked, before: ports.now() }, caller)
    await expect(enterIndex(ports, login, arrivedAt)).rejects.toMatchObject({ code: 'login.signed_out' })
  })

  it('are shown up to a limit, and it is said that there are more', async () => {
    const { ports, enter } = house(createMemoryStore(() => new Date('2026-11-22T12:00:00Z')))
    for (let n = 0; n <= MOST_SHOWN; n++) await enter(`user-${n}`)
    const { sessions, hasMore } = await activeSessions(ports, '')
    expect([sessions.length, hasMore]).toEqual([MOST_SHOWN, true])
    expect(await activeSessions(ports, 'USER-57')).toMatchObject({ hasMore: false, sessions: [{}] })
  })
})
