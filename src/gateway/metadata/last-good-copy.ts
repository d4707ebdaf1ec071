import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Validators } from './download.ts'
import { type Octets, type Received, readOctets, writeWhole } from './octets.ts'

/** What is known of the document on disk. */
export interface CopyRecord extends Validators {
  /** The URL it came from: a copy of something else is not used. */
  readonly url: string
  /** When the source last said that this is what it has. */
  readonly fetchedAt: Date
}

/** The last good copy of one provider's metadata, `metadata-ID.xml`, and beside it what is known of it. */
export interface LastGoodCopy {
  /** undefined when there is none of this URL. */
  record(): Promise<CopyRecord | undefined>
  octets(): Promise<Octets>
  /** Called only with what was verified. Rejects when the folder cannot be written. */
  keep(received: Received, record: CopyRecord): Promise<void>
  /** The source has nothing newer. */
  confirm(record: CopyRecord): Promise<void>
}

export const lastGoodCopy = (folder: string, provider: string, url: string): LastGoodCopy => {
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
      // In this order: were it ended in between, the old record would have the source asked for everything again.
      await received.keep(document)
      await confirm(record)
    },
    confirm,
  }
}

const parseRecord = (text: string): CopyRecord | undefined => {
  try {
    const { url, fetchedAt, etag, lastModified } = JSON.parse(text) as Readonly<Record<string, unknown>>
    if (typeof url !== 'string' || typeof fetchedAt !== 'string' || Number.isNaN(Date.parse(fetchedAt)))
      return undefined
    return {
      url,
      fetchedAt: new Date(fetchedAt),
      ...(typeof etag === 'string' ? { etag } : {}),
      ...(typeof lastModified === 'string' ? { lastModified } : {}),
    }
  } catch {
    return undefined
  }
}
