/** Seeded edits of an XML text: moved, doubled and dropped pieces, and edits that leave the canonical form as it was. */

export type Random = (below: number) => number

/** A small generator (mulberry32): the same seed makes the same edits everywhere. */
export const randomFrom = (seed: string): Random => {
  let state = [...seed].reduce((sum, character) => (Math.imul(sum, 31) + (character.codePointAt(0) ?? 0)) | 0, 7)
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    const mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    const value = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((value ^ (value >>> 14)) >>> 0) % below
  }
}

type Edit = (tokens: readonly string[], at: number, random: Random) => readonly string[]

/** Tags and the text between them. */
const tokensOf = (xml: string): readonly string[] => xml.match(/<[^>]*>|[^<]+/g) ?? []
const spliced = (tokens: readonly string[], at: number, count: number, ...insert: readonly string[]) =>
  tokens.toSpliced(at, count, ...insert)

const isStart = (token: string | undefined): boolean => /^<[A-Za-z]/.test(token ?? '')
const isText = (token: string | undefined): boolean => token !== undefined && !token.startsWith('<')

/** How many tokens the element takes that starts there; 1 for anything else. */
const lengthAt = (tokens: readonly string[], at: number): number => {
  if (!isStart(tokens[at]) || tokens[at]?.endsWith('/>')) return 1
  let depth = 0
  for (let end = at; end < tokens.length; end += 1) {
    const token = tokens[end] ?? ''
    if (isStart(token) && !token.endsWith('/>')) depth += 1
    if (token.startsWith('</')) depth -= 1
    if (depth === 0) return end - at + 1
  }
  return 1
}

const nearest = (tokens: readonly string[], at: number, wanted: (token: string | undefined) => boolean): number => {
  const found = tokens.findIndex((token, i) => i >= at && wanted(token))
  return found === -1 ? tokens.findIndex(wanted) : found
}

const onText =
  (change: (text: string, random: Random) => string): Edit =>
  (tokens, at, random) => {
    const place = nearest(tokens, at, (token) => isText(token) && /\w/.test(token ?? ''))
    return spliced(tokens, place, 1, change(tokens[place] ?? '', random))
  }

const onStart =
  (change: (tag: string, random: Random) => string): Edit =>
  (tokens, at, random) => {
    const place = nearest(tokens, at, isStart)
    return spliced(tokens, place, 1, change(tokens[place] ?? '', random))
  }

const inside = (insert: string) => (text: string, random: Random) => {
  // Not into a reference: that would make another text of it.
  const at = /&[^;]*$/.test(text) || text.includes('&') ? 0 : random(text.length + 1)
  return text.slice(0, at) + insert + text.slice(at)
}

const edits: readonly Edit[] = [
  // the same canonical form, where they meet a signed part
  onText(inside('<!-- c -->')),
  onText(inside('<![CDATA[]]>')),
  onText((text) => text.replace(/[a-z]/, (letter) => `&#${letter.charCodeAt(0)};`)),
  onStart((tag) => tag.replace(/(\s)/, '\n $1')),
  onStart((tag) => (tag.endsWith('/>') ? tag : tag.replace(/>$/, ' >'))),
  onStart((tag) => tag.replace(/="([^"']*)"/, "='$1'")),
  onStart((tag) => tag.replace(/(\/?>)$/, ' xmlns:unused="urn:unused"$1')),
  onStart((tag) => (tag.endsWith('/>') ? `${tag.slice(0, -2)}></${/^<([^\s/>]+)/.exec(tag)?.[1]}>` : tag)),
  // another one
  (tokens, at) => spliced(tokens, at, lengthAt(tokens, at)),
  (tokens, at) => spliced(tokens, at, 0, ...tokens.slice(at, at + lengthAt(tokens, at))),
  (tokens, at, random) => {
    const length = lengthAt(tokens, at)
    const rest = spliced(tokens, at, length)
    return spliced(rest, random(rest.length), 0, ...tokens.slice(at, at + length))
  },
  (tokens, at, random) => spliced(tokens, random(tokens.length), 0, ...tokens.slice(at, at + lengthAt(tokens, at))),
  onText(inside('x')),
  onText(inside('<?pi?>')),
  onText(inside('<x/>')),
  onStart((tag, random) => tag.replace(/="[^"]*"/g, (value) => (random(3) === 0 ? '="x"' : value))),
  onStart((tag) => tag.replace(/ (\w+)=/, ' x:$1=')),
  onStart((tag) => tag.replace(/(\/?>)$/, ' ID="_assertion"$1')),
]

/** One or two edits at random places. */
export const mutate = (xml: string, random: Random): string => {
  const count = 1 + random(2)
  let tokens = tokensOf(xml)
  for (let i = 0; i < count; i += 1) {
    const edit = edits[random(edits.length)]
    if (edit) tokens = edit(tokens, random(tokens.length), random)
  }
  return tokens.join('')
}
