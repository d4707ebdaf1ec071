/** Checks on the gateway's own keys: signing and encryption. */
import { X509Certificate } from 'node:crypto'
import type { KeyConfig, KeysConfig } from '../config/types.ts'
import { type KeyPair, keyPairFromPem } from '../core/keys.ts'
import { type CheckResult, type Checks, failed, notRun, passed, runChecks, type Verdict } from '../core/verdict.ts'
import { expiryResult } from './expiry.ts'
import { type CheckPorts, reasonIn } from './ports.ts'

const SMALLEST_KEY_BITS = 2048

/** A key, loaded from its files. */
interface LoadedKey {
  readonly files: KeyConfig
  readonly now: Date
  /** undefined: neither file exists yet, and both are created on first start. */
  readonly pair: KeyPair | { readonly problem: string } | undefined
}

export const keyChecks = { keyFitsCertificate, keyIsRsa, certificateIsCurrent } as const satisfies Checks<LoadedKey>

/** Everything about the keys for one purpose, in the order of the configuration. */
export async function checkKeys(keys: KeysConfig | undefined, ports: CheckPorts): Promise<Verdict> {
  const loaded = await Promise.all((keys ?? []).map((files) => load(files, ports)))
  return loaded.flatMap((key) => runChecks(keyChecks, key))
}

async function load(files: KeyConfig, ports: CheckPorts): Promise<LoadedKey> {
  const [key, certificate] = await Promise.all([textOf(ports, files.key), textOf(ports, files.certificate)])
  const now = ports.now()
  if (key === undefined && certificate === undefined && files.createIfMissing) return { files, now, pair: undefined }
  if (key === undefined) return { files, now, pair: { problem: 'no key that can be read' } }
  if (certificate === undefined) return { files, now, pair: { problem: 'no certificate that can be read' } }
  try {
    return { files, now, pair: keyPairFromPem(key, certificate) }
  } catch (error) {
    return { files, now, pair: { problem: reasonIn(error) } }
  }
}

function textOf(ports: CheckPorts, path: string): Promise<string | undefined> {
  return ports.readText(path).catch(() => undefined)
}

function keyFitsCertificate(loaded: LoadedKey): CheckResult {
  return loaded.pair !== undefined && 'problem' in loaded.pair
    ? failed('a PEM key and its certificate', loaded.pair.problem, loaded.files.key)
    : withPair(loaded, () => passed(loaded.files.key))
}

function withPair({ pair, files }: LoadedKey, check: (pair: KeyPair) => CheckResult): CheckResult {
  if (pair === undefined) return notRun(`${files.key} is made at first start`)
  return 'problem' in pair ? notRun('the key cannot be used') : check(pair)
}

/** AWS and every identity provider accept RSA; other key types are not accepted everywhere. */
function keyIsRsa(loaded: LoadedKey): CheckResult {
  return withPair(loaded, ({ privateKey }) => {
    const bits = privateKey.asymmetricKeyDetails?.modulusLength ?? 0
    const found = `${privateKey.asymmetricKeyType ?? 'no'} key${bits === 0 ? '' : ` of ${bits} bits`}`
    const isRsa = privateKey.asymmetricKeyType === 'rsa' && bits >= SMALLEST_KEY_BITS
    return isRsa ? passed(found) : failed(`an RSA key of ${SMALLEST_KEY_BITS} bits or more`, found, loaded.files.key)
  })
}

function certificateIsCurrent(loaded: LoadedKey): CheckResult {
  return withPair(loaded, ({ certificate }) =>
    expiryResult(new Date(new X509Certificate(certificate).validTo), loaded.now, loaded.files.certificate),
  )
}
