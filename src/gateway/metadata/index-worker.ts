/** Runs in its own thread, so logins continue: reads the open file, verifies it and returns the index. */
import type { KeyObject } from 'node:crypto'
import { read } from 'node:fs'
import { promisify } from 'node:util'
import { parentPort, workerData } from 'node:worker_threads'
import { SamlError, type SamlErrorCode } from '../../saml/errors.ts'
import { type FederationIndex, indexAggregate } from '../../saml/federation/index-aggregate.ts'

export interface IndexTask {
  readonly fd: number
  readonly now: Date
  readonly keys?: readonly KeyObject[]
}

/** Errors lose their class between threads, so their fields are passed. */
export type IndexOutcome =
  | { readonly index: FederationIndex }
  | {
      readonly refused: {
        readonly code: SamlErrorCode
        readonly expected?: string
        readonly found?: string
        readonly source?: string
      }
    }

const CHUNK = 64 * 1024
const readAt = promisify(read)

parentPort?.postMessage(await outcomeOf(workerData as IndexTask))

async function outcomeOf({ fd, now, keys }: IndexTask): Promise<IndexOutcome> {
  try {
    return { index: await indexAggregate(chunksOf(fd), { now, ...(keys && { keys }) }) }
  } catch (error) {
    if (!(error instanceof SamlError)) throw error
    const { code, expected, found, source } = error
    return {
      refused: {
        code,
        ...(expected !== undefined && { expected }),
        ...(found !== undefined && { found }),
        ...(source !== undefined && { source }),
      },
    }
  }
}

/** The file must stay open, but a stream would close it when reading ends early. One buffer serves all chunks. */
async function* chunksOf(fd: number) {
  const buffer = Buffer.alloc(CHUNK)
  for (let at = 0; ; ) {
    const { bytesRead } = await readAt(fd, buffer, 0, CHUNK, at)
    if (bytesRead === 0) return
    at += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}
