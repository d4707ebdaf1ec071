/**
 * A stand-in of AWS KMS: its JSON protocol (TrentService, 1.1) with Sign and GetPublicKey. Its signatures are real, by
 * node:crypto and OpenSSL; requests must be signed for KMS in its region. It can be down, busy, or say nothing.
 */
import { execFileSync } from 'node:child_process'
import { constants, createPublicKey, generateKeyPairSync, type KeyObject, privateEncrypt } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const KMS_REGION = 'eu-west-1'
export const RSA_KEY = `arn:aws:kms:${KMS_REGION}:111122223333:key/11111111-2222-3333-4444-555555555555`
export const EC_KEY = `arn:aws:kms:${KMS_REGION}:111122223333:key/66666666-7777-8888-9999-000000000000`

/** What it does instead of answering. `denied`: as IAM does without the permission. */
export type KmsMood = 'well' | 'down' | 'throttled' | 'silent' | 'failing' | 'denied'

export interface StandInKms {
  readonly url: string
  /** The operations that were asked for, with the access key ID that signed. */
  readonly calls: { readonly operation: string; readonly accessKeyId: string; readonly keyId: string }[]
  behave(mood: KmsMood): void
  close(): Promise<void>
}

const AUTHORIZATION = new RegExp(
  `^AWS4-HMAC-SHA256 Credential=(\\w+)/\\d{8}/${KMS_REGION}/kms/aws4_request, SignedHeaders=`,
)
/** RFC 8017 9.2, note 1: SHA-256 */
const DIGEST_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex')

/** Access keys are what the SDK finds in the environment; only their presence is checked. */
export const startKms = async (): Promise<StandInKms> => {
  const folder = mkdtempSync(join(tmpdir(), 'fedgate-kms-'))
  const keys = new Map([
    [RSA_KEY, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
    [EC_KEY, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
  ])
  const calls: StandInKms['calls'] = []
  let mood: KmsMood = 'well'

  const signed = (key: KeyObject, digest: Buffer): Buffer => {
    if (key.asymmetricKeyType === 'rsa')
      return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.concat([DIGEST_INFO, digest]))
    const file = join(folder, 'ec.pem')
    writeFileSync(file, key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
    return execFileSync('openssl', ['pkeyutl', '-sign', '-inkey', file], { input: digest })
  }

  const answer = (operation: string, input: Readonly<Record<string, string>>) => {
    const { KeyId = '', Message = '', MessageType, SigningAlgorithm } = input
    const key = keys.get(KeyId)
    if (!key) return { status: 400, body: { __type: 'NotFoundException', message: `Invalid keyId ${KeyId}` } }
    const isRsa = key.asymmetricKeyType === 'rsa'
    const algorithm = isRsa ? 'RSASSA_PKCS1_V1_5_SHA_256' : 'ECDSA_SHA_256'
    if (operation === 'GetPublicKey') {
      const PublicKey = createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64')
      const KeySpec = isRsa ? 'RSA_2048' : 'ECC_NIST_P256'
      return {
        status: 200,
        body: { KeyId, PublicKey, KeySpec, KeyUsage: 'SIGN_VERIFY', SigningAlgorithms: [algorithm] },
      }
    }
    const digest = Buffer.from(Message, 'base64')
    if (MessageType !== 'DIGEST' || digest.length !== 32)
      return {
        status: 400,
        body: { __type: 'ValidationException', message: 'Digest is invalid length for the algorithm' },
      }
    if (SigningAlgorithm !== algorithm)
      return {
        status: 400,
        body: { __type: 'InvalidKeyUsageException', message: `${KeyId} key usage is ${algorithm}` },
      }
    return { status: 200, body: { KeyId, Signature: signed(key, digest).toString('base64'), SigningAlgorithm } }
  }

  const refusals: Readonly<Partial<Record<KmsMood, { status: number; body: object }>>> = {
    throttled: { status: 400, body: { __type: 'ThrottlingException', message: 'Rate exceeded' } },
    failing: { status: 500, body: { __type: 'KMSInternalException', message: 'An internal error occurred' } },
    denied: {
      status: 400,
      body: { __type: 'AccessDeniedException', message: 'User is not authorized to perform: kms:Sign' },
    },
  }

  const server = createServer(async (request, response) => {
    const text = await bodyOf(request)
    const operation = String(request.headers['x-amz-target']).replace(/^TrentService\./, '')
    const [, accessKeyId] = AUTHORIZATION.exec(request.headers.authorization ?? '') ?? []
    const input = JSON.parse(text) as Readonly<Record<string, string>>
    calls.push({ operation, accessKeyId: accessKeyId ?? '', keyId: input.KeyId ?? '' })
    if (mood === 'down') return void request.socket.destroy()
    if (mood === 'silent') return
    const unsigned = { status: 400, body: { __type: 'MissingAuthenticationTokenException', message: 'Missing token' } }
    const { status, body } = refusals[mood] ?? (accessKeyId === undefined ? unsigned : answer(operation, input))
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    behave: (next) => {
      mood = next
    },
    close: async () => {
      rmSync(folder, { recursive: true })
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
