import { Counter, Registry } from 'prom-client'
import type { Audit, AuditEvent } from './events.ts'

/** What this process has seen of a provider since it started. */
export interface ProviderCounters {
  readonly counts: Counts
  readonly lastRefusal?: LastRefusal
}

/** The latest sign-in that was refused, with what the audit log has it under. */
interface LastRefusal {
  readonly errorCode: string
  readonly referenceId: string
  readonly eventTime: Date
}

export interface EventCounters {
  readonly startedAt: Date
  /** By the id of the provider. */
  byProvider(): Promise<ReadonlyMap<string, ProviderCounters>>
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
type Counts = Readonly<Record<CountedEvent, number>>
type Label = 'provider' | 'event'

/** The same log, with counts of its events for these providers: unauthenticated clients may invent other names. */
export function withCounters(
  audit: Audit,
  providers: Iterable<string>,
  startedAt: Date,
): { readonly audit: Audit; readonly tally: EventCounters } {
  const known = new Set(providers)
  const events = eventCounter(known)
  const refusals = new Map<string, LastRefusal>()
  return {
    audit: {
      ...audit,
      record: async (event) => {
        const referenceId = await audit.record(event)
        const provider = 'provider' in event ? event.provider : undefined
        if (provider === undefined || !known.has(provider) || !isCounted(event)) return referenceId
        events.inc({ provider, event: event.eventName })
        // A reference that the log has: the event's own may be counted in another line.
        if (event.eventName === 'login.refused')
          refusals.set(provider, { errorCode: event.errorCode, referenceId, eventTime: event.eventTime })
        return referenceId
      },
    },
    tally: { startedAt, byProvider: () => read(events, known, refusals) },
  }
}

/** In a registry of its own: two gateways of one process, as in tests, count apart. */
function eventCounter(providers: ReadonlySet<string>): Counter<Label> {
  const events = new Counter<Label>({
    name: 'fedgate_events_total',
    help: 'Events of the audit log since the start, by identity provider.',
    labelNames: ['provider', 'event'],
    registers: [new Registry()],
  })
  for (const provider of providers) for (const event of counted) events.inc({ provider, event }, 0)
  return events
}

function isCounted(event: AuditEvent): event is Extract<AuditEvent, { eventName: CountedEvent }> {
  return counted.some((name) => name === event.eventName)
}

async function read(
  events: Counter<Label>,
  providers: ReadonlySet<string>,
  refusals: ReadonlyMap<string, LastRefusal>,
): Promise<ReadonlyMap<string, ProviderCounters>> {
  const { values } = await events.get()
  return new Map(
    [...providers].map((id) => {
      const counts = values.filter(({ labels }) => labels.provider === id)
      const lastRefusal = refusals.get(id)
      return [
        id,
        {
          counts: Object.fromEntries(counts.map(({ labels, value }) => [labels.event, value])) as Counts,
          ...(lastRefusal && { lastRefusal }),
        },
      ]
    }),
  )
}
