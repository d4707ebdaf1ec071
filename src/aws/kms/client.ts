/**
 * AWS KMS, as far as a signature needs it: two calls, with the credentials of the machine. They are the only requests that
 * the gateway signs for AWS (docs/decisions/007). The SDK is loaded when a configuration names a key in KMS.
 */
import { createPublicKey, type KeyObject } from 'node:crypto'
import type { KMSClient } from '@aws-sdk/client-kms'
import { within } from '../../core/time-limit.ts'
import { withRetries } from '../retries.ts'
import { throttledCodes } from '../throttled.ts'
import { KmsError } from './errors.ts'

export interface KmsKeySettings {
  /** Key ID, key ARN or alias. */
  readonly keyId: string
  readonly region: string
  /** Instead of AWS's own endpoint of the region. */
  readonly endpoint?: string
}

/** The algorithms of KMS that others verify as RS256 and ES256. */
export type KmsAlgorithm = 'RSASSA_PKCS1_V1_5_SHA_256' | 'ECDSA_SHA_256'

/** A key that never leaves KMS. Both reject with KmsError within two seconds. */
export interface KmsKey {
  readonly settings: KmsKeySettings
  publicKey(): Promise<KeyObject>
  /** The digest, not the message: what users are told about stays here. ECDSA: a DER sequence of r and s. */
  sign(digest: Uint8Array, algorithm: KmsAlgorithm): Promise<Uint8Array>
}

/** For all attempts together: a user is waiting. */
const ANSWER_WITHIN_MS = 1_800
/** Of one attempt, as a second one needs time too. */
const CONNECT_WITHIN_MS = 500
const ATTEMPT_WITHIN_MS = 800

const THROTTLED: ReadonlySet<unknown> = new Set([...throttledCodes, 'LimitExceededException'])

/** Nothing is loaded or sent before the first call. */
export function openKmsKey(settings: KmsKeySettings): KmsKey {
  let client: Promise<KMSClient> | undefined
  const ask = async <Answer>(
    call: (client: KMSClient, abortSignal: AbortSignal) => Promise<Answer>,
  ): Promise<Answer> => {
    client ??= clientOf(settings)
    const ready = await client
    const answer = withRetries(ANSWER_WITHIN_MS, isPassing, (signal) => call(ready, signal))
    // The time limit of the SDK leaves out its search for credentials, which no signal ends.
    const late = (): never => {
      throw new Error('took too long')
    }
    return within(ANSWER_WITHIN_MS, answer, late).catch((failure: unknown) => {
      throw kmsErrorOf(failure, settings)
    })
  }
  return {
    settings,
    publicKey: async () => {
      const { GetPublicKeyCommand } = await sdk()
      const { PublicKey, KeyUsage } = await ask((ready, abortSignal) =>
        ready.send(new GetPublicKeyCommand({ KeyId: settings.keyId }), { abortSignal }),
      )
      if (!PublicKey || KeyUsage !== 'SIGN_VERIFY')
        throw new KmsError('kms.key_unusable', { expected: 'SIGN_VERIFY', found: String(KeyUsage), source: 'KeyUsage' })
      return createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' })
    },
    sign: async (digest, algorithm) => {
      const { SignCommand } = await sdk()
      const { Signature } = await ask((ready, abortSignal) =>
        ready.send(
          new SignCommand({
            KeyId: settings.keyId,
            Message: digest,
            MessageType: 'DIGEST',
            SigningAlgorithm: algorithm,
          }),
          { abortSignal },
        ),
      )
      if (!Signature) throw new KmsError('kms.unreachable', { expected: 'a signature', found: 'an answer without one' })
      return Signature
    },
  }
}

async function clientOf({ region, endpoint }: KmsKeySettings): Promise<KMSClient> {
  // The SDK's warning about future Node versions is for us, who pin it, not for operators.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  const { KMSClient: Client } = await sdk()
  return new Client({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    // Retried here: the SDK does not know how long a user waits.
    maxAttempts: 1,
    defaultsMode: 'standard',
    requestHandler: {
      connectionTimeout: CONNECT_WITHIN_MS,
      requestTimeout: ATTEMPT_WITHIN_MS,
      throwOnRequestTimeout: true,
    },
  })
}

/** An optional dependency: only gateways with keys in KMS need it. */
function sdk(): Promise<typeof import('@aws-sdk/client-kms')> {
  return import('@aws-sdk/client-kms').catch((cause: unknown) => {
    throw new KmsError('kms.not_installed', { cause })
  })
}

interface SdkFailure {
  readonly name?: unknown
  readonly message?: unknown
  readonly $metadata?: { readonly httpStatusCode?: number }
}

/** Whether a retry may succeed: KMS failed, was busy, or was not reached. */
function isPassing(failure: unknown): boolean {
  const { name, $metadata } = (failure ?? {}) as SdkFailure
  const status = $metadata?.httpStatusCode
  return name !== 'CredentialsProviderError' && (status === undefined || status >= 500 || THROTTLED.has(name))
}

function kmsErrorOf(failure: unknown, { keyId, region }: KmsKeySettings): KmsError {
  const { name, message } = (failure ?? {}) as SdkFailure
  const detail = { found: `${String(name)}: ${String(message)}`, source: `${keyId} in ${region}`, cause: failure }
  if (name === 'CredentialsProviderError') return new KmsError('kms.no_credentials', detail)
  if (THROTTLED.has(name)) return new KmsError('kms.throttled', detail)
  return new KmsError(isPassing(failure) ? 'kms.unreachable' : 'kms.refused', detail)
}
