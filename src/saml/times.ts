const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d:\d\d(?:\.\d{1,30})?(?:Z|[+-]\d\d:\d\d)$/
const SHORTEST_MONTH = 28
/** April, June, September, November. */
const THIRTY_DAYS: ReadonlySet<number> = new Set([4, 6, 9, 11])

const XML_DURATION = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?$/
const SECONDS = [31_536_000, 2_592_000, 86_400, 3600, 60, 1]

/**
 * An xs:dateTime with its zone; undefined for anything else, including days that do not exist. SAML requires UTC (Core
 * 1.3.3); an offset is equally precise, a missing zone is not.
 */
export function parseTime(text: string): Date | undefined {
  const [, year, month, day] = DATE_TIME.exec(text) ?? []
  if (day === undefined) return undefined
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) return undefined
  return Number(day) <= lengthOf(Number(year), Number(month)) ? time : undefined
}

/** Days of a month, by its number. Date.parse reads 30 February as 2 March. */
function lengthOf(year: number, month: number): number {
  if (month !== 2) return THIRTY_DAYS.has(month) ? 30 : 31
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return isLeap ? SHORTEST_MONTH + 1 : SHORTEST_MONTH
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
