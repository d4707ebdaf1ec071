/** The gateway's keys: the configured files, or the paths where they are created. */
import { resolve } from 'node:path'
import type { FileConfig } from '../schema.ts'
import type { IssuerConfig, IssuerKeyConfig, KeyConfig, KeysConfig } from '../types.ts'
import { seconds } from './values.ts'

/** The configured keys; with the local AWS, the default is a pair under `certs/`. */
export function keysOf(purpose: 'signing' | 'encryption', file: FileConfig, folder: string): KeysConfig | undefined {
  const [first, ...rest] = [file[purpose] ?? []].flat().map(
    ({ key, certificate }): KeyConfig => ({
      key: resolve(folder, key),
      certificate: resolve(folder, certificate),
      createIfMissing: false,
    }),
  )
  if (first) return [first, ...rest]
  if (file.sts.endpoint !== 'local') return undefined
  const made = resolve(folder, 'certs', purpose)
  return [{ key: `${made}.key`, certificate: `${made}.crt`, createIfMissing: true }]
}

/** The gateway is an issuer if it has an issuer key, which is created for the local AWS. */
export function issuerOf(file: FileConfig, baseUrl: string, folder: string): IssuerConfig | undefined {
  const keys = issuerKeysOf(file, folder)
  if (!keys) return undefined
  const { url, algorithm, audience, tokenLifetime } = file.issuer
  return { url: url ?? baseUrl, keys, algorithm, audience, tokenLifetimeSeconds: seconds(tokenLifetime) }
}

function issuerKeysOf({ issuer, sts }: FileConfig, folder: string): IssuerConfig['keys'] | undefined {
  const [first, ...rest] = [issuer.key ?? []]
    .flat()
    .map((key): IssuerKeyConfig => ({ key: resolve(folder, key), createIfMissing: false }))
  if (first) return [first, ...rest]
  return sts.endpoint === 'local' ? [{ key: resolve(folder, 'certs', 'issuer.key'), createIfMissing: true }] : undefined
}
