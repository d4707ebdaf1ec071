import cluster from 'node:cluster'
import type { Log } from '../core/log.ts'
import { startGateway } from './gateway-server.ts'
import { openLog } from './log.ts'
import type { ServeOptions } from './options.ts'
import { waitForSignal } from './run.ts'
import { logProcessMessages } from './serving/process-messages.ts'
import { onHangUp } from './serving/reload.ts'
import { servedConfig } from './serving/served-config.ts'
import { openServiceManager } from './serving/service-manager.ts'
import { exitAtLast, stopGateway, unreadyFirstMs } from './serving/stop.ts'
import { letYoungHeapGrow } from './serving/young-heap.ts'

/** Runs the gateway until it is interrupted, in this process or in workers. Throws ConfigError or StartError. */
export async function runServe(options: ServeOptions): Promise<void> {
  const log = openLog(process.stderr)
  logProcessMessages(log)
  if (cluster.isWorker) return (await import('./serving/worker.ts')).runWorker(options, log)
  if (options.workers > 1) return (await import('./serving/primary.ts')).runPrimary(options, log)
  await runAlone(options, log)
}

async function runAlone(options: ServeOptions, log: Log): Promise<void> {
  const manager = openServiceManager(process.env, process.pid, log)
  const { descriptor } = manager
  const stopped = waitForSignal()
  const hangUp = onHangUp(log)
  const config = await servedConfig(options, process.env)
  const gateway = await startGateway(config, {
    stdout: process.stdout,
    log,
    now: () => new Date(),
    ...(descriptor !== undefined && { descriptor }),
  })
  letYoungHeapGrow()
  if (config.session.store.kind === 'memory')
    log.warn('session.store is memory: for one process, and a restart signs everyone out.')
  const place = descriptor === undefined ? `${config.listen.host}:${config.listen.port}` : gateway.url
  log.info(`fedgate listens on ${place} for ${config.baseUrl}`)
  if (gateway.localAwsUrl !== undefined) log.info(`the local AWS listens on ${gateway.localAwsUrl}`)
  hangUp.reloadWith(manager, config, async () => {
    const next = await servedConfig(options, process.env)
    await gateway.reload(next)
    return next
  })
  await manager.ready(`serving ${config.baseUrl}`)
  const signal = await stopped
  exitAtLast(signal)
  hangUp.stop()
  void manager.stopping()
  await stopGateway(gateway, unreadyFirstMs(signal))
}
