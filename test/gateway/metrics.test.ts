/** Metrics by themselves: which names a label may have, what happens to those of workers, and when certificates end. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Audit, AuditEvent } from '../../src/audit/events.ts'
import { countingEvents } from '../../src/gateway/metrics/events.ts'
import { createWorkerMetrics, type MetricValues, textOf, valuesOf } from '../../src/gateway/metrics/exposition.ts'
import { type GaugePorts, updateGauges } from '../../src/gateway/metrics/gauges.ts'
import { createInstruments, type Instruments } from '../../src/gateway/metrics/instruments.ts'
import { createKeyPem } from '../../src/issuer/keys.ts'
import { createMemoryStore } from '../../src/stores/memory.ts'
import { sampleOf } from '../harness/samples.ts'

const at = new Date('2026-01-02T03:04:05Z')
const YEAR = 365 * 24 * 3600

const audit: Audit = {
  record: async ({ referenceId }) => referenceId,
  mustBeWritable: () => {},
  status: () => ({ state: 'failing', isRequired: true, failure: { since: at, reason: 'full', waiting: 3, lost: 2 } }),
  close: async () => {},
}

let instruments: Instruments
beforeEach(() => {
  instruments = createInstruments()
})

describe('Counts of events', () => {
  const known = { hasProvider: (id: string) => id === 'corp', hasAccount: (id: string) => id === '111122223333' }
  const refused = { errorCode: 'sts.access_denied', errorMessage: 'AWS refused.' }
  const denied = (roleArn: string, more = {}): AuditEvent => ({
    eventName: 'exchange.denied',
    eventTime: at,
    referenceId: 'r',
    provider: 'corp',
    subject: 'alice',
    requestParameters: { roleArn },
    ...refused,
    ...more,
  })
  const counted = async (...events: readonly AuditEvent[]): Promise<string> => {
    for (const event of events) await countingEvents(audit, instruments, known).record(event)
    return textOf(instruments)
  }

  it('name known accounts, and all others together', async () => {
    const text = await counted(
      denied('arn:aws:iam::111122223333:role/A'),
      denied('arn:aws:iam::999999999999:role/A'),
      denied('arn:aws:iam::888888888888:role/A'),
      denied('no role'),
    )
    expect(sampleOf(text, 'fedgate_exchanges_total', { account: '111122223333', result: 'refused' })).toBe(1)
    expect(sampleOf(text, 'fedgate_exchanges_total', { account: 'other', result: 'refused' })).toBe(3)
  })

  it('do not count a role as refused that AWS is asked for again at once', async () => {
    const text = await counted(denied('arn:aws:iam::111122223333:role/A', { retriedWithSeconds: 3600 }))
    expect(sampleOf(text, 'fedgate_exchanges_total')).toBeUndefined()
    expect(sampleOf(text, 'fedgate_refusals_total', { event: 'exchange', code: 'sts.access_denied' })).toBe(1)
  })

  it('name the limit that was hit', async () => {
    const over = { eventName: 'request.refused', eventTime: at, referenceId: 'r', request: 'POST /saml/x/acs' } as const
    const text = await counted(
      { ...over, ...refused, errorCode: 'http.too_many_requests', source: 'limits.acs' },
      { ...over, ...refused, errorCode: 'login.too_many_pending' },
    )
    expect(sampleOf(text, 'fedgate_limits_hit_total', { limit: 'acs' })).toBe(1)
    expect(sampleOf(text, 'fedgate_limits_hit_total', { limit: 'login.too_many_pending' })).toBe(1)
  })
})

describe('The metrics of workers', () => {
  /** A worker that has seen so many sign-ins, and is ready or not. */
  const worker = (logins: number, ready: number): Promise<MetricValues> => {
    const own = createInstruments()
    own.logins.inc({ provider: 'corp', kind: 'new' }, logins)
    own.loginStepSeconds.observe({ step: 'finish', result: 'ok' }, 0.02)
    own.ready.set(ready)
    return valuesOf(own)
  }

  it('have the sum of counters and histograms, and the worst of gauges', async () => {
    const answers = new Map([
      [1, await worker(2, 1)],
      [2, await worker(3, 0)],
    ])
    const text = await createWorkerMetrics().textOf(answers, new Set([1, 2]))
    expect(sampleOf(text, 'fedgate_logins_total')).toBe(5)
    expect(sampleOf(text, 'fedgate_login_step_duration_seconds_count')).toBe(2)
    expect(sampleOf(text, 'fedgate_login_step_duration_seconds_bucket', { le: '0.025' })).toBe(2)
    expect(sampleOf(text, 'fedgate_ready')).toBe(0)
    expect(sampleOf(text, 'fedgate_workers')).toBe(2)
  })

  it('keep the counts of a worker that is silent, and of one that has ended, but not their gauges', async () => {
    const metrics = createWorkerMetrics()
    const [first, second] = [await worker(2, 1), await worker(3, 0)]
    await metrics.textOf(
      new Map([
        [1, first],
        [2, second],
      ]),
      new Set([1, 2]),
    )
    const logins = (text: string) => [sampleOf(text, 'fedgate_logins_total'), sampleOf(text, 'fedgate_ready')]
    expect(logins(await metrics.textOf(new Map([[1, first]]), new Set([1, 2])))).toEqual([5, 1])
    expect(logins(await metrics.textOf(new Map([[1, first]]), new Set([1])))).toEqual([5, 1])
    const third = new Map([
      [1, first],
      [3, await worker(4, 1)],
    ])
    expect(logins(await metrics.textOf(third, new Set([1, 3])))).toEqual([9, 1])
    expect(logins(await metrics.textOf(third, new Set([1, 3])))).toEqual([9, 1])
  })
})

describe('Values that are looked up', () => {
  it('are the ends of our certificates, TLS included, and the audit lines that wait', async () => {
    const { certificate } = await createKeyPem('gateway', at)
    const keys = { signing: [{ certificate }], encryption: [] } as unknown as GaugePorts['keys']
    const now = () => new Date(at.getTime() + YEAR * 1000)
    await updateGauges(
      { providers: new Map(), store: createMemoryStore(now), audit, keys, now },
      instruments,
      certificate,
    )
    const text = await textOf(instruments)
    for (const use of ['signing', 'tls']) {
      const labels = { owner: 'gateway', use, number: '1' }
      expect(sampleOf(text, 'fedgate_certificate_age_seconds', labels)).toBeGreaterThanOrEqual(YEAR)
      expect(sampleOf(text, 'fedgate_certificate_expires_in_seconds', labels)).toBeGreaterThan(YEAR)
    }
    expect(sampleOf(text, 'fedgate_audit_waiting_lines')).toBe(3)
    expect(sampleOf(text, 'fedgate_audit_lost_lines')).toBe(2)
    expect(sampleOf(text, 'fedgate_check', { check: 'audit' })).toBe(0)
    expect(sampleOf(text, 'fedgate_catalog_age_seconds')).toBeUndefined()
  })
})
