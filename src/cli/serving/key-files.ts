/** The private keys that a configuration names as files: only the gateway may read them. */
import type { Config } from '../../config/types.ts'
import type { Log } from '../../core/log.ts'
import { exposureOf } from '../../issuer/key-file.ts'
import { StartError } from '../errors.ts'

/** Warns in the log. Throws StartError `start.key_exposed`, which names each file that others can use. */
export async function mustBePrivate(config: Config, log: Log): Promise<void> {
  const exposures = await Promise.all(privateKeyFiles(config).map((path) => exposureOf(path)))
  const found = exposures.flatMap((exposure) => exposure ?? [])
  for (const { isRefused, sentence } of found) if (!isRefused) log.warn(sentence)
  const refused = found.flatMap(({ isRefused, sentence }) => (isRefused ? sentence : []))
  if (refused.length > 0) throw new StartError('start.key_exposed', { sentence: refused.join('\n') })
}

function privateKeyFiles({ signing, encryption, issuer, providers, listen, audit }: Config): readonly string[] {
  const files = [
    ...[signing ?? [], encryption ?? [], issuer?.keys ?? []].flat().flatMap((key) => ('key' in key ? key.key : [])),
    ...providers.flatMap((one) =>
      one.protocol === 'oidc' && one.clientAuth.kind === 'key' ? one.clientAuth.privateKey : [],
    ),
    ...(listen.tls ? [listen.tls.key] : []),
    ...(audit.key === undefined ? [] : [audit.key]),
  ]
  return [...new Set(files)]
}
