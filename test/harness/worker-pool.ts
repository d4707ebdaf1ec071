/** A pool of workers over the memory store, for what a pool does by itself: `node … worker-pool.ts CONFIG`. */
import cluster from 'node:cluster'
import { readFile } from 'node:fs/promises'
import { openLog } from '../../src/cli/log.ts'
import { runWorker } from '../../src/cli/serving/worker.ts'
import { createWorkerPool } from '../../src/cli/serving/worker-pool.ts'

const file = process.argv[2] ?? ''
const log = openLog(process.stderr)

if (cluster.isWorker) await runWorker({ config: file, workers: 1 }, log)
else {
  cluster.setupPrimary({ args: [file] })
  const configuration = await readFile(file, 'utf8')
  const pool = createWorkerPool({ workers: 2, configuration, descriptor: undefined, log })
  await pool.start()
  log.info('all listen')
  process.on('SIGHUP', async () => {
    const outcome = pool.reload(await readFile(file, 'utf8')).then(
      () => 'all reloaded',
      (error: Error) => `refused: ${error.message}`,
    )
    log.info(await outcome)
  })
  process.once('SIGTERM', async () => {
    await pool.stop(500, 10_000)
    process.exit(0)
  })
}
