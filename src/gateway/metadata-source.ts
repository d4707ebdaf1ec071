import { readFile } from 'node:fs/promises'
import type { MetadataSource } from '../config/types.ts'
import { type IdpMetadata, parseIdpMetadata } from '../saml/metadata.ts'
import { GatewayError } from './errors.ts'
import type { Clock } from './ports.ts'

const TIMEOUT_MS = 10_000
const MAX_BYTES = 10 * 1024 * 1024
/** How long metadata is used before it is read again; a source that fails is asked again sooner. */
const FRESH_MS = 10 * 60_000
const RETRY_MS = 5_000

export type ReadText = (source: MetadataSource) => Promise<string>

/** The text behind a file or URL: within 10 s and 10 MB, without following redirects. */
export const readMetadataText: ReadText = async (source) => {
  if (source.kind === 'file') return readFile(source.path, 'utf8')
  const response = await fetch(source.url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) })
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
}

const placeOf = (source: MetadataSource): string => (source.kind === 'file' ? source.path : source.url)

/**
 * The identity provider's metadata, read when it is first needed and again when it is no longer fresh. While the
 * source fails, the last good copy serves. Throws GatewayError `provider.unavailable` when there never was one, and
 * SamlError when what is there is not metadata.
 */
export const createMetadataReader = (
  source: MetadataSource,
  entityId: string | undefined,
  now: Clock,
  read: ReadText = readMetadataText,
): (() => Promise<IdpMetadata>) => {
  let good: IdpMetadata | undefined
  let nextReadAt = 0
  let reading: Promise<IdpMetadata> | undefined
  let problem: unknown

  const load = async (): Promise<IdpMetadata> => {
    try {
      const text = await read(source).catch((cause: unknown) => {
        const found = cause instanceof Error ? cause.message : String(cause)
        throw new GatewayError('provider.unavailable', { expected: 'metadata', found, source: placeOf(source), cause })
      })
      good = parseIdpMetadata(text, { now: now(), ...(entityId === undefined ? {} : { entityId }) })
      nextReadAt = now().getTime() + FRESH_MS
      return good
    } catch (error) {
      problem = error
      nextReadAt = now().getTime() + RETRY_MS
      if (good) return good
      throw error
    } finally {
      reading = undefined
    }
  }

  return async () => {
    if (now().getTime() < nextReadAt) {
      if (good) return good
      throw problem
    }
    reading ??= load()
    return reading
  }
}
