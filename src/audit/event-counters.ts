import type { Audit, AuditEvent } from './events.ts'

/** What this process has seen of a provider since it started. */
export interface ProviderCounters {
  readonly counts: Readonly<Record<CountedEvent, number>>
  /** The latest refused sign-in, with the reference under which the audit log has it. */
  readonly lastRefusal?: { readonly errorCode: string; readonly referenceId: string; readonly eventTime: Date }
}

export interface EventCounters {
  readonly startedAt: Date
  /** undefined for an unknown provider. */
  of(provider: string): ProviderCounters | undefined
}

const counted = [
  'login',
  'login.renewed',
  'login.refused',
  'exchange',
  'exchange.denied',
  'console',
  'console.denied',
  'logout',
] as const satisfies readonly AuditEvent['eventName'][]
type CountedEvent = (typeof counted)[number]

/** The same log, with counts of its events for these providers: unauthenticated clients may invent other names. */
export function withCounters(
  audit: Audit,
  providers: Iterable<string>,
  startedAt: Date,
): { readonly audit: Audit; readonly tally: EventCounters } {
  const tallies = new Map([...providers].map((id) => [id, nothing()]))
  return {
    audit: {
      ...audit,
      record: async (event) => {
        const referenceId = await audit.record(event)
        const provider = 'provider' in event ? event.provider : undefined
        const tally = provider === undefined ? undefined : tallies.get(provider)
        // A reference that is in the log: the event may have been counted in another line.
        if (provider !== undefined && tally) tallies.set(provider, after(tally, { ...event, referenceId }))
        return referenceId
      },
    },
    tally: { startedAt, of: (provider) => tallies.get(provider) },
  }
}

function nothing(): ProviderCounters {
  return {
    counts: Object.fromEntries(counted.map((name) => [name, 0])) as Record<CountedEvent, number>,
  }
}

function after({ counts, ...tally }: ProviderCounters, event: AuditEvent): ProviderCounters {
  if (!isCounted(event)) return { counts, ...tally }
  const grown = { ...tally, counts: { ...counts, [event.eventName]: counts[event.eventName] + 1 } }
  if (event.eventName !== 'login.refused') return grown
  const { errorCode, referenceId, eventTime } = event
  return { ...grown, lastRefusal: { errorCode, referenceId, eventTime } }
}

function isCounted(event: AuditEvent): event is Extract<AuditEvent, { eventName: CountedEvent }> {
  return counted.some((name) => name === event.eventName)
}
