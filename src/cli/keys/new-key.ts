/** A new key beside the present one: its files, and how the configuration names them. */
import { type KeyObject, randomBytes } from 'node:crypto'
import { access } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path'
import { type KmsKeySettings, openKmsKey } from '../../aws/kms/client.ts'
import { kmsTokenSigner } from '../../aws/kms/signers.ts'
import type { Config } from '../../config/types.ts'
import type { TokenAlgorithm } from '../../core/keys.ts'
import { createCertificate, createKeyPem, writeWhole } from '../../issuer/keys.ts'
import { createTokenKeyPem } from '../../issuer/token-keys.ts'
import { KeysError } from './errors.ts'
import type { KeyPurpose } from './options.ts'

/** A key as an entry of the configuration. */
export interface NewKey {
  readonly entry: unknown
  /** What was written, as the configuration names it. */
  readonly files: readonly string[]
}

export interface KeyPlace {
  /** Of the configuration file. Absolute. */
  readonly folder: string
  /** For the files. Absolute. */
  readonly keyFolder: string
  /** `signing`: what the files are called. */
  readonly name: string
}

const SECRET = 0o600
const PUBLIC = 0o644
const COMMON_NAME = 'fedgate'
const STAMP = /-(\d{8}T\d{6}Z)$/

/**
 * Makes the files, readable only by their owner where they are secret, and all before the configuration names them.
 * Throws KeysError `keys.cannot_write` or `keys.other_algorithm`, and KmsError.
 */
export async function createKey(
  purpose: KeyPurpose,
  config: Config,
  {
    kms,
    secretFile,
    now,
  }: { readonly kms?: KmsKeySettings; readonly secretFile: string | undefined; readonly now: Date },
): Promise<NewKey> {
  const place = placeFor(purpose, config, secretFile)
  const stamp = now.toISOString().replace(/[-:]|\.\d+/g, '')
  const file = (ending: string) => join(place.keyFolder, `${place.name}-${stamp}${ending}`)
  const named = (path: string) => nameIn(place.folder, path)
  switch (purpose) {
    case 'signing':
    case 'encryption': {
      const certificate = file('.crt')
      if (kms) {
        await write([[certificate, await kmsCertificate(kms, now), PUBLIC]])
        return { entry: { kms: { ...kms }, certificate: named(certificate) }, files: [named(certificate)] }
      }
      const [key, made] = [file('.key'), await createKeyPem(COMMON_NAME, now)]
      await write([
        [key, made.privateKey, SECRET],
        [certificate, made.certificate, PUBLIC],
      ])
      return {
        entry: { key: named(key), certificate: named(certificate) },
        files: [named(key), named(certificate)],
      }
    }
    case 'issuer': {
      const algorithm = config.issuer?.algorithm ?? 'RS256'
      if (kms) {
        await mustBeFor(algorithm, kms)
        return { entry: { kms: { ...kms } }, files: [] }
      }
      const key = file('.key')
      await write([[key, await createTokenKeyPem(algorithm), SECRET]])
      return { entry: named(key), files: [named(key)] }
    }
    case 'session': {
      const secret = file('')
      await write([[secret, `${randomBytes(32).toString('hex')}\n`, SECRET]])
      return { entry: `\${file:${named(secret)}}`, files: [named(secret)] }
    }
  }
}

/** A self-signed certificate for an RSA key in KMS, signed there, as PEM. Throws KmsError. */
export async function kmsCertificate(kms: KmsKeySettings, now: Date): Promise<string> {
  const { publicKey, algorithm, sign } = await kmsTokenSigner(openKmsKey(kms))
  mustBe('RS256', algorithm)
  return createCertificate(COMMON_NAME, { publicKey, sign }, now)
}

async function mustBeFor(algorithm: TokenAlgorithm, kms: KmsKeySettings): Promise<KeyObject> {
  const signer = await kmsTokenSigner(openKmsKey(kms))
  mustBe(algorithm, signer.algorithm)
  return signer.publicKey
}

function mustBe(wanted: TokenAlgorithm, found: TokenAlgorithm): void {
  if (wanted !== found)
    throw new KeysError('keys.other_algorithm', { sentence: `The new key is for ${found}, not ${wanted}.` })
}

/** Beside the present key, under its name. */
function placeFor(purpose: KeyPurpose, { folder, ...keys }: Config, secretFile: string | undefined): KeyPlace {
  const [first] = purpose === 'session' ? [secretFile && { key: secretFile }] : (keysOf(purpose, keys) ?? [])
  const file = first && 'key' in first ? first.key : undefined
  const standard = purpose === 'session' ? join('secrets', 'session-secret') : join('certs', purpose)
  const path = file ?? join(folder, standard)
  return { folder, keyFolder: dirname(path), name: basename(path, '.key').replace(STAMP, '') }
}

function keysOf(purpose: Exclude<KeyPurpose, 'session'>, keys: Omit<Config, 'folder'>) {
  return purpose === 'issuer' ? keys.issuer?.keys : keys[purpose]
}

/** When a key that `fedgate keys rotate` made was made, by the name of its file. */
export function madeAt(file: string): string | undefined {
  return STAMP.exec(file.replace(/\.(key|crt)\}?$/, '').replace(/\}$/, ''))?.[1]
}

/** Relative where it is inside the folder, as a configuration that can be moved names it. */
function nameIn(folder: string, path: string): string {
  const name = relative(folder, path)
  return isAbsolute(name) || name.startsWith('..') ? path : `./${name.split(sep).join('/')}`
}

async function write(files: readonly (readonly [path: string, text: string, mode: number])[]): Promise<void> {
  for (const [path, text, mode] of files) {
    const isThere = await access(path).then(
      () => true,
      () => false,
    )
    if (isThere) throw new KeysError('keys.cannot_write', { sentence: `${path} is there already.` })
    await writeWhole(path, text, mode).catch((cause: NodeJS.ErrnoException) => {
      throw new KeysError('keys.cannot_write', {
        sentence: `${path} cannot be written (${cause.code ?? cause.message}).`,
        cause,
      })
    })
  }
}
