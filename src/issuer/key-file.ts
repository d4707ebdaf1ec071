/** Who may read the file of a private key. */
import { stat } from 'node:fs/promises'

export interface Exposure {
  /** Whether the gateway can and must refuse the file: it is its own, so its owner can close it. */
  readonly isRefused: boolean
  /** A sentence with the remedy. */
  readonly sentence: string
}

const GROUP_AND_OTHERS = 0o077
const OTHERS = 0o007

/**
 * As ssh judges private keys: a file of this user's that its group or others may read or write is refused. One of another
 * owner, such as a mounted secret of root's that a group shares, is not ours to judge; if everyone may read it, there is a
 * warning. undefined: nothing to say, no such file, or a system without such modes.
 */
export async function exposureOf(path: string, uid = process.getuid?.()): Promise<Exposure | undefined> {
  if (uid === undefined) return undefined
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile()) return undefined
  const mode = (found.mode & 0o777).toString(8).padStart(4, '0')
  if (found.uid === uid && (found.mode & GROUP_AND_OTHERS) !== 0)
    return {
      isRefused: true,
      sentence: `Others can use the private key ${path} (mode ${mode}). Close it: chmod 600 ${path}`,
    }
  if (found.uid !== uid && (found.mode & OTHERS) !== 0)
    return {
      isRefused: false,
      sentence: `Every user of this machine can use the private key ${path} (mode ${mode}). Mount or copy it with mode 0400 or 0440.`,
    }
  return undefined
}
