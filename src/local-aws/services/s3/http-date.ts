/** Dates in headers. */

const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)'
const TIME = String.raw`\d\d:\d\d:\d\d`

/** The usual form, and the two obsolete ones that must be understood; the last is in UTC without saying so. */
const FORMS: readonly RegExp[] = [
  new RegExp(String.raw`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) ${MONTH} \d{4} ${TIME} GMT$`),
  new RegExp(String.raw`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (\d\d)-${MONTH}-\d\d ${TIME} GMT$`),
  new RegExp(String.raw`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ${MONTH} ([ \d]\d) ${TIME} \d{4}$`),
]

/** undefined for what is not an HTTP date, which is ignored (RFC 9110 section 5.6.7). */
export function httpDate(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const day = FORMS.flatMap((form) => form.exec(text)?.[1] ?? [])[0]
  const date = new Date(text.endsWith('GMT') ? text : `${text} GMT`)
  // The 31st of February would be a day in March.
  return day !== undefined && date.getUTCDate() === Number(day) ? date : undefined
}
