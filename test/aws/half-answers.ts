import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How a server goes on after the head of its answer. */
export const halfAnswers: readonly (readonly [string, (response: ServerResponse) => void])[] = [
  ['stays silent after the head of its answer', (response) => response.flushHeaders()],
  ['hangs up in the middle of its answer', (response) => void response.write('<', () => response.destroy())],
]

/** A server that answers every request so. */
export const answeringHalf = async (goOn: (response: ServerResponse) => void) => {
  const server = createServer((_request, response) => goOn(response.writeHead(200, { 'Content-Type': 'text/xml' })))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const close = (): void => {
    server.close()
    server.closeAllConnections()
  }
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
}
