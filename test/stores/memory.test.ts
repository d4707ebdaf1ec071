import { describe, expect, it } from 'vitest'
import type { Room } from '../../src/gateway/ports.ts'
import { createMemoryStore } from '../../src/stores/memory.ts'
import { describeStore } from './conformance.ts'

describeStore('memory', async (now) => createMemoryStore(now))

describe('a memory store that is full', () => {
  const room: Room = { name: 'small', mostRecords: 100, mostOctets: 100_000 }
  const at = (seconds: number): Date => new Date(seconds * 1000)

  it('admits nothing more, and keeps what it has and what comes without asking', async () => {
    const store = createMemoryStore(() => at(0), { mostOctets: 1000 })
    expect(await store.admit(room, 'kind:1', 'value', at(60))).toBe('kept')
    await store.put('login:1', 'x'.repeat(1000), at(60))
    expect(await store.admit(room, 'kind:2', 'value', at(60))).toBe('full')
    await store.put('login:2', 'x'.repeat(1000), at(60))
    expect(await store.claim('used:1', at(60))).toBe(true)
    const keys = ['kind:1', 'login:1', 'login:2', 'used:1']
    expect(await Promise.all(keys.map((key) => store.get(key)))).not.toContain(undefined)
  })

  it('admits again once enough has gone: replaced by less, expired, or left its set', async () => {
    let seconds = 0
    const store = createMemoryStore(() => at(seconds), { mostOctets: 1000 })
    await store.put('login:1', 'x'.repeat(1000), at(60))
    await store.put('login:1', 'x', at(60))
    expect(await store.admit(room, 'kind:1', 'value', at(10))).toBe('kept')
    await store.add('set:1', 'x'.repeat(1000), at(60))
    await store.add('set:1', 'x'.repeat(1000), at(60))
    expect(await store.admit(room, 'kind:2', 'value', at(60))).toBe('full')
    seconds = 61
    expect(await store.admit(room, 'kind:2', 'value', at(100))).toBe('kept')
  })
})
