/** The gateway's keys: from the files that the configuration names, or in AWS KMS. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { openKmsKey } from '../../aws/kms/client.ts'
import { KmsError } from '../../aws/kms/errors.ts'
import { kmsSigner, mustBeKeyOf } from '../../aws/kms/signers.ts'
import type { Config, KeysConfig, KmsKeyPairConfig, ProviderConfig, SigningKeyConfig } from '../../config/types.ts'
import type { KeyPair, Signer } from '../../core/keys.ts'
import type { Log } from '../../core/log.ts'
import type { GatewayKeys } from '../../gateway/providers.ts'
import { loadKeyPair } from '../../issuer/keys.ts'
import type { ClientKey } from '../../oidc/settings.ts'
import { StartError } from '../errors.ts'

interface Surroundings {
  readonly log: Log
  readonly now: () => Date
}

/**
 * The keys that sign requests and reissued evidence, and the keys that decrypt. Created on first start if none are
 * configured and the local AWS runs. Throws StartError.
 */
export async function gatewayKeys(config: Config, { log, now }: Surroundings): Promise<GatewayKeys> {
  const { signing = [], encryption = [], providers } = config
  const [signingKeys, encryptionKeys, clientKeys] = await Promise.all([
    Promise.all(signing.map((key) => ('kms' in key ? openKmsSigner(key, log) : openPair(key, now())))),
    openPairs(encryption, now()),
    Promise.all(providers.map(loadClientKey)),
  ])
  return { signing: signingKeys, encryption: encryptionKeys, clients: new Map(clientKeys.flat()) }
}

/**
 * The certificates of the signing keys as PEM, in the order of the configuration: what IAM has. Creates a key pair only
 * where it is one that is created on first start. Throws StartError.
 */
export async function signingCertificates(config: Pick<Config, 'signing'>, now: Date): Promise<readonly string[]> {
  const reading = (config.signing ?? []).map((key) => certificateOf(key, now))
  return Promise.all(reading).catch((cause: unknown) => {
    if (cause instanceof StartError) throw cause
    const sentence = `The signing certificate cannot be used: ${cause instanceof Error ? cause.message : String(cause)}.`
    throw new StartError('start.key_unusable', { sentence, cause })
  })
}

async function certificateOf(key: SigningKeyConfig, now: Date): Promise<string> {
  if ('createIfMissing' in key && key.createIfMissing) return (await openPair(key, now)).certificate
  return new X509Certificate(await readFile(key.certificate, 'utf8')).toString()
}

function openPairs(keys: KeysConfig | readonly [], now: Date): Promise<readonly KeyPair[]> {
  return Promise.all(keys.map((files) => openPair(files, now)))
}

async function openPair(files: KeysConfig[number], now: Date): Promise<KeyPair> {
  const create = files.createIfMissing ? { commonName: 'fedgate', now } : undefined
  return loadKeyPair(files, create).catch((cause: unknown) => {
    throw new StartError('start.key_unusable', { sentence: cause instanceof Error ? `${cause.message}.` : '', cause })
  })
}

/** A gateway may start while KMS cannot be reached: the certificate has what it must publish. */
async function openKmsSigner({ kms, certificate: file }: KmsKeyPairConfig, log: Log): Promise<Signer> {
  const key = openKmsKey(kms)
  const signer = await readFile(file, 'utf8')
    .then((pem) => kmsSigner(key, pem))
    .catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new StartError('start.key_unusable', { sentence: `${file} cannot be used: ${reason}.`, cause })
    })
  await mustBeKeyOf(key, signer.certificate).catch((error: unknown) => {
    if (!(error instanceof KmsError) || !/unreachable|throttled/.test(error.code)) throw error
    log.warn(`The KMS key ${kms.keyId} was not compared with ${file}: ${error.message} (${error.found ?? error.code})`)
  })
  return signer
}

async function loadClientKey(provider: ProviderConfig): Promise<readonly (readonly [string, ClientKey])[]> {
  if (provider.protocol !== 'oidc' || provider.clientAuth.kind !== 'key') return []
  const { privateKey, keyId, algorithm, certificate } = provider.clientAuth
  try {
    const key = createPrivateKey(await readFile(privateKey, 'utf8'))
    const clientKey = {
      privateKey: key,
      ...(keyId === undefined ? {} : { kid: keyId }),
      ...(algorithm === undefined ? {} : { algorithm }),
      ...(certificate === undefined
        ? {}
        : { certificate: clientCertificate(key, await readFile(certificate, 'utf8')) }),
    }
    return [[provider.id, clientKey]]
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StartError('start.key_unusable', { sentence: `The key ${privateKey} cannot be used: ${reason}.`, cause })
  }
}

/** Throws Error if the certificate is for another key. */
function clientCertificate(privateKey: KeyObject, pem: string): X509Certificate {
  const certificate = new X509Certificate(pem)
  if (certificate.checkPrivateKey(privateKey)) return certificate
  throw new Error('the privateKeyCertificate is for another key')
}
