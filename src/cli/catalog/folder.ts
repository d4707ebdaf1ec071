/** The folder that the files are written to, and how far an earlier run came. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isObject } from '../../core/json.ts'
import { PullError } from './errors.ts'

/** A hidden file: patterns of `catalog:` leave it out. */
const PROGRESS = '.fedgate-pull.json'

/** What an interrupted run wrote is used this long. */
const RESUMED_WITHIN_MS = 60 * 60 * 1000

export interface PullFolder {
  /** Accounts that an earlier run wrote, less than an hour ago, before it was interrupted. */
  readonly done: ReadonlySet<string>
  write(name: string, content: unknown): Promise<void>
  /** The account's file is written. */
  note(account: string): Promise<void>
  /** Ends the run: removes files of accounts that no longer exist. */
  finish(accounts: ReadonlySet<string>): Promise<void>
}

/** Throws PullError `catalog.cannot_write`. `run`: an earlier run counts only if it was for the same. */
export async function openFolder(folder: string, run: string, now: () => Date): Promise<PullFolder> {
  await writing(folder, () => mkdir(folder, { recursive: true }))
  const before = await progressIn(folder, run, now())
  const done = new Set(before?.done)
  const startedAt = before?.startedAt ?? now().toISOString()
  const write = (name: string, content: unknown): Promise<void> => atomically(folder, name, content)
  return {
    done: new Set(done),
    write,
    note: async (account) => {
      done.add(account)
      await write(PROGRESS, { run, startedAt, done: [...done] })
    },
    finish: async (accounts) => {
      const names = await readdir(folder)
      const stale = names.filter((name) => /^\d{12}\.json$/.test(name) && !accounts.has(name.slice(0, 12)))
      for (const name of [...stale, PROGRESS]) await rm(join(folder, name), { force: true })
    },
  }
}

async function progressIn(folder: string, run: string, now: Date) {
  const text = await readFile(join(folder, PROGRESS), 'utf8').catch(() => 'null')
  const found: unknown = parsed(text)
  if (!isObject(found) || found.run !== run || typeof found.startedAt !== 'string' || !Array.isArray(found.done))
    return undefined
  if (now.getTime() - Date.parse(found.startedAt) > RESUMED_WITHIN_MS) return undefined
  return { startedAt: found.startedAt, done: found.done.map(String) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

let written = 0

/** A reader sees the file as it was before, or complete. Concurrent calls never share the temporary file. */
async function atomically(folder: string, name: string, content: unknown): Promise<void> {
  const temporary = join(folder, `.${name.replace(/^\./, '')}.${process.pid}.${written++}.tmp`)
  await writing(join(folder, name), async () => {
    await writeFile(temporary, `${JSON.stringify(content, null, 1)}\n`, { mode: 0o644 })
    await rename(temporary, join(folder, name))
  })
}

async function writing(path: string, write: () => Promise<unknown>): Promise<void> {
  await write().catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new PullError('catalog.cannot_write', { sentence: `${path} cannot be written: ${reason}.`, cause })
  })
}
