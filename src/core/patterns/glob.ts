/** Texts in which `*` matches any text and `?` one character, such as the `match` of roles. */
export interface Glob {
  test(text: string): boolean
}

/**
 * Anchored to the whole text. Matching takes at most time proportional to pattern times text, however many `*` there
 * are.
 */
export function glob(pattern: string): Glob {
  const first = pattern.search(/[*?]/)
  const start = pattern.slice(0, first)
  const rest = pattern.slice(first)
  return {
    test: first < 0 ? (text) => text === pattern : (text) => text.startsWith(start) && matches(rest, text, first),
  }
}

/** The text from `from` on. Greedy, with one point to backtrack to: only the last `*` ever matches more. */
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

/** The length of the character there: one outside the basic plane has two code units. */
function lengthAt(text: string, index: number): number {
  return (text.codePointAt(index) ?? 0) > 0xff_ff ? 2 : 1
}
