/** A stranger who is refused without end fills no disk. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Audit, AuditEvent } from '../../src/audit/events.ts'
import { countingRefusals } from '../../src/audit/flood.ts'
import { auditLine } from '../../src/audit/line.ts'

const now = () => new Date('2026-01-02T03:04:05Z')

const refused = (referenceId: string, sourceIPAddress: string, errorCode = 'saml.signature_digest'): AuditEvent => ({
  eventName: 'login.refused',
  eventTime: now(),
  referenceId,
  sourceIPAddress,
  userAgent: '\u001b'.repeat(300),
  provider: 'corp',
  errorCode,
  errorMessage: 'The signature is wrong.',
  found: '\u001b'.repeat(500),
})

const testGateway = () => {
  const events: AuditEvent[] = []
  const inner: Audit = {
    record: async (event) => {
      events.push(event)
      return event.referenceId
    },
    mustBeWritable: () => {},
    status: () => ({ state: 'ok', isRequired: true }),
    close: async () => {},
  }
  const octets = () => events.reduce((sum, event) => sum + auditLine(event).length, 0)
  return { audit: countingRefusals(inner, now), events, octets }
}

const summaries = (events: readonly AuditEvent[]) => events.filter(({ eventName }) => eventName === 'refusals')

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('refusals of one address', () => {
  it('refusals of one address have a line each at first, and are counted into one then', async () => {
    const { audit, events } = testGateway()
    for (let n = 0; n < 500; n += 1)
      await audit.record(refused(`${n}`, '192.0.2.1', n % 2 === 0 ? 'saml.replayed' : 'login.expired'))
    expect(events).toHaveLength(120)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(summaries(events)).toEqual([
      {
        eventName: 'refusals',
        eventTime: now(),
        referenceId: '120',
        sourceIPAddress: '192.0.2.1',
        since: now(),
        count: 380,
        errorCodes: { 'saml.replayed': 190, 'login.expired': 190 },
      },
    ])
  })

  it('refusals of one address are found under the reference that the user is shown', async () => {
    const { audit, events } = testGateway()
    const shown = new Set<string>()
    for (let n = 0; n < 300; n += 1) shown.add(await audit.record(refused(`${n}`, '192.0.2.1')))
    await vi.advanceTimersByTimeAsync(60_000)
    const inTheLog = new Set(events.map(({ referenceId }) => referenceId))
    expect([...shown].filter((reference) => !inTheLog.has(reference))).toEqual([])
  })

  it('refusals of one address have lines of their own again in the next minute', async () => {
    const { audit, events } = testGateway()
    for (let n = 0; n < 200; n += 1) await audit.record(refused(`${n}`, '192.0.2.1'))
    await vi.advanceTimersByTimeAsync(60_000)
    await audit.record(refused('next', '192.0.2.1'))
    expect(events.at(-1)).toMatchObject({ eventName: 'login.refused', referenceId: 'next' })
  })

  it('take nothing from another address', async () => {
    const { audit, events } = testGateway()
    for (let n = 0; n < 1000; n += 1) await audit.record(refused(`${n}`, '192.0.2.1'))
    await audit.record(refused('other', '192.0.2.2'))
    expect(events.at(-1)).toMatchObject({ referenceId: 'other' })
  })

  it('refusals of one address are of one network where the address is an IPv6 one: a host has as many as it likes', async () => {
    const { audit, events } = testGateway()
    for (let n = 0; n < 500; n += 1) await audit.record(refused(`${n}`, `2001:db8::${n.toString(16)}`))
    await audit.record(refused('whole', '2001:db8:0:0:1:2:3:4'))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(summaries(events)).toMatchObject([{ sourceIPAddress: '2001:db8:0:0::/64', count: 381 }])
  })

  it('refusals of one address are counted before the log is closed', async () => {
    const { audit, events } = testGateway()
    for (let n = 0; n < 121; n += 1) await audit.record(refused(`${n}`, '192.0.2.1'))
    await audit.close()
    expect(summaries(events)).toMatchObject([{ count: 1 }])
  })
})

describe('a flood of a minute', () => {
  it('a flood from one address writes at most a megabyte', async () => {
    const { audit, octets } = testGateway()
    for (let n = 0; n < 100_000; n += 1) void audit.record(refused(`${n}`, '192.0.2.1'))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(octets()).toBeLessThan(1024 * 1024)
  })

  it('a flood from addresses without number writes at most five, and each is counted', async () => {
    const { audit, events, octets } = testGateway()
    for (let n = 0; n < 100_000; n += 1)
      void audit.record(refused(`${n}`, `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(octets()).toBeLessThan(5 * 1024 * 1024)
    const counted = summaries(events).reduce((sum, event) => sum + ('count' in event ? event.count : 0), 0)
    expect(counted + events.length - summaries(events).length).toBe(100_000)
    expect(summaries(events).length).toBeLessThanOrEqual(2001)
  })
})

describe('other events', () => {
  it('other events have a line each, however many there are', async () => {
    const { audit, events } = testGateway()
    const logout = {
      eventName: 'logout',
      eventTime: now(),
      provider: 'corp',
      subject: 'alice',
      reason: 'person',
    } as const
    for (let n = 0; n < 1000; n += 1)
      await audit.record({ ...logout, referenceId: `${n}`, sourceIPAddress: '192.0.2.1' })
    expect(events).toHaveLength(1000)
  })
})
