/** How many letters to add, drop or change to get from one to the other, without regard to case. */
const distance = (a: string, b: string): number => {
  const [from, to] = [a.toLowerCase(), b.toLowerCase()]
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1]
    for (let j = 0; j < to.length; j++) {
      const changed = (row[j] ?? 0) + (letter === to[j] ? 0 : 1)
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}

/** The candidate that was probably meant; undefined when none is near. */
export const nearest = (word: string, candidates: readonly string[]): string | undefined => {
  const near = candidates
    .map((candidate) => ({ candidate, letters: distance(word.slice(0, 64), candidate) }))
    .filter(({ candidate, letters }) => letters <= Math.max(1, Math.min(3, Math.floor(candidate.length / 3))))
  return near.sort((a, b) => a.letters - b.letters)[0]?.candidate
}
