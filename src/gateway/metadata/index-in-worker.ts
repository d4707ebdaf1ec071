import { once } from 'node:events'
import { createRequire } from 'node:module'
import { Worker, type WorkerOptions } from 'node:worker_threads'
import { SamlError } from '../../saml/errors.ts'
import type { FederationIndex } from '../../saml/federation/index-aggregate.ts'
import type { IndexOutcome, IndexTask } from './index-worker.ts'

/** A worker that needs more than this is not reading metadata. */
const MAX_HEAP_MB = 512
const TIMEOUT_MS = 5 * 60_000

/** From source the thread needs the same loader as the process has; compiled it needs none. */
const isSource = import.meta.url.endsWith('.ts')
const entry = new URL(isSource ? './index-worker.ts' : './index-worker.js', import.meta.url)
const loader = (): WorkerOptions =>
  isSource ? { execArgv: ['--import', createRequire(import.meta.url).resolve('tsx')] } : {}

/** Indexes an open file in a thread of its own. Throws SamlError as indexAggregate does. */
export const indexInWorker = async (task: IndexTask): Promise<FederationIndex> => {
  const worker = new Worker(entry, {
    ...loader(),
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  })
  try {
    const [outcome] = (await once(worker, 'message', { signal: AbortSignal.timeout(TIMEOUT_MS) })) as [IndexOutcome]
    if ('index' in outcome) return outcome.index
    const { code, ...detail } = outcome.refused
    throw new SamlError(code, detail)
  } finally {
    await worker.terminate()
  }
}
