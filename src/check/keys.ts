/** Checks on the gateway's own keys, whatever they are for. */
import { X509Certificate } from 'node:crypto'
import type { KeyConfig, KeysConfig } from '../config/types.ts'
import { type KeyPair, keyPairFromPem } from '../core/keys.ts'
import type { Verdict } from '../core/verdict.ts'
import { expiryLook, type Look, type Looks, lookAt, notRun, ok, reasonIn, wrong } from './look.ts'
import type { CheckPorts } from './ports.ts'

const SMALLEST_KEY_BITS = 2048

/** A key as its files are now. */
interface LoadedKey {
  readonly files: KeyConfig
  readonly now: Date
  /** undefined: neither file is there yet, and both are made at first start. */
  readonly pair: KeyPair | { readonly problem: string } | undefined
}

export const keyChecks = { keyFitsCertificate, keyIsRsa, certificateIsCurrent } as const satisfies Looks<LoadedKey>

/** Everything about the keys for one purpose, in the order of the configuration. */
export async function checkKeys(keys: KeysConfig | undefined, ports: CheckPorts): Promise<Verdict> {
  const loaded = await Promise.all((keys ?? []).map((files) => load(files, ports)))
  return loaded.flatMap((key) => lookAt(keyChecks, key))
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

function keyFitsCertificate(loaded: LoadedKey): Look {
  return loaded.pair !== undefined && 'problem' in loaded.pair
    ? wrong('a PEM key and its certificate', loaded.pair.problem, loaded.files.key)
    : withPair(loaded, () => ok(loaded.files.key))
}

function withPair({ pair, files }: LoadedKey, look: (pair: KeyPair) => Look): Look {
  if (pair === undefined) return notRun(`${files.key} is made at first start`)
  return 'problem' in pair ? notRun('the key cannot be used') : look(pair)
}

/** AWS and every identity provider take RSA; not all take anything else. */
function keyIsRsa(loaded: LoadedKey): Look {
  return withPair(loaded, ({ privateKey }) => {
    const bits = privateKey.asymmetricKeyDetails?.modulusLength ?? 0
    const found = `${privateKey.asymmetricKeyType ?? 'no'} key${bits === 0 ? '' : ` of ${bits} bits`}`
    const isRsa = privateKey.asymmetricKeyType === 'rsa' && bits >= SMALLEST_KEY_BITS
    return isRsa ? ok(found) : wrong(`an RSA key of ${SMALLEST_KEY_BITS} bits or more`, found, loaded.files.key)
  })
}

function certificateIsCurrent(loaded: LoadedKey): Look {
  return withPair(loaded, ({ certificate }) =>
    expiryLook(new Date(new X509Certificate(certificate).validTo), loaded.now, loaded.files.certificate),
  )
}
