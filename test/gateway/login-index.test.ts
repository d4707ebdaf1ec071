/** Logins found by what their identity provider calls the user; what logouts and sign-ins do to each other. */
import { describe, expect, it } from 'vitest'
import type { NameId, SignIn } from '../../src/core/identity.ts'
import { Secret } from '../../src/core/secret.ts'
import { endKnownOidcLogins, endLoginsOf, type LoginIndex } from '../../src/gateway/login/login-index.ts'
import { endLogin, type Login, readLogin, renewLogin, storeSignIn } from '../../src/gateway/login/logins.ts'
import type { Store } from '../../src/gateway/ports.ts'
import { createMemoryStore } from '../../src/stores/memory.ts'
import { SessionStore } from '../../src/stores/session-store.ts'
import { sampleConfig } from './configured.ts'
import { beginLogin, enterIndex } from './signed-in-user.ts'

const NOON = Date.parse('2026-11-22T12:00:00Z')
const IDP = 'https://idp.example.org'
const SP = 'https://gateway.example.org/saml/corp/metadata'

const testGateway = ([first, ...others]: readonly [string, ...string[]] = ['first'], store?: Store) => {
  let seconds = 0
  const now = () => new Date(NOON + seconds * 1000)
  const told: string[] = []
  const index = {
    settings: {
      session: {
        ...sampleConfig.session,
        secrets: [new Secret(first), ...others.map((other) => new Secret(other))] as const,
      },
    },
    providers: new Map([['corp', { protocol: 'saml' as const, serviceProvider: { entityId: SP } }]]),
    store: store ?? createMemoryStore(now),
    loginEnded: [async (id: string) => void told.push(id)],
    now,
  }
  const wait = (more: number): void => {
    seconds += more
  }
  return { index, told, wait }
}

const signInOf = (nameId: NameId, sessionIndex: string | undefined, issuedAt: Date): SignIn => ({
  identity: {
    provider: 'corp',
    protocol: 'saml',
    issuer: IDP,
    subject: nameId.value,
    attributes: new Map(),
    authenticatedAt: issuedAt,
  },
  evidence: {
    kind: 'saml',
    response: new Secret('response'),
    issuedAt,
    expiresAt: new Date(issuedAt.getTime() + 300_000),
    confirmationCount: 1,
    isEncrypted: false,
  },
  logoutRef: { kind: 'saml', nameId, ...(sessionIndex === undefined ? {} : { sessionIndex }) },
})

const alice: NameId = { value: 'alice@example.org', format: 'urn:f' }
const subjectOf = (nameId: NameId) => ({ issuer: IDP, spEntityId: SP, nameId })

const enter = async (index: LoginIndex, nameId = alice, sessionIndex?: string): Promise<Login> => {
  const signIn = signInOf(nameId, sessionIndex, index.now())
  const login = await beginLogin(index.store, index.now, signIn, 3600)
  await enterIndex(index, login, index.now())
  return login
}

const unrecorded = async () => undefined

const logOut = (index: LoginIndex, nameId = alice, sessionIndexes: readonly string[] = []) =>
  endLoginsOf(index, subjectOf(nameId), { sessionIndexes, issueInstant: index.now() }, unrecorded)

describe('the index of logins', () => {
  it('returns every login that it ended, and notifies listeners', async () => {
    const { index, told, wait } = testGateway()
    const logins = [await enter(index), await enter(index)]
    wait(1)
    const ended = await logOut(index)
    expect(ended.map(({ id }) => id).toSorted()).toEqual(logins.map(({ id }) => id).toSorted())
    expect(told.toSorted()).toEqual(logins.map(({ id }) => id).toSorted())
  })

  it('ends a login once, however often it is asked at once', async () => {
    const { index, wait } = testGateway()
    await enter(index)
    wait(1)
    const ended = await Promise.all(Array.from({ length: 10 }, () => logOut(index)))
    expect(ended.flat()).toHaveLength(1)
  })

  it('contains no name in plain text, neither in keys nor in values', async () => {
    const seen: string[] = []
    const store = createMemoryStore(() => new Date(NOON))
    const add: Store['add'] = (...said) => {
      // The operators' list has names, in values that a store outside the process gets sealed.
      seen.push(said[0].startsWith('live-logins:') ? said[0] : String(said))
      return store.add(...said)
    }
    const watching: Store = { ...store, add }
    const { index } = testGateway(['first'], watching)
    await enter(index)
    await logOut(index)
    expect(seen).toHaveLength(4)
    expect(seen.join()).not.toMatch(/alice|idp[.]example/)
  })

  it('finds logins that began under a secret which is now the second', async () => {
    const before = testGateway(['old'])
    const login = await enter(before.index)
    before.wait(1)
    const { index, wait } = testGateway(['new', 'old'], before.index.store)
    wait(1)
    expect((await logOut(index)).map(({ id }) => id)).toEqual([login.id])
  })

  it('the index of logins does not find them under another secret', async () => {
    const before = testGateway(['old'])
    await enter(before.index)
    expect(await logOut(testGateway(['new'], before.index.store).index)).toEqual([])
  })

  it.each<[string, NameId, NameId]>([
    ['unspecified', { value: 'a' }, { value: 'a', format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified' }],
    ['the identity provider', { value: 'a', nameQualifier: IDP }, { value: 'a' }],
    ['this gateway', { value: 'a' }, { value: 'a', spNameQualifier: SP }],
  ])('takes what is left out for %s', async (_, entered, named) => {
    const { index, wait } = testGateway()
    await enter(index, entered)
    wait(1)
    expect(await logOut(index, named)).toHaveLength(1)
  })

  it.each<[string, NameId]>([
    ['value', { ...alice, value: 'Alice@example.org' }],
    ['format', { ...alice, format: 'urn:g' }],
    ['domain', { ...alice, nameQualifier: 'x' }],
    ['application', { ...alice, spNameQualifier: 'x' }],
  ])('tells users apart by %s', async (_, named) => {
    const { index, wait } = testGateway()
    await enter(index)
    wait(1)
    expect(await logOut(index, named)).toEqual([])
  })

  it.each<[string, NameId, NameId]>([
    ['the Format (Entra ID)', { value: 'a', format: 'urn:f' }, { value: 'a' }],
    ['a domain', { value: 'a', nameQualifier: 'x' }, { value: 'a' }],
    ['an application', { value: 'a', spNameQualifier: 'x' }, { value: 'a' }],
    ['white space around the value', { value: 'a' }, { value: ' a\n' }],
  ])('ends every session of a NameID also where the logout leaves out, or adds, %s', async (_, entered, named) => {
    const { index, wait } = testGateway()
    await enter(index, entered, '_1')
    await enter(index, entered, '_2')
    wait(1)
    expect(await logOut(index, named)).toHaveLength(2)
  })

  it.each<[string, NameId]>([
    ['leaves out the Format', { value: alice.value }],
    ['repeats another Format', { ...alice, format: 'urn:g' }],
    ['adds a domain', { ...alice, nameQualifier: 'x' }],
    ['adds an application', { ...alice, spNameQualifier: 'x' }],
  ])('ends the session that is named by its SessionIndex, whether or not the NameID %s', async (_, named) => {
    const { index, wait } = testGateway()
    const login = await enter(index, alice, '_s')
    await enter(index, alice, '_other')
    wait(1)
    expect((await logOut(index, named, ['_s'])).map(({ id }) => id)).toEqual([login.id])
  })

  it('ends no session of another value by its SessionIndex', async () => {
    const { index, wait } = testGateway()
    await enter(index, alice, '_s')
    wait(1)
    expect(await logOut(index, { ...alice, value: 'bob@example.org' }, ['_s'])).toEqual([])
  })

  it('tells one value under two Formats apart where the logout says which, and else ends both', async () => {
    const { index, wait } = testGateway()
    const [first, second] = [await enter(index, alice), await enter(index, { ...alice, format: 'urn:g' })]
    wait(1)
    expect((await logOut(index, { ...alice, format: 'urn:g' })).map(({ id }) => id)).toEqual([second.id])
    expect((await logOut(index, { value: alice.value })).map(({ id }) => id)).toEqual([first.id])
  })

  it('keeps text apart that a separator would mix', async () => {
    const { index, wait } = testGateway()
    await enter(index, { value: 'a","b', format: 'c' })
    wait(1)
    expect(await logOut(index, { value: 'a', format: 'b","c' })).toEqual([])
  })

  it.each(['_1', '_2', '_3'])('ends a login by any of the names that its session has: %s', async (named) => {
    const { index, wait } = testGateway()
    const signIn = signInOf(alice, '_1', index.now())
    const logoutRef = { ...signIn.logoutRef, furtherSessionIndexes: ['_2', '_3'] }
    const login = await beginLogin(index.store, index.now, { ...signIn, logoutRef } as SignIn, 3600)
    await enterIndex(index, login, index.now())
    wait(1)
    expect(await logOut(index, alice, ['_0', named])).toHaveLength(1)
  })

  it('ends no login without an index by its index, as none was given to be named', async () => {
    const { index, wait } = testGateway()
    await enter(index)
    wait(1)
    expect(await logOut(index, alice, ['_s'])).toEqual([])
    expect(await logOut(index)).toHaveLength(1)
  })
})

describe('a login that a logout overtook', () => {
  const late = async (sessionIndexes: readonly string[], sessionIndex?: string) => {
    const { index, wait } = testGateway()
    const signIn = signInOf(alice, sessionIndex, index.now())
    wait(10)
    await logOut(index, alice, sessionIndexes)
    wait(10)
    const login = await beginLogin(index.store, index.now, signIn, 3600)
    return { index, login, wait }
  }

  it('an overtaken login is ended when it is added, and reported', async () => {
    const { index, login } = await late([])
    await expect(enterIndex(index, login, index.now())).rejects.toMatchObject({ code: 'login.signed_out' })
    expect(await readLogin(index.store, login.id)).toBeUndefined()
  })

  it('an overtaken login is one whose session was named', async () => {
    const { index, login } = await late(['_s'], '_s')
    await expect(enterIndex(index, login, index.now())).rejects.toMatchObject({ code: 'login.signed_out' })
  })

  it('an overtaken login is one that the logout names without its Format', async () => {
    const { index, wait } = testGateway()
    const signIn = signInOf(alice, '_s', index.now())
    wait(10)
    await logOut(index, { value: alice.value }, ['_s'])
    wait(10)
    const login = await beginLogin(index.store, index.now, signIn, 3600)
    await expect(enterIndex(index, login, index.now())).rejects.toMatchObject({ code: 'login.signed_out' })
  })

  it('an overtaken login is not one of another Format than the logout says', async () => {
    const { index, wait } = testGateway()
    const signIn = signInOf(alice, undefined, index.now())
    wait(10)
    await logOut(index, { ...alice, format: 'urn:g' })
    wait(10)
    const login = await beginLogin(index.store, index.now, signIn, 3600)
    await expect(enterIndex(index, login, index.now())).resolves.toBeUndefined()
  })

  it('an overtaken login is not one whose session was not named', async () => {
    const { index, login } = await late(['_other'], '_s')
    await expect(enterIndex(index, login, index.now())).resolves.toBeUndefined()
  })

  it('an overtaken login is one that arrived before, even where the identity provider’s clock says otherwise', async () => {
    const { index, wait } = testGateway()
    const arrivedAt = index.now()
    wait(10)
    await logOut(index)
    const ahead = new Date(index.now().getTime() + 30_000)
    const login = await beginLogin(index.store, index.now, signInOf(alice, undefined, ahead), 3600)
    await expect(enterIndex(index, login, arrivedAt)).rejects.toMatchObject({ code: 'login.signed_out' })
    await expect(enterIndex(index, login, new Date(NOON + 11_000))).resolves.toBeUndefined()
  })

  it('an overtaken login never slips through between the two, in whichever order their steps run', async () => {
    for (let steps = 0; steps < 12; steps += 1) {
      const { index, wait } = testGateway()
      const signIn = signInOf(alice, undefined, index.now())
      const arrivedAt = index.now()
      wait(1)
      const login = await beginLogin(index.store, index.now, signIn, 3600)
      const afterSteps = async () => {
        for (let step = 0; step < steps; step += 1) await Promise.resolve()
        return enterIndex(index, login, arrivedAt).catch(() => undefined)
      }
      await Promise.all([afterSteps(), logOut(index)])
      expect(await readLogin(index.store, login.id)).toBeUndefined()
    }
  })
})

describe('a login in the same second as a logout, of a provider that counts whole seconds', () => {
  /** Steps of 100 ms from noon; what the provider issues is dated noon. */
  const fixture = () => {
    const { index, wait } = testGateway()
    const step = (steps: number): Date => {
      wait(steps / 10)
      return index.now()
    }
    const loggedOut = () =>
      endLoginsOf(index, subjectOf(alice), { sessionIndexes: [], issueInstant: new Date(NOON) }, unrecorded)
    const entering = async (begunAt: Date | undefined, arrivedAt: Date, issuedAt = new Date(NOON)) => {
      const login = await beginLogin(index.store, index.now, signInOf(alice, undefined, issuedAt), 3600)
      await enterIndex(index, login, arrivedAt, begunAt)
      return readLogin(index.store, login.id)
    }
    return { step, loggedOut, entering }
  }

  it('a login in the same second as a logout is live where it began after the logout', async () => {
    const { step, loggedOut, entering } = fixture()
    step(1)
    await loggedOut()
    const [begunAt, arrivedAt] = [step(1), step(1)]
    expect(await entering(begunAt, arrivedAt)).toBeDefined()
  })

  it('a login in the same second as a logout is refused where it began before the logout, whenever it arrived', async () => {
    const { step, loggedOut, entering } = fixture()
    const begunAt = step(1)
    const early = step(1)
    step(1)
    await loggedOut()
    const late = step(1)
    for (const arrivedAt of [early, late])
      await expect(entering(begunAt, arrivedAt)).rejects.toMatchObject({ code: 'login.signed_out' })
  })

  it('a login in the same second as a logout is refused where it is unknown when it began', async () => {
    const { step, loggedOut, entering } = fixture()
    await loggedOut()
    await expect(entering(undefined, step(1))).rejects.toMatchObject({ code: 'login.signed_out' })
  })

  it('a login in the same second as a logout is refused where the provider issued it in a second before, whatever our clock says', async () => {
    const { step, loggedOut, entering } = fixture()
    await loggedOut()
    const [begunAt, arrivedAt] = [step(1), step(1)]
    await expect(entering(begunAt, arrivedAt, new Date(NOON - 1))).rejects.toMatchObject({ code: 'login.signed_out' })
  })
})

describe('a logout that is not signed', () => {
  const openid = () => {
    const added: string[] = []
    const store = createMemoryStore(() => new Date(NOON))
    const add: Store['add'] = (...said) => {
      added.push(said[0].split(':')[0] ?? '')
      return store.add(...said)
    }
    const { index } = testGateway(['first'], { ...store, add })
    const signIn: SignIn = {
      ...signInOf(alice, undefined, index.now()),
      logoutRef: { kind: 'oidc', subject: 'alice', sid: 'known', idToken: new Secret('token') },
    }
    const logOutOf = (sid: string) =>
      endKnownOidcLogins(index, { provider: 'corp', name: { kind: 'sid', value: sid } }, unrecorded)
    const begin = async (): Promise<Login> => {
      const login = await beginLogin(index.store, index.now, signIn, 3600)
      await enterIndex(index, login, index.now())
      return login
    }
    return { added, begin, logOutOf, index }
  }

  // Each left a mark for an hour, for sessions that anyone made up.
  it('leaves no trace where there is no such session', async () => {
    const { added, begin, logOutOf } = openid()
    await begin()
    added.length = 0
    expect(await Promise.all(Array.from({ length: 50 }, (_, n) => logOutOf(`made up ${n}`)))).toEqual(
      Array.from({ length: 50 }, () => []),
    )
    expect(added).toEqual([])
  })

  it('ends the session that there is, and leaves its mark once', async () => {
    const { added, begin, logOutOf, index } = openid()
    const login = await begin()
    added.length = 0
    expect((await logOutOf('known')).map(({ id }) => id)).toEqual([login.id])
    expect(await readLogin(index.store, login.id)).toBeUndefined()
    expect(await logOutOf('known')).toEqual([])
    expect(added).toEqual(['logouts-of'])
    await expect(begin()).rejects.toMatchObject({ code: 'login.signed_out' })
  })
})

describe('a late save', () => {
  const renew = async (index: LoginIndex, login: Login, sessionIndex: string) => {
    const fresh = await storeSignIn(index.store, signInOf(alice, sessionIndex, index.now()), login.expiresAt)
    return renewLogin(index.store, login, fresh)
  }

  it('a late save of a session brings no ended login back: it is a slip of paper that names nothing', async () => {
    const { index } = testGateway()
    const login = await enter(index)
    const sessions = new SessionStore(index.store, index.now, 1800)
    const data = { loginId: login.id, cookie: { originalMaxAge: null } } as Parameters<SessionStore['set']>[1]
    await endLogin(index, login)
    await new Promise((resolve) => sessions.set('sid', data, resolve))
    expect(await readLogin(index.store, login.id)).toBeUndefined()
  })

  it('a late save of a renewed login brings it back neither', async () => {
    const { index } = testGateway()
    const login = await enter(index)
    await endLogin(index, login)
    expect(await renew(index, login, '_new')).toBeUndefined()
    expect(await readLogin(index.store, login.id)).toBeUndefined()
  })

  it('a late save of a renewed login that is live counts', async () => {
    const { index } = testGateway()
    const login = await enter(index)
    expect(await renew(index, login, '_new')).toMatchObject({ id: login.id })
    expect((await readLogin(index.store, login.id))?.signIn.logoutRef).toMatchObject({ sessionIndex: '_new' })
  })
})
