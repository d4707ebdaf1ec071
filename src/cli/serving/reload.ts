import type { Log } from '../../core/log.ts'
import { errorLines } from '../output.ts'
import type { ServiceManager } from './service-manager.ts'

/** What SIGHUP starts. */
export interface HangUp {
  /** From now on each SIGHUP reloads: one at a time, and those that come meanwhile count as one more. */
  reloadWith(manager: ServiceManager, reload: () => Promise<void>): void
  /** From now on SIGHUP does nothing. */
  stop(): void
}

/**
 * Listens for SIGHUP, which would otherwise end the process; one that comes before `reloadWith` waits for it. A reload that
 * fails is logged, and what serves goes on serving.
 */
export function onHangUp(log: Log): HangUp {
  let isAsked = false
  let isRunning = false
  let reloadOnce: (() => Promise<void>) | undefined

  const reloadWhileAsked = async (): Promise<void> => {
    if (isRunning || reloadOnce === undefined) return
    isRunning = true
    while (isAsked && reloadOnce !== undefined) {
      isAsked = false
      await reloadOnce()
    }
    isRunning = false
  }

  process.on('SIGHUP', () => {
    isAsked = true
    void reloadWhileAsked()
  })

  return {
    reloadWith: (manager, reload) => {
      reloadOnce = async () => {
        await manager.reloading()
        const status = await reload().then(
          () => 'The configuration was reloaded.',
          (error: unknown) => refused(error, log),
        )
        log.info(status)
        await manager.ready(status)
      }
      void reloadWhileAsked()
    },
    stop: () => {
      reloadOnce = undefined
    },
  }
}

function refused(error: unknown, log: Log): string {
  for (const line of errorLines(error)) log.error(line)
  return 'The configuration was not reloaded: the one before still applies.'
}
