import type { WrittenConfig } from '../../config/types.ts'
import { changesOf } from '../../config/written.ts'
import type { Log } from '../../core/log.ts'
import { errorLines } from '../output.ts'
import type { ServiceManager } from './service-manager.ts'

interface Loaded {
  readonly written: WrittenConfig
}

/** What SIGHUP starts. */
export interface HangUp {
  /**
   * From now on each SIGHUP reloads: one at a time, and those that come meanwhile count as one more. `running`: the
   * configuration that serves now; `reload` resolves with the one that serves then.
   */
  reloadWith(manager: ServiceManager, running: Loaded, reload: () => Promise<Loaded>): void
  /** From now on SIGHUP does nothing. */
  stop(): void
}

const RELOADED = 'The configuration was reloaded.'
const MOST_NAMED = 20

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
    reloadWith: (manager, running, reload) => {
      let current = running
      reloadOnce = async () => {
        await manager.reloading()
        const status = await reload().then(
          (next) => {
            log.info(`${RELOADED} ${changesIn(current, next)}`)
            current = next
            return RELOADED
          },
          (error: unknown) => refused(error, log),
        )
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
  const status = 'The configuration was not reloaded: the one before still applies.'
  log.info(status)
  return status
}

/** The names of what is written differently; keys, metadata and policies are read again in any case. */
function changesIn(before: Loaded, after: Loaded): string {
  const changes = changesOf(before.written, after.written).map(({ setting }) => setting)
  const more = changes.length > MOST_NAMED ? ` and ${changes.length - MOST_NAMED} more` : ''
  return changes.length === 0
    ? 'No setting changed; files that it names were read again.'
    : `Changed: ${changes.slice(0, MOST_NAMED).join(', ')}${more}.`
}
