/** Texts in which `*` stands for any text and `?` for one character, such as the `match` of roles. */
export interface Glob {
  test(text: string): boolean
}

/** Anchored to the whole text. Matching takes time of pattern times text at worst, however many `*` there are. */
export function glob(pattern: string): Glob {
  const first = pattern.search(/[*?]/)
  const start = pattern.slice(0, first)
  const rest = pattern.slice(first)
  return {
    test: first < 0 ? (text) => text === pattern : (text) => text.startsWith(start) && matches(rest, text, first),
  }
}

/** The text from `from` on. Greedy, with one point to return to: only the last `*` ever gives way. */
function matches(pattern: string, text: string, from: number): boolean {
  let at = 0
  let star = -1
  let resume = 0
  for (let n = from; n < text.length; ) {
    const wanted = pattern[at]
    if (wanted === '*') {
      star = at++
      resume = n
    } else if (wanted === '?') {
      at++
      n += lengthAt(text, n)
    } else if (wanted !== undefined && wanted === text[n]) {
      at++
      n++
    } else if (star >= 0) {
      at = star + 1
      resume += lengthAt(text, resume)
      n = resume
    } else return false
  }
  while (pattern[at] === '*') at++
  return at === pattern.length
}

/** Of the character there: an astral one has two code units. */
function lengthAt(text: string, index: number): number {
  return (text.codePointAt(index) ?? 0) > 0xff_ff ? 2 : 1
}
