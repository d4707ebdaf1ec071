/**
 * A log that never fails open. Lines are appended in order, several at once if several are waiting; an event that gives
 * access is acknowledged only when its line is durable. After a failure every such event is refused immediately, while
 * a retry with back-off checks whether the log can be written again. All other events (refusals, logouts) proceed:
 * their lines wait while there is room, and the rest are counted.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { randomOctets } from '../core/ids.ts'
import type { Log } from '../core/log.ts'
import { outsideRequests } from '../core/tracing/request-context.ts'
import { type AppendedLines, type ChainSettings, chainOn } from './chain/writer.ts'
import { AuditError } from './errors.ts'
import { type Audit, type AuditEvent, type AuditStatus, givesAccess } from './events.ts'
import { auditLine } from './line.ts'
import type { Target } from './target.ts'

export interface LogSettings {
  readonly target: Target
  readonly chain: ChainSettings
  /** Whether access is refused while it cannot be recorded. */
  readonly isRequired: boolean
  readonly now: () => Date
  /** The operator's log. */
  readonly log: Log
  /** Milliseconds until the first retry and, doubled each time, at most; and how long a write may take. */
  readonly patience?: Patience
}

interface Patience {
  readonly firstRetry: number
  readonly longestRetry: number
  readonly write: number
}

/** A write that takes longer than any disk needs counts as failed, so no request waits forever. */
const PATIENCE: Patience = { firstRetry: 100, longestRetry: 5_000, write: 10_000 }

/** A line is signed within this time, if not by the number of lines that follow it. */
const SIGNED_WITHIN_MS = 60_000

/**
 * Room for lines that wait while the log cannot be written: a limit on what unauthenticated clients can make us keep.
 */
const MOST_WAITING = 1_000
const MOST_WAITING_OCTETS = 1024 * 1024

/** Octets written at once. */
const LARGEST_BATCH = 256 * 1024

interface Entry {
  readonly octets: Buffer
  /** Gives access, so its line is written first. */
  readonly isGrant: boolean
  readonly written: () => void
  readonly failed: (error: AuditError) => void
}

interface Failure {
  readonly since: Date
  readonly reason: string
}

/** An audit log that writes to that target. */
export function createAuditLog(settings: LogSettings): Audit {
  const { target, isRequired, now, log, patience = PATIENCE } = settings
  const chain = chainOn(target, settings.chain, now)
  let queue: Entry[] = []
  /** Lines that wait until the log can be written again. */
  let waiting: Buffer[] = []
  let waitingOctets = 0
  let lost = 0
  let failure: Failure | undefined
  let retryTimer: NodeJS.Timeout | undefined
  let signTimer: NodeJS.Timeout | undefined
  let retryAfter = patience.firstRetry
  let running: Promise<void> | undefined
  /** A write exceeded its time limit and is still running. */
  let isStuck = false
  /** Being written. */
  let underWay: readonly Entry[] = []

  const unavailable = (): AuditError =>
    new AuditError('audit.unavailable', {
      expected: `the line in ${target.name} before anything happens`,
      found: failure?.reason ?? 'a log that is closed',
      source: 'audit log',
    })

  const keep = ({ octets, written }: Entry): void => {
    if (waiting.length < MOST_WAITING && waitingOctets + octets.length <= MOST_WAITING_OCTETS) {
      waiting.push(octets)
      waitingOctets += octets.length
    } else lost += 1
    written()
  }

  /** Handles an event whose line could not be written. */
  const giveUp = (entry: Entry): void => {
    if (entry.isGrant && isRequired) entry.failed(unavailable())
    else keep(entry)
  }

  const fail = (problem: unknown, unwritten: readonly Entry[] = []): void => {
    if (failure === undefined) {
      failure = { since: now(), reason: reasonOf(problem) }
      log.error(`The audit log ${target.name} cannot be written: ${failure.reason}. ${consequence(isRequired)}`)
    }
    for (const entry of [...unwritten, ...queue.splice(0)]) giveUp(entry)
    retryTimer ??= outsideRequests(() => setTimeout(retry, retryAfter).unref())
    retryAfter = Math.min(retryAfter * 2, patience.longestRetry)
  }

  /** The write continues, but no request waits for it any longer; its result is handled when it ends. */
  const loseWritePatience = (): void => {
    isStuck = true
    fail(new Error(`a write has taken more than ${patience.write} ms`))
    for (const { isGrant, written, failed } of underWay) isGrant && isRequired ? failed(unavailable()) : written()
  }

  const patiently = async (writing: Promise<AppendedLines>): Promise<AppendedLines> => {
    const impatience = setTimeout(loseWritePatience, patience.write).unref()
    const appended = await writing
    clearTimeout(impatience)
    isStuck = false
    if (chain.isUnsigned()) signTimer ??= setTimeout(signSoon, SIGNED_WITHIN_MS).unref()
    return appended
  }

  const append = (lines: readonly Buffer[], isDurable: boolean): Promise<AppendedLines> =>
    patiently(chain.append(lines, isDurable))

  const sign = async (reason: 'interval' | 'end'): Promise<void> => {
    const { problem } = await patiently(chain.sign(reason))
    if (problem !== undefined) fail(problem)
  }

  const signSoon = (): void => {
    signTimer = undefined
    if (failure !== undefined || running !== undefined) signTimer = setTimeout(signSoon, patience.longestRetry).unref()
    else run(() => sign('interval'))
  }

  const writeQueue = async (): Promise<void> => {
    while (queue.length > 0 && failure === undefined) {
      const batch = nextBatch(queue)
      queue = queue.slice(batch.length)
      underWay = batch
      const { done, problem } = await append(
        batch.map(({ octets }) => octets),
        batch.some(({ isGrant }) => isGrant),
      )
      underWay = []
      for (const entry of batch.slice(0, done)) entry.written()
      if (problem !== undefined) fail(problem, batch.slice(done))
    }
  }

  /** The first line reports the gap, and shows whether the log can be written again. */
  const resume = async ({ since, reason }: Failure): Promise<void> => {
    const [told, kept] = [lost, waiting.length]
    const gap = lineOf({
      eventName: 'audit.resumed',
      eventTime: now(),
      referenceId: newReference(),
      since,
      reason,
      lost,
    })
    const { done, problem } = await append([gap, ...waiting], true)
    waiting = waiting.slice(Math.max(0, done - 1))
    waitingOctets = waiting.reduce((sum, { length }) => sum + length, 0)
    if (done > 0) lost -= told
    if (problem !== undefined) return fail(problem)
    failure = undefined
    retryAfter = patience.firstRetry
    log.info(`The audit log ${target.name} is written again: ${kept} lines had waited for it, ${told} are lost.`)
    await writeLate()
  }

  /** Lines that arrived while earlier ones were being written. */
  const writeLate = async (): Promise<void> => {
    while (waiting.length > 0 && failure === undefined) {
      const { done, problem } = await append(waiting, false)
      waiting = waiting.slice(done)
      waitingOctets = waiting.reduce((sum, { length }) => sum + length, 0)
      if (problem !== undefined) fail(problem)
    }
  }

  /** One at a time: lines keep their order, and no line is written into another. */
  const run = (work: () => Promise<void>): Promise<void> => {
    running ??= work().finally(() => {
      running = undefined
      if (queue.length > 0 && failure === undefined) run(writeQueue)
    })
    return running
  }

  const retry = (): void => {
    retryTimer = undefined
    if (failure === undefined) return
    // A write that has not ended is awaited: a second one could be written into it.
    if (running !== undefined) retryTimer = setTimeout(retry, retryAfter).unref()
    else run(() => (failure ? resume(failure) : Promise.resolve()))
  }

  return {
    record: (event) =>
      new Promise((resolve, reject) => {
        const entry = {
          octets: lineOf(event),
          isGrant: givesAccess(event),
          written: () => resolve(event.referenceId),
          failed: reject,
        }
        if (failure !== undefined) return giveUp(entry)
        queue.push(entry)
        run(writeQueue)
      }),
    mustBeWritable: () => {
      if (failure !== undefined && isRequired) throw unavailable()
    },
    status: (): AuditStatus => ({
      state: failure === undefined ? 'ok' : 'failing',
      isRequired,
      ...(failure && { failure: { ...failure, waiting: waiting.length, lost } }),
    }),
    close: async () => {
      while (running !== undefined && !isStuck)
        await Promise.race([running, delay(patience.write, undefined, { ref: false })])
      clearTimeout(retryTimer)
      if (failure !== undefined && running === undefined)
        await run(() => (failure ? resume(failure) : Promise.resolve()))
      clearTimeout(signTimer)
      if (failure === undefined && running === undefined) await run(() => sign('end'))
      clearTimeout(retryTimer)
      clearTimeout(signTimer)
      if (failure !== undefined)
        log.error(`The audit log ${target.name} is closed without ${waiting.length + lost} lines: ${failure.reason}`)
      if (running === undefined) await Promise.all([target.close(), chain.isKept()])
    },
  }
}

function reasonOf(problem: unknown): string {
  return problem instanceof Error ? problem.message : String(problem)
}

function consequence(isRequired: boolean): string {
  return isRequired
    ? 'Until it can be, users cannot sign in or use roles.'
    : 'As audit.required is false, all goes on without it.'
}

/** As many as fit into one write, and at least one. */
function nextBatch(queue: readonly Entry[]): readonly Entry[] {
  let size = 0
  const end = queue.findIndex(({ octets }, index) => {
    size += octets.length
    return index > 0 && size > LARGEST_BATCH
  })
  return end === -1 ? queue : queue.slice(0, end)
}

function lineOf(event: AuditEvent): Buffer {
  return Buffer.from(auditLine(event))
}

/** In the form of the references of requests. */
function newReference(): string {
  return randomOctets(9).toString('base64url')
}
