/** The load generator: a few calls under way at a time, as little work as possible. */
import { connect, type Socket } from 'node:net'

export interface HttpAnswer {
  readonly status: number
  /** The status line and the header fields. */
  readonly head: string
  readonly body: string
}

/** Calls in their order; resolves when all are answered. */
export type Send = (requests: readonly Buffer[]) => Promise<readonly HttpAnswer[]>

const HEAD_END = Buffer.from('\r\n\r\n')

/** Answers have a Content-Length; the next request is sent when the answer before it is whole. */
interface Connection {
  readonly send: (request: Buffer) => Promise<HttpAnswer>
  readonly close: () => void
}

const openConnection = async (port: number): Promise<Connection> => {
  const socket = await new Promise<Socket>((resolve, reject) => {
    const opened = connect(port, '127.0.0.1', () => resolve(opened)).once('error', reject)
  })
  socket.setNoDelay(true)
  let received = Buffer.alloc(0)
  let settle: ((answer: HttpAnswer) => void) | undefined
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    const headEnd = received.indexOf(HEAD_END)
    if (headEnd < 0) return
    const head = received.toString('latin1', 0, headEnd)
    const end = headEnd + 4 + Number(/content-length: (\d+)/i.exec(head)?.[1])
    if (received.length < end) return
    const answer = { status: Number(head.slice(9, 12)), head, body: received.toString('utf8', headEnd + 4, end) }
    received = received.subarray(end)
    settle?.(answer)
  })
  return {
    send: (request) =>
      new Promise((resolve) => {
        settle = resolve
        socket.write(request)
      }),
    close: () => void socket.end(),
  }
}

const inTurns = async (
  requests: readonly Buffer[],
  senders: readonly ((request: Buffer) => Promise<HttpAnswer>)[],
): Promise<readonly HttpAnswer[]> => {
  const answers: HttpAnswer[] = []
  let next = 0
  const work = async (send: (request: Buffer) => Promise<HttpAnswer>): Promise<void> => {
    for (let at = next++; at < requests.length; at = next++) answers[at] = await send(requests[at] as Buffer)
  }
  await Promise.all(senders.map(work))
  return answers
}

/** All calls over connections that are kept, as a load test does. */
export const keptConnections = async (port: number, count: number): Promise<Send> => {
  const senders = (await Promise.all(Array.from({ length: count }, () => openConnection(port)))).map(({ send }) => send)
  return (requests) => inTurns(requests, senders)
}

/** A connection for each call, as AWS's command line and credential processes do. */
export const connectionPerCall = async (port: number, count: number): Promise<Send> => {
  const send = async (request: Buffer): Promise<HttpAnswer> => {
    const connection = await openConnection(port)
    const answer = await connection.send(request)
    connection.close()
    return answer
  }
  return (requests) =>
    inTurns(
      requests,
      Array.from({ length: count }, () => send),
    )
}
