/** A sign-in is stored once, bound to no login; the finish step binds it, and whatever ends first leaves nothing behind. */
import { describe, expect, it } from 'vitest'
import type { SignIn } from '../../src/core/identity.ts'
import { fingerprint } from '../../src/core/ids.ts'
import { Secret } from '../../src/core/secret.ts'
import { type BrowserSession, type FinishOutcome, finishLogin } from '../../src/gateway/login/finish-login.ts'
import { endLogin, readLogin, renewLogin, storeSignIn } from '../../src/gateway/login/logins.ts'
import { keepVerifiedSignIn } from '../../src/gateway/login/verified-sign-ins.ts'
import type { Store } from '../../src/gateway/ports.ts'
import { createMemoryStore } from '../../src/stores/memory.ts'
import { enterAs, gatewayWithUser, signInAs } from './signed-in-user.ts'

const NOON = new Date('2026-11-22T12:00:00Z')
const RESPONSE = 'P'.repeat(1000)
const caller = { reference: 'reference', sourceIp: '127.0.0.1', userAgent: 'test' }
const HOURS = 3600

const withResponse = (at: Date): SignIn => {
  const signIn = signInAs({}, at)
  return {
    ...signIn,
    evidence: { ...signIn.evidence, kind: 'saml', response: new Secret(RESPONSE) } as SignIn['evidence'],
  }
}

const sessionOf = (loginId: string | undefined): BrowserSession => ({
  loginId,
  begin: async () => undefined,
  forget: () => undefined,
})

/** A gateway whose store tells what is written and what is there. */
const watched = () => {
  let at = NOON.getTime()
  const memory = createMemoryStore(() => new Date(at))
  const written: string[] = []
  const keys = new Set<string>()
  const store: Store = {
    ...memory,
    put: (key, value, end) => {
      written.push(value)
      keys.add(key)
      return memory.put(key, value, end)
    },
    swap: (key, before, after, end) => {
      written.push(after)
      keys.add(key)
      return memory.swap(key, before, after, end)
    },
  }
  const { gateway: parts } = gatewayWithUser(['first'], store)
  const gateway = {
    ...parts,
    now: () => new Date(at),
    settings: { ...parts.settings, session: { ...parts.settings.session, lifetimeSeconds: 8 * HOURS } },
    audit: { ...parts.audit, mustBeWritable: () => undefined },
  }
  const kept = async (prefix: string): Promise<readonly string[]> => {
    const all = [...keys].filter((key) => key.startsWith(`${prefix}:`))
    const there = await Promise.all(all.map(async (key) => ((await memory.get(key)) === undefined ? [] : [key])))
    return there.flat()
  }
  const wait = (seconds: number): void => {
    at += seconds * 1000
  }
  const arrive = (): Promise<string> =>
    keepVerifiedSignIn(gateway, {
      signIn: withResponse(gateway.now()),
      returnTo: '/roles',
      binding: fingerprint('cookie'),
    })
  const finish = (handle: string, browserSecret = 'cookie', loginId?: string): Promise<FinishOutcome> =>
    finishLogin(gateway, { handle, browserSecret, session: sessionOf(loginId) }, caller)
  return { gateway, written, kept, wait, arrive, finish }
}

describe('A verified sign-in', () => {
  it('a verified sign-in is written once: the login that begins with it has no second copy of the response', async () => {
    const { gateway, written, wait, arrive, finish } = watched()
    const finished = await finish(await arrive())
    expect(written.filter((text) => text.includes(RESPONSE))).toHaveLength(1)
    if (finished.kind !== 'signed-in') throw new Error(finished.kind)
    wait(8 * HOURS - 1)
    const { evidence } = (await readLogin(gateway.store, finished.login.id))?.signIn ?? {}
    expect(evidence?.kind === 'saml' && evidence.response?.reveal()).toBe(RESPONSE)
    wait(1)
    expect(await readLogin(gateway.store, finished.login.id)).toBeUndefined()
  })

  it('expires after five minutes where no browser fetches it', async () => {
    const { kept, wait, arrive, finish } = watched()
    const handle = await arrive()
    wait(5 * 60 - 1)
    expect(await kept('sign-in')).toHaveLength(1)
    wait(1)
    expect(await kept('sign-in')).toEqual([])
    await expect(finish(handle)).rejects.toMatchObject({ code: 'login.expired' })
  })

  it('a verified sign-in is deleted when another browser tries', async () => {
    const { kept, arrive, finish } = watched()
    const handle = await arrive()
    await expect(finish(handle, 'another cookie')).rejects.toMatchObject({ code: 'login.other_browser' })
    expect([...(await kept('sign-in')), ...(await kept('unfinished')), ...(await kept('login'))]).toEqual([])
    await expect(finish(handle)).rejects.toMatchObject({ code: 'login.expired' })
  })

  it('becomes one login, however many finish it at once', async () => {
    const { kept, arrive, finish } = watched()
    const handle = await arrive()
    const all = await Promise.allSettled(Array.from({ length: 10 }, () => finish(handle)))
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await kept('login')).toHaveLength(1)
    expect(await kept('sign-in')).toHaveLength(1)
  })

  it('leaves nothing where its login cannot be recorded', async () => {
    const { gateway, kept, arrive } = watched()
    const down = { ...gateway.audit, record: () => Promise.reject(new Error('the log is full')) }
    const handle = await arrive()
    const finishing = finishLogin(
      { ...gateway, audit: down },
      { handle, browserSecret: 'cookie', session: sessionOf(undefined) },
      caller,
    )
    await expect(finishing).rejects.toThrow('the log is full')
    expect([...(await kept('login')), ...(await kept('sign-in'))]).toEqual([])
  })

  it('leaves nothing where its browser gets no session, and no session that was begun', async () => {
    const { gateway, kept, arrive } = watched()
    const told: string[] = []
    const session: BrowserSession = {
      loginId: undefined,
      begin: async () => {
        told.push('begin')
        throw new Error('the store is full')
      },
      forget: () => void told.push('forget'),
    }
    const finishing = finishLogin(gateway, { handle: await arrive(), browserSecret: 'cookie', session }, caller)
    await expect(finishing).rejects.toThrow('the store is full')
    expect(told).toEqual(['begin', 'forget'])
    expect([...(await kept('login')), ...(await kept('sign-in'))]).toEqual([])
  })

  it('gives a browser its session only once the login is recorded', async () => {
    const { gateway, arrive } = watched()
    const order: string[] = []
    const audit: typeof gateway.audit = {
      ...gateway.audit,
      record: async (event) => {
        await new Promise(setImmediate)
        order.push(event.eventName)
        return event.referenceId
      },
    }
    const session = { ...sessionOf(undefined), begin: async () => void order.push('session') }
    await finishLogin({ ...gateway, audit }, { handle: await arrive(), browserSecret: 'cookie', session }, caller)
    expect(order).toEqual(['login', 'session'])
  })

  it('tells a browser that has a session when the login lasts, so the one before does not end for nothing', async () => {
    const { gateway, kept, arrive } = watched()
    const handle = await arrive()
    const put: typeof gateway.store.put = (key, value, expiresAt) =>
      key.startsWith('finished:')
        ? Promise.reject(new Error('the store is full'))
        : gateway.store.put(key, value, expiresAt)
    let before = 'live'
    const session: BrowserSession = {
      loginId: undefined,
      begin: async (_login, settled) => {
        await settled
        before = 'ended'
      },
      forget: () => undefined,
    }
    const finishing = finishLogin(
      { ...gateway, store: { ...gateway.store, put } },
      { handle, browserSecret: 'cookie', session },
      caller,
    )
    await expect(finishing).rejects.toThrow('the store is full')
    expect(before).toBe('live')
    expect(await kept('login')).toEqual([])
  })

  it('a verified sign-in of another version is one to start again, not an error', async () => {
    const { gateway, kept, arrive, finish } = watched()
    const handle = await arrive()
    const [key = ''] = await kept('sign-in')
    await gateway.store.put(key, '[99,{}]', new Date(gateway.now().getTime() + 60_000))
    await expect(finish(handle)).rejects.toMatchObject({ code: 'login.expired' })
  })
})

describe('A login', () => {
  it('a login that ends deletes its sign-in, evidence and all', async () => {
    const { gateway, kept } = watched()
    const login = await enterAs(gateway)
    expect((await endLogin(gateway, login))?.signIn).toEqual(login.signIn)
    expect([...(await kept('login')), ...(await kept('sign-in'))]).toEqual([])
  })

  it('a login whose sign-in cannot be read any more has ended', async () => {
    const { gateway, kept } = watched()
    const login = await enterAs(gateway)
    const [key = ''] = await kept('sign-in')
    await gateway.store.put(key, '[1,{}]', login.expiresAt)
    expect(await readLogin(gateway.store, login.id)).toBeUndefined()
    expect(await endLogin(gateway, login)).toBeUndefined()
  })

  it('a login that is renewed keeps one sign-in, the new one, and answers to the session indexes of both', async () => {
    const { gateway, kept } = watched()
    const login = await enterAs(gateway)
    const renewWith = async (sessionIndex: string) => {
      const current = (await readLogin(gateway.store, login.id)) ?? login
      const signIn = signInAs({}, gateway.now())
      const logoutRef = { ...signIn.logoutRef, sessionIndex } as SignIn['logoutRef']
      const fresh = await storeSignIn(gateway.store, { ...signIn, logoutRef }, login.expiresAt)
      return renewLogin(gateway.store, current, fresh)
    }
    for (const index of ['_1', '_2', '_3']) await renewWith(index)
    expect(await kept('sign-in')).toHaveLength(1)
    const { logoutRef } = (await readLogin(gateway.store, login.id))?.signIn ?? {}
    expect(logoutRef).toMatchObject({ sessionIndex: '_3', furtherSessionIndexes: ['_2', '_1'] })
  })

  it('a login that is renewed many times at once keeps one sign-in', async () => {
    const { gateway, kept } = watched()
    const login = await enterAs(gateway)
    await Promise.all(
      Array.from({ length: 10 }, async () =>
        renewLogin(gateway.store, login, await storeSignIn(gateway.store, login.signIn, login.expiresAt)),
      ),
    )
    expect(await kept('sign-in')).toHaveLength(1)
    expect(await readLogin(gateway.store, login.id)).toBeDefined()
  })

  it('a login can be read while it is renewed, in whichever order the steps run', async () => {
    for (let steps = 0; steps < 20; steps += 1) {
      const { gateway } = watched()
      const login = await enterAs(gateway)
      const fresh = await storeSignIn(gateway.store, login.signIn, login.expiresAt)
      const afterSteps = async () => {
        for (let step = 0; step < steps; step += 1) await Promise.resolve()
        return readLogin(gateway.store, login.id)
      }
      const [read] = await Promise.all([afterSteps(), renewLogin(gateway.store, login, fresh)])
      expect(read).toMatchObject({ id: login.id })
    }
  })

  it('a login that ends while it is renewed stays ended and leaves no sign-in of its own, in whichever order', async () => {
    for (let steps = 0; steps < 20; steps += 1) {
      const { gateway, kept } = watched()
      const login = await enterAs(gateway)
      const fresh = await storeSignIn(gateway.store, login.signIn, login.expiresAt)
      const afterSteps = async () => {
        for (let step = 0; step < steps; step += 1) await Promise.resolve()
        return endLogin(gateway, login)
      }
      const [, renewed] = await Promise.all([afterSteps(), renewLogin(gateway.store, login, fresh)])
      expect(await readLogin(gateway.store, login.id)).toBeUndefined()
      // Where the renewal came too late, the fresh sign-in is still its caller's, who may begin a login with it.
      expect(await kept('sign-in')).toEqual(renewed ? [] : [`sign-in:${fresh.id}`])
    }
  })
})
