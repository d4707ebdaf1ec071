import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { withTimeLimit } from '../../core/time-limit.ts'
import { SamlError } from '../../saml/errors.ts'
import type { FederationIndex } from '../../saml/federation/index-aggregate.ts'
import type { IndexOutcome, IndexTask } from './index-worker.ts'

/** A worker that needs more memory than this is not reading metadata. */
const MAX_HEAP_MB = 512
const TIMEOUT_MS = 5 * 60_000

const options = { resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB } }

/** Indexes an open file in its own thread, until `ending`. Throws SamlError as indexAggregate does. */
export function indexInWorker(task: IndexTask, ending: AbortSignal): Promise<FederationIndex> {
  return withTimeLimit(TIMEOUT_MS, ending, async (signal) => {
    const worker = startWorker(task)
    try {
      const [outcome] = (await once(worker, 'message', { signal })) as [IndexOutcome]
      if ('index' in outcome) return outcome.index
      const { code, ...detail } = outcome.refused
      throw new SamlError(code, detail)
    } finally {
      await worker.terminate()
    }
  })
}

/** Node runs compiled code. From source, a thread does not inherit its process's loader and needs its own. */
function startWorker(workerData: IndexTask): Worker {
  const compiled = new URL('./index-worker.js', import.meta.url)
  if (import.meta.url.endsWith('.js')) return new Worker(compiled, { ...options, workerData })
  const source = new URL('./index-worker.ts', import.meta.url)
  const start = `import('tsx/esm/api').then(({ register }) => { register(); return import('${source}') })`
  return new Worker(start, { ...options, workerData, eval: true, execArgv: [] })
}
