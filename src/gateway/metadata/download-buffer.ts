import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'

/**
 * A document as it was read: a small one in memory; a large one as an open file, which does not change even if its name
 * is removed.
 */
export type DownloadBuffer =
  | { readonly kind: 'memory'; readonly octets: Uint8Array }
  | { readonly kind: 'file'; readonly file: FileHandle }

/** Documents of this size or more stay on disk. */
const SMALL = 1024 * 1024

/** What was received, and how to keep it. */
export interface BufferedDownload {
  readonly octets: DownloadBuffer
  /** Renames it to its permanent name, if it is in a file. */
  keep(path: string): Promise<void>
  /** Deletes the file, which stays readable while it is open. */
  discard(): Promise<void>
}

interface Spill {
  readonly path: string
  readonly file: FileHandle
  remove(): Promise<void>
}

export async function closeOctets(octets: DownloadBuffer): Promise<void> {
  if (octets.kind === 'file') await octets.file.close()
}

/** Opens an existing file. */
export async function readOctets(path: string): Promise<DownloadBuffer> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    if (size >= SMALL) return { kind: 'file', file }
    const octets = await file.readFile()
    await file.close()
    return { kind: 'memory', octets }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** Receives a document in chunks; one that does not fit in memory goes to a new file in the folder. */
export async function receiveOctets(chunks: AsyncIterable<Uint8Array>, folder: string): Promise<BufferedDownload> {
  const first: Uint8Array[] = []
  let size = 0
  let spill: Spill | undefined
  try {
    for await (const chunk of chunks) {
      size += chunk.byteLength
      if (!spill && size < SMALL) first.push(chunk)
      else {
        spill ??= await newSpill(folder, first)
        await spill.file.appendFile(chunk)
      }
    }
  } catch (error) {
    await spill?.remove()
    throw error
  }
  return spill ? receivedFile(spill) : receivedInMemory(Buffer.concat(first))
}

async function newSpill(folder: string, first: readonly Uint8Array[]): Promise<Spill> {
  const { path, file } = await newFile(folder).catch(() => newFile(tmpdir()))
  await file.appendFile(Buffer.concat(first))
  const remove = async (): Promise<void> => {
    await file.close()
    await rm(path, { force: true })
  }
  return { path, file, remove }
}

async function newFile(folder: string) {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, `.${randomUUID()}.part`)
  return { path, file: await open(path, 'wx+', 0o600) }
}

function receivedFile({ path, file }: Spill): BufferedDownload {
  return {
    octets: { kind: 'file', file },
    keep: async (lasting) => {
      // Another file system, or a folder that cannot be written: the file is then used until the process ends, without
      // a name.
      if (dirname(lasting) !== dirname(path)) return rm(path, { force: true })
      await file.sync()
      await rename(path, lasting)
    },
    discard: () => rm(path, { force: true }),
  }
}

function receivedInMemory(octets: Uint8Array): BufferedDownload {
  return {
    octets: { kind: 'memory', octets },
    keep: (lasting) => writeWhole(lasting, octets),
    discard: async () => {},
  }
}

/** That name always has the whole old or the whole new content. Readable only by its owner. */
export async function writeWhole(path: string, content: Uint8Array): Promise<void> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const temporary = join(folder, `.${basename(path)}.${randomUUID()}.part`)
  const file = await open(temporary, 'wx', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  } finally {
    await file.close()
  }
}
