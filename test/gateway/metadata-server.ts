/** A server of metadata on loopback that answers as a test likes and remembers what it was asked. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

export interface MetadataServer {
  readonly url: string
  readonly asked: readonly IncomingMessage[]
  answer: Answer
  close(): Promise<void>
}

export const startMetadataServer = async (answer: Answer): Promise<MetadataServer> => {
  const asked: IncomingMessage[] = []
  const server = createServer((request, response) => {
    asked.push(request)
    running.answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const running: MetadataServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return running
}

/** 200 with that text, and 304 where the asker has that ETag already. */
export const document =
  (text: string, etag?: string): Answer =>
  (request, response) => {
    if (etag !== undefined && request.headers['if-none-match'] === etag) return void response.writeHead(304).end()
    response.writeHead(200, { 'content-type': 'application/samlmetadata+xml', ...(etag && { etag }) }).end(text)
  }

export const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Answer =>
  (_, response) =>
    void response.writeHead(code, headers).end()
