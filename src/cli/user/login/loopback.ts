/**
 * The address on this machine that the browser comes back to with the authorization code. RFC 8252 7.3. Other
 * processes and pages can reach it too: only the right request with the right state counts, once.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sameText } from '../../../core/ids.ts'
import { UserError } from '../errors.ts'

/** How the browser came back. */
export type Return = { readonly code: string } | { readonly error: string }

export interface ExpectedReturn {
  readonly state: string
  /** The authorization server, where it promises to name itself. RFC 9207 */
  readonly issuer?: string
}

export interface Loopback {
  readonly redirectUri: string
  /** Resolves to what the browser brings; rejects with UserError `cli.login_timeout`. */
  returned(expected: ExpectedReturn, milliseconds: number): Promise<Return>
  close(): void
}

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  connection: 'close',
} as const

const ADDRESSES = ['127.0.0.1', '::1'] as const

/** Listens on a random port of 127.0.0.1, else of [::1]. Throws UserError `cli.cannot_listen`. */
export async function openLoopback(): Promise<Loopback> {
  for (const address of ADDRESSES) {
    const server = await listen(address)
    if (server === undefined) continue
    const { port } = server.address() as AddressInfo
    const host = `${address === '::1' ? '[::1]' : address}:${port}`
    return {
      redirectUri: `http://${host}/callback`,
      returned: (expected, milliseconds) => returned(server, host, expected, milliseconds),
      close: () => {
        server.close()
        server.closeAllConnections()
      },
    }
  }
  throw new UserError('cli.cannot_listen')
}

function listen(address: string): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined)).listen(0, address, () => resolve(server))
  })
}

function returned(server: Server, host: string, expected: ExpectedReturn, milliseconds: number): Promise<Return> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new UserError('cli.login_timeout')), milliseconds)
    let isUsed = false
    server.on('request', (request, response) => {
      const found = isUsed ? undefined : readReturn(request, host, expected)
      if (found === undefined || 'status' in found) {
        answer(response, found?.status ?? 404, 'This address is only used to finish signing in to fedgate.')
        return
      }
      isUsed = true
      clearTimeout(timer)
      // The page is on its way before the command goes on and closes the server.
      const text =
        'code' in found
          ? 'You are signed in. You can close this tab.'
          : 'You are not signed in. Return to your terminal.'
      answer(response, 200, text, () => resolve(found))
    })
  })
}

/** What the request brings, or the status that refuses it. None of the refusals ends the wait. */
function readReturn(
  { method, url = '', headers }: IncomingMessage,
  host: string,
  { state, issuer }: ExpectedReturn,
): Return | { readonly status: number } {
  // Another name for this address is another site's: DNS rebinding.
  if (headers.host !== host) return { status: 400 }
  const { pathname, searchParams } = new URL(url, `http://${host}`)
  if (method !== 'GET' || pathname !== '/callback') return { status: 404 }
  const single = (name: string): string | undefined => {
    const [value, ...more] = searchParams.getAll(name)
    return more.length === 0 ? value : undefined
  }
  if (!sameText(single('state') ?? '', state)) return { status: 400 }
  if (issuer !== undefined && single('iss') !== issuer) return { status: 400 }
  const error = single('error')
  if (error !== undefined) return { error }
  const code = single('code')
  return code === undefined ? { status: 400 } : { code }
}

function answer(response: ServerResponse, status: number, text: string, done?: () => void): void {
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>fedgate</title><p>${text}</p></html>\n`
  response.writeHead(status, HEADERS).end(page, done)
}
