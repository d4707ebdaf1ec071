/**
 * The last head of each chain, in a folder of the gateway's own: a log whose end is cut off does not reach it. One small
 * file for each chain.
 */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isObject } from '../../core/json.ts'
import type { ChainHead } from './writer.ts'

const ENDING = '.json'

/** Logs that are kept longer are verified without it. */
const KEPT_DAYS = 400
const DAY_MS = 86_400_000

/** Keeps that head instead of the one before. Rejects if it cannot be written. */
export async function keepHead(folder: string, head: ChainHead): Promise<void> {
  await mkdir(folder, { recursive: true })
  const path = join(folder, `${head.chain}${ENDING}`)
  await writeFile(`${path}.new`, JSON.stringify(head), { mode: 0o600 })
  await rename(`${path}.new`, path)
}

/** Removes the heads of chains that ended long ago. */
export async function dropOldHeads(folder: string, now: Date): Promise<void> {
  for (const name of await namesIn(folder)) {
    const { mtimeMs } = await stat(join(folder, name))
    if (now.getTime() - mtimeMs > KEPT_DAYS * DAY_MS) await rm(join(folder, name), { force: true })
  }
}

/** By the ID of the chain. Files that are no heads are left out. */
export async function readKeptHeads(folder: string): Promise<ReadonlyMap<string, ChainHead>> {
  const heads = await Promise.all((await namesIn(folder)).map((name) => readHead(join(folder, name))))
  return new Map(heads.flatMap((head) => (head ? [[head.chain, head] as const] : [])))
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => name.endsWith(ENDING))
}

async function readHead(path: string): Promise<ChainHead | undefined> {
  try {
    const read: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (!isObject(read)) return undefined
    const { chain, number, hash } = read
    const isHead = typeof chain === 'string' && typeof number === 'number' && typeof hash === 'string'
    return isHead ? { chain, number, hash } : undefined
  } catch {
    return undefined
  }
}
