const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/
const DAY_LENGTH = 10

/**
 * An xs:dateTime with its zone; undefined for anything else, days that no calendar has included. SAML asks for UTC
 * (Core 1.3.3); an offset is just as exact, a missing one is not.
 */
export const parseTime = (text: string): Date | undefined => {
  if (!DATE_TIME.test(text)) return undefined
  const day = new Date(`${text.slice(0, DAY_LENGTH)}T00:00:00Z`)
  const time = new Date(text)
  // The engine makes 2 March of 30 February.
  const exists = !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text.slice(0, DAY_LENGTH))
  return exists && !Number.isNaN(time.getTime()) ? time : undefined
}

export const showTime = (time: Date): string => time.toISOString()

export const addSeconds = (time: Date, seconds: number): Date => new Date(time.getTime() + seconds * 1000)

export const earliest = (times: readonly Date[]): Date => new Date(Math.min(...times.map(Number)))
export const latest = (times: readonly Date[]): Date => new Date(Math.max(...times.map(Number)))
