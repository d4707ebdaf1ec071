import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An HTTP server that listens. */
export interface RunningServer {
  /** Where it listens: `http://127.0.0.1:8082`, with the port that was found free where none was given. */
  readonly url: string
  /** Stops listening; requests under way get `graceMs` to end. */
  close(): Promise<void>
}

export interface Listening {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** Milliseconds. */
  readonly graceMs?: number
}

/** Milliseconds for a whole request to arrive: no slow sender holds a connection for longer. */
const REQUEST_TIMEOUT = 30_000

/**
 * Listens first and builds what answers then, because that may need to know its own origin. Rejects with the system's
 * error (EADDRINUSE, EACCES) when it cannot listen.
 */
export async function startServer(
  listening: Listening,
  build: (url: string) => RequestListener | Promise<RequestListener>,
): Promise<RunningServer> {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT, headersTimeout: REQUEST_TIMEOUT })
  await listen(server, listening)
  const { port } = server.address() as AddressInfo
  const url = `http://${listening.host.includes(':') ? `[${listening.host}]` : listening.host}:${port}`
  const stop = () => close(server, listening.graceMs ?? 3000)
  try {
    server.on('request', await build(url))
  } catch (error) {
    await stop()
    throw error
  }
  return { url, close: stop }
}

function listen(server: Server, { host, port }: Listening): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
}

function close(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const impatience = setTimeout(() => server.closeAllConnections(), graceMs)
    // A kept-alive connection becomes idle only when its answer is out, so idle ones are looked for again.
    const tidying = setInterval(() => server.closeIdleConnections(), 50)
    server.close(() => {
      clearTimeout(impatience)
      clearInterval(tidying)
      resolve()
    })
    server.closeIdleConnections()
  })
}
