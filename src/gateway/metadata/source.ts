import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import type { MetadataSource } from '../../config/types.ts'
import { type Download, type DownloadPlan, download, NotThere } from './download.ts'
import { readOctets } from './download-buffer.ts'

/** What the source has now, compared with the previous version. */
export interface Source {
  /** Path or URL, for display. */
  readonly place: string
  /** Only what came over the network is stored. */
  readonly isRemote: boolean
  get(plan: DownloadPlan): Promise<Download>
}

/** `entityId` only if a single entity of a Metadata Query service is requested. */
export function openSource(source: MetadataSource, entityId: string | undefined): Source {
  switch (source.kind) {
    case 'file':
      return fileSource(source.path)
    case 'url':
      return { place: source.url, isRemote: true, get: (plan) => download(source.url, plan) }
    case 'mdq':
      return mdqSource(source.url, entityId)
  }
}

function fileSource(path: string): Source {
  return {
    place: path,
    isRemote: false,
    get: async ({ validators }) => {
      const { ino, size, mtimeMs } = await stat(path)
      const etag = `${ino} ${size} ${mtimeMs}`
      if (etag === validators.etag) return { kind: 'unchanged' }
      const octets = await readOctets(path)
      const received = { octets, keep: async () => {}, discard: async () => {} }
      return { kind: 'received', received, validators: { etag } }
    },
  }
}

/** Metadata Query Protocol (draft-young-md-query) 3: all entities, one by its entityID, or by the SHA-1 of that. */
function mdqSource(base: string, entityId: string | undefined): Source {
  const all = `${base}/entities`
  if (entityId === undefined) return { place: all, isRemote: true, get: (plan) => download(all, plan) }
  const sha1 = createHash('sha1').update(entityId).digest('hex')
  const [place, hashed] = [entityId, `{sha1}${sha1}`].map((id) => `${all}/${encodeURIComponent(id)}`) as [
    string,
    string,
  ]
  return {
    place,
    isRemote: true,
    get: (plan) =>
      download(place, plan).catch((error: unknown) => {
        if (error instanceof NotThere) return download(hashed, plan)
        throw error
      }),
  }
}
