import cluster from 'node:cluster'
import type { Log } from '../../core/log.ts'
import { type RunningGateway, startGateway } from '../gateway-server.ts'
import type { ServeOptions } from '../options.ts'
import { errorLines } from '../output.ts'
import { createMetricsInWorker } from './metrics/in-worker.ts'
import { servedConfigOfText } from './served-config.ts'
import { exitAtLast, stopGateway } from './stop.ts'
import type { FromWorker, ToWorker } from './worker-messages.ts'
import { letYoungHeapGrow } from './young-heap.ts'

/**
 * Runs the gateway in a worker, as the first process says. It ends when that one says so, or has gone. Throws ConfigError
 * or StartError.
 */
export async function runWorker(options: ServeOptions, log: Log): Promise<void> {
  const { worker } = cluster
  if (!worker) throw new Error('not a worker')
  const messages = queueOfMessages()
  let isStopping = false
  let gateway: RunningGateway | undefined
  const metrics = createMetricsInWorker(() => gateway?.metricValues(), tell)
  const stopNow = (unreadyMs: number) => messages.put({ kind: 'stop', unreadyMs })
  // At a terminal, and where a service manager signals every process, the first process gets these too.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopNow(0))
  process.on('SIGHUP', () => undefined)
  process.on('message', (message: ToWorker) => {
    if (!metrics.hears(message)) messages.put(message)
  })
  worker.on('disconnect', () => {
    if (isStopping) return
    // Otherwise Node would end the worker at once, with its requests.
    worker.exitedAfterDisconnect = true
    stopNow(0)
  })

  tell({ kind: 'loaded' })
  for (;;) {
    const message = await messages.next()
    if (message.kind === 'start') {
      const { descriptor } = message
      gateway = await startGateway(servedConfigOfText(message.configuration, options, process.env), {
        stdout: process.stdout,
        log,
        now: () => new Date(),
        hasLocalAws: true,
        metricsOfAll: metrics.text,
        ...(descriptor !== undefined && { descriptor }),
      })
      letYoungHeapGrow()
      tell({ kind: 'listening' })
    } else if (message.kind === 'reload') {
      tell(await reloaded(gateway, options, message.configuration))
    } else if (message.kind === 'stop') {
      isStopping = true
      exitAtLast('SIGTERM')
      if (gateway) await stopGateway(gateway, message.unreadyMs)
      if (worker.isConnected()) worker.disconnect()
      return
    }
  }
}

function tell(message: FromWorker): void {
  if (process.connected) process.send?.(message)
}

async function reloaded(
  gateway: RunningGateway | undefined,
  options: ServeOptions,
  configuration: string,
): Promise<FromWorker> {
  try {
    await gateway?.reload(servedConfigOfText(configuration, options, process.env))
    return { kind: 'reloaded' }
  } catch (error) {
    return { kind: 'refused', lines: errorLines(error) }
  }
}

/** Messages are handled one after the other. */
function queueOfMessages() {
  const waiting: ToWorker[] = []
  let wake: (() => void) | undefined
  return {
    put: (message: ToWorker): void => {
      waiting.push(message)
      wake?.()
    },
    next: async (): Promise<ToWorker> => {
      for (;;) {
        const message = waiting.shift()
        if (message) return message
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}
