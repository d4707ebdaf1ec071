/**
 * What systemd and its like offer a service: a socket that is open already (sd_listen_fds(3)), and being told how the
 * service does (sd_notify(3)). Node has no datagram sockets in the file system, so `systemd-notify` sends the messages; a
 * unit needs NotifyAccess=all.
 */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Log } from '../../core/log.ts'

export interface ServiceManager {
  /** The socket to listen on; undefined: open one as configured. */
  readonly descriptor: number | undefined
  /** None of these rejects; without a service manager they do nothing. */
  ready(status: string): Promise<void>
  reloading(): Promise<void>
  stopping(): Promise<void>
}

/** Passed sockets begin here. */
const FIRST_DESCRIPTOR = 3

const NOTIFY_WITHIN_MS = 5_000

const run = promisify(execFile)

/**
 * Reads the variables and removes them from `env`, so no child process takes them for its own. Also keeps the watchdog
 * content while the process works, where one is set.
 */
export function openServiceManager(env: NodeJS.ProcessEnv, processId: number, log: Log): ServiceManager {
  const { LISTEN_PID, LISTEN_FDS, NOTIFY_SOCKET, WATCHDOG_PID, WATCHDOG_USEC } = env
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES', 'NOTIFY_SOCKET', 'WATCHDOG_PID', 'WATCHDOG_USEC'])
    delete env[name]
  const sockets = LISTEN_PID === String(processId) ? Number(LISTEN_FDS) || 0 : 0
  if (sockets > 1) log.warn(`The service manager passed ${sockets} sockets; the gateway uses only the first.`)
  const notify = NOTIFY_SOCKET ? notifier(NOTIFY_SOCKET, log) : async () => undefined
  const isWatched = WATCHDOG_PID === undefined || WATCHDOG_PID === String(processId)
  const watchdogMs = isWatched ? Number(WATCHDOG_USEC) / 1000 : Number.NaN
  // Twice as often as asked for, as sd_watchdog_enabled(3) recommends.
  if (watchdogMs > 0) repeat(watchdogMs / 2, () => notify('WATCHDOG=1'))
  return {
    descriptor: sockets > 0 ? FIRST_DESCRIPTOR : undefined,
    ready: (status) => notify('READY=1', `STATUS=${status}`),
    reloading: () => notify('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`),
    stopping: () => notify('STOPPING=1'),
  }
}

/** Leaves out a turn while the one before is under way. */
function repeat(everyMs: number, work: () => Promise<void>): void {
  let isUnderWay = false
  const turn = async (): Promise<void> => {
    if (isUnderWay) return
    isUnderWay = true
    await work()
    isUnderWay = false
  }
  setInterval(() => void turn(), everyMs).unref()
}

/** Messages are sent one after the other: their order counts. */
function notifier(socket: string, log: Log): (...assignments: readonly string[]) => Promise<void> {
  let last = Promise.resolve()
  let hasFailed = false
  const send = async (assignments: readonly string[]): Promise<void> => {
    try {
      await run('systemd-notify', assignments, {
        env: { PATH: process.env.PATH, NOTIFY_SOCKET: socket },
        timeout: NOTIFY_WITHIN_MS,
      })
    } catch (error) {
      if (!hasFailed) log.warn(`systemd-notify failed, so the service manager is not notified: ${reasonOf(error)}`)
      hasFailed = true
    }
  }
  return (...assignments) => {
    last = last.then(() => send(assignments))
    return last
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.trim() : String(error)
}
