import { mkdir, open, readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Clock } from '../../gateway/ports.ts'
import { StoreError } from '../errors.ts'
import { type Lease, takeLease } from './lease.ts'

/** LMDB maps the file into memory and locks it: over a network neither is the same for all who do it. */
const NETWORK_FILE_SYSTEMS =
  /^(?:nfs\d?|cifs|smb\d?|smbfs|9p|afs|auristorfs|ceph|lustre|gpfs|beegfs|ocfs2|gfs2?|glusterfs|fuse\.(?:sshfs|glusterfs|ceph-fuse|s3fs|rclone|juicefs|davfs|nfs.*))$/

/** As LMDB names it. */
const DATA_FILE = 'data.mdb'
/** Where LMDB's first page has its magic number, and how much of the file has to be there: two pages. */
const MAGIC_OFFSET = 24
const MAGIC = 0xbeefc0de
const LEAST_OCTETS = 8192

/** Permissions of the group and of everyone. */
const OTHERS = 0o077

/**
 * Creates the folder where there is none, and takes it for this machine. Throws StoreError when it is on a network file
 * system, belongs to another user, lets others read, or is used by another machine.
 */
export async function useFolder(folder: string, now: Clock, tell: (sentence: string) => void): Promise<Lease> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    refuseNetwork(folder, await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''))
    await refuseOthers(folder)
    await refuseForeignFile(join(folder, DATA_FILE))
  } catch (cause) {
    if (cause instanceof StoreError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StoreError('store.unusable', { sentence: `The file store ${folder} cannot be used: ${reason}.`, cause })
  }
  return takeLease(join(folder, 'host.json'), now, tell)
}

/**
 * `mountInfo`: the text of /proc/self/mountinfo; empty on systems without one, which are not checked. Throws StoreError
 * `store.network_file_system`.
 */
export function refuseNetwork(folder: string, mountInfo: string): void {
  const mounts = mountInfo.split('\n').flatMap((line) => {
    const [own = '', rest = ''] = line.split(' - ')
    const point = own.split(' ')[4]
    const type = rest.split(' ')[0]
    return point === undefined || type === undefined ? [] : [{ point: unescaped(point), type }]
  })
  const around = mounts.filter(({ point }) => isWithin(folder, point))
  // The last of those that are mounted at the same point covers the others.
  const nearest = around.reduce<(typeof around)[number] | undefined>(
    (best, mount) => (best && best.point.length > mount.point.length ? best : mount),
    undefined,
  )
  if (nearest === undefined || !NETWORK_FILE_SYSTEMS.test(nearest.type)) return
  throw new StoreError('store.network_file_system', {
    sentence: `The file store ${folder} is on a network file system (${nearest.type} at ${nearest.point}).`,
  })
}

function isWithin(path: string, point: string): boolean {
  for (let at = path; ; at = dirname(at)) {
    if (at === point) return true
    if (at === dirname(at)) return false
  }
}

/** The kernel writes white space and backslashes as `\040`. */
function unescaped(path: string): string {
  return path.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}

/** LMDB trusts the file that it maps: one of another kind would end the process. Throws Error. */
async function refuseForeignFile(path: string): Promise<void> {
  const file = await open(path).catch(() => undefined)
  if (file === undefined) return
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LEAST_OCTETS), 0, LEAST_OCTETS, 0)
    if (bytesRead === 0 || (bytesRead === LEAST_OCTETS && buffer.readUInt32LE(MAGIC_OFFSET) === MAGIC)) return
  } finally {
    await file.close()
  }
  throw new Error(`${path} is damaged, or the file of another program`)
}

async function refuseOthers(folder: string): Promise<void> {
  const uid = process.getuid?.()
  if (uid === undefined) return
  for (const path of [folder, ...(await readdir(folder)).map((name) => join(folder, name))]) {
    const { mode, uid: owner } = await stat(path)
    if (owner !== uid)
      throw new StoreError('store.other_owner', { sentence: `${path} belongs to another user (uid ${owner}).` })
    // Files need no permissions of their own in a folder that other users cannot enter.
    if (path === folder && (mode & OTHERS) !== 0)
      throw new StoreError('store.readable_by_others', {
        sentence: `Other users of this machine can enter ${folder} (mode ${(mode & 0o777).toString(8)}).`,
        hint: `Run: chmod -R go= '${folder}'`,
      })
  }
}
