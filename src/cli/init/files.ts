/** Writes a set of files into a folder: all of them, or none. */
import { randomBytes } from 'node:crypto'
import { access, chmod, mkdir, mkdtemp, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { InitError } from '../errors.ts'

export interface NewFile {
  /** Relative to the folder. */
  readonly path: string
  readonly text: string
  /** 0o600 for what only its owner may read. */
  readonly mode: number
}

/** A folder beside the final place, where everything can be looked at first. */
export interface Draft {
  /** Absolute. */
  readonly folder: string
  /** Moves the files to their place. Throws InitError `init.cannot_write`, and then nothing was changed. */
  publish(): Promise<void>
  /** Removes what was not published. */
  discard(): Promise<void>
}

/** Those of the paths that exist. */
export async function existing(folder: string, paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(paths.map((path) => isThere(join(folder, path))))
  return paths.filter((_, n) => found[n])
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/** Throws InitError `init.cannot_write`. */
export async function draft(folder: string, files: readonly NewFile[]): Promise<Draft> {
  const made = await mkdir(folder, { recursive: true, mode: 0o755 }).catch(cannotWrite(folder))
  const temporary = await mkdtemp(join(folder, '.fedgate-init-')).catch(async (cause: unknown) => {
    if (made !== undefined) await rmdir(folder).catch(() => undefined)
    return cannotWrite(folder)(cause)
  })
  const discard = async (): Promise<void> => {
    await rm(temporary, { recursive: true, force: true })
    // Only if nothing else is in it.
    if (made !== undefined) await rmdir(folder).catch(() => undefined)
  }
  try {
    for (const file of files) await put(temporary, file)
  } catch (cause) {
    await discard()
    return cannotWrite(folder)(cause)
  }
  return { folder: temporary, discard, publish: () => publish({ from: temporary, to: folder, files }) }
}

async function put(folder: string, { path, text, mode }: NewFile): Promise<void> {
  const target = join(folder, path)
  await mkdir(dirname(target), { recursive: true, mode: mode === 0o600 ? 0o700 : 0o755 })
  await writeFile(target, text, { mode, flag: 'wx' })
  await chmod(target, mode)
}

function cannotWrite(folder: string) {
  return (cause: unknown): never => {
    const { code, message } = cause as NodeJS.ErrnoException
    throw new InitError('init.cannot_write', { sentence: `${folder} cannot be written (${code ?? message}).`, cause })
  }
}

/** What a file replaces is kept until all are in place, and put back if one cannot be. */
async function publish({ from, to, files }: { from: string; to: string; files: readonly NewFile[] }): Promise<void> {
  const undo: (() => Promise<void>)[] = []
  const kept: string[] = []
  try {
    for (const { path, mode } of files) {
      const target = join(to, path)
      const made = await mkdir(dirname(target), { recursive: true, mode: mode === 0o600 ? 0o700 : 0o755 })
      if (made !== undefined) undo.unshift(() => rm(made, { recursive: true, force: true }))
      if (await isThere(target)) {
        const before = `${target}.${randomBytes(6).toString('hex')}`
        await rename(target, before)
        kept.push(before)
        undo.unshift(() => rename(before, target))
      }
      await rename(join(from, path), target)
      undo.unshift(() => rm(target, { force: true }))
    }
  } catch (cause) {
    for (const step of undo) await step()
    cannotWrite(to)(cause)
  }
  await Promise.all(kept.map((path) => rm(path, { force: true })))
  await rm(from, { recursive: true, force: true })
}
