/**
 * A lock across processes, for what must happen once however many AWS tools ask at the same time. The lock is a file
 * that its holder creates and touches; one whose process has ended, or that is no longer touched, is taken over.
 */
import { randomUUID } from 'node:crypto'
import { open, readFile, rm, stat, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isSystemError, UserError } from '../errors.ts'
import { makePrivateFolder } from './private-files.ts'

const TOUCH_MS = 2_000

/** A lock untouched for this long is stale: its machine slept, or its process ID now belongs to another process. */
const STALE_MS = 20_000

/** How long a process waits for others in all. */
const WAIT_MS = 120_000

/** A takeover takes a moment. A process that needs longer was killed during it. */
const TAKEOVER_MS = 5_000

interface Holder {
  readonly id: string
  readonly pid: number
  readonly host: string
}

/**
 * Runs the work while holding the lock, or returns what `done` finds before it is this process's turn. Throws UserError
 * `cli.locked` after two minutes.
 */
export async function withLock<Result>(
  path: string,
  done: () => Promise<Result | undefined>,
  work: () => Promise<Result>,
): Promise<Result> {
  await makePrivateFolder(dirname(path))
  const self: Holder = { id: randomUUID(), pid: process.pid, host: hostname() }
  const giveUpAt = Date.now() + WAIT_MS
  while (!(await take(path, self))) {
    const result = await done()
    if (result !== undefined) return result
    if (Date.now() > giveUpAt) throw new UserError('cli.locked')
    if (await isStale(path)) await takeAway(path)
    else await sleep(30 + Math.random() * 60)
  }
  const touching = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), TOUCH_MS)
  try {
    return (await done()) ?? (await work())
  } finally {
    clearInterval(touching)
    await release(path, self)
  }
}

async function take(path: string, self: Holder): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600)
    try {
      await file.writeFile(JSON.stringify(self))
    } finally {
      await file.close()
    }
    return true
  } catch (error) {
    // Windows says EPERM or EACCES while a file of that name is being deleted.
    if (isSystemError(error, 'EEXIST', 'EPERM', 'EACCES')) return false
    throw error
  }
}

async function isStale(path: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(path)
    if (Date.now() - mtimeMs > STALE_MS) return true
    const holder = readHolder(await readFile(path, 'utf8'))
    return holder !== undefined && holder.host === hostname() && !isAlive(holder.pid)
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'EPERM', 'EACCES')) return false
    throw error
  }
}

/** undefined while the holder has not written it yet. */
function readHolder(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !isSystemError(error, 'ESRCH')
  }
}

/** Under a lock of its own, so that a lock which another process has just taken over is not taken away again. */
async function takeAway(path: string): Promise<void> {
  const takeover = `${path}.takeover`
  if (await take(takeover, { id: '', pid: process.pid, host: hostname() })) {
    try {
      if (await isStale(path)) await rm(path, { force: true })
    } finally {
      await rm(takeover, { force: true })
    }
  } else {
    const age = await stat(takeover).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    )
    if (age > TAKEOVER_MS) await rm(takeover, { force: true })
    await sleep(20)
  }
}

/** Only its own: after a long sleep of the machine, another process may hold it. */
async function release(path: string, self: Holder): Promise<void> {
  const holder = await readFile(path, 'utf8').then(readHolder, () => undefined)
  if (holder?.id === self.id) await rm(path, { force: true })
}
