import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import type { TlsFiles } from '../../config/types.ts'
import type { TlsMaterial } from '../../core/running-server.ts'
import { StartError } from '../errors.ts'

/** Key and certificate as they are now. Throws StartError `start.tls_unusable`. */
export async function readTls({ key: keyFile, cert: certFile }: TlsFiles): Promise<TlsMaterial> {
  try {
    const [key, cert] = await Promise.all([readFile(keyFile, 'utf8'), readFile(certFile, 'utf8')])
    createSecureContext({ key, cert })
    return { key, cert }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const sentence = `${keyFile} and ${certFile} cannot be used for TLS: ${reason}.`
    throw new StartError('start.tls_unusable', { sentence, cause })
  }
}
