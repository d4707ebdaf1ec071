import type { AuditEvent } from './events.ts'

const LONGEST_TEXT = 1024

/** Found values come from strangers: a megabyte of NameID must not become a megabyte of log. */
const cut = (_key: string, value: unknown): unknown =>
  typeof value === 'string' && value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value

/**
 * The event as one line of JSON with its line end. Line separators of Unicode are escaped too, as some readers take
 * them for line ends.
 */
export const auditLine = (event: AuditEvent): string => {
  const { eventTime, eventName, referenceId, ...rest } = event
  const line = JSON.stringify({ eventTime, eventName, referenceId, ...rest }, cut)
  return `${line.replace(/[\u2028\u2029\u0085]/g, (separator) => `\\u${separator.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`
}
