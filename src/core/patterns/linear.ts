/**
 * Regular expressions whose time grows with the length of the text and never exponentially, for patterns of operators
 * and of other people's metadata: RE2 (`re2js`), in the syntax of JavaScript with the flag `u`. What RE2 cannot do,
 * lookaround and back references, is refused. Where the two languages differ in meaning, JavaScript's counts.
 */
import { RE2JS } from 're2js'

export interface LinearPattern {
  /** As it was written. */
  readonly source: string
  /** The names of its groups. */
  readonly groups: readonly string[]
  /** undefined: the text does not match. Else what its named groups hold, but for those that hold no character. */
  match(text: string): Readonly<Record<string, string>> | undefined
}

export interface LinearPatternOptions {
  /** Letters match without regard to case, by Unicode's simple folding: `ß` is not `ss`. Default: case counts. */
  readonly ignoreCase?: boolean
  /** In instructions of RE2, which is what matching costs for each character. Default: RE2's own limits. */
  readonly maxCost?: number
}

/** White space of JavaScript, which RE2's own `\s` has of ASCII only; and everything else. */
const SPACE = '\\t-\\r \\xA0\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}\\x{FEFF}'
const NO_SPACE =
  '\\x00-\\x08\\x0E-\\x1F!-\\x9F\\xA1-\\x{167F}\\x{1681}-\\x{1FFF}\\x{200B}-\\x{2027}\\x{202A}-\\x{202E}\\x{2030}-\\x{205E}\\x{2060}-\\x{2FFF}\\x{3001}-\\x{FEFE}\\x{FF00}-\\x{10FFFF}'

const ESCAPE =
  '\\\\u[dD][89abAB][\\da-fA-F]{2}\\\\u[dD][c-fC-F][\\da-fA-F]{2}|\\\\u\\{[\\da-fA-F]+\\}|\\\\u[\\da-fA-F]{4}|\\\\[pP]\\{[^}]*\\}|\\\\c[A-Za-z]|\\\\.'
const PIECE_OF_CLASS = new RegExp(`${ESCAPE}|.`, 'suy')
const PIECE = new RegExp(`${ESCAPE}|\\(\\?<?[=!]|\\(\\?<|\\[\\^?\\]|\\[\\^?|.`, 'suy')

const REPEATED = /[*+]|\{(?![01]\}|[01],1\})/y

/**
 * Anchored to the whole text; `.` matches every character, `\w`, `\d` and `\b` are of ASCII, as in JavaScript. Throws
 * SyntaxError for what is no regular expression of JavaScript, and for what a linear engine cannot do.
 */
export function linearPattern(
  source: string,
  { ignoreCase = false, maxCost = Number.POSITIVE_INFINITY }: LinearPatternOptions = {},
): LinearPattern {
  // Only read here, never run: `a)|(b` must not get past because of the parentheses around it below.
  new RegExp(source, 'u')
  const compiled = compile(translated(source), ignoreCase)
  if (compiled.programSize() > maxCost) throw new SyntaxError('the pattern repeats too much')
  const groups = Object.keys(compiled.namedGroups())
  return {
    source,
    groups,
    match: (text) => {
      const matcher = compiled.matcher(text)
      if (!matcher.matches()) return undefined
      const found = groups.flatMap((name) => {
        const value = matcher.group(name)
        // Whether an optional group took part without a character is what the two languages disagree about.
        return typeof value === 'string' && value !== '' ? [[name, value] as const] : []
      })
      return Object.fromEntries(found)
    },
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

/** From JavaScript's syntax, which has been checked, to RE2's. Throws SyntaxError. */
function translated(source: string): string {
  /** Of each open group, whether it or one in it has a name. */
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
  // RE2 would begin a class of POSIX with it.
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

/** More than once: RE2 keeps what a group held in an earlier round, JavaScript forgets it. */
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
