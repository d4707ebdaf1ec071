/** What operators see of each provider: counts of what the audit log has. */
import { describe, expect, it } from 'vitest'
import { withCounters } from '../../src/audit/event-counters.ts'
import type { Audit, AuditEvent } from '../../src/audit/events.ts'

const at = new Date('2026-01-02T03:04:05Z')

/** A log that writes each event under a number of its own. */
const numbered = (): Audit => {
  let lines = 0
  return {
    record: async () => `line-${++lines}`,
    mustBeWritable: () => {},
    status: () => ({ state: 'ok', isRequired: true }),
    close: async () => {},
  }
}

const countersOf = (providers: readonly string[], audit = numbered()) => withCounters(audit, providers, at)

const login = (provider: string): AuditEvent => ({
  eventName: 'login',
  eventTime: at,
  referenceId: 'asked',
  provider,
  subject: 'alice',
  protocol: 'saml',
  issuer: 'https://idp.example.com',
  authenticatedAt: at,
})

const refused = (provider: string): AuditEvent => ({
  eventName: 'login.refused',
  eventTime: at,
  referenceId: 'asked',
  provider,
  errorCode: 'saml.signature_invalid',
  errorMessage: 'The signature is invalid.',
})

describe('The counters', () => {
  it('are zero for every provider before anything happens', async () => {
    const read = await countersOf(['corp', 'tokens']).tally.byProvider()
    expect([...read.keys()]).toEqual(['corp', 'tokens'])
    expect(new Set(Object.values(read.get('tokens')?.counts ?? {}))).toEqual(new Set([0]))
  })

  it('count events by provider, and keep the latest refusal with the reference that the log has', async () => {
    const { audit, tally } = countersOf(['corp', 'tokens'])
    for (const event of [login('corp'), refused('corp'), login('corp'), login('tokens'), refused('corp')])
      await audit.record(event)
    const read = await tally.byProvider()
    expect(read.get('corp')).toEqual({
      counts: expect.objectContaining({ login: 2, 'login.refused': 2, exchange: 0 }),
      lastRefusal: { errorCode: 'saml.signature_invalid', referenceId: 'line-5', eventTime: at },
    })
    expect(read.get('tokens')?.counts.login).toBe(1)
    expect(read.get('tokens')?.lastRefusal).toBeUndefined()
  })

  it('know no provider that is not configured', async () => {
    const { audit, tally } = countersOf(['corp'])
    await audit.record(refused('made-up'))
    expect([...(await tally.byProvider()).keys()]).toEqual(['corp'])
  })

  it('count nothing that the log could not write', async () => {
    const audit = { ...numbered(), record: () => Promise.reject(new Error('ENOSPC')) }
    const counted = countersOf(['corp'], audit)
    await expect(counted.audit.record(login('corp'))).rejects.toThrow('ENOSPC')
    expect((await counted.tally.byProvider()).get('corp')?.counts.login).toBe(0)
  })

  it('of two gateways in one process are apart', async () => {
    const [one, two] = [countersOf(['corp']), countersOf(['corp'])]
    await one.audit.record(login('corp'))
    expect((await two.tally.byProvider()).get('corp')?.counts.login).toBe(0)
  })
})
