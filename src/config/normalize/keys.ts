/** The gateway's keys: the configured files, or the paths where they are created. */
import { resolve } from 'node:path'
import type { FileConfig } from '../schema.ts'
import type {
  IssuerConfig,
  IssuerKeyConfig,
  KeyConfig,
  KeysConfig,
  KmsKeyConfig,
  SigningKeyConfig,
  SigningKeysConfig,
} from '../types.ts'
import { optional, seconds } from './values.ts'

type Purpose = 'signing' | 'encryption'

/** The configured keys; with the local AWS, the default is a pair under `certs/`. */
export function signingKeysOf(file: FileConfig, folder: string): SigningKeysConfig | undefined {
  const [first, ...rest] = [file.signing ?? []].flat().flatMap(({ key, kms, certificate }): SigningKeyConfig[] => {
    if (kms) return [{ kms: kmsOf(kms), certificate: resolve(folder, certificate) }]
    return key === undefined ? [] : [filesOf({ key, certificate }, folder)]
  })
  return first ? [first, ...rest] : defaultKeys('signing', file, folder)
}

export function encryptionKeysOf(file: FileConfig, folder: string): KeysConfig | undefined {
  const [first, ...rest] = [file.encryption ?? []].flat().map((pair) => filesOf(pair, folder))
  return first ? [first, ...rest] : defaultKeys('encryption', file, folder)
}

function filesOf({ key, certificate }: Pick<KeyConfig, 'key' | 'certificate'>, folder: string): KeyConfig {
  return { key: resolve(folder, key), certificate: resolve(folder, certificate), createIfMissing: false }
}

function defaultKeys(purpose: Purpose, { sts }: FileConfig, folder: string): KeysConfig | undefined {
  if (sts.endpoint !== 'local') return undefined
  const made = resolve(folder, 'certs', purpose)
  return [{ key: `${made}.key`, certificate: `${made}.crt`, createIfMissing: true }]
}

function kmsOf({ keyId, region, endpoint }: NonNullable<FileConfig['issuer']['kms']>): KmsKeyConfig {
  return { keyId, region, ...optional('endpoint', endpoint?.replace(/\/+$/, '')) }
}

/** The gateway is an issuer if it has an issuer key, which is created for the local AWS. */
export function issuerOf(file: FileConfig, baseUrl: string, folder: string): IssuerConfig | undefined {
  const keys = issuerKeysOf(file, folder)
  if (!keys) return undefined
  const { url, algorithm, audience, tokenLifetime } = file.issuer
  return { url: url ?? baseUrl, keys, algorithm, audience, tokenLifetimeSeconds: seconds(tokenLifetime) }
}

function issuerKeysOf({ issuer, sts }: FileConfig, folder: string): IssuerConfig['keys'] | undefined {
  const configured = [issuer.key ?? (issuer.kms === undefined ? [] : { kms: issuer.kms })].flat()
  const [first, ...rest] = configured.map(
    (key): IssuerKeyConfig =>
      typeof key === 'string' ? { key: resolve(folder, key), createIfMissing: false } : { kms: kmsOf(key.kms) },
  )
  if (first) return [first, ...rest]
  return sts.endpoint === 'local' ? [{ key: resolve(folder, 'certs', 'issuer.key'), createIfMissing: true }] : undefined
}
