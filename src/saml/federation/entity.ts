import { createHash } from 'node:crypto'
import { SamlError } from '../errors.ts'
import { type IdpMetadata, mustHaveUsableKey, parseIdpMetadata } from '../metadata.ts'
import type { FederationIndex } from './index-aggregate.ts'

/** Reads octets of the document again. */
export type ReadSlice = (offset: number, length: number) => Promise<Uint8Array>

/**
 * One identity provider of the index. Its octets are read when needed and must be those that were verified. undefined
 * if it is not in the index. Throws SamlError: `saml.metadata_changed`, `saml.metadata_expired` and any other error in
 * this entity.
 */
export async function readEntity(
  { entities, contexts }: FederationIndex,
  entityId: string,
  read: ReadSlice,
  now: Date,
): Promise<IdpMetadata | undefined> {
  const entity = entities.get(entityId)
  if (!entity) return undefined
  const octets = await read(entity.offset, entity.length)
  const sha256 = createHash('sha256').update(octets).digest('base64')
  if (sha256 !== entity.sha256) {
    throw new SamlError('saml.metadata_changed', { expected: entity.sha256, found: sha256, source: entityId })
  }
  const text = new TextDecoder('utf-8', { fatal: true }).decode(octets)
  const idp = parseIdpMetadata(inContext(contexts[entity.context] ?? '', text), { now, entityId })
  mustHaveUsableKey(idp)
  return idp
}

/** The entity as a document of its own: within a start tag that replaces everything around it. */
function inContext(startTag: string, entity: string): string {
  return startTag === '' ? entity : `${startTag}${entity}</${/^<([^\s>]+)/.exec(startTag)?.[1]}>`
}
