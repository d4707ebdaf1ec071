/**
 * Sends lines to a syslog collector (RFC 5424): over TLS (RFC 5425), over TCP with octet counting (RFC 6587, 3.4.1), or
 * to a Unix stream socket, each message ended by a line feed (RFC 6587, 3.4.2).
 *
 * The protocol has no acknowledgement. A line counts as written when the operating system has accepted it for an open
 * connection. What a collector loses afterwards shows as a gap in the chain.
 */
import { connect, isIP, type Socket } from 'node:net'
import { hostname } from 'node:os'
import { connect as connectTls } from 'node:tls'
import type { Appended, Target } from './target.ts'

/** Where a collector listens. */
export type SyslogAddress =
  | { readonly kind: 'tls' | 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

/** Facility 13 (log audit), severity 5 (notice). RFC 5424, 6.2.1. */
const PRIORITY = 13 * 8 + 5

const PORTS = { tls: 6514, tcp: 601 } as const

const CONNECT_MS = 5_000

const EVENT_TIME = /^\{"eventTime":"([^"]{1,40})","eventName":"([\w.]{1,32})"/

/** `tls://host[:port]`, `tcp://host[:port]` or `unix:/path`. undefined: it is no such URL. */
export function parseSyslogUrl(text: string): SyslogAddress | undefined {
  const [, path] = /^unix:(?:\/\/)?(\/.+)$/.exec(text) ?? []
  if (path !== undefined) return { kind: 'unix', path }
  const [, kind, host, port] = /^(tls|tcp):\/\/([\w.-]+|\[[\da-f:.]+\])(?::(\d{1,5}))?\/?$/i.exec(text) ?? []
  if ((kind !== 'tls' && kind !== 'tcp') || host === undefined) return undefined
  const number = port === undefined ? PORTS[kind] : Number(port)
  if (number < 1 || number > 65_535) return undefined
  return { kind, host: host.replace(/^\[(.*)\]$/, '$1'), port: number }
}

/**
 * Connects now, and again after a failure. `ca`: certificates (PEM) that TLS trusts instead of those of Node. Rejects if
 * the collector cannot be reached.
 */
export async function openSyslog(address: SyslogAddress, ca?: Buffer): Promise<Target> {
  let socket: Socket | undefined = await connected(address, ca)
  const header = `fedgate ${process.pid}`
  const open = async (): Promise<Socket> => {
    if (socket?.writable && !socket.readableEnded) return socket
    socket?.destroy()
    socket = await connected(address, ca)
    return socket
  }
  return {
    name: address.kind === 'unix' ? address.path : `${address.host}:${address.port}`,
    append: async (octets): Promise<Appended> => {
      try {
        const to = await open()
        await send(to, framed(octets, address.kind, header))
        return { written: octets.length }
      } catch (problem) {
        socket?.destroy()
        socket = undefined
        return { written: 0, problem }
      }
    },
    close: async () => {
      const closing = socket
      socket = undefined
      if (closing) await new Promise<void>((resolve) => closing.end(() => resolve()))
      closing?.destroy()
    },
  }
}

/** Rejects with the system's error. A collector that says nothing is given up after five seconds. */
function connected(address: SyslogAddress, ca: Buffer | undefined): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connection(address, ca)
    const fail = (error: Error): void => {
      socket.destroy()
      reject(error)
    }
    const timer = setTimeout(() => fail(new Error(`no connection within ${CONNECT_MS} ms`)), CONNECT_MS).unref()
    socket.once('error', fail)
    socket.once(address.kind === 'tls' ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer)
      socket.off('error', fail)
      // Each write reports its own result. A collector's end is noticed although nothing it says is read.
      socket.on('error', () => undefined)
      socket.on('end', () => socket.destroy())
      socket.resume()
      socket.unref()
      resolve(socket)
    })
  })
}

function connection(address: SyslogAddress, ca: Buffer | undefined): Socket {
  if (address.kind === 'unix') return connect(address.path)
  const { host, port } = address
  if (address.kind === 'tcp') return connect({ host, port })
  // The certificate is always verified.
  return connectTls({ host, port, ...(ca && { ca }), ...(isIP(host) ? {} : { servername: host }) })
}

function send(socket: Socket, octets: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const closed = (): void => reject(new Error('the collector has closed the connection'))
    socket.once('close', closed)
    socket.write(octets, (error) => {
      socket.off('close', closed)
      if (error) reject(error)
      else resolve()
    })
  })
}

/** One message for each line. */
function framed(octets: Buffer, kind: SyslogAddress['kind'], process: string): Buffer {
  const lines = octets.toString().split('\n').slice(0, -1)
  const frames = lines.map((line) => {
    const [, time = '-', name = '-'] = EVENT_TIME.exec(line) ?? []
    const message = `<${PRIORITY}>1 ${time} ${hostname() || '-'} ${process} ${name} - ${line}`
    return kind === 'unix' ? `${message}\n` : `${Buffer.byteLength(message)} ${message}`
  })
  return Buffer.from(frames.join(''))
}
