/** Checks on the gateway's own keys: signing and encryption. */
import { type KeyObject, X509Certificate } from 'node:crypto'
import type { KeyConfig, KmsKeyPairConfig, SigningKeyConfig } from '../config/types.ts'
import type { RotatedKey } from '../core/expiry.ts'
import { keyPairFromPem } from '../core/keys.ts'
import { type CheckResult, type Checks, failed, notRun, passed, runChecks, type Verdict } from '../core/verdict.ts'
import type { Exposure } from '../issuer/key-file.ts'
import { ownExpiryResult } from './expiry.ts'
import { type CheckPorts, reasonIn } from './ports.ts'

const SMALLEST_KEY_BITS = 2048

interface Pair {
  /** The public half suffices: it has the kind and the size. */
  readonly key: KeyObject
  /** PEM */
  readonly certificate: string
}

/** A key, loaded from its files or found in AWS KMS. */
interface LoadedKey {
  readonly purpose: RotatedKey
  /** The file of the key, or its ID in KMS. */
  readonly name: string
  /** The file of its certificate. */
  readonly certificateFile: string
  readonly now: Date
  readonly exposure: Exposure | undefined
  /** undefined: neither file exists yet, and both are created on first start. */
  readonly pair: Pair | { readonly problem: string } | undefined
}

export const keyChecks = {
  keyFitsCertificate,
  keyIsPrivate,
  keyIsRsa,
  certificateIsCurrent,
} as const satisfies Checks<LoadedKey>

/** Everything about the keys for one purpose, in the order of the configuration. */
export async function checkKeys(
  purpose: RotatedKey,
  keys: readonly SigningKeyConfig[] | undefined,
  ports: CheckPorts,
): Promise<Verdict> {
  const loaded = await Promise.all((keys ?? []).map((key) => load(purpose, key, ports)))
  return loaded.flatMap((key) => runChecks(keyChecks, key))
}

async function load(purpose: RotatedKey, key: SigningKeyConfig, ports: CheckPorts): Promise<LoadedKey> {
  const isInKms = 'kms' in key
  return {
    purpose,
    name: isInKms ? key.kms.keyId : key.key,
    certificateFile: key.certificate,
    now: ports.now(),
    exposure: isInKms ? undefined : await ports.exposureOf(key.key),
    pair: await (isInKms ? kmsPair(key, ports) : filePair(key, ports)),
  }
}

async function filePair(files: KeyConfig, ports: CheckPorts): Promise<LoadedKey['pair']> {
  const [key, certificate] = await Promise.all([textOf(ports, files.key), textOf(ports, files.certificate)])
  if (key === undefined && certificate === undefined && files.createIfMissing) return undefined
  if (key === undefined) return { problem: 'no key that can be read' }
  if (certificate === undefined) return { problem: 'no certificate that can be read' }
  try {
    const { privateKey, certificate: pem } = keyPairFromPem(key, certificate)
    return { key: privateKey, certificate: pem }
  } catch (error) {
    return { problem: reasonIn(error) }
  }
}

/** AWS is asked with the credentials of the user who runs the check, which need not be those of the gateway. */
async function kmsPair({ kms, certificate: file }: KmsKeyPairConfig, ports: CheckPorts): Promise<LoadedKey['pair']> {
  const certificate = await textOf(ports, file)
  if (certificate === undefined) return { problem: 'no certificate that can be read' }
  try {
    const [key, { publicKey }] = [await ports.kmsPublicKey(kms), new X509Certificate(certificate)]
    return publicKey.equals(key) ? { key, certificate } : { problem: 'another key than that of the certificate' }
  } catch (error) {
    return { problem: reasonIn(error) }
  }
}

function textOf(ports: CheckPorts, path: string): Promise<string | undefined> {
  return ports.readText(path).catch(() => undefined)
}

function keyFitsCertificate(loaded: LoadedKey): CheckResult {
  return loaded.pair !== undefined && 'problem' in loaded.pair
    ? failed('a PEM key and its certificate', loaded.pair.problem, loaded.name)
    : withPair(loaded, () => passed(loaded.name))
}

/** The gateway does not start with a key that others can use. */
function keyIsPrivate({ exposure }: LoadedKey): readonly CheckResult[] {
  return exposure ? [exposureResult(exposure)] : []
}

/** For a key that others can use. */
export function exposureResult({ isRefused, sentence }: Exposure): CheckResult {
  return isRefused ? failed('a file that only its owner can read', sentence) : { ...passed(), warning: sentence }
}

function withPair({ pair, name }: LoadedKey, check: (pair: Pair) => CheckResult): CheckResult {
  if (pair === undefined) return notRun(`${name} is made at first start`)
  return 'problem' in pair ? notRun('the key cannot be used') : check(pair)
}

/** AWS and every identity provider accept RSA; other key types are not accepted everywhere. */
function keyIsRsa(loaded: LoadedKey): CheckResult {
  return withPair(loaded, ({ key }) => {
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
    const found = `${key.asymmetricKeyType ?? 'no'} key${bits === 0 ? '' : ` of ${bits} bits`}`
    const isRsa = key.asymmetricKeyType === 'rsa' && bits >= SMALLEST_KEY_BITS
    return isRsa ? passed(found) : failed(`an RSA key of ${SMALLEST_KEY_BITS} bits or more`, found, loaded.name)
  })
}

function certificateIsCurrent(loaded: LoadedKey): CheckResult {
  const { now, certificateFile, purpose } = loaded
  return withPair(loaded, ({ certificate }) =>
    ownExpiryResult(new Date(new X509Certificate(certificate).validTo), now, certificateFile, purpose),
  )
}
