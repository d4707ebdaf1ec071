/** What is stored: listed once, written and read in one place, and read as absent where it does not fit. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { SignIn } from '../../src/core/identity.ts'
import { Secret } from '../../src/core/secret.ts'
import type { Lifetime } from '../../src/gateway/define-record.ts'
import type { Store } from '../../src/gateway/ports.ts'
import {
  activities,
  logins,
  logoutsOfSubject,
  pendingLogins,
  postedCallbacks,
  preferences,
  sessions,
  signIns,
  storeRecords,
  unfinishedLogins,
  usedAssertions,
} from '../../src/gateway/store-records.ts'
import { createMemoryStore } from '../../src/stores/memory.ts'

const ROOT = join(import.meta.dirname, '../..')
const NOON = new Date('2026-11-22T12:00:00Z')
const LATER = new Date('2026-11-22T20:00:00Z')

const newStore = () => createMemoryStore(() => NOON)

const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => [name, readFileSync(join(ROOT, 'src', name), 'utf8')] as const)

const DEFINITIONS = ['gateway/define-record.ts', 'gateway/store-records.ts']

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const

const inWords = (lifetime: Lifetime): string => {
  if ('until' in lifetime) return `until ${lifetime.until}`
  const [unit, length] = UNITS.find(([, seconds]) => lifetime.seconds % seconds === 0) ?? ['second', 1]
  const count = lifetime.seconds / length
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

describe('The list of what is stored', () => {
  it('the list of what is stored has each prefix once', () => {
    expect(new Set(storeRecords.map(({ prefix }) => prefix)).size).toBe(storeRecords.length)
  })

  it('the list of what is stored has all that store-records.ts defines', () => {
    const defined = [
      ...readFileSync(join(ROOT, 'src/gateway/store-records.ts'), 'utf8').matchAll(/^ {2}prefix: '(.+)'/gm),
    ]
    expect(storeRecords.map(({ prefix }) => prefix)).toEqual(defined.map(([, prefix]) => prefix))
  })

  it('the list of what is stored is the table of docs/store.md', () => {
    const rows = readFileSync(join(ROOT, 'docs/store.md'), 'utf8').matchAll(/^\| `([^`]+)` +\| (.*?) +\| (.*?) +\|$/gm)
    const listed = storeRecords.map(({ prefix, holds, lifetime }) => [`${prefix}:`, holds, inWords(lifetime)])
    expect([...rows].map(([, ...cells]) => cells)).toEqual(listed)
  })

  it('the list of what is stored is the only place that spells a key', () => {
    const prefixes = storeRecords.map(({ prefix }) => prefix).join('|')
    const key = new RegExp(`['"\`](?:${prefixes}):(?:['"\`]|\\$\\{)`)
    expect(key.test("'login:'") && key.test('`login:$' + '{id}`')).toBe(true)
    expect(
      sources.filter(([name, text]) => !DEFINITIONS.includes(name) && key.test(text)).map(([name]) => name),
    ).toEqual([])
  })

  it('is read and written by one file: no other calls the store, so no other parses its text', () => {
    const call = /\bstore\)?\.(?:put|admit|extend|swap|get|take|claim|count|delete|add|members)\b/i
    const calling = sources.filter(([, text]) => call.test(text)).map(([name]) => name)
    // The sealing one and the measuring one hand on what they are called with.
    expect(calling.toSorted()).toEqual([
      'gateway/define-record.ts',
      'gateway/metrics/measured-ports.ts',
      'stores/sealing.ts',
    ])
  })
})

const saml: SignIn = {
  identity: {
    provider: 'corp',
    protocol: 'saml',
    issuer: 'https://idp.example.org',
    subject: 'alice',
    subjectFormat: 'urn:f',
    attributes: new Map([
      ['__proto__', ['a', 'ä']],
      ['empty', []],
    ]),
    authenticatedAt: NOON,
    isTimeAssumed: true,
  },
  evidence: {
    kind: 'saml',
    response: new Secret('the response'),
    issuedAt: NOON,
    expiresAt: LATER,
    confirmationCount: 1,
    isEncrypted: false,
  },
  logoutRef: {
    kind: 'saml',
    nameId: { value: 'alice', format: 'urn:f', nameQualifier: 'n', spNameQualifier: 's' },
    sessionIndex: '_1',
    furtherSessionIndexes: ['_2'],
  },
  sessionEndsAt: LATER,
  leftOut: [{ attribute: 'mail', values: ['a@b.example'], reason: 'not verified' }],
}

const openid: SignIn = {
  identity: {
    provider: 'openid',
    protocol: 'oidc',
    issuer: 'https://op.example.org',
    subject: 'alice',
    attributes: new Map(),
    authenticatedAt: NOON,
  },
  evidence: { kind: 'web-identity', token: new Secret('the ID token'), issuedAt: NOON, expiresAt: LATER },
  logoutRef: { kind: 'oidc', subject: 'alice', sid: 'session', idToken: new Secret('the ID token') },
  renewal: { refreshToken: new Secret('the refresh token'), nonce: 'nonce' },
}

/** Nothing of that text is remembered here. */
const asAnotherProcessWrites = async (store: Store): Promise<void> =>
  store.put('sign-in:1', `${await store.get('sign-in:1')} `, LATER)

describe('A record', () => {
  it.each([
    ['a SAML response', saml],
    ['an ID token', openid],
  ])('a record of a sign-in by %s is read as it was written', async (_, signIn) => {
    const store = newStore()
    await signIns.put(store, '1', signIn, LATER)
    expect(await signIns.get(store, '1')).toEqual(signIn)
    await asAnotherProcessWrites(store)
    expect(await signIns.get(store, '1')).toEqual(signIn)
  })

  it('a record that is remembered is the same object for the same text, in every store', async () => {
    const [store, other] = [newStore(), newStore()]
    await signIns.put(store, '1', saml, LATER)
    await asAnotherProcessWrites(store)
    const read = await signIns.get(store, '1')
    expect(await signIns.get(store, '1')).toBe(read)
    await other.put('sign-in:2', (await store.get('sign-in:1')) ?? '', LATER)
    expect(await signIns.get(other, '2')).toBe(read)
  })

  it('a record that is remembered is not found where it was deleted, and changes where it was replaced', async () => {
    const store = newStore()
    await signIns.put(store, '1', saml, LATER)
    await signIns.get(store, '1')
    await store.put('sign-in:1', ((await store.get('sign-in:1')) ?? '').replace('"alice"', '"bob"'), LATER)
    expect((await signIns.get(store, '1'))?.identity.subject).toBe('bob')
    await signIns.delete(store, '1')
    expect(await signIns.get(store, '1')).toBeUndefined()
  })

  it('keeps its secrets wrapped in memory, and whole in the store', async () => {
    const store = newStore()
    await signIns.put(store, '1', openid, LATER)
    await asAnotherProcessWrites(store)
    const read = await signIns.get(store, '1')
    const revealed = read?.evidence.kind === 'web-identity' ? read.evidence.token.reveal() : ''
    expect([revealed, read?.renewal?.refreshToken.reveal()]).toEqual(['the ID token', 'the refresh token'])
    expect(JSON.stringify(read)).not.toMatch(/the (?:ID|refresh) token/)
  })

  it('a record has no JSON inside JSON', async () => {
    const store = newStore()
    await signIns.put(store, '1', saml, LATER)
    expect(await store.get('sign-in:1')).not.toContain('\\"')
  })

  it('a record of a user is read as it was written, with long texts from outside cut', async () => {
    const store = newStore()
    const stored = { pins: ['arn:a'], recent: [{ arn: 'arn:a', takenAt: NOON }], durations: new Map([['arn:a', '1h']]) }
    await preferences.put(store, '1', stored, LATER)
    expect(await preferences.get(store, '1')).toEqual(stored)
    const entry = {
      kind: 'sign-in',
      at: NOON,
      reference: 'r',
      sourceIp: '127.0.0.1',
      userAgent: 'x'.repeat(301),
    } as const
    await activities.put(store, '1', [entry], LATER)
    expect(await activities.get(store, '1')).toEqual([{ ...entry, userAgent: `${'x'.repeat(300)}…` }])
  })

  it('a record of a form is text, whatever it contains', async () => {
    const store = newStore()
    await postedCallbacks.put(store, '1', 'code=%22&state="[1]', LATER)
    expect(await postedCallbacks.get(store, '1')).toBe('code=%22&state="[1]')
  })

  it('is written by nobody with a field that its schema does not know', async () => {
    const more = { loginId: '1', from: { provider: 'corp', issuer: 'i' }, usedAt: NOON, admin: true }
    await expect(async () => sessions.put(newStore(), '1', more, LATER)).rejects.toThrow(/admin/)
  })

  const login = { signInId: '1', startedAt: NOON.getTime(), expiresAt: LATER.getTime() }
  it.each<[string, string]>([
    ['of a later version', JSON.stringify([2, login])],
    ['of a version that is text', JSON.stringify(['1', login])],
    ['without a version', JSON.stringify(login)],
    ['with something after it', JSON.stringify([1, login, 2])],
    ['without a field', JSON.stringify([1, { ...login, signInId: undefined }])],
    ['with a field more', JSON.stringify([1, { ...login, isAdmin: true }])],
    ['with a field of another type', JSON.stringify([1, { ...login, startedAt: '2026-11-22T12:00:00Z' }])],
    ['with a time that is none', JSON.stringify([1, { ...login, expiresAt: 9e15 }])],
    ['that is null', JSON.stringify([1, null])],
    ['that is no JSON', 'a login'],
    ['that was cut off', JSON.stringify([1, login]).slice(0, -3)],
    ['that is empty', ''],
  ])('%s is absent, and no error', async (_, text) => {
    const store = newStore()
    await store.put('login:1', JSON.stringify([1, login]), LATER)
    expect(await logins.get(store, '1')).toMatchObject({ signInId: '1' })
    await store.put('login:1', text, LATER)
    expect(await logins.get(store, '1')).toBeUndefined()
    expect(
      await logins.change(
        store,
        '1',
        (before) => before,
        () => LATER,
      ),
    ).toBeUndefined()
    expect(await logins.take(store, '1')).toBeUndefined()
  })

  it('a record that does not fit is replaced by the next that is written', async () => {
    const store = newStore()
    await store.put('preferences:1', '[0,{}]', LATER)
    const empty = { pins: [], recent: [], durations: new Map<string, string>() }
    await preferences.change(
      store,
      '1',
      (before) => before ?? { ...empty, pins: ['arn:a'] },
      () => LATER,
    )
    expect(await preferences.get(store, '1')).toEqual({ ...empty, pins: ['arn:a'] })
  })

  it('a record is changed without undoing what others change at the same time', async () => {
    const store = newStore()
    const pins = Array.from({ length: 50 }, (_, n) => `arn:${n}`)
    await Promise.all(
      pins.map((pin) =>
        preferences.change(
          store,
          '1',
          (before) => ({ recent: [], durations: new Map(), pins: [...(before?.pins ?? []), pin] }),
          () => LATER,
        ),
      ),
    )
    expect((await preferences.get(store, '1'))?.pins.toSorted()).toEqual(pins.toSorted())
  })

  it('a record of a set that does not fit is not a member', async () => {
    const store = newStore()
    const logout = { sessionIndexes: ['_1'], qualifiers: { format: 'urn:f' }, issueInstant: NOON, receivedAt: NOON }
    await store.add('logouts-of:1', '[1,{}]', LATER)
    await logoutsOfSubject.add(store, '1', logout, LATER)
    expect(await logoutsOfSubject.members(store, '1')).toEqual([logout])
  })

  it('a record of a mark is claimed once, and shows', async () => {
    const store = newStore()
    expect(await usedAssertions.isClaimed(store, '1')).toBe(false)
    const claims = await Promise.all([1, 2, 3].map(() => usedAssertions.claim(store, '1', LATER)))
    expect(claims.filter(Boolean)).toHaveLength(1)
    expect(await usedAssertions.isClaimed(store, '1')).toBe(true)
  })

  it('a record of a sign-in that was not started here is never taken for one that was', async () => {
    const store = newStore()
    const record = { signInId: '1', arrivedAt: NOON.getTime(), returnTo: '/roles' }
    await store.put('unfinished:1', JSON.stringify([1, { ...record, binding: null }]), LATER)
    expect(await unfinishedLogins.get(store, '1')).toBeUndefined()
    await store.put('pending:1', JSON.stringify([1, { protocol: 'saml', provider: 'corp' }]), LATER)
    expect(await pendingLogins.get(store, '1')).toBeUndefined()
  })
})
