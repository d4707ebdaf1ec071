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

/** Attributes of a start tag, in another order. */
const reordered = (tag: string, random: Random): string => {
  const [, start = '', attributes = '', end = ''] = /^(<[^\s>]+)((?: [\w:.-]+="[^"]*")+)(\s*\/?>)$/.exec(tag) ?? []
  const parts = attributes.match(/ [\w:.-]+="[^"]*"/g) ?? []
  if (parts.length < 2) return tag
  const from = random(parts.length)
  return (
    start +
    parts
      .toSpliced(from, 1)
      .toSpliced(random(parts.length), 0, parts[from] ?? '')
      .join('') +
    end
  )
}

/** A prefix by another name, everywhere: only what no signature covers may be written so. */
const renamed: Edit = (tokens, at) => {
  const [, prefix = 'samlp'] = /^<\/?(\w+):/.exec(tokens[nearest(tokens, at, isStart)] ?? '') ?? []
  const rename = (tag: string): string =>
    tag
      .replace(new RegExp(`^(</?)${prefix}:`), '$1renamed:')
      .replace(new RegExp(` xmlns:${prefix}=`, 'g'), ' xmlns:renamed=')
  return tokens.map((token) => (isText(token) ? token : rename(token)))
}

/** Its own namespace declared once more, which changes nothing. */
const redeclared: Edit = (tokens, at) => {
  const place = nearest(tokens, at, (token) => isStart(token) && /^<\w+:/.test(token ?? ''))
  const tag = tokens[place] ?? ''
  const [, prefix = ''] = /^<(\w+):/.exec(tag) ?? []
  const declaration = tokens.join('').match(new RegExp(` xmlns:${prefix}="[^"]*"`))?.[0] ?? ''
  return tag.includes(declaration) ? tokens : spliced(tokens, place, 1, tag.replace(/(\/?>)$/, `${declaration}$1`))
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
  onStart(reordered),
  redeclared,
  onText((text, random) => {
    const at = random(text.length)
    return /[&<]/.test(text) ? text : `${text.slice(0, at)}<![CDATA[${text.slice(at)}]]>`
  }),
  onText((text) => text.replace(/[a-z](?=[^;]*$)/, (letter) => `&#x${letter.charCodeAt(0).toString(16)};`)),
  // the same only where nobody signed
  renamed,
  (tokens, at) => spliced(tokens, at, 0, '\n  '),
  (tokens, at) => spliced(tokens, at, 0, '<!-- between -->'),
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
  onStart((tag) => tag.replace(/xmlns(:\w+)?="/, 'xmlns$1="x')),
  onText((text, random) => {
    const at = random(text.length)
    return text.slice(0, at) + text.slice(at + 1)
  }),
]

/** The same octets or the same text in another dress: what a form field may hold. */
const dresses: readonly ((xml: string) => string)[] = [
  (xml) => `\ufeff${xml}`,
  (xml) => xml.replace(/^<\?xml.*?\?>\s*/s, ''),
  (xml) => xml.replace('encoding="UTF-8"', "encoding='utf-8' standalone='yes'"),
  (xml) => xml.replace('encoding="UTF-8"', 'encoding="us-ascii"'),
  (xml) => `${xml}\n<!-- end -->\n`,
  (xml) => xml.replace('encoding="UTF-8"', 'encoding="UTF-16"'),
]

/** A form field with the mutant: mostly plain, now and then in another encoding. */
export const dressed = (xml: string, random: Random): { readonly xml: string; readonly SAMLResponse: string } => {
  const dress = dresses[random(dresses.length * 8)]
  const text = dress ? dress(xml) : xml
  const base64 = Buffer.from(text, 'utf8').toString('base64')
  return { xml: text, SAMLResponse: random(10) === 0 ? base64.replace(/.{64}/g, '$&\r\n') : base64 }
}

/** One to six edits at random places. */
export const mutate = (xml: string, random: Random): string => {
  const count = 1 + random(6)
  let tokens = tokensOf(xml)
  for (let i = 0; i < count; i += 1) {
    const edit = edits[random(edits.length)]
    if (edit) tokens = edit(tokens, random(tokens.length), random)
  }
  return tokens.join('')
}
