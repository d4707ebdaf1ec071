import { unescape as percentDecode } from 'node:querystring'

/** The parameters of a Query call. The first value of a repeated name counts. */
export type Parameters = ReadonlyMap<string, string>

/** STS calls have far fewer: 50 tags with key and value, ten policies, and the scalars. */
const MAX_PARAMETERS = 1000

/** `form`: a body or a query in application/x-www-form-urlencoded. Optimized for one long value among few. */
export function parseParameters(form: string): Parameters {
  const parameters = new Map<string, string>()
  for (let start = 0, count = 0; start < form.length && count < MAX_PARAMETERS; count++) {
    const and = form.indexOf('&', start)
    const end = and < 0 ? form.length : and
    addField(parameters, form.slice(start, end))
    start = end + 1
  }
  return parameters
}

function addField(parameters: Map<string, string>, field: string): void {
  const equals = field.indexOf('=')
  const name = decode(equals < 0 ? field : field.slice(0, equals))
  if (field !== '' && !parameters.has(name)) parameters.set(name, equals < 0 ? '' : decode(field.slice(equals + 1)))
}

/** Most names and values are plain and need no decoding. */
function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  return spaced.includes('%') ? percentDecode(spaced) : spaced
}

/** `Name.member.1`, `Name.member.2`, … until the first gap; `suffix` for members of structures, such as `.arn`. */
export function listOf(parameters: Parameters, name: string, suffix = ''): string[] {
  const values: string[] = []
  for (;;) {
    const value = parameters.get(`${name}.member.${values.length + 1}${suffix}`)
    if (value === undefined) return values
    values.push(value)
  }
}
