/**
 * Keeps an unauthenticated client from filling the disk with refusals: the first refusals of an address in a minute
 * have a line each, the others are counted in one line at the end of the minute. Their pages show the reference of that
 * line, so every reference that a user sees is in the log.
 */
import { networkOf } from '../core/network/address.ts'
import type { Audit, AuditEvent, CountableRefusal } from './events.ts'

/** Lines of one address in a minute, and of all addresses together. */
const MOST_OF_ADDRESS = 120
const MOST_OF_ALL = 600

/** Addresses that are counted separately in a minute; all others are counted together. */
const MOST_ADDRESSES = 2_000

const MINUTE_MS = 60_000

interface Seen {
  lines: number
  /** Further refusals. */
  counted?: Counted
}

interface Counted {
  /** The reference of the first counted refusal, and so of the line. */
  readonly referenceId: string
  readonly since: Date
  readonly errorCodes: Map<string, number>
}

const OTHERS = 'others'

/** The same log, with repeated refusals counted. */
export function countingRefusals(audit: Audit, now: () => Date): Audit {
  /** The counts of the current minute, by address. */
  let seen = new Map<string, Seen>()
  let lines = 0
  let minute: NodeJS.Timeout | undefined

  const ofAddress = (address: string): Seen => {
    const known = seen.get(address)
    if (known) return known
    const isRoom = seen.size < MOST_ADDRESSES
    const place = isRoom ? address : OTHERS
    const one = seen.get(place) ?? { lines: 0 }
    seen.set(place, one)
    return one
  }

  const endMinute = async (): Promise<void> => {
    clearTimeout(minute)
    const ended = seen
    seen = new Map()
    lines = 0
    minute = undefined
    await Promise.all(
      [...ended].map(([address, { counted }]) => counted && audit.record(summary(address, counted, now()))),
    )
  }

  const record = (event: AuditEvent): Promise<string> => {
    if (!isCountable(event)) return audit.record(event)
    minute ??= setTimeout(endMinute, MINUTE_MS).unref()
    const one = ofAddress(networkOf(event.sourceIPAddress ?? ''))
    if (one.lines < MOST_OF_ADDRESS && lines < MOST_OF_ALL) {
      one.lines += 1
      lines += 1
      return audit.record(event)
    }
    one.counted ??= { referenceId: event.referenceId, since: event.eventTime, errorCodes: new Map() }
    const { errorCodes, referenceId } = one.counted
    errorCodes.set(event.errorCode, (errorCodes.get(event.errorCode) ?? 0) + 1)
    return Promise.resolve(referenceId)
  }

  return {
    ...audit,
    record,
    close: async () => {
      await endMinute()
      await audit.close()
    },
  }
}

function summary(address: string, { referenceId, since, errorCodes }: Counted, now: Date): AuditEvent {
  return {
    eventName: 'refusals',
    eventTime: now,
    referenceId,
    sourceIPAddress: address,
    since,
    count: [...errorCodes.values()].reduce((sum, count) => sum + count, 0),
    errorCodes: Object.fromEntries(errorCodes),
  }
}

function isCountable(event: AuditEvent): event is CountableRefusal {
  return /^(login|logout|request)\.refused$/.test(event.eventName)
}
