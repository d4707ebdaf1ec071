// A pool of workers over the memory store, for what a pool does by itself: `node worker-pool.mjs CONFIG`. Of the compiled
// program, as each of its processes would compile the source again.
import cluster from 'node:cluster'
import { readFile } from 'node:fs/promises'

const DIST = new URL('../.work/built/dist/cli/', import.meta.url)
const { openLog } = await import(new URL('log.js', DIST))
const { createWorkerPool } = await import(new URL('serving/worker-pool.js', DIST))

const file = process.argv[2] ?? ''
const log = openLog(process.stderr)

if (cluster.isWorker) {
  const { runWorker } = await import(new URL('serving/worker.js', DIST))
  await runWorker({ config: file, workers: 1 }, log)
} else {
  cluster.setupPrimary({ args: [file] })
  const configuration = await readFile(file, 'utf8')
  const pool = createWorkerPool({ workers: 2, configuration, descriptor: undefined, log })
  await pool.start()
  log.info('all listen')
  process.on('SIGHUP', async () => {
    const outcome = pool.reload(await readFile(file, 'utf8')).then(
      () => 'all reloaded',
      (error) => `refused: ${error.message}`,
    )
    log.info(await outcome)
  })
  process.once('SIGTERM', async () => {
    await pool.stop(500, 10_000)
    process.exit(0)
  })
}
