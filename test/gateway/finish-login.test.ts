/** What stays in the store of a login whose handle was used several times at once. */
import { describe, expect, it } from 'vitest'
import { fingerprint } from '../../src/core/ids.ts'
import { type Finish, finishLogin } from '../../src/gateway/login/finish-login.ts'
import { listLiveLogins } from '../../src/gateway/login/live-logins.ts'
import { loginsOfUser } from '../../src/gateway/login/login-index.ts'
import { keepVerifiedSignIn } from '../../src/gateway/login/verified-sign-ins.ts'
import type { Store } from '../../src/gateway/ports.ts'
import { createMemoryStore } from '../../src/stores/memory.ts'
import { gatewayWithUser, signInAs } from './signed-in-user.ts'

const CALLER = { reference: 'r', sourceIp: '192.0.2.1', userAgent: 'test' }

const session: Finish['session'] = { loginId: undefined, begin: async () => undefined, forget: () => undefined }

const begun = async (store?: Store) => {
  const { gateway, now } = gatewayWithUser(undefined, store)
  const ports = { ...gateway, audit: { ...gateway.audit, mustBeWritable: () => undefined } }
  const signIn = signInAs({}, now())
  const handle = await keepVerifiedSignIn(ports, { signIn, returnTo: '/roles', binding: fingerprint('cookie') })
  return { ports, finish: () => finishLogin(ports, { handle, browserSecret: 'cookie', session }, CALLER) }
}

describe('a handle that is used several times at once', () => {
  it('a handle begins one login, and nothing is left in the index of the others', async () => {
    const { ports, finish } = await begun()
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, finish))
    const logins = outcomes.flatMap((one) =>
      one.status === 'fulfilled' && one.value.kind === 'signed-in' ? one.value.login : [],
    )
    expect(logins).toHaveLength(1)
    expect((await listLiveLogins(ports.store)).map(({ id }) => id)).toEqual(logins.map(({ id }) => id))
    const [login] = logins
    if (!login) throw new Error('no login')
    expect((await loginsOfUser(ports, login)).map(({ id }) => id)).toEqual([login.id])
  })

  it('a login that the store could not keep leaves nothing in the index', async () => {
    const store = createMemoryStore(() => new Date('2026-11-22T12:00:00Z'))
    const put: Store['put'] = (key, ...rest) =>
      key.startsWith('login:') ? Promise.reject(new Error('full')) : store.put(key, ...rest)
    const { ports, finish } = await begun({ ...store, put })
    await expect(finish()).rejects.toThrow('full')
    expect(await listLiveLogins(ports.store)).toEqual([])
  })
})
