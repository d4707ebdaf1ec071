import { describe, expect, it } from 'vitest'
import { fingerprint, newId, newXmlId } from '../../src/core/ids.ts'
import { Secret } from '../../src/core/secret.ts'
import type { Store } from '../../src/gateway/ports.ts'
import { createMemoryStore } from '../../src/stores/memory.ts'
import { sealing } from '../../src/stores/sealing.ts'
import { describeStore } from './conformance.ts'

const OLD = new Secret('an old secret of more than 32 characters')
const NEW = new Secret('a new secret of more than 32 characters!')
const LATER = new Date('2026-11-22T13:00:00Z')
const now = () => new Date('2026-11-22T12:00:00Z')

/** A store that shows what it was given. */
function spied(): { readonly store: Store; readonly seen: unknown[] } {
  const seen: unknown[] = []
  const store = new Proxy(createMemoryStore(now), {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => {
        seen.push(...args)
        return Reflect.apply(member, target, args) as unknown
      }
    },
  })
  return { store, seen }
}

// 1000 octets below hold 682 of a value: base64, the key, and the 32 octets of key id, nonce and tag.
describeStore('A sealed memory store', async (clock) => sealing(createMemoryStore(clock), [NEW], () => undefined), {
  growth: 994 / 682,
})

describe('A sealed store', () => {
  it('hands neither ids nor values to the store below', async () => {
    const { store, seen } = spied()
    const sealed = sealing(store, [NEW], () => undefined)
    await sealed.put('login:the-id', 'the value', LATER)
    await sealed.admit({ name: 'room', mostRecords: 1, mostOctets: 1000 }, 'pending:the-id', 'the value', LATER)
    await sealed.swap('login:the-id', 'the value', 'the value after', LATER)
    await sealed.claim('assertion:the-id', LATER)
    await sealed.count('rate:the-id', LATER)
    await sealed.add('logins-of:the-id', 'the value', LATER)
    await sealed.members('logins-of:the-id')
    await sealed.get('login:the-id')
    await sealed.extend('login:the-id', LATER)
    await sealed.take('login:the-id')
    await sealed.delete('login:the-id')
    expect(JSON.stringify(seen)).not.toMatch(/the-id|the value/)
    for (const text of seen.filter((each) => typeof each === 'string'))
      expect(Buffer.from(text, 'base64').toString('latin1')).not.toContain('the value')
  })

  it('keeps the time that an id begins with in its key, so keys sort by it, and hashes the id', async () => {
    const { store: below, seen } = spied()
    const sealed = sealing(below, [NEW], () => undefined)
    const [login, request] = [newId(), newXmlId()]
    await sealed.claim(`login:${login}`, LATER)
    await sealed.claim(`answered:${request}`, LATER)
    const keys = seen.filter((each) => typeof each === 'string')
    expect(keys).toEqual([
      `login:${login.slice(0, 10)}${fingerprint(login)}`,
      `answered:${request.slice(0, 11)}${fingerprint(request)}`,
    ])
  })

  it('opens what an older secret sealed, and changes it', async () => {
    const below = createMemoryStore(now)
    const before = sealing(below, [OLD], () => undefined)
    await before.put('login:1', 'one', LATER)
    await before.add('set:1', 'member', LATER)
    const after = sealing(below, [NEW, OLD], () => undefined)
    expect(await after.get('login:1')).toBe('one')
    expect(await after.swap('login:1', 'one', 'two', LATER)).toBe(true)
    await after.add('set:1', 'member', LATER)
    expect(await after.members('set:1')).toEqual(['member'])
    expect(await sealing(below, [NEW], () => undefined).get('login:1')).toBe('two')
    expect(after.unreadable()).toBe(0)
  })

  it('treats what no secret opens as absent, counts it and tells once', async () => {
    const below = createMemoryStore(now)
    await sealing(below, [OLD], () => undefined).put('login:1', 'one', LATER)
    const told: string[] = []
    const store = sealing(below, [NEW], (sentence) => told.push(sentence))
    expect(await store.get('login:1')).toBeUndefined()
    expect(await store.take('login:1')).toBeUndefined()
    expect(store.unreadable()).toBe(2)
    expect(told).toHaveLength(1)
  })

  it('replaces what no secret opens', async () => {
    const below = createMemoryStore(now)
    await sealing(below, [OLD], () => undefined).put('preferences:1', 'one', LATER)
    const store = sealing(below, [NEW], () => undefined)
    expect(await store.swap('preferences:1', undefined, 'two', LATER)).toBe(true)
    expect(await store.get('preferences:1')).toBe('two')
  })

  it('keeps the answer to a claim across a rotation', async () => {
    const below = createMemoryStore(now)
    expect(await sealing(below, [OLD], () => undefined).claim('assertion:1', LATER)).toBe(true)
    expect(await sealing(below, [NEW, OLD], () => undefined).claim('assertion:1', LATER)).toBe(false)
  })

  it('opens a value under its own key only, and none that was changed', async () => {
    const { store: below, seen } = spied()
    const store = sealing(below, [NEW], () => undefined)
    await store.put('login:1', 'one', LATER)
    const [, raw] = seen as [string, string]
    await store.put('login:2', 'two', LATER)
    const other = String(seen[3])
    await below.put(other, raw, LATER)
    expect(await store.get('login:2')).toBeUndefined()
    const changed = Buffer.from(raw, 'base64')
    for (let at = 0; at < changed.length; at += 1) {
      const octets = Buffer.from(changed)
      octets[at] = (octets[at] ?? 0) ^ 1
      await below.put(String(seen[0]), octets.toString('base64'), LATER)
      expect(await store.get('login:1')).toBeUndefined()
    }
    for (const length of [4, 16, 31, changed.length - 1]) {
      await below.put(String(seen[0]), changed.subarray(0, length).toString('base64'), LATER)
      expect(await store.get('login:1')).toBeUndefined()
    }
  })

  it('reads what another process wrote or took, whatever it has opened before', async () => {
    const below = createMemoryStore(now)
    const [one, other] = [sealing(below, [NEW], () => undefined), sealing(below, [NEW], () => undefined)]
    await one.put('login:1', 'one', LATER)
    await other.put('login:1', 'two', LATER)
    expect(await one.swap('login:1', 'one', 'three', LATER)).toBe(false)
    expect(await one.get('login:1')).toBe('two')
    await other.put('login:1', 'four', LATER)
    expect(await one.swap('login:1', 'two', 'five', LATER)).toBe(false)
    expect(await one.get('login:1')).toBe('four')
    expect(await other.take('login:1')).toBe('four')
    expect(await one.get('login:1')).toBeUndefined()
    expect(await one.swap('login:1', 'four', 'six', LATER)).toBe(false)
    expect(await one.take('login:1')).toBeUndefined()
  })

  it('changes what another process sealed with an older secret meanwhile, if it is the same value', async () => {
    const below = createMemoryStore(now)
    const [rotated, before] = [sealing(below, [NEW, OLD], () => undefined), sealing(below, [OLD], () => undefined)]
    await rotated.put('login:1', 'one', LATER)
    await before.put('login:1', 'one', LATER)
    expect(await rotated.swap('login:1', 'one', 'two', LATER)).toBe(true)
    expect(await rotated.get('login:1')).toBe('two')
  })

  it('changes what it wrote with one operation of the store below', async () => {
    const { store: below, seen } = spied()
    const store = sealing(below, [NEW], () => undefined)
    await store.put('login:1', 'one', LATER)
    seen.length = 0
    expect(await store.swap('login:1', 'one', 'two', LATER)).toBe(true)
    // Key, before, after and end of the swap alone.
    expect(seen).toHaveLength(4)
    expect(await store.get('login:1')).toBe('two')
  })
})
