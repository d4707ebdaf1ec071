/** Reading and replacing `~/.aws/config`: a link is followed, its mode is kept, and it is never half written. */
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, open, readFile, realpath, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isSystemError, UserError } from '../errors.ts'
import type { Machine } from '../machine.ts'
import { replace } from '../session/private-files.ts'

export function configPath({ env, home }: Pick<Machine, 'env' | 'home'>): string {
  return pathFrom(env.AWS_CONFIG_FILE, home, 'config')
}

export function credentialsPath({ env, home }: Pick<Machine, 'env' | 'home'>): string {
  return pathFrom(env.AWS_SHARED_CREDENTIALS_FILE, home, 'credentials')
}

/** As AWS's own tools read the variable: `~` is the home folder. */
function pathFrom(variable: string | undefined, home: string, name: string): string {
  return variable ? variable.replace(/^~(?=[\\/]|$)/, () => home) : join(home, '.aws', name)
}

/** The octets as a string of single octets; '' when there is no file. Throws UserError `cli.file_unusable`. */
export async function readConfig(path: string): Promise<string> {
  try {
    return await readFile(path, 'latin1')
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return ''
    throw unusable(path, error)
  }
}

/** Replaces the text if it still is `before`. Returns whether it was. Throws UserError `cli.file_unusable`. */
export async function replaceConfig(path: string, before: string, after: string): Promise<boolean> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const target = await realpath(path).catch(() => path)
    const mode = await stat(target).then(
      (found) => found.mode & 0o777,
      () => 0o600,
    )
    const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`)
    try {
      const file = await open(temporary, 'wx', mode)
      try {
        await file.writeFile(after, 'latin1')
        await file.sync()
      } finally {
        await file.close()
      }
      await chmod(temporary, mode)
      if ((await readConfig(target)) !== before) return false
      await replace(temporary, target)
      return true
    } finally {
      await rm(temporary, { force: true })
    }
  } catch (error) {
    throw unusable(path, error)
  }
}

function unusable(path: string, error: unknown): unknown {
  if (error instanceof UserError || !(error instanceof Error) || !('code' in error)) return error
  return new UserError('cli.file_unusable', {
    sentence: `${path} cannot be read or written (${String(error.code)}).`,
    cause: error,
  })
}
