import { randomBytes } from 'node:crypto'
import { link, open, readFile, rename, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { KeysError } from './errors.ts'

/**
 * Runs the work while no other process of this machine, or of others that share the folder, does so for that file. What a
 * killed process has left is taken over. Throws KeysError `keys.locked`.
 */
export async function withLock<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  const path = `${file}.lock`
  const ours = `${JSON.stringify({ pid: process.pid, host: hostname(), id: randomBytes(8).toString('hex') })}\n`
  if (!(await take(path, ours))) {
    await removeStale(path)
    if (!(await take(path, ours))) throw locked(path)
  }
  try {
    return await work()
  } finally {
    if ((await textOf(path)) === ours) await rm(path, { force: true })
  }
}

async function take(path: string, text: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600)
    await file.writeFile(text).finally(() => file.close())
    return true
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    throw new KeysError('keys.cannot_write', { sentence: `${path} cannot be written (${code ?? cause}).`, cause })
  }
}

/** Moved aside first: of two processes that find it, only one gets it, and a new lock is put back. */
async function removeStale(path: string): Promise<void> {
  const text = await textOf(path)
  if (text === undefined || !isStale(text)) return
  const aside = `${path}.${randomBytes(6).toString('hex')}`
  await rename(path, aside).catch(() => undefined)
  const moved = await textOf(aside)
  if (moved !== undefined && moved !== text) await link(aside, path).catch(() => undefined)
  await rm(aside, { force: true })
}

function isStale(text: string): boolean {
  try {
    const { pid, host } = JSON.parse(text) as { readonly pid: number; readonly host: string }
    return host === hostname() && !isAlive(pid)
  } catch {
    // Its holder is about to write it.
    return false
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined)
}

function locked(path: string): KeysError {
  return new KeysError('keys.locked', { sentence: `Another rotation is running: it holds ${path}.` })
}
