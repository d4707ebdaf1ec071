import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { MetadataAge } from './age.ts'
import type { Validators } from './download.ts'
import { type BufferedDownload, type DownloadBuffer, readOctets, writeWhole } from './download-buffer.ts'

/** What is known about the document on disk. */
export interface CopyRecord extends Validators {
  /** The URL it came from: a copy from another URL is not used. */
  readonly url: string
  /** When the source last confirmed it. */
  readonly fetchedAt: Date
  /** What the document states about its age; only for one whose signature was verified. */
  readonly age?: MetadataAge
}

/** The last valid copy of one provider's metadata, `metadata-ID.xml`, with a record about it. */
export interface MetadataCache {
  /** undefined if there is none from this URL. */
  record(): Promise<CopyRecord | undefined>
  octets(): Promise<DownloadBuffer>
  /** Called only with verified metadata. Rejects if the folder cannot be written. */
  keep(received: BufferedDownload, record: CopyRecord): Promise<void>
  /** The source has nothing newer. */
  confirm(record: CopyRecord): Promise<void>
}

export function metadataCache(folder: string, provider: string, url: string): MetadataCache {
  const [document, beside] = [join(folder, `metadata-${provider}.xml`), join(folder, `metadata-${provider}.json`)]
  const confirm = (record: CopyRecord): Promise<void> =>
    writeWhole(beside, Buffer.from(`${JSON.stringify(record, null, 2)}\n`))
  return {
    record: async () => {
      const text = await readFile(beside, 'utf8').catch(() => undefined)
      const record = text === undefined ? undefined : parseRecord(text)
      return record?.url === url ? record : undefined
    },
    octets: () => readOctets(document),
    keep: async (received, record) => {
      // In this order: if the process ended in between, the old record would make the source send everything again.
      await received.keep(document)
      await confirm(record)
    },
    confirm,
  }
}

function parseRecord(text: string): CopyRecord | undefined {
  try {
    const record = JSON.parse(text) as Readonly<Record<string, unknown>>
    const { url, etag, lastModified } = record
    const fetchedAt = dateIn(record, 'fetchedAt')
    if (typeof url !== 'string' || !fetchedAt) return undefined
    return {
      url,
      fetchedAt,
      age: ageIn(record.age),
      ...(typeof etag === 'string' ? { etag } : {}),
      ...(typeof lastModified === 'string' ? { lastModified } : {}),
    }
  } catch {
    return undefined
  }
}

function dateIn(record: Readonly<Record<string, unknown>>, name: string): Date | undefined {
  const text = record[name]
  return typeof text === 'string' && !Number.isNaN(Date.parse(text)) ? new Date(text) : undefined
}

function ageIn(age: unknown): MetadataAge {
  const record = typeof age === 'object' && age !== null ? { ...age } : {}
  return { publishedAt: dateIn(record, 'publishedAt'), validUntil: dateIn(record, 'validUntil') }
}
