import { KeyObject, randomBytes, webcrypto } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DAY_MS } from '../core/duration.ts'
import { type KeyPair, keyPairFromPem } from '../core/keys.ts'

/** Paths of a PEM private key and of its certificate. */
export interface KeyFiles {
  readonly key: string
  readonly certificate: string
}

const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
} as const

/** The dates of a key that is pinned by metadata are not checked; ten years are longer than any rotation period. */
const YEARS = 10

/** A new RSA key with a self-signed certificate for that common name, both as PEM. */
export async function createKeyPem(
  commonName: string,
  now: Date,
): Promise<{ privateKey: string; certificate: string }> {
  // Needed only on a first start; the library requires its polyfill to be loaded before it.
  await import('reflect-metadata')
  const { X509CertificateGenerator } = await import('@peculiar/x509')
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerialNumber(),
    name: [{ CN: [commonName] }],
    ...validity(now),
    signingAlgorithm: ALGORITHM,
    keys,
  })
  return {
    privateKey: String(KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' })),
    certificate: `${certificate.toString('pem')}\n`,
  }
}

/** What a key that is elsewhere can do: its public half, and signatures by RSASSA-PKCS1-v1_5 with SHA-256. */
export interface RemoteKey {
  readonly publicKey: KeyObject
  sign(octets: Uint8Array): Promise<Uint8Array>
}

/** A self-signed certificate for that common name and RSA key, as PEM. Rejects with the error of the signature. */
export async function createCertificate(commonName: string, key: RemoteKey, now: Date): Promise<string> {
  await import('reflect-metadata')
  const { X509CertificateGenerator } = await import('@peculiar/x509')
  const name = `CN=${commonName}`
  // The library signs through this interface, with a key that it does not look into.
  const remote = {
    subtle: { sign: async (_: unknown, __: unknown, octets: ArrayBuffer) => key.sign(Buffer.from(octets)) },
  }
  const certificate = await X509CertificateGenerator.create(
    {
      serialNumber: newSerialNumber(),
      subject: name,
      issuer: name,
      ...validity(now),
      publicKey: key.publicKey.export({ type: 'spki', format: 'der' }),
      signingAlgorithm: ALGORITHM,
      signingKey: { type: 'private', extractable: false, usages: ['sign'], algorithm: ALGORITHM } as CryptoKey,
    },
    remote as unknown as Crypto,
  )
  return `${certificate.toString('pem')}\n`
}

function newSerialNumber(): string {
  return `01${randomBytes(15).toString('hex')}`
}

function validity(now: Date): { readonly notBefore: Date; readonly notAfter: Date } {
  return {
    notBefore: new Date(now.getTime() - 5 * 60_000),
    notAfter: new Date(now.getTime() + YEARS * 365.25 * DAY_MS),
  }
}

/** Whole or not at all, and readable by its owner only where it is secret. */
export async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${randomBytes(6).toString('hex')}`
  try {
    const file = await open(temporary, 'wx', mode)
    await file.writeFile(text)
    await file.sync()
    await file.close()
    await rename(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
}

/** undefined if there is no such file. */
export function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}

/**
 * The key pair in those files. If neither file exists and `create` names a subject, it is created, the key readable
 * only by its owner. Throws Error with a sentence if one of the two is missing or they do not belong together.
 */
export async function loadKeyPair(
  files: KeyFiles,
  create: { readonly commonName: string; readonly now: Date } | undefined,
): Promise<KeyPair> {
  const [privateKey, certificate] = await Promise.all([readIfThere(files.key), readIfThere(files.certificate)])
  if (privateKey === undefined && certificate === undefined && create) {
    const made = await createKeyPem(create.commonName, create.now)
    await writeWhole(files.key, made.privateKey, 0o600)
    await writeWhole(files.certificate, made.certificate, 0o644)
    return keyPairFromPem(made.privateKey, made.certificate)
  }
  if (privateKey === undefined) throw new Error(`The key ${files.key} is not there`)
  if (certificate === undefined) throw new Error(`The certificate ${files.certificate} is not there`)
  try {
    return keyPairFromPem(privateKey, certificate)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`${files.key} and ${files.certificate} cannot be used: ${reason}`, { cause })
  }
}
