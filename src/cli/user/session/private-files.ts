/**
 * Files with secrets: in a folder that only the user may enter (0700), each readable by the user alone (0600), and
 * written whole by renaming, so that whatever ends the process leaves the old file or the new one.
 */
import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { chmod, type FileHandle, lstat, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isSystemError, UserError } from '../errors.ts'

const OTHERS = 0o077

/** Windows has no such modes: there the folders of a user's profile are closed to others. */
const HAS_MODES = process.platform !== 'win32'

/** How long what a killed process left half written is kept. */
const LEFTOVER_MS = 60_000

/** The file's text; undefined when there is none. Throws UserError for a file or folder that others can read. */
export async function readPrivate(path: string): Promise<string | undefined> {
  try {
    await checkFolder(dirname(path))
    const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
    try {
      checkMode(path, await file.stat())
      return await file.readFile('utf8')
    } finally {
      await file.close()
    }
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined
    throw unusable(path, error)
  }
}

/** Replaces the file, and makes its folder. Throws UserError. */
export async function writePrivate(path: string, text: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    await makePrivateFolder(dirname(path))
    const file = await open(temporary, 'wx', 0o600)
    try {
      await writeSynced(file, text)
    } finally {
      await file.close()
    }
    await replace(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw unusable(path, error)
  }
}

async function writeSynced(file: FileHandle, text: string): Promise<void> {
  await file.writeFile(text)
  await file.sync()
}

/** Windows refuses to replace a file that another process has open at this moment, such as a virus scanner. */
export async function replace(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(from, to)
      return
    } catch (error) {
      if (HAS_MODES || attempt > 10 || !isSystemError(error, 'EPERM', 'EACCES', 'EBUSY')) throw error
      await sleep(20 * attempt)
    }
  }
}

/** Makes the folder for the user alone. Throws UserError if it is there and others can read it. */
export async function makePrivateFolder(folder: string): Promise<void> {
  try {
    const first = await mkdir(folder, { recursive: true, mode: 0o700 })
    // A umask may have taken bits from the folder that the user needs.
    if (first !== undefined && HAS_MODES) await chmod(folder, 0o700)
    await checkFolder(folder)
    await removeLeftovers(folder)
  } catch (error) {
    throw unusable(folder, error)
  }
}

/** Removes a file or a folder with all that is in it. */
export async function removePrivate(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true })
  } catch (error) {
    throw unusable(path, error)
  }
}

async function checkFolder(folder: string): Promise<void> {
  checkMode(folder, await stat(folder))
}

/** Throws UserError `cli.file_open_to_others`: another user may have read it, or put it there. */
function checkMode(path: string, { mode, uid }: { readonly mode: number; readonly uid: number }): void {
  if (!HAS_MODES) return
  if ((mode & OTHERS) !== 0)
    throw new UserError('cli.file_open_to_others', {
      sentence: `Other users can read ${path}.`,
      hint: `Run \`chmod go= '${path}'\`. If others may have read it, also run \`fedgate logout\`.`,
    })
  if (uid !== process.geteuid?.() && process.geteuid?.() !== 0)
    throw new UserError('cli.file_open_to_others', {
      sentence: `${path} belongs to another user.`,
      hint: 'Delete it, or run fedgate as the user that owns it.',
    })
}

async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!/^\..+\.tmp$/.test(name)) continue
    const path = join(folder, name)
    const age = await lstat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    )
    if (age > LEFTOVER_MS) await rm(path, { force: true })
  }
}

function unusable(path: string, error: unknown): unknown {
  if (error instanceof UserError || !(error instanceof Error) || !('code' in error)) return error
  if (error.code === 'ELOOP')
    return new UserError('cli.file_unusable', { sentence: `${path} is a symbolic link.`, hint: 'Delete the link.' })
  return new UserError('cli.file_unusable', {
    sentence: `${path} cannot be read or written (${String(error.code)}).`,
    cause: error,
  })
}
