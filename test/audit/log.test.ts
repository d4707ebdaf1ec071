/** Nothing that gives access happens before its line is written, and writing goes on by itself when it can. */

import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { auditKey } from '../../src/audit/chain/key.ts'
import type { AuditEvent } from '../../src/audit/events.ts'
import { createAuditLog } from '../../src/audit/log.ts'
import type { Appended, Target } from '../../src/audit/target.ts'
import { lineLog } from '../../src/cli/line-log.ts'

const at = new Date('2026-01-02T03:04:05Z')

const login = (referenceId: string): AuditEvent => ({
  eventName: 'login',
  eventTime: at,
  referenceId,
  provider: 'corp',
  subject: 'alice',
  protocol: 'saml',
  issuer: 'https://idp.example.com',
  authenticatedAt: at,
})

const logout = (referenceId: string): AuditEvent => ({
  eventName: 'logout',
  eventTime: at,
  referenceId,
  provider: 'corp',
  subject: 'alice',
  reason: 'person',
})

/** A disk with room for so many octets, which may be waited for. */
const disk = (room = Infinity) => {
  const state = { text: '', room, hold: Promise.resolve(), durable: [] as boolean[] }
  const target: Target = {
    name: 'disk',
    append: async (octets, isDurable): Promise<Appended> => {
      await state.hold
      state.durable.push(isDurable)
      const written = Math.min(octets.length, state.room)
      state.text += octets.subarray(0, written).toString()
      state.room -= written
      return written === octets.length ? { written } : { written, problem: new Error('ENOSPC: no space left') }
    },
    close: async () => {},
  }
  return { state, target }
}

const chain = { key: auditKey(generateKeyPairSync('ed25519').privateKey) }

const logOn = (target: Target, over: { isRequired?: boolean; write?: number } = {}) => {
  const told: string[] = []
  const log = createAuditLog({
    target,
    chain,
    isRequired: over.isRequired ?? true,
    now: () => at,
    log: lineLog((sentence) => told.push(sentence)),
    patience: { firstRetry: 5, longestRetry: 20, write: over.write ?? 5_000 },
  })
  return { log, told }
}

const references = (text: string): readonly string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as { eventName: string; referenceId: string })
    .filter(({ eventName }) => eventName !== 'audit.head')
    .map(({ eventName, referenceId }) => (eventName === 'audit.resumed' ? eventName : referenceId))

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2))
}

describe('the audit log', () => {
  it('acknowledges each event when its line is there, in the order in which they came', async () => {
    const { state, target } = disk()
    const { log } = logOn(target)
    const names = Array.from({ length: 1000 }, (_, n) => `${n}`)
    const acknowledged: string[] = []
    await Promise.all(
      names.map(async (name) => {
        acknowledged.push(await log.record(login(name)))
        expect(state.text).toContain(`"referenceId":"${name}"`)
      }),
    )
    expect(references(state.text)).toEqual(names)
    expect(acknowledged).toEqual(names)
  })

  it('writes what came meanwhile at once, and durably where it gives access', async () => {
    const { state, target } = disk()
    const { log } = logOn(target)
    // The first write begins the chain, with a line that is signed.
    await log.record(login('first'))
    state.durable = []
    await Promise.all(['a', 'b', 'c'].map((name) => log.record(logout(name))))
    await log.record(login('d'))
    expect(state.durable).toEqual([false, true])
  })

  it('refuses what gives access while the disk is full, and says what is wrong once', async () => {
    const { target } = disk(0)
    const { log, told } = logOn(target)
    const unavailable = { code: 'audit.unavailable', found: 'ENOSPC: no space left' }
    await expect(log.record(login('a'))).rejects.toMatchObject(unavailable)
    await expect(log.record(login('b'))).rejects.toMatchObject(unavailable)
    expect(() => log.mustBeWritable()).toThrow(expect.objectContaining(unavailable))
    expect(log.status()).toMatchObject({ state: 'failing', failure: { since: at, reason: 'ENOSPC: no space left' } })
    expect(told).toEqual([expect.stringMatching(/audit log disk cannot be written: ENOSPC.*users cannot sign in/)])
    await log.close()
  })

  it('lets access end all the same, and writes of it when there is room', async () => {
    const { state, target } = disk(0)
    const { log, told } = logOn(target)
    await expect(log.record(login('refused'))).rejects.toThrow()
    expect(await log.record(logout('ended'))).toBe('ended')
    state.room = Infinity
    await until(() => log.status().state === 'ok')
    expect(await log.record(login('later'))).toBe('later')
    expect(references(state.text)).toEqual(['audit.resumed', 'ended', 'later'])
    expect(told.at(-1)).toMatch(/written again: 1 lines had waited/)
    log.mustBeWritable()
  })

  it('acknowledges the whole lines of a write that was cut off, and no other', async () => {
    const { state, target } = disk()
    const { log } = logOn(target)
    await log.record(login('-'))
    const before = state.text.length
    await log.record(login('a'))
    const length = state.text.length - before
    state.room = length + 5
    let release = (): void => {}
    state.hold = new Promise((resolve) => {
      release = resolve
    })
    // The first is alone in its write; those that come meanwhile share the next.
    const first = log.record(login('b'))
    const others = Promise.allSettled(['c', 'd'].map((name) => log.record(login(name))))
    state.room = length * 2 + 5
    release()
    await first
    expect((await others).map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(references(state.text)).toEqual(['-', 'a', 'b', 'c'])
    await log.close()
  })

  it('goes on without it where it is not required', async () => {
    const { state, target } = disk(0)
    const { log, told } = logOn(target, { isRequired: false })
    expect(await log.record(login('a'))).toBe('a')
    log.mustBeWritable()
    expect(told[0]).toMatch(/audit\.required is false/)
    state.room = Infinity
    await until(() => log.status().state === 'ok')
    expect(references(state.text)).toEqual(['audit.resumed', 'a'])
  })

  it('keeps a bounded number of lines that wait, and counts the others', async () => {
    const { state, target } = disk(0)
    const { log } = logOn(target)
    for (let n = 0; n < 5000; n += 1) await log.record(logout(`${n}`))
    expect(log.status().failure).toMatchObject({ waiting: 1000, lost: 4000 })
    state.room = Infinity
    await until(() => log.status().state === 'ok')
    const written = state.text.trimEnd().split('\n')
    const [resumed = '', ...lines] = written.filter((line) => !line.includes('"audit.head"'))
    expect(JSON.parse(resumed)).toMatchObject({
      eventName: 'audit.resumed',
      reason: 'ENOSPC: no space left',
      lost: 4000,
    })
    expect(lines).toHaveLength(1000)
    expect(log.status()).toEqual({ state: 'ok', isRequired: true })
  })

  it('does not wait for a write that does not end, and continues when it does', async () => {
    const { state, target } = disk()
    const { log, told } = logOn(target, { write: 30 })
    let release = (): void => {}
    state.hold = new Promise((resolve) => {
      release = resolve
    })
    const ended = log.record(logout('ended'))
    await expect(log.record(login('a'))).rejects.toMatchObject({ code: 'audit.unavailable' })
    expect(await ended).toBe('ended')
    expect(told[0]).toMatch(/a write has taken more than 30 ms/)
    release()
    await until(() => log.status().state === 'ok')
    expect(await log.record(login('later'))).toBe('later')
    expect(references(state.text)).toEqual(['ended', 'audit.resumed', 'later'])
  })

  it('writes what waits when it is closed, if it can', async () => {
    const { state, target } = disk(0)
    const { log } = logOn(target)
    await log.record(logout('a'))
    state.room = Infinity
    await log.close()
    expect(references(state.text)).toEqual(['audit.resumed', 'a'])
  })

  it('says how many lines are lost when it is closed and cannot be written', async () => {
    const { target } = disk(0)
    const { log, told } = logOn(target)
    await log.record(logout('a'))
    await log.record(logout('b'))
    await log.close()
    expect(told.at(-1)).toMatch(/closed without 2 lines: ENOSPC/)
  })
})
