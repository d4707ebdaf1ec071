import { startGateway } from './gateway-server.ts'
import { readConfig } from './load-config.ts'
import { openLog } from './log.ts'
import type { ServeOptions } from './options.ts'
import { waitForSignal } from './run.ts'

/** Runs the gateway until it is interrupted. Throws ConfigError or StartError. */
export async function runServe(options: ServeOptions): Promise<void> {
  const config = await readConfig(options.config, process.env)
  const log = openLog(process.stderr)
  const stopped = waitForSignal()
  const gateway = await startGateway(config, { stdout: process.stdout, log, now: () => new Date() })
  log.info(`fedgate listens on ${config.listen.host}:${config.listen.port} for ${config.baseUrl}`)
  if (gateway.localAwsUrl !== undefined) log.info(`the local AWS listens on ${gateway.localAwsUrl}`)
  await stopped
  await gateway.close()
}
