/**
 * The endpoint that AWS's SDKs ask in containers, on loopback: a program that runs for hours renews its credentials by
 * itself. The token keeps other users of the machine out, the Host header pages of other sites.
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { FedgateError } from '../../../core/errors.ts'
import { newToken, sameText } from '../../../core/ids.ts'
import type { CachedCredentials } from '../process/cached-answer.ts'

export interface CredentialsEndpoint {
  readonly url: string
  /** The value of the Authorization header. */
  readonly token: string
  close(): void
}

/** `credentials` is called for each request. `failed`: what a request could not be answered for. */
export async function openCredentialsEndpoint(
  credentials: () => Promise<CachedCredentials>,
  failed: (error: unknown) => void,
): Promise<CredentialsEndpoint> {
  const token = newToken()
  const server = createServer((request, response) => {
    void answer(request, hostOf(), token, credentials, failed).then(({ status, body }) => {
      const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
      response.writeHead(status, headers).end(JSON.stringify(body))
    })
  })
  const hostOf = (): string => `127.0.0.1:${(server.address() as AddressInfo).port}`
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://${hostOf()}/credentials`,
    token,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, string>>
}

async function answer(
  { method, url, headers }: IncomingMessage,
  host: string,
  token: string,
  credentials: () => Promise<CachedCredentials>,
  failed: (error: unknown) => void,
): Promise<Answer> {
  if (headers.host !== host) return refusal(400, 'BadRequest', 'unexpected Host header')
  if (!sameText(headers.authorization ?? '', token)) return refusal(401, 'Unauthorized', 'wrong authorization token')
  if (method !== 'GET' || url !== '/credentials') return refusal(404, 'NotFound', 'not found')
  try {
    const { AccessKeyId, SecretAccessKey, SessionToken: Token, Expiration, role: RoleArn } = await credentials()
    return { status: 200, body: { AccessKeyId, SecretAccessKey, Token, Expiration, RoleArn } }
  } catch (error) {
    failed(error)
    // 5xx: the SDKs try again, and a new sign-in in another terminal helps.
    return refusal(
      503,
      'CredentialsUnavailable',
      error instanceof FedgateError ? `${error.message} ${error.hint}` : 'fedgate failed',
    )
  }
}

function refusal(status: number, code: string, message: string): Answer {
  return { status, body: { code, message } }
}
