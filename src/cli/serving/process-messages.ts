import type { Log } from '../../core/log.ts'

/**
 * What Node.js itself would print becomes lines of the log: standard error has one form. A defect that ends the process is
 * logged before Node.js prints it and ends.
 */
export function logProcessMessages(log: Log): void {
  process.removeAllListeners('warning')
  process.on('warning', ({ name, message, stack }) => log.warn(`Node.js warns: ${message}`, { name, stack }))
  process.on('uncaughtExceptionMonitor', (error) =>
    log.error('A defect ends the process', { stack: error instanceof Error ? error.stack : String(error) }),
  )
}
