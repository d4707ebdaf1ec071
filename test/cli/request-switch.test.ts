/** Who answers requests while the configuration changes, and of what class they are. */
import { once } from 'node:events'
import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type Express } from 'express'
import { afterEach, describe, expect, it } from 'vitest'
import { createRequestSwitch, type RequestSwitch } from '../../src/cli/serving/request-switch.ts'

interface Seen {
  readonly isOfTheApp: boolean
  readonly isOfNode: boolean
}

/** Notes whether Express had to change a request or a response that node:http made. */
const appThatSays = (name: string, seen: Seen[] = []): Express => {
  const app = express()
  app.get('/', (request, response) => {
    const messages = [request, response]
    seen.push({
      isOfTheApp: messages.every((message) => message.app === app),
      isOfNode: request instanceof IncomingMessage && response instanceof ServerResponse,
    })
    response.json({ name, ip: request.ip, host: request.hostname })
  })
  return app
}

let server: Server
afterEach(() => void server.close())

const listening = async (requests: RequestSwitch, before: (request: object, response: object) => void) => {
  server = createServer(requests.messages, (request, response) => {
    before(request, response)
    requests.listener(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return async () => (await fetch(url)).json()
}

describe('a request switch', () => {
  it('makes requests and responses that Express need not change, of the app that answers', async () => {
    const [first, second] = [appThatSays('first'), appThatSays('second')]
    const requests = createRequestSwitch(first)
    const prototypes: unknown[][] = []
    const ask = await listening(requests, (...messages) => prototypes.push(messages.map(Object.getPrototypeOf)))
    expect(await ask()).toEqual({ name: 'first', ip: '127.0.0.1', host: '127.0.0.1' })
    await requests.replace(second)
    expect(await ask()).toEqual({ name: 'second', ip: '127.0.0.1', host: '127.0.0.1' })
    expect(prototypes).toEqual([first, second].map((app) => [app.request, app.response]))
  })

  it('keeps them what node:http and Express expect', async () => {
    const seen: Seen[] = []
    const ask = await listening(createRequestSwitch(appThatSays('only', seen)), () => undefined)
    await ask()
    expect(seen).toEqual([{ isOfTheApp: true, isOfNode: true }])
  })

  it('lets the app that got a request answer it', async () => {
    const slow = express()
    let answer = (): void => undefined
    const asked = new Promise<void>((resolve) => {
      slow.get('/', (request, response) => {
        answer = () => void response.json({ name: 'slow', isOwn: request.app === slow })
        resolve()
      })
    })
    const requests = createRequestSwitch(slow)
    const ask = await listening(requests, () => undefined)
    const first = ask()
    await asked
    const ended = requests.replace(appThatSays('next'))
    expect(await ask()).toMatchObject({ name: 'next' })
    answer()
    expect(await first).toEqual({ name: 'slow', isOwn: true })
    await ended
  })
})
