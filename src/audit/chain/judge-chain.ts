/** Whether the segments of one chain are all of it, in order. */
import type { ChainFinding, LineAt } from './findings.ts'
import { NO_PREVIOUS } from './format.ts'
import { lineAt, type Segment, type SegmentEnd } from './segments.ts'

export interface JudgedChain {
  readonly id: string
  readonly segments: readonly Segment[]
  readonly files: readonly string[]
  /** Whether lines before the first and after the last may be in other files. */
  readonly isPartial: boolean
  /** Hashes of lines inside a segment, by number, as far as neededHashes has asked for them. */
  readonly hashes: ReadonlyMap<number, string>
}

interface Range {
  readonly from: number
  readonly to: number
}

/** In the order of the chain. */
export function inOrder(segments: readonly Segment[]): readonly Segment[] {
  return [...segments].sort(({ first: a }, { first: b }) => a.number - b.number || a.file - b.file || a.line - b.line)
}

/** Numbers of failed writes: their lines may be there or not. */
export function attemptedRanges(segments: readonly Segment[]): readonly Range[] {
  return segments
    .filter(({ first }) => first.after < first.number - 1)
    .map(({ first }) => ({ from: first.after + 1, to: first.number - 1 }))
}

/** How many of these numbers are not of failed writes. */
export function countRequired(range: Range, attempted: readonly Range[]): number {
  return requiredOf(range, attempted).reduce((sum, { from, to }) => sum + to - from + 1, 0)
}

/**
 * Lines that other lines follow although more of their segment comes after them: it was written, and then its write
 * failed. Their hashes must be read for judgeChain.
 */
export function neededHashes(segments: readonly Segment[]): readonly number[] {
  return segments.flatMap(({ first }) => {
    const holder = segments.find(({ first: from, last }) => from.number <= first.after && first.after <= last.number)
    return holder && holder.last.number !== first.after ? [first.after] : []
  })
}

export function judgeChain(chain: JudgedChain): readonly ChainFinding[] {
  const ordered = inOrder(chain.segments)
  const attempted = attemptedRanges(ordered)
  const at = (end: SegmentEnd): LineAt => lineAt(chain.files, end)
  const findings: ChainFinding[] = []
  const left = new Set<number>()
  let before: Segment | undefined
  let reached = 0
  for (const segment of ordered) {
    const { first, last } = segment
    const neighbours = { chain: chain.id, ...(before && { before: at(before.last) }), after: at(first) }
    if (first.number <= reached)
      findings.push({ kind: 'duplicated', from: first.number, to: Math.min(last.number, reached), ...neighbours })
    else {
      const isOpening = before === undefined && chain.isPartial
      const missing = isOpening ? [] : requiredOf({ from: reached + 1, to: first.number - 1 }, attempted)
      for (const range of missing) findings.push({ kind: 'missing', ...range, ...neighbours })
      if (!isLinked(segment, chain))
        findings.push({ kind: 'changed', from: first.after, to: first.number, ...neighbours })
    }
    if (before && isBehind(before, first, left)) findings.push({ kind: 'reordered', from: first.number, ...neighbours })
    if (before && before.last.file !== first.file) left.add(before.last.file)
    if (last.file !== first.file) left.add(first.file)
    reached = Math.max(reached, last.number)
    before = segment
  }
  return findings
}

function requiredOf(range: Range, attempted: readonly Range[]): readonly Range[] {
  return attempted.reduce<readonly Range[]>(
    (ranges, { from, to }) =>
      ranges.flatMap((one) =>
        [
          { from: one.from, to: Math.min(one.to, from - 1) },
          { from: Math.max(one.from, to + 1), to: one.to },
        ].filter(({ from, to }) => from <= to),
      ),
    range.from <= range.to ? [range] : [],
  )
}

/** Whether the first line has the hash of the line that it follows, as far as that line is there. */
function isLinked({ first }: Segment, { segments, hashes }: JudgedChain): boolean {
  if (first.after === 0) return first.previous === NO_PREVIOUS
  const ends = segments.filter(({ last }) => last.number === first.after)
  if (ends.length > 0) return ends.some(({ lastHash }) => lastHash === undefined || lastHash === first.previous)
  const inside = hashes.get(first.after)
  return inside === undefined || inside === first.previous
}

/** Whether it comes before the segment that it should follow, or in a file that the chain had left. */
function isBehind({ last }: Segment, first: SegmentEnd, left: ReadonlySet<number>): boolean {
  return last.file === first.file ? first.line < last.line : left.has(first.file)
}
