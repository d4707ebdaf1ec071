/**
 * The trail: every call that was answered, kept in memory and optionally written to a file, one event per line. Start
 * here; facts.ts has what actions note, event.ts the format, identity.ts the caller. Knows no action.
 */
import { isIPv4 } from 'node:net'
import type { HttpRequest, HttpResponse } from '../http.ts'
import { endpointOf } from '../regions.ts'
import { cloudTrailEvents, type RecordedCall } from './event.ts'
import type { JsonObject } from './facts.ts'

export interface Trail {
  record(call: RecordedCall): void
  /** `GET /cloudtrail` */
  show(request: HttpRequest): HttpResponse
}

/** Gets each event as a line of JSON. */
export type TrailSink = (line: string) => void

/** The oldest is dropped first. */
const REMEMBERED = 5000
const SHOWN = { default: 50, max: 1000 }

/** In characters. Events are hardly ever this long, and five thousand of them fit in memory. */
const USUAL_LINE = 16_384
/** CloudTrail omits request parameters larger than 100 KB, and truncates client-supplied values at one. */
const MOST_PARAMETERS = 102_400
const LONGEST_TEXT = 2048

export function createTrail(sink?: TrailSink): Trail {
  const kept: { readonly at: Date; readonly line: string }[] = []
  let next = 0
  const keep = (at: Date, line: string): void => {
    kept[next] = { at, line }
    next = (next + 1) % REMEMBERED
  }
  return {
    record: (recorded) => {
      // Serialized immediately: an event must not keep the whole request in memory, of which its values are slices.
      for (const line of cloudTrailEvents(recorded).map(lineOf)) {
        keep(recorded.call.now, line)
        sink?.(line)
      }
    },
    show: ({ query, headers }) => {
      if (isForeignHost(headers.host))
        return refusal('the trail is shown by an address, by localhost, or by a name without a dot', 421)
      const asked = new URLSearchParams(query)
      const from = new Date(asked.get('since') ?? 0)
      const limit = asked.get('limit') ?? String(SHOWN.default)
      if (Number.isNaN(from.getTime())) return refusal('since must be a time such as 2026-11-22T12:00:00Z')
      if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1 || Number(limit) > SHOWN.max)
        return refusal(`limit must be a number from 1 to ${SHOWN.max}`)
      const newestFirst = [...kept.slice(next), ...kept.slice(0, next)].reverse()
      return records(newestFirst.filter(({ at }) => at >= from).slice(0, Number(limit)))
    },
  }
}

/** A line of JSON. A call may be a megabyte long, and even unsigned calls are recorded. */
function lineOf(event: JsonObject): string {
  const whole = JSON.stringify(event)
  if (whole.length <= USUAL_LINE) return whole
  const shorter = JSON.stringify(event, cut)
  return shorter.length <= MOST_PARAMETERS ? shorter : JSON.stringify({ ...event, requestParameters: null }, cut)
}

function cut(_name: string, value: unknown): unknown {
  return typeof value === 'string' && value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value
}

/**
 * A host name that anyone may own and point here: a web page could read the trail by it (DNS rebinding). AWS's own
 * names, which a proxy forwards, are allowed.
 */
export function isForeignHost(hostHeader = ''): boolean {
  const host = hostHeader.toLowerCase().replace(/:\d+$/, '')
  const isOurs = host.startsWith('[') || isIPv4(host) || host.endsWith('.localhost') || endpointOf(host).partition
  return host.includes('.') && !isOurs
}

function refusal(text: string, status = 400): HttpResponse {
  return {
    status,
    headers: { 'Content-Type': 'text/plain; charset=utf-8' },
    body: `${text}\n`,
  }
}

function records(events: readonly { readonly line: string }[]): HttpResponse {
  return {
    status: 200,
    headers: { 'Content-Type': 'application/json' },
    body: `{"Records":[${events.map(({ line }) => line).join(',\n')}]}\n`,
  }
}
