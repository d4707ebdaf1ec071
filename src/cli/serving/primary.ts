import cluster from 'node:cluster'
import { readConfigFile } from '../../config/load.ts'
import type { Config } from '../../config/types.ts'
import type { Log } from '../../core/log.ts'
import { StartError } from '../errors.ts'
import { Ended } from '../exit-codes.ts'
import { startLocalAws } from '../local-aws/server.ts'
import type { ServeOptions } from '../options.ts'
import { waitForSignal } from '../run.ts'
import { gatewayKeys } from './gateway-keys.ts'
import { mustBePrivate } from './key-files.ts'
import { startMetricsListener } from './metrics/listener.ts'
import { createMetricsOfWorkers } from './metrics/of-workers.ts'
import { mustNotNeedRestart } from './needs-restart.ts'
import { onHangUp } from './reload.ts'
import { servedConfigOfText } from './served-config.ts'
import { openServiceManager } from './service-manager.ts'
import { exitAtLast, STOP_MS, unreadyFirstMs } from './stop.ts'
import { readTls } from './tls-files.ts'
import { createWorkerPool, WorkerEnded, type WorkerPool } from './worker-pool.ts'

/**
 * Runs the gateway in workers, and in this process what there is only one of: the local AWS, the answers to signals, and the
 * service manager. Throws ConfigError or StartError.
 */
export async function runPrimary(options: ServeOptions, log: Log): Promise<void> {
  const { config: file, workers, host } = options
  const { descriptor, ...manager } = openServiceManager(process.env, process.pid, log)
  const stopped = waitForSignal()
  const hangUp = onHangUp(log)
  const now = () => new Date()
  const text = await readConfigFile(file)
  let config = servedConfigOfText(text, options, process.env)
  mustShareStore(config, workers)
  await mustBePrivate(config, log)
  // Also makes the keys that a first start makes: once, and not in each worker.
  const keys = await gatewayKeys(config, { log, now })
  const localAws =
    config.sts.target.kind === 'local' ? await startLocalAws(config, keys.signing, { log, now }) : undefined
  cluster.setupPrimary({ args: ['serve', '--config', file, ...(host === undefined ? [] : ['--host', host])] })
  const metrics = createMetricsOfWorkers()
  const { listen } = config.metrics
  const metricsListener = await (listen &&
    startMetricsListener(listen, metrics.text, log).catch(async (error: unknown) => {
      await localAws?.close()
      throw error
    }))
  const pool = createWorkerPool({ workers, configuration: text, descriptor, log })
  await startAll(pool).catch(async (error: unknown) => {
    await Promise.all([pool.stop(0, 0), localAws?.close(), metricsListener?.close()])
    throw error
  })
  const place = descriptor === undefined ? `${config.listen.host}:${config.listen.port}` : 'the socket that was passed'
  log.info(`fedgate listens on ${place} for ${config.baseUrl}, with ${workers} workers`)
  if (localAws) log.info(`the local AWS listens on ${localAws.url}`)

  hangUp.reloadWith({ ...manager, descriptor }, config, async () => {
    const nextText = await readConfigFile(file)
    const next = servedConfigOfText(nextText, options, process.env)
    mustNotNeedRestart(config, next)
    // What is wrong is found here, before any worker has changed.
    await mustBePrivate(next, log)
    await Promise.all([gatewayKeys(next, { log, now }), next.listen.tls && readTls(next.listen.tls)])
    await pool.reload(nextText)
    config = next
    return next
  })
  await manager.ready(`serving ${config.baseUrl} with ${workers} workers`)

  const signal = await Promise.race([stopped, pool.lost])
  if (!signal) log.error('All workers have ended, and the socket that was passed is closed.')
  exitAtLast(signal ?? 'SIGTERM')
  hangUp.stop()
  void manager.stopping()
  await pool.stop(signal ? unreadyFirstMs(signal) : 0, STOP_MS + 100)
  await Promise.all([localAws?.close(), metricsListener?.close()])
  if (!signal) throw new Ended(1)
}

function mustShareStore({ session }: Config, workers: number): void {
  if (session.store.kind !== 'memory') return
  const sentence = `--workers ${workers} needs a store that the workers share, and session.store is memory.`
  throw new StartError('start.workers_need_shared_store', { sentence })
}

/** A worker that cannot start has said why. */
async function startAll(pool: WorkerPool): Promise<void> {
  await pool.start().catch((error: unknown) => {
    throw error instanceof WorkerEnded ? new Ended(error.exitCode || 1) : error
  })
}
