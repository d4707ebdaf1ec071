/**
 * The workers of a gateway: starts them, replaces those that end by themselves, gives all a new configuration, and stops
 * them. Knows nothing of what they serve.
 */

import cluster, { type Worker } from 'node:cluster'
import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../../core/log.ts'
import { StartError } from '../errors.ts'
import type { FromWorker, ToWorker } from './worker-messages.ts'

export interface WorkerPool {
  /** Resolves when all of them listen. Rejects with WorkerEnded if one ends before. */
  start(): Promise<void>
  /**
   * Gives every worker that configuration, one after the other. Rejects with StartError if the first one refuses
   * it: then nothing has changed. A later one that refuses it is replaced.
   */
  reload(configuration: string): Promise<void>
  /** Resolves when all have ended: by themselves, or after `killAfterMs` by SIGKILL. */
  stop(unreadyMs: number, killAfterMs: number): Promise<void>
  /** Resolves if no worker is left and none can be started, as the socket that was passed has gone with the last one. */
  readonly lost: Promise<void>
}

export interface WorkerPoolSettings {
  readonly workers: number
  readonly configuration: string
  /** A socket that was passed to this process. */
  readonly descriptor: number | undefined
  readonly log: Log
}

/** A worker ended before it listened. */
export class WorkerEnded extends Error {
  readonly exitCode: number

  constructor(exitCode: number) {
    super(`a worker ended with ${exitCode} before it listened`)
    this.exitCode = exitCode
  }
}

/** A worker that ends by itself is replaced at once; one that does so again soon, later each time. */
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 30_000
/** Who has worked for so long has not failed again, but for the first time. */
const STEADY_MS = 60_000

const RELOAD_WITHIN_MS = 30_000

interface Slot {
  readonly number: number
  worker: Worker | undefined
  startedAt: number
  /** In a row. */
  failures: number
  /** Has been told how to start, with this configuration. */
  isTold: boolean
  isListening: boolean
  configuration: string
}

export function createWorkerPool(settings: WorkerPoolSettings): WorkerPool {
  const { workers, descriptor, log } = settings
  // Workers accept from one socket that they share. The other policy has the first process accept and pass connections on,
  // and those on their way to a worker that is killed would hang.
  cluster.schedulingPolicy = cluster.SCHED_NONE
  let { configuration } = settings
  const stopping = new AbortController()
  let lose: () => void = () => undefined
  const lost = new Promise<void>((resolve) => {
    lose = resolve
  })
  const slots: readonly Slot[] = Array.from({ length: workers }, (_, index) => ({
    number: index + 1,
    worker: undefined,
    startedAt: 0,
    failures: 0,
    isTold: false,
    isListening: false,
    configuration,
  }))

  /** Resolves when it listens; rejects with WorkerEnded. */
  const launch = (slot: Slot): Promise<void> => {
    const worker = cluster.fork()
    Object.assign(slot, { worker, startedAt: performance.now(), isTold: false, isListening: false })
    return new Promise((resolve, reject) => {
      worker.on('message', ({ kind }: FromWorker) => {
        if (kind === 'loaded') {
          Object.assign(slot, { isTold: true, configuration })
          send(worker, { kind: 'start', configuration, ...(descriptor !== undefined && { descriptor }) })
        }
        if (kind !== 'listening') return
        slot.isListening = true
        log.info(`Worker ${slot.number} listens (process ${worker.process.pid}).`)
        resolve()
      })
      worker.on('error', (error) => log.error(`Worker ${slot.number}: ${error.message}`))
      worker.once('exit', (code: number | null, signal: string | null) => {
        const wasListening = slot.isListening
        Object.assign(slot, { worker: undefined, isListening: false })
        reject(new WorkerEnded(code ?? 1))
        if (!stopping.signal.aborted && (wasListening || hasStarted)) void replace(slot, signal ?? `exit code ${code}`)
      })
    })
  }

  let hasStarted = false

  const replace = async (slot: Slot, how: string): Promise<void> => {
    if (descriptor !== undefined && slots.every(({ worker }) => worker === undefined)) return lose()
    const isSteady = performance.now() - slot.startedAt >= STEADY_MS
    slot.failures = isSteady ? 1 : slot.failures + 1
    const waitMs = slot.failures === 1 ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (slot.failures - 2))
    log.warn(
      `Worker ${slot.number} ended unexpectedly (${how}). Starting another${waitMs > 0 ? ` in ${waitMs / 1000} s` : ''}.`,
    )
    await delay(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    // Its end is handled above, and so on.
    if (!stopping.signal.aborted) await launch(slot).catch(() => undefined)
  }

  const reloadOne = async (slot: Slot, next: string): Promise<void> => {
    const { worker } = slot
    // A worker that is still to be told gets the latest.
    if (!worker || !slot.isTold || slot.configuration === next) return
    const answer = await asked(worker, { kind: 'reload', configuration: next })
    if (answer.kind === 'refused') throw refusal(answer.lines)
    slot.configuration = next
  }

  return {
    lost,
    start: async () => {
      const [first, ...others] = slots
      // What is wrong is said once, by the first one.
      if (first) await launch(first)
      await Promise.all(others.map(launch))
      hasStarted = true
    },
    reload: async (next) => {
      const before = configuration
      for (const slot of slots) {
        try {
          await reloadOne(slot, next)
          configuration = next
        } catch (error) {
          if (configuration === before) throw error
          log.warn(`Worker ${slot.number} does not accept the new configuration and is replaced.`)
          slot.worker?.process.kill('SIGTERM')
        }
      }
      // Workers that began meanwhile may have the one before.
      for (const slot of slots) await reloadOne(slot, next).catch(() => slot.worker?.process.kill('SIGTERM'))
    },
    stop: async (unreadyMs, killAfterMs) => {
      stopping.abort()
      const running = slots.flatMap(({ worker }) => worker ?? [])
      const ended = running.map((worker) => new Promise<void>((resolve) => worker.once('exit', () => resolve())))
      for (const worker of running) send(worker, { kind: 'stop', unreadyMs })
      const impatience = setTimeout(() => {
        for (const worker of running) worker.process.kill('SIGKILL')
      }, killAfterMs)
      await Promise.all(ended)
      clearTimeout(impatience)
    },
  }
}

function send(worker: Worker, message: ToWorker): void {
  // A worker that has just ended is replaced, and its successor gets a message of its own.
  if (worker.isConnected()) worker.send(message, () => undefined)
}

function refusal(lines: readonly string[]): StartError {
  const sentence = `A worker cannot use the new configuration: ${lines.join(' ')}`
  return new StartError('start.configuration_refused', { sentence, hint: '' })
}

/** The answer to a reload; a worker that ends, or does not answer in time, refuses. */
function asked(worker: Worker, message: ToWorker): Promise<FromWorker> {
  return new Promise((resolve) => {
    const answer = (given: FromWorker): void => {
      if (given.kind !== 'reloaded' && given.kind !== 'refused') return
      clearTimeout(impatience)
      worker.off('message', answer)
      worker.off('exit', gone)
      resolve(given)
    }
    const gone = () => answer({ kind: 'refused', lines: ['The worker ended.'] })
    const impatience = setTimeout(
      () => answer({ kind: 'refused', lines: ['The worker did not answer.'] }),
      RELOAD_WITHIN_MS,
    )
    worker.on('message', answer)
    worker.once('exit', gone)
    send(worker, message)
  })
}
