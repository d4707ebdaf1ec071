import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'

/** An HTTP or HTTPS server that listens. */
export interface RunningServer {
  /** Where it listens: `http://127.0.0.1:8082`, with the port that was found free where none was given. */
  readonly url: string
  /** Stops listening; requests under way get `graceMs` to end. */
  close(): Promise<void>
}

/** The same, for a process that keeps a service up. */
export interface ControlledServer extends RunningServer {
  /** From now on every answer ends its connection, and idle connections are closed; new ones are still accepted. */
  drain(): void
  /** By default, those of `Listening`. */
  close(graceMs?: number): Promise<void>
  /** For connections from now on. Throws Error if key and certificate cannot be used, or the server is a plain one. */
  useTls(tls: TlsMaterial): void
}

export interface Listening {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** A socket that was opened for this process, as its file descriptor: instead of host and port. */
  readonly descriptor?: number
  /** HTTPS instead of HTTP. */
  readonly tls?: TlsMaterial
  /** Milliseconds. */
  readonly graceMs?: number
  /** Default: those of node:http. */
  readonly messages?: Pick<ServerOptions, 'IncomingMessage' | 'ServerResponse'>
}

/** Both as PEM. */
export interface TlsMaterial {
  readonly key: string
  readonly cert: string
}

/** In milliseconds, unless they are counts. */
const limits = {
  /** Until all headers of a request must have arrived: no slow sender holds a connection for longer. */
  headersTimeout: 15_000,
  /** Until a whole request must have arrived. */
  requestTimeout: 30_000,
  /** How often the two above are looked at. */
  connectionsCheckingInterval: 5_000,
  /** Longer than the 60 seconds of load balancers and proxies, so it is they who close. */
  keepAliveTimeout: 65_000,
  /** Octets of all headers together; more is refused with 431. */
  maxHeaderSize: 16 * 1024,
  /** Until a TLS handshake must be over. */
  handshakeTimeout: 10_000,
} as const

const MOST_HEADERS = 100
const MOST_CONNECTIONS = 10_000
const MOST_REQUESTS_OF_A_CONNECTION = 10_000

/** A connection that has not sent a request when the server closes gets this long to do so. */
const FIRST_REQUEST_MS = 1_000

/**
 * Listens first and builds what answers then, because that may need to know its own origin. Rejects with the system's
 * error (EADDRINUSE, EACCES) when it cannot listen, and with OpenSSL's if key and certificate cannot be used.
 */
export async function startServer(
  listening: Listening,
  build: (url: string) => RequestListener | Promise<RequestListener>,
): Promise<ControlledServer> {
  const server = newServer(listening)
  const connections = watchConnections(server)
  await listen(server, listening)
  const url = urlOf(server, listening)
  const stop = (graceMs = listening.graceMs ?? 3000) => close(server, connections, graceMs)
  try {
    server.on('request', await build(url))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    url,
    drain: () => {
      connections.drain()
      server.closeIdleConnections()
    },
    close: stop,
    useTls: (tls) => {
      if (!isHttps(server)) throw new Error('the server was started without TLS')
      server.setSecureContext({ ...tls, minVersion: 'TLSv1.2' })
    },
  }
}

function newServer({ tls, messages }: Listening): Server {
  const options = { ...limits, ...messages }
  const server = tls ? createHttpsServer({ ...options, ...tls, minVersion: 'TLSv1.2' }) : createHttpServer(options)
  server.maxHeadersCount = MOST_HEADERS
  server.maxConnections = MOST_CONNECTIONS
  server.maxRequestsPerSocket = MOST_REQUESTS_OF_A_CONNECTION
  return server
}

function isHttps(server: Server): server is HttpsServer {
  return 'setSecureContext' in server
}

function urlOf(server: Server, { host, tls }: Listening): string {
  const address = server.address() as AddressInfo | string
  if (typeof address === 'string') return `unix:${address}`
  const { port } = address
  return `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

interface Connections {
  /** Answers end their connections from now on. */
  drain(): void
  /** Ends connections that have not sent a request yet. */
  endUnused(): void
}

function watchConnections(server: Server): Connections {
  const unused = new Set<Socket>()
  const answering = new Set<ServerResponse>()
  let isDraining = false
  const endConnection = (response: ServerResponse): void => {
    if (!response.headersSent) response.setHeader('Connection', 'close')
  }
  server.on(isHttps(server) ? 'secureConnection' : 'connection', (socket: Socket) => {
    unused.add(socket)
    socket.once('close', () => unused.delete(socket))
  })
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    unused.delete(socket)
    answering.add(response)
    response.once('close', () => answering.delete(response))
    if (isDraining) endConnection(response)
  })
  return {
    drain: () => {
      isDraining = true
      for (const response of answering) endConnection(response)
    },
    endUnused: () => {
      for (const socket of unused) socket.destroy()
    },
  }
}

function listen(server: Server, { host, port, descriptor }: Listening): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(descriptor === undefined ? { host, port } : { fd: descriptor }, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
}

function close(server: Server, connections: Connections, graceMs: number): Promise<void> {
  connections.drain()
  return new Promise((resolve) => {
    const impatience = setTimeout(() => server.closeAllConnections(), graceMs)
    const unused = setTimeout(connections.endUnused, Math.min(FIRST_REQUEST_MS, graceMs))
    // A kept-alive connection becomes idle only when its answer is out, so idle ones are looked for again.
    const tidying = setInterval(() => server.closeIdleConnections(), 50)
    server.close(() => {
      clearTimeout(impatience)
      clearTimeout(unused)
      clearInterval(tidying)
      resolve()
    })
    server.closeIdleConnections()
  })
}
