/**
 * Regular expressions that run in linear time, for patterns from operators and from other parties' metadata: RE2
 * (`re2js`), in the syntax of JavaScript with the flag `u`. Lookaround and back references, which RE2 lacks, are
 * refused. Where the two languages differ in meaning, JavaScript's meaning applies.
 */
import { RE2JS } from 're2js'

export interface LinearPattern {
  /** As written. */
  readonly source: string
  /** The names of its groups. */
  readonly groups: readonly string[]
  /** undefined: the text does not match. Otherwise the text of its named groups, without empty ones. */
  match(text: string): Match
}

type Match = Readonly<Record<string, string>> | undefined

/** Of each pattern, and in characters: at most a tenth of a megabyte. */
const MOST_REMEMBERED = 500
const LONGEST_REMEMBERED = 100

export interface LinearPatternOptions {
  /** Case-insensitive, by Unicode's simple folding: `ß` does not match `ss`. Default: case-sensitive. */
  readonly ignoreCase?: boolean
  /**
   * The largest program in RE2 instructions, which is the cost of matching one character. Default: RE2's own limits.
   */
  readonly maxCost?: number
}

/** JavaScript's white space, of which RE2's own `\s` contains only ASCII; and its complement. */
const SPACE = '\\t-\\r \\xA0\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}\\x{FEFF}'
const NO_SPACE =
  '\\x00-\\x08\\x0E-\\x1F!-\\x9F\\xA1-\\x{167F}\\x{1681}-\\x{1FFF}\\x{200B}-\\x{2027}\\x{202A}-\\x{202E}\\x{2030}-\\x{205E}\\x{2060}-\\x{2FFF}\\x{3001}-\\x{FEFE}\\x{FF00}-\\x{10FFFF}'

const ESCAPE =
  '\\\\u[dD][89abAB][\\da-fA-F]{2}\\\\u[dD][c-fC-F][\\da-fA-F]{2}|\\\\u\\{[\\da-fA-F]+\\}|\\\\u[\\da-fA-F]{4}|\\\\[pP]\\{[^}]*\\}|\\\\c[A-Za-z]|\\\\.'
const PIECE_OF_CLASS = new RegExp(`${ESCAPE}|.`, 'suy')
const PIECE = new RegExp(`${ESCAPE}|\\(\\?<?[=!]|\\(\\?<|\\[\\^?\\]|\\[\\^?|.`, 'suy')

const REPEATED = /[*+]|\{(?![01]\}|[01],1\})/y

/**
 * Anchored to the whole text; `.` matches every character, `\w`, `\d` and `\b` are ASCII, as in JavaScript. Throws
 * SyntaxError for a text that is not a JavaScript regular expression, and for one that a linear engine cannot run.
 */
export function linearPattern(
  source: string,
  { ignoreCase = false, maxCost = Number.POSITIVE_INFINITY }: LinearPatternOptions = {},
): LinearPattern {
  // Parsed only, never run: `a)|(b` must not pass because of the parentheses that are added below.
  new RegExp(source, 'u')
  const compiled = compile(translated(source), ignoreCase)
  if (compiled.programSize() > maxCost) throw new SyntaxError('the pattern repeats too much')
  const groups = Object.keys(compiled.namedGroups())
  return { source, groups, match: remembering((text) => matchIn(compiled, groups, text)) }
}

function matchIn(compiled: RE2JS, groups: readonly string[], text: string): Match {
  const matcher = compiled.matcher(text)
  if (!matcher.matches()) return undefined
  const found = groups.flatMap((name) => {
    const value = matcher.group(name)
    // The two languages disagree about whether an optional group that matched no character took part.
    return typeof value === 'string' && value !== '' ? [[name, value] as const] : []
  })
  return Object.fromEntries(found)
}

/** Users have groups in common, and matching a name again costs a hundred times as much as finding its result. */
function remembering(match: LinearPattern['match']): LinearPattern['match'] {
  const known = new Map<string, Match>()
  return (text) => {
    if (known.has(text)) return known.get(text)
    const found = match(text)
    if (text.length > LONGEST_REMEMBERED) return found
    if (known.size >= MOST_REMEMBERED) known.clear()
    known.set(text, found)
    return found
  }
}

function compile(re2: string, ignoreCase: boolean): RE2JS {
  try {
    return RE2JS.compile(`^(?:${re2})$`, RE2JS.DOTALL | (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replace(/^error parsing regexp: /, '') : String(cause)
    throw new SyntaxError(`not supported: ${reason}`, { cause })
  }
}

/** From checked JavaScript syntax to RE2's. Throws SyntaxError. */
function translated(source: string): string {
  /** For each open group, whether it or a group in it has a name. */
  const open: boolean[] = []
  let isInClass = false
  let result = ''
  for (let at = 0; at < source.length; ) {
    const piece = pieceAt(source, at, isInClass ? PIECE_OF_CLASS : PIECE)
    at += piece.length
    if (isInClass) {
      result += inClass(piece)
      isInClass = piece !== ']'
      continue
    }
    if (piece === ')') {
      const hasName = open.pop() ?? false
      if (hasName && isRepeated(source, at)) throw new SyntaxError('a named group must not be repeated')
      if (hasName && open.length > 0) open[open.length - 1] = true
    }
    if (piece.startsWith('(')) open.push(piece === '(?<')
    isInClass = piece === '[' || piece === '[^'
    result += outsideClass(piece)
  }
  return result
}

function pieceAt(source: string, at: number, syntax: RegExp): string {
  syntax.lastIndex = at
  return syntax.exec(source)?.[0] ?? source.slice(at)
}

function inClass(piece: string): string {
  if (piece === '\\s') return SPACE
  if (piece === '\\S') return NO_SPACE
  if (piece === '\\b') return '\\x08'
  // RE2 would read it as the beginning of a POSIX class.
  return piece === '[' ? '\\[' : escaped(piece)
}

function escaped(piece: string): string {
  if (piece.startsWith('\\u')) return codePoints(piece)
  if (piece.startsWith('\\c')) return hex((piece.codePointAt(2) ?? 0) % 32)
  if (piece === '\\0') return hex(0)
  return piece.replace(/^(\\[pP]\{)(?:gc|General_Category|sc|Script)=/, '$1')
}

function codePoints(piece: string): string {
  const codes = piece.matchAll(/\\u\{?([\da-fA-F]+)\}?/g)
  const text = String.fromCodePoint(...Array.from(codes, ([, digits = '']) => Number.parseInt(digits, 16)))
  return hex(text.codePointAt(0) ?? 0)
}

function hex(code: number): string {
  return `\\x{${code.toString(16)}}`
}

/** Repeated: RE2 keeps the text of a group from an earlier iteration, JavaScript drops it. */
function isRepeated(source: string, at: number): boolean {
  REPEATED.lastIndex = at
  return REPEATED.test(source)
}

function outsideClass(piece: string): string {
  if (/^\(\?<?[=!]/.test(piece)) throw new SyntaxError(`lookaround is not supported: ${piece}`)
  if (/^\\[1-9k]/.test(piece)) throw new SyntaxError(`back references are not supported: ${piece}`)
  if (piece === '(?<') return '(?P<'
  if (piece === '[]') return '[^\\x00-\\x{10FFFF}]'
  if (piece === '[^]') return '[\\x00-\\x{10FFFF}]'
  if (piece === '\\s') return `[${SPACE}]`
  if (piece === '\\S') return `[^${SPACE}]`
  return escaped(piece)
}
