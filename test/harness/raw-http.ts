/** HTTP by hand over one connection: for requests that come slowly, and to see when the connection ends. */
import { connect, type Socket } from 'node:net'

export interface RawConnection {
  readonly socket: Socket
  write(text: string): void
  /** All that has come so far. */
  received(): string
  /** Resolves when this has come; rejects when the connection ends without it. */
  says(text: string): Promise<void>
  readonly ended: Promise<void>
}

export const openConnection = async (port: number): Promise<RawConnection> => {
  const socket = connect(port, '127.0.0.1')
  let received = ''
  const listeners = new Set<() => void>()
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    received += chunk
    for (const listener of listeners) listener()
  })
  socket.on('error', () => undefined)
  const ended = new Promise<void>((resolve) => void socket.once('close', () => resolve()))
  await new Promise<void>((resolve, reject) => void socket.once('connect', resolve).once('error', reject))
  return {
    socket,
    write: (text) => void socket.write(text),
    received: () => received,
    says: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (received.includes(text)) resolve()
        }
        listeners.add(look)
        look()
        void ended.then(() => reject(new Error(`the connection ended after: ${received}`)))
      }),
    ended,
  }
}

const BODY = 'SAMLResponse=none'

/** A form for the ACS whose end does not come before `finish` is called. */
export const slowRequest = async (port: number) => {
  const connection = await openConnection(port)
  connection.write('POST /saml/corp/acs HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n')
  connection.write('Content-Type: application/x-www-form-urlencoded\r\n')
  connection.write(`Content-Length: ${BODY.length}\r\n\r\n${BODY.slice(0, 5)}`)
  return { ...connection, finish: () => connection.write(BODY.slice(5)) }
}
