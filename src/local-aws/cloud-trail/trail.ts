/**
 * The trail: every call that was answered, kept in memory and, where asked for, written to a file, one event a line.
 * Start here; facts.ts is what actions note, event.ts the shape, identity.ts who called. Knows no action.
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

/** The oldest goes first. */
const REMEMBERED = 5000
const SHOWN = { default: 50, max: 1000 }

/** In characters. Hardly an event comes near, and five thousand of them have room in memory. */
const USUAL_LINE = 16_384
/**
 * CloudTrail leaves request parameters out that are larger than 100 KB, and cuts client-supplied values at one.
 */
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
      // As text at once: an event must not keep the whole request in memory, of which its values are slices.
      for (const line of cloudTrailEvents(recorded).map(lineOf)) {
        keep(recorded.call.now, line)
        sink?.(line)
      }
    },
    show: ({ query, headers }) => {
      if (isForeign(headers.host))
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

/** A line of JSON. A call may bring a megabyte, and even unsigned calls are recorded. */
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
 * A name that anybody may own and have lead here: a page in the browser would read the trail by it (DNS rebinding).
 * AWS's own names, which a proxy passes on, are not such.
 */
function isForeign(hostHeader = ''): boolean {
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
