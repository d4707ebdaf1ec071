/** `fedgate keys status`: the keys, when they expire, and who knows those that are not used yet. */
import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { loadConfigText, readConfigFile } from '../../config/load.ts'
import type { Config, IssuerKeyConfig, SigningKeyConfig } from '../../config/types.ts'
import { ownExpiryOf } from '../../core/expiry.ts'
import { Ended, exitCodes } from '../exit-codes.ts'
import { awsFacts } from '../load-config.ts'
import { openOutput } from '../output.ts'
import { entriesIn } from './edit-config.ts'
import { type Holder, holdersOf } from './holders.ts'
import { type KeyPurpose, type KeysStatusOptions, keyPurposes } from './options.ts'
import { secretName } from './secret-name.ts'

interface KeyStatus {
  /** As the configuration names it; never a secret. */
  readonly name: string
  readonly use: 'used' | 'published'
  /** Of its certificate. */
  readonly expires?: string
}

export interface PurposeStatus {
  readonly key: KeyPurpose
  readonly keys: readonly KeyStatus[]
  /** Of the second key, while there is one. */
  readonly holders: readonly Holder[]
}

/** Throws ConfigError, and Ended while a new key is not known everywhere. */
export async function runKeysStatus(options: KeysStatusOptions): Promise<void> {
  const output = openOutput(process.stdout, process.stderr, process.env)
  const all = await keysStatus(options, process.env, () => new Date())
  if (options.json) output.print(JSON.stringify(all, null, 2))
  else for (const line of all.flatMap(statusLines)) output.print(line)
  if (!isKnownEverywhere(all)) throw new Ended(exitCodes.failed)
}

/** Of every kind of key that the configuration names. Throws ConfigError. */
export async function keysStatus(
  options: KeysStatusOptions,
  env: NodeJS.ProcessEnv,
  now: () => Date,
): Promise<readonly PurposeStatus[]> {
  const text = await readConfigFile(options.config)
  const config = loadConfigText(text, { file: options.config, env, aws: awsFacts, purpose: 'offline' })
  const all = await Promise.all(
    keyPurposes.map(async (key): Promise<PurposeStatus> => {
      const keys = await keysOf(key, config, text, now())
      const holders = keys.length < 2 ? [] : await holdersOf(key, 1, config, { options, env, now: now() })
      return { key, keys, holders }
    }),
  )
  return all.filter(({ keys }) => keys.length > 0)
}

/** While a rotation is in progress. */
export function isKnownEverywhere(all: readonly PurposeStatus[]): boolean {
  return all.every(({ holders }) => holders.every(({ knows }) => knows === 'known' || knows === 'absent'))
}

async function keysOf(key: KeyPurpose, config: Config, text: string, now: Date): Promise<readonly KeyStatus[]> {
  const use = (n: number) => (n === 0 ? 'used' : 'published')
  if (key === 'session') return entriesIn(text, key).map((entry, n) => ({ name: secretName(entry, n), use: use(n) }))
  const keys: readonly (SigningKeyConfig | IssuerKeyConfig)[] =
    (key === 'issuer' ? config.issuer?.keys : config[key]) ?? []
  return Promise.all(
    keys.map(async (one, n) => ({
      name: 'kms' in one ? `kms ${one.kms.keyId}` : one.key,
      use: use(n),
      ...(key !== 'issuer' && 'certificate' in one ? await expiryIn(one.certificate, key, now) : {}),
    })),
  )
}

async function expiryIn(file: string, key: 'signing' | 'encryption', now: Date): Promise<Pick<KeyStatus, 'expires'>> {
  const pem = await readFile(file, 'utf8').catch(() => undefined)
  if (pem === undefined) return {}
  const { shown, warning } = ownExpiryOf(new Date(new X509Certificate(pem).validTo), now, key)
  return { expires: warning === undefined ? shown : `${shown}: ${warning}` }
}

const KNOWS = { known: 'known', missing: 'MISSING', absent: 'not needed', unknown: 'unknown' } as const

function statusLines({ key, keys, holders }: PurposeStatus): readonly string[] {
  return [
    key,
    ...keys.map(
      ({ name, use, expires }) => `  ${use.padEnd(9)}  ${name}${expires === undefined ? '' : `  ${expires}`}`,
    ),
    ...(holders.length === 0 ? [] : ['  the second key at:']),
    ...holders.map(
      ({ name, knows, reason }) =>
        `    ${KNOWS[knows].padEnd(10)}  ${name}${reason === undefined ? '' : `: ${reason}`}`,
    ),
  ]
}
