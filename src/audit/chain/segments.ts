/** Collects the lines of a chain as they are read: as long as each follows the one before, they are one segment. */
import type { LineAt } from './findings.ts'
import type { ReadLine } from './read-place.ts'

/** Lines that follow each other in the chain and in the files. */
export interface Segment {
  readonly first: SegmentEnd & Pick<ReadLine, 'after' | 'previous'>
  readonly last: SegmentEnd
  /** The hash of the last line; undefined if it was changed. */
  readonly lastHash: string | undefined
}

export interface SegmentEnd {
  readonly number: number
  /** Index of the file. */
  readonly file: number
  readonly line: number
  /** The octets that the line begins with. */
  readonly start: Buffer
}

/** As much of a line as its time, name and reference take. */
const START_OCTETS = 192

const START = /^\{"eventTime":"([^"]{1,40})","eventName":"([^"]{1,40})","referenceId":"([^"]{1,80})"/

interface OpenSegment {
  readonly first: Segment['first']
  number: number
  file: number
  line: number
  readonly start: Buffer
  startLength: number
  hash: string | undefined
}

export interface SegmentCollector {
  /** Whether it follows the line before it. Only a line that was not changed starts a segment. */
  add(line: ReadLine, octets: Buffer, file: number, lineNumber: number): void
  segments(): readonly Segment[]
  /** Whether there were more segments than are kept. */
  isOverfull(): boolean
}

/** A chain in more pieces was shuffled: what else is wrong with it does not matter. */
const MOST_SEGMENTS = 5_000

export function collectSegments(): SegmentCollector {
  const open: OpenSegment[] = []
  let isOverfull = false
  let current: OpenSegment | undefined
  return {
    add: (read, octets, file, line) => {
      if (current !== undefined && isNext(current, read)) {
        current.number = read.number
        current.file = file
        current.line = line
        current.startLength = octets.copy(current.start, 0, 0, START_OCTETS)
        current.hash = read.isUnchanged ? read.hash : undefined
        return
      }
      if (!read.isUnchanged) return
      isOverfull ||= open.length >= MOST_SEGMENTS
      if (isOverfull) return
      const start = Buffer.alloc(START_OCTETS)
      const startLength = octets.copy(start, 0, 0, START_OCTETS)
      const first = {
        number: read.number,
        after: read.after,
        previous: read.previous,
        file,
        line,
        start: Buffer.from(start),
      }
      current = { first, number: read.number, file, line, start, startLength, hash: read.hash }
      open.push(current)
    },
    isOverfull: () => isOverfull,
    segments: () =>
      open.map(({ first, number, file, line, start, startLength, hash }) => ({
        first,
        last: { number, file, line, start: start.subarray(0, startLength) },
        lastHash: hash,
      })),
  }
}

/** After a line that was changed, any hash is accepted: that it was changed is known already. */
function isNext(current: OpenSegment, { number, after, previous }: ReadLine): boolean {
  return (
    number === current.number + 1 &&
    after === current.number &&
    (current.hash === undefined || previous === current.hash)
  )
}

/** A line by its file, its number, and what it begins with. */
export function lineAt(files: readonly string[], { file, line, number, start }: Partial<SegmentEnd>): LineAt {
  const [, eventTime, eventName, referenceId] = START.exec(start?.toString('utf8', 0, START_OCTETS) ?? '') ?? []
  return {
    file: files[file ?? 0] ?? '',
    line: line ?? 0,
    ...(number === undefined ? {} : { number }),
    ...(referenceId === undefined ? {} : { eventTime, eventName, referenceId }),
  } as LineAt
}
