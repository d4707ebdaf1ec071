/**
 * Writes lines as a chain. A line gets its number and its hash when it is written, and a number is never used twice: a
 * line of a failed write may be in the file after all, whole or in part. The next line then names the last line that is
 * known to be written, and nothing depends on the numbers between.
 */
import { randomOctets } from '../../core/ids.ts'
import { auditLine } from '../line.ts'
import type { Target } from '../target.ts'
import { CHAIN_ID_OCTETS, HEAD_EVERY, NO_PREVIOUS, type SealedLine, sealLine } from './format.ts'
import type { AuditKey } from './key.ts'

/** A line that is known to be written and signed, with all lines before it. */
export interface ChainHead {
  readonly chain: string
  readonly number: number
  readonly hash: string
}

export interface ChainSettings {
  readonly key: AuditKey
  /** Told of each head that is written, to keep it where the log's other readers cannot write. Never rejects. */
  readonly keepHead?: (head: ChainHead) => Promise<void>
}

export interface ChainWriter {
  /** Appends whole lines, and heads where they are due. Never rejects. */
  append(lines: readonly Buffer[], isDurable: boolean): Promise<AppendedLines>
  /** Signs what is not signed yet; the end is signed even if everything is. Nothing happens while there is no line. */
  sign(reason: 'interval' | 'end'): Promise<AppendedLines>
  /** Whether there are lines that no head covers. */
  isUnsigned(): boolean
  /** Resolves when all heads are kept. */
  isKept(): Promise<void>
}

export interface AppendedLines {
  /** How many of the lines are written. */
  readonly done: number
  /** undefined: it works. */
  readonly problem?: unknown
}

type HeadReason = 'start' | 'interval' | 'end'

interface Attempt {
  readonly line: SealedLine
  readonly isHead: boolean
}

const REFERENCE_OCTETS = 9

export function chainOn(target: Target, { key, keepHead }: ChainSettings, now: () => Date): ChainWriter {
  const id = randomOctets(CHAIN_ID_OCTETS).toString('base64url')
  /** The last line that is known to be written. */
  let last: Pick<SealedLine, 'number' | 'hash'> = { number: 0, hash: NO_PREVIOUS }
  /** The highest number used. */
  let used = 0
  /** Lines since the last head. */
  let unsigned = 0
  let keeping = Promise.resolve()
  /** What is recorded after the end has an end of its own. */
  let isEnded = false

  const headLine = (reason: HeadReason): Buffer =>
    Buffer.from(
      auditLine({
        eventName: 'audit.head',
        eventTime: now(),
        referenceId: randomOctets(REFERENCE_OCTETS).toString('base64url'),
        reason,
        keyId: key.id,
      }),
    )

  const sealAll = (lines: readonly Buffer[], end?: 'interval' | 'end'): readonly Attempt[] => {
    let [number, before, open] = [used, last, unsigned]
    const attempts: Attempt[] = []
    const seal = (line: Buffer, isHead: boolean): void => {
      number += 1
      const place = { id, number, after: before.number, previous: before.hash }
      const sealed = sealLine(line, place, isHead ? key.sign : undefined)
      attempts.push({ line: sealed, isHead })
      before = sealed
      open = isHead ? 0 : open + 1
    }
    if (last.number === 0) seal(headLine('start'), true)
    for (const line of lines) {
      seal(line, false)
      if (open >= HEAD_EVERY) seal(headLine('interval'), true)
    }
    if (end || isEnded) seal(headLine(end ?? 'end'), true)
    return attempts
  }

  /** Heads are durable: one that is kept elsewhere must not be missing in the log after a crash. */
  const write = async (attempts: readonly Attempt[], isGrant: boolean): Promise<AppendedLines> => {
    const isDurable = isGrant || attempts.some(({ isHead }) => isHead)
    used = attempts.at(-1)?.line.number ?? used
    const octets = Buffer.concat(attempts.map(({ line }) => line.octets))
    const { written, problem } = await target.append(octets, isDurable)
    const whole = attempts.slice(0, wholeLines(attempts, written))
    last = whole.at(-1)?.line ?? last
    const head = whole.findLast(({ isHead }) => isHead)
    unsigned = head ? whole.length - 1 - whole.indexOf(head) : unsigned + whole.length
    if (head && keepHead) {
      const kept = { chain: id, number: head.line.number, hash: head.line.hash }
      keeping = keeping.then(() => keepHead(kept))
    }
    return { done: whole.filter(({ isHead }) => !isHead).length, ...(problem === undefined ? {} : { problem }) }
  }

  return {
    append: (lines, isDurable) => write(sealAll(lines), isDurable),
    sign: async (reason) => {
      isEnded ||= reason === 'end'
      if (last.number === 0 || (unsigned === 0 && reason !== 'end')) return { done: 0 }
      return write(sealAll([], reason), false)
    },
    isUnsigned: () => unsigned > 0,
    isKept: () => keeping,
  }
}

/** How many of these lines are whole within so many octets. */
function wholeLines(attempts: readonly Attempt[], written: number): number {
  let end = 0
  const cutOff = attempts.findIndex(({ line }) => {
    end += line.octets.length
    return end > written
  })
  return cutOff === -1 ? attempts.length : cutOff
}
