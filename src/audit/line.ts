import type { AuditEvent } from './events.ts'

const LONGEST_TEXT = 1024

/**
 * The event as one line of JSON with its line end. Characters that JSON allows but readers may misinterpret are escaped
 * too: Unicode line separators, and control characters for terminals.
 */
export function auditLine(event: AuditEvent): string {
  const { eventTime, eventName, referenceId, ...rest } = event
  const line = JSON.stringify({ eventTime, eventName, referenceId, ...rest }, cut)
  return `${line.replace(/[\u007f-\u009f\u2028\u2029]/g, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`
}

/** Found values come from unauthenticated clients: a NameID of a megabyte must not become a megabyte of log. */
function cut(_key: string, value: unknown): unknown {
  return typeof value === 'string' && value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value
}
