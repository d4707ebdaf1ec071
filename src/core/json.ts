const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN = 0x7b
const CLOSE = 0x7d

const COLON = /\s*:/y

/** Whether this is a JSON object: no array, and not null. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * The first name, in quotes, that an object in this text contains twice; undefined if there is none. `json` must be
 * valid for JSON.parse, which keeps the last of them and drops the others. RFC 8259 4
 */
export function repeatedName(json: string): string | undefined {
  const open: Set<string>[] = []
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code === OPEN) open.push(new Set())
    else if (code === CLOSE) open.pop()
    else if (code === QUOTE) {
      const end = endOfText(json, at)
      const name = nameIn(json, at, end)
      const names = open.at(-1)
      if (name !== undefined && names?.has(name)) return name
      if (name !== undefined) names?.add(name)
      at = end
    }
  }
  return undefined
}

/** The index of the unescaped quote that ends the text starting at this quote. */
function endOfText(json: string, start: number): number {
  let at = start + 1
  for (; json.charCodeAt(at) !== QUOTE; at++) if (json.charCodeAt(at) === BACKSLASH) at++
  return at
}

/** The name that ends at this quote, written without needless escapes; undefined if the text is a value. */
function nameIn(json: string, start: number, end: number): string | undefined {
  COLON.lastIndex = end + 1
  if (!COLON.test(json)) return undefined
  const written = json.slice(start, end + 1)
  return written.includes('\\') ? JSON.stringify(JSON.parse(written)) : written
}
