/** The key that signs the heads of chains (Ed25519, RFC 8032). It signs nothing else. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto'
import { link, mkdir, open, readdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

export interface AuditKey {
  /** The first 16 characters of the SHA-256 of the public key (SPKI) in base64url. */
  readonly id: string
  /** In base64url. */
  sign(octets: Buffer): string
  /** The public key as PEM. */
  readonly publicKey: string
}

/** Public keys by their ID. */
export type PublicKeys = ReadonlyMap<string, KeyObject>

const ID_LENGTH = 16

const PUBLIC_KEY_ENDING = '.pub.pem'

/**
 * The key in that file, which is created if missing, readable by its owner only; its public key is kept in the folder.
 * Throws Error if the file cannot be read or has another key than Ed25519.
 */
export async function openAuditKey(file: string, folder: string): Promise<AuditKey> {
  const pem = (await readIfThere(file)) ?? (await createKey(file))
  const key = auditKey(createPrivateKey(pem))
  await mkdir(folder, { recursive: true })
  await createWhole(join(folder, `${key.id}${PUBLIC_KEY_ENDING}`), key.publicKey, 0o644)
  return key
}

/** Throws Error if it is another key than Ed25519. */
export function auditKey(privateKey: KeyObject): AuditKey {
  const publicKey = createPublicKey(privateKey)
  return {
    id: keyId(publicKey),
    sign: (octets) => sign(null, octets, privateKey).toString('base64url'),
    publicKey: String(publicKey.export({ type: 'spki', format: 'pem' })),
  }
}

/** The public keys of these PEM files. Throws Error if one has none, or another key than Ed25519. */
export async function readPublicKeys(files: readonly string[]): Promise<PublicKeys> {
  const keys = await Promise.all(files.map(async (file) => createPublicKey(await readFile(file, 'utf8'))))
  return new Map(keys.map((key) => [keyId(key), key]))
}

/** The files of all public keys that a gateway has had in that folder. */
export async function publicKeyFiles(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => name.endsWith(PUBLIC_KEY_ENDING)).map((name) => join(folder, name))
}

export function isSignedBy(key: KeyObject, octets: Buffer, signature: string): boolean {
  return verify(null, octets, key, Buffer.from(signature, 'base64url'))
}

function keyId(publicKey: KeyObject): string {
  if (publicKey.asymmetricKeyType !== 'ed25519')
    throw new Error(`expected an Ed25519 key, found ${publicKey.asymmetricKeyType}`)
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(spki).digest('base64url').slice(0, ID_LENGTH)
}

async function createKey(file: string): Promise<string> {
  const { privateKey } = generateKeyPairSync('ed25519')
  await mkdir(dirname(file), { recursive: true })
  await createWhole(file, String(privateKey.export({ type: 'pkcs8', format: 'pem' })), 0o600)
  // Another process may have been first.
  return readFile(file, 'utf8')
}

/** Whole or not at all; a file that exists is kept, as processes that start together must end up with one key. */
async function createWhole(path: string, text: string, mode: number): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`
  try {
    const file = await open(temporary, 'wx', mode)
    await file.writeFile(text)
    await file.sync()
    await file.close()
    await link(temporary, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(temporary, { force: true })
  }
}

function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}
