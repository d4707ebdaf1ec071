/**
 * Text with `*` and `?`, and with policy variables such as `${saml:sub}`. Matching takes at most time proportional to
 * pattern times text: never a regular expression, which a policy author could make exponential.
 */
import { entryOf, type RequestContext } from './condition-keys/context.ts'

const ANY = Symbol('*')
const ONE = Symbol('?')

const WILDCARDS = new Map<string, typeof ANY | typeof ONE>([
  ['*', ANY],
  ['?', ONE],
])

/** A literal character, or a wildcard. */
type Token = string | typeof ANY | typeof ONE
interface Variable {
  /** In lower case: how a context knows it. */
  readonly name: string
  readonly fallback: string | undefined
}
type Part = Token | Variable

/** A policy value as it was written, ready to be compiled. */
export interface Pattern {
  readonly text: string
  readonly parts: readonly Part[]
  /** The whole value if it has neither wildcard nor variable. */
  readonly literal: string | undefined
}

export interface PatternSyntax {
  readonly wildcards: boolean
  /** Policy variables need Version 2012-10-17; before that `${…}` is literal text (D.6). */
  readonly variables: boolean
}

/** Whether a text matches the pattern, with variables replaced by the request's keys. */
export type Matcher = (text: string, context: RequestContext) => boolean

const VARIABLE = /\$\{([^{}]*)\}/y
const ESCAPES: ReadonlySet<string> = new Set(['*', '?', '$'])

const FIFTH_COLON = /^(?:[^:]*:){5}/

/** A value of a policy, parsed once and matched often. */
export function pattern(text: string, syntax: PatternSyntax): Pattern {
  return patternOf(text, partsOf(text, syntax))
}

function patternOf(text: string, parts: readonly Part[]): Pattern {
  return {
    text,
    parts,
    literal: parts.every((part) => typeof part === 'string') ? parts.join('') : undefined,
  }
}

function partsOf(text: string, { wildcards, variables }: PatternSyntax): Part[] {
  const parts: Part[] = []
  for (let at = 0; at < text.length; ) {
    VARIABLE.lastIndex = at
    const found = variables ? VARIABLE.exec(text) : null
    if (found) {
      const body = found[1] ?? ''
      parts.push(ESCAPES.has(body) ? body : variable(body))
      at += found[0].length
      continue
    }
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0)
    parts.push((wildcards && WILDCARDS.get(character)) || character)
    at += character.length
  }
  return parts
}

/** `name` or `name, 'default'`. The key of a tag may contain spaces, but no comma. */
function variable(body: string): Variable {
  const comma = body.indexOf(',')
  const fallback = comma < 0 ? undefined : /^'([^']*)'$/.exec(body.slice(comma + 1).trim())?.[1]
  const name = fallback === undefined ? body : body.slice(0, comma)
  return { name: name.trim().toLowerCase(), fallback }
}

/** The same for an ARN in a Resource: variables are allowed only after its fifth colon (D.6). */
export function resourcePattern(text: string, { wildcards, variables }: PatternSyntax): Pattern {
  const [before = text] = FIFTH_COLON.exec(text) ?? []
  const resource = partsOf(text.slice(before.length), { wildcards, variables })
  return patternOf(text, [...partsOf(before, { wildcards, variables: false }), ...resource])
}

/** Splits a pattern at its own colons, into at most `count` pieces; never at colons in variables' values. */
export function splitAtColons({ text, parts }: Pattern, count: number): Pattern[] {
  const pieces: Part[][] = [[]]
  for (const part of parts) {
    if (part === ':' && pieces.length < count) pieces.push([])
    else pieces.at(-1)?.push(part)
  }
  return pieces.map((piece) => patternOf(text, piece))
}

/** Names of the keys that the pattern's variables refer to, and which of them must be present (D.6). */
export function variablesOf({ parts }: Pattern): readonly { name: string; isRequired: boolean }[] {
  return parts.flatMap((part) =>
    typeof part === 'object' ? [{ name: part.name, isRequired: part.fallback === undefined }] : [],
  )
}

/** Case-sensitive unless `fold` changes both sides. */
export function matcher(subject: Pattern, fold: (text: string) => string = asIs): Matcher {
  const { literal } = subject
  if (literal !== undefined) {
    const wanted = fold(literal)
    return (text) => fold(text) === wanted
  }
  const pieces = fold === asIs ? betweenStars(subject) : undefined
  if (pieces) return stars(pieces)
  return (text, context) => {
    const tokens = resolve(subject, context)
    const folded = tokens?.flatMap<Token>((token) => (typeof token === 'string' ? [...fold(token)] : [token]))
    return folded !== undefined && glob(folded, [...fold(text)])
  }
}

function asIs(text: string): string {
  return text
}

/** The pieces between the stars, if the pattern contains only text and stars. */
function betweenStars({ parts }: Pattern): readonly string[] | undefined {
  const pieces: string[] = []
  let piece = ''
  for (const part of parts) {
    if (typeof part === 'string') piece += part
    else if (part !== ANY) return undefined
    else {
      pieces.push(piece)
      piece = ''
    }
  }
  return [...pieces, piece]
}

/** Only text and stars: the first piece is a prefix, the last a suffix, and the others follow one another between. */
function stars(pieces: readonly string[]): Matcher {
  const [first = '', ...middle] = pieces
  const last = middle.pop() ?? ''
  return (text) => {
    if (!text.startsWith(first) || !text.endsWith(last)) return false
    const end = text.length - last.length
    let at = first.length
    for (const piece of middle) {
      const found = text.indexOf(piece, at)
      if (found < 0) return false
      at = found + piece.length
    }
    return at <= end
  }
}

/**
 * The pattern with its variables replaced: their values are literal, even if they contain `*`. undefined if a variable
 * has neither value nor default, or has several values: then it is null and matches nothing (D.6).
 */
function resolve({ parts }: Pattern, context: RequestContext): readonly Token[] | undefined {
  const tokens: Token[] = []
  for (const part of parts) {
    if (typeof part !== 'object') {
      tokens.push(part)
      continue
    }
    const found = entryOf(context, part.name)
    const value = found === undefined ? part.fallback : found.multi ? undefined : found.values[0]
    if (value === undefined) return undefined
    for (const character of value) tokens.push(character)
  }
  return tokens
}

/** Greedy with one point to backtrack to, which suffices because only the last `*` ever matches more. */
function glob(tokens: readonly Token[], characters: readonly string[]): boolean {
  let token = 0
  let character = 0
  let star = -1
  let resume = 0
  while (character < characters.length) {
    const expected = tokens[token]
    if (expected === ANY) {
      star = token++
      resume = character
    } else if (expected === ONE || (expected !== undefined && expected === characters[character])) {
      token++
      character++
    } else if (star >= 0) {
      token = star + 1
      character = ++resume
    } else return false
  }
  while (tokens[token] === ANY) token++
  return token === tokens.length
}

/** The pattern's text with its variables replaced, for operators without wildcards (Bool). */
export function resolvedText(subject: Pattern, context: RequestContext): string | undefined {
  return (
    subject.literal ??
    resolve(subject, context)
      ?.filter((token) => typeof token === 'string')
      .join('')
  )
}

/**
 * ARNs, part by part; only the last part may contain colons, so `*` can cross a colon only there. undefined for what is
 * not a pattern of six parts, unless its last part is or ends with `*` and `mayBeCutShort`.
 */
export function arnMatcher(wanted: Pattern, mayBeCutShort = false): Matcher | undefined {
  if (wanted.text === '*') return () => true
  const parts = splitAtColons(wanted, 6)
  if (parts.length < 6 && !(mayBeCutShort && parts.at(-1)?.parts.at(-1) === ANY)) return undefined
  const matchers = parts.map((part) => matcher(part))
  return (value, context) => {
    const found = value.split(':')
    if (found.length < 6) return false
    const pieces = [...found.slice(0, parts.length - 1), found.slice(parts.length - 1).join(':')]
    return matchers.every((matches, n) => matches(pieces[n] ?? '', context))
  }
}
