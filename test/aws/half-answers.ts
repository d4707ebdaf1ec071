import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How a server goes on after the head of its answer. */
export const halfAnswers: readonly (readonly [string, (response: ServerResponse) => void])[] = [
  ['stays silent after the head of its answer', (response) => response.flushHeaders()],
  ['hangs up in the middle of its answer', (response) => void response.write('<', () => response.destroy())],
]

/** A server that answers every request so. */
export const answeringHalf = (goOn: (response: ServerResponse) => void) =>
  answering((response) => goOn(response.writeHead(200, { 'Content-Type': 'text/xml' })))

/** A server that answers so, by the number of requests before; `times`: when each came, in milliseconds. */
export const answering = async (answer: (response: ServerResponse, before: number) => void) => {
  const times: number[] = []
  const server = createServer((_request, response) => {
    times.push(performance.now())
    answer(response, times.length - 1)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const close = (): void => {
    server.close()
    server.closeAllConnections()
  }
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, times, close }
}
