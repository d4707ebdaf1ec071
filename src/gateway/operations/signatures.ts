/**
 * The signatures of the gateway as operators see them: how long they take, and whether the keys can be used. A key in a
 * file always can; one in a key management service is tried when nobody has used it lately.
 */
import { Histogram, Registry } from 'prom-client'
import { FedgateError } from '../../core/errors.ts'
import type { Signer, TokenSigner } from '../../core/keys.ts'
import type { Clock } from '../ports.ts'

type Purpose = 'signing' | 'issuer'
type Label = 'key' | 'place' | 'outcome'

/** Where a key is: with `kms`, elsewhere. */
type KeyPlace = object

export interface Signatures {
  /** Of this configuration: `fedgate_signature_seconds`. */
  readonly registry: Registry
  /** The same signers, measured. `places`: in the same order. */
  ofSigning(signers: readonly Signer[], places: readonly KeyPlace[]): readonly Signer[]
  ofIssuer(signer: TokenSigner, place: KeyPlace | undefined): TokenSigner
  /** The code of why each key that signs cannot, by its purpose; empty: all can. Never rejects. */
  failing(): Promise<Readonly<Partial<Record<Purpose, string>>>>
}

/** A signature within this time says that the key can be used. */
const KNOWN_FOR_MS = 30_000
/** After a failure it is tried again sooner. */
const FAILED_FOR_MS = 5_000

/** In seconds: from a key in memory to the time limit of KMS. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2]

/** Whatever the key signs otherwise begins as XML or as a token's header. */
const TRIAL = Buffer.from('fedgate tries whether this key can sign')

interface Use {
  readonly at: number
  /** undefined: it signed. */
  readonly code: string | undefined
}

/** In a registry of its own, as two gateways of one process count apart. */
export function watchSignatures(now: Clock): Signatures {
  const registry = new Registry()
  const seconds = new Histogram<Label>({
    name: 'fedgate_signature_seconds',
    help: 'How long signatures of the gateway took, by key (signing, issuer), place (file, kms) and outcome (ok or an error code).',
    labelNames: ['key', 'place', 'outcome'],
    buckets: BUCKETS,
    registers: [registry],
  })
  const remote = new Map<Purpose, () => Promise<Use>>()

  function measured(key: Purpose, sign: Signer['sign'], place: KeyPlace | undefined): Signer['sign'] {
    const isRemote = place !== undefined && 'kms' in place
    let last: Use | undefined
    let trying: Promise<Use> | undefined
    const use: Signer['sign'] = async (octets) => {
      const end = seconds.startTimer({ key, place: isRemote ? 'kms' : 'file' })
      try {
        const signature = await sign(octets)
        end({ outcome: 'ok' })
        last = { at: now().getTime(), code: undefined }
        return signature
      } catch (error) {
        const code = error instanceof FedgateError ? error.code : 'internal'
        end({ outcome: code })
        last = { at: now().getTime(), code }
        throw error
      }
    }
    const latest = async (): Promise<Use> => {
      const age = last === undefined ? Number.POSITIVE_INFINITY : now().getTime() - last.at
      if (last && age < (last.code === undefined ? KNOWN_FOR_MS : FAILED_FOR_MS)) return last
      // Those who ask meanwhile wait for the same trial.
      trying ??= use(TRIAL)
        .catch(() => undefined)
        .then(() => last as Use)
        .finally(() => {
          trying = undefined
        })
      return trying
    }
    if (isRemote) remote.set(key, latest)
    return use
  }

  return {
    registry,
    // Only the first signs: the others are published.
    ofSigning: (signers, places) =>
      signers.map((signer, n) => (n === 0 ? { ...signer, sign: measured('signing', signer.sign, places[0]) } : signer)),
    ofIssuer: (signer, place) => ({ ...signer, sign: measured('issuer', signer.sign, place) }),
    failing: async () => {
      const uses = await Promise.all([...remote].map(async ([key, latest]) => [key, (await latest()).code] as const))
      return Object.fromEntries(uses.filter(([, code]) => code !== undefined))
    },
  }
}
