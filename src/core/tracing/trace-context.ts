/** The trace that a request belongs to, as its sender states it: written to logs and passed on, and trusted for nothing. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string
  /** As it is passed on. */
  readonly traceparent: string
  readonly tracestate?: string
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

const LONGEST_STATE = 512
const MOST_MEMBERS = 32
const MEMBER =
  /^(?:[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})=[ -+\--<>-~]{0,255}[!-+\--<>-~]$/

/**
 * Reads the two headers of a request; undefined if `traceparent` is missing or malformed. A malformed `tracestate` is left
 * out. W3C Trace Context 3.2 and 3.3
 */
export function parseTraceContext(
  traceparent: string | undefined,
  tracestate: string | undefined,
): TraceContext | undefined {
  const [, version, traceId, parentId, flags, further] = TRACEPARENT.exec(traceparent ?? '') ?? []
  if (traceparent === undefined || traceId === undefined || parentId === undefined || flags === undefined)
    return undefined
  if (version === 'ff' || /^0+$/.test(traceId) || /^0+$/.test(parentId)) return undefined
  if (version === '00' && further !== undefined) return undefined
  const isSampled = Number.parseInt(flags, 16) % 2 === 1
  return {
    traceId,
    // A later version is passed on as the one known here. 3.2.4
    traceparent: version === '00' ? traceparent : `00-${traceId}-${parentId}-${isSampled ? '01' : '00'}`,
    ...(isTraceState(tracestate) && { tracestate }),
  }
}

/** 3.3.1 */
function isTraceState(text: string | undefined): text is string {
  if (text === undefined || text.length > LONGEST_STATE) return false
  const members = text
    .split(',')
    .map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((member) => member !== '')
  const keys = new Set(members.map((member) => member.split('=')[0]))
  const isRead = members.every((member) => MEMBER.test(member))
  return isRead && keys.size === members.length && members.length > 0 && members.length <= MOST_MEMBERS
}
