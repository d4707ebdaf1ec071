const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,30})?(?:Z|[+-]\d\d:\d\d)$/
const DAY_LENGTH = 10
/** Days that every month has. */
const SHORTEST_MONTH = 28

const XML_DURATION = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?$/
const SECONDS = [31_536_000, 2_592_000, 86_400, 3600, 60, 1]

/**
 * An xs:dateTime with its zone; undefined for anything else, including days that do not exist. SAML requires UTC (Core
 * 1.3.3); an offset is equally precise, a missing zone is not.
 */
export function parseTime(text: string): Date | undefined {
  if (!DATE_TIME.test(text)) return undefined
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) return undefined
  const day = text.slice(0, DAY_LENGTH)
  return Number(day.slice(-2)) <= SHORTEST_MONTH || isInCalendar(day) ? time : undefined
}

/** Date.parse reads 30 February as 2 March. */
function isInCalendar(day: string): boolean {
  return new Date(day).getUTCDate() === Number(day.slice(-2))
}

export function showTime(time: Date): string {
  return time.toISOString()
}

export function addSeconds(time: Date, seconds: number): Date {
  return new Date(time.getTime() + seconds * 1000)
}

export function earliest(times: readonly Date[]): Date {
  return new Date(Math.min(...times.map(Number)))
}

export function latest(times: readonly Date[]): Date {
  return new Date(Math.max(...times.map(Number)))
}

/** The seconds of an xs:duration, counting a month as 30 days; undefined for anything else, and for negative ones. */
export function parseXmlDuration(text: string): number | undefined {
  const [, ...parts] = XML_DURATION.exec(text) ?? []
  if (!parts.some((part) => part !== undefined)) return undefined
  return parts.reduce((sum, part, n) => sum + Number(part ?? 0) * (SECONDS[n] ?? 0), 0)
}
