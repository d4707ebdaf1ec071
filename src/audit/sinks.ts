/** Where lines are written: a file, which is reopened when needed, or a stream. */
import { fstatSync, write as writeToDescriptor } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { isatty } from 'node:tty'
import { promisify } from 'node:util'
import type { Appended, Target } from './target.ts'

/** What a file target needs of a file, so tests can simulate a full disk. */
export interface AuditFile {
  /** How many of the octets were appended. */
  write(octets: Buffer): Promise<number>
  /** Resolves when everything written is on the disk. */
  sync(): Promise<void>
  /** Whether the last line is incomplete: a write was cut off, by this process or another. */
  endsInMidLine(): Promise<boolean>
  /** Whether it is still the file at its path, not moved or deleted. */
  isCurrent(): Promise<boolean>
  close(): Promise<void>
}

const LINE_END = Buffer.from('\n')

/** Only the owner may read who signed in from where. */
const FILE_MODE = 0o600

const write = promisify(writeToDescriptor)

/** The sink that the configuration names: a file, or else the given stream. Rejects where the file cannot be opened. */
export async function openTarget({ file }: { readonly file?: string }, stdout: Writable): Promise<Target> {
  if (file !== undefined) {
    const target = fileTarget(file, () => openAuditFile(file))
    // Nothing is written yet, but a missing or unwritable folder is reported now.
    await (await openAuditFile(file)).close()
    return target
  }
  const descriptor = descriptorOf(stdout)
  return descriptor === undefined
    ? streamTarget(stdout)
    : fileTarget('standard output', async () => descriptorFile(descriptor))
}

/** Created if missing. With the flag `a` the system appends each write, so processes can share the file. */
async function openAuditFile(path: string): Promise<AuditFile> {
  const handle = await open(path, 'a+', FILE_MODE)
  const isRegular = (await handle.stat()).isFile()
  /** The file's size after our last write, if no other process has written. */
  let ourEnd = -1
  return {
    write: async (octets) => {
      const { bytesWritten } = await handle.write(octets)
      ourEnd += bytesWritten
      return bytesWritten
    },
    sync: async () => {
      if (isRegular) await handle.datasync()
    },
    endsInMidLine: async () => {
      if (!isRegular) return false
      const { size } = await handle.stat()
      if (size === ourEnd || size === 0) return false
      ourEnd = size
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, size - 1)
      return bytesRead === 1 && buffer[0] !== LINE_END[0]
    },
    isCurrent: async () => {
      const [ours, there] = await Promise.all([handle.stat(), stat(path).catch(() => undefined)])
      return there?.ino === ours.ino && there.dev === ours.dev
    },
    close: () => handle.close(),
  }
}

function descriptorOf(stream: Writable): number | undefined {
  const { fd } = stream as { readonly fd?: unknown }
  if (typeof fd !== 'number' || isatty(fd)) return undefined
  const leadsTo = fstatSync(fd)
  return leadsTo.isFile() || leadsTo.isCharacterDevice() ? fd : undefined
}

/**
 * Standard output that is a file or a device. Written by its descriptor, not as a stream: Node ends a stream
 * permanently at its first error, although a full disk may have room again later.
 */
function descriptorFile(descriptor: number): AuditFile {
  return {
    write: async (octets) => (await write(descriptor, octets)).bytesWritten,
    sync: async () => {},
    endsInMidLine: async () => false,
    isCurrent: async () => true,
    close: async () => {},
  }
}

/** Appends to a file that `openFile` opens: at first, after a failure, and when another file is at its path. */
export function fileTarget(name: string, openFile: () => Promise<AuditFile>): Target {
  let file: AuditFile | undefined
  /** Known even if the file cannot be read. */
  let isTorn = false

  const currentFile = async (): Promise<AuditFile> => {
    if (file && !(await file.isCurrent())) await closeFile()
    file ??= await openFile()
    return file
  }

  const closeFile = async (): Promise<void> => {
    const closing = file
    file = undefined
    await closing?.close().catch(() => undefined)
  }

  return {
    name,
    append: async (octets, isDurable): Promise<Appended> => {
      let all = octets
      let written = 0
      try {
        const to = await currentFile()
        if (isTorn || (await to.endsInMidLine())) all = Buffer.concat([LINE_END, octets])
        while (written < all.length) written += await writeSome(to, all.subarray(written))
        isTorn = false
        if (isDurable) await to.sync()
        return { written: octets.length }
      } catch (problem) {
        if (written > 0) isTorn = all[written - 1] !== LINE_END[0]
        await closeFile()
        // Data that could not be synced may be lost in a crash: it counts as not written.
        const ofOctets = written === all.length ? 0 : written - (all.length - octets.length)
        return { written: Math.max(0, ofOctets), problem }
      }
    },
    close: closeFile,
  }
}

/** A system that writes nothing and reports no error must not be retried forever. */
async function writeSome(file: AuditFile, octets: Buffer): Promise<number> {
  const written = await file.write(octets)
  if (written > 0) return written
  throw new Error('nothing was written')
}

/** A stream that we must not close: a pipe or a terminal. Its acknowledgement is the only guarantee available. */
export function streamTarget(stream: Writable): Target {
  // Each write reports its own result.
  stream.on('error', () => undefined)
  return {
    name: 'standard output',
    append: (octets) =>
      new Promise((resolve) => {
        stream.write(octets, (problem) => resolve(problem ? { written: 0, problem } : { written: octets.length }))
      }),
    close: async () => {},
  }
}
