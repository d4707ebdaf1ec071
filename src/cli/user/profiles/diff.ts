const CONTEXT = 3

/** A unified diff, without a header for equal texts: '' then. */
export function unifiedDiff(path: string, before: string, after: string): string {
  if (before === after) return ''
  const [old, now] = [linesOf(before), linesOf(after)]
  let start = 0
  while (start < old.length && start < now.length && old[start] === now[start]) start++
  let tail = 0
  while (tail < old.length - start && tail < now.length - start && old.at(-1 - tail) === now.at(-1 - tail)) tail++
  const from = Math.max(0, start - CONTEXT)
  const changed = changes(old.slice(start, old.length - tail), now.slice(start, now.length - tail))
  const after_ = old.slice(old.length - tail, old.length - tail + CONTEXT)
  const lines = [...old.slice(from, start).map((line) => ` ${line}`), ...changed, ...after_.map((line) => ` ${line}`)]
  const size = (sign: string): number => lines.filter((line) => line[0] !== sign).length
  const range = `@@ -${span(from, size('+'))} +${span(from, size('-'))} @@`
  return [`--- ${path}`, `+++ ${path}`, range, ...lines].map((line) => `${line}\n`).join('')
}

/** An empty range is named by the line before it. */
function span(from: number, size: number): string {
  return `${size === 0 ? from : from + 1},${size}`
}

function linesOf(text: string): readonly string[] {
  const lines = text.split('\n')
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}

/** By the longest common subsequence, which the two share in full. */
function changes(old: readonly string[], now: readonly string[]): readonly string[] {
  const width = now.length + 1
  const longest = new Uint32Array((old.length + 1) * width)
  const at = (i: number, j: number): number => longest[i * width + j] ?? 0
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = now.length - 1; j >= 0; j--)
      longest[i * width + j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  const lines: string[] = []
  let [i, j] = [0, 0]
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      lines.push(` ${old[i]}`)
      i++
      j++
    } else if (i < old.length && (j === now.length || at(i + 1, j) >= at(i, j + 1))) lines.push(`-${old[i++]}`)
    else lines.push(`+${now[j++]}`)
  }
  return lines
}
