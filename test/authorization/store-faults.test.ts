/** A store that fails: the error of the store reaches the caller as it is, and no page or body of the library does. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAuthorizationServer } from '../../src/authorization/server.ts'
import { FedgateError } from '../../src/core/errors.ts'
import { Secret } from '../../src/core/secret.ts'
import type { Store } from '../../src/gateway/ports.ts'
import { createMemoryStore } from '../../src/stores/memory.ts'
import { sampleConfig } from '../gateway/configured.ts'
import { authorizationUrl, CLIENT, newVerifier, REDIRECT } from '../harness/command-line.ts'

const now = () => new Date()
const failure = new FedgateError('store.unavailable', { sentence: 'The store failed.', hint: 'Try again.' })
const fail = () => Promise.reject(failure)
const store: Store = { ...createMemoryStore(now), put: fail, admit: fail, get: fail, swap: fail }

const thrown: unknown[] = []
let server: Server
let url = ''
beforeAll(async () => {
  const audit = { record: async () => 'reference', mustBeWritable: () => undefined }
  const session = { ...sampleConfig.session, secrets: [new Secret('only for tests, and long enough')] as const }
  const settings = { baseUrl: 'http://localhost:8080', session }
  const authorization = createAuthorizationServer({ store, now, audit, settings })
  const caller = { reference: 'reference', sourceIp: '192.0.2.1', userAgent: 'a browser' }
  server = createServer((request, response) => {
    authorization.answer(request, response, caller).catch((error: unknown) => {
      thrown.push(error)
      response.writeHead(503).end('answered by the gateway')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

describe('A store that fails', () => {
  const code = { grant_type: 'authorization_code', code: 'x'.repeat(43), redirect_uri: REDIRECT, code_verifier: 'x' }
  it.each([
    ['an authorization request', () => fetch(authorizationUrl(url, newVerifier()), { redirect: 'manual' })],
    ['a device code', () => send('/oauth/device/auth', {})],
    ['a code at the token endpoint', () => send('/oauth/token', code)],
    ['a refresh token', () => send('/oauth/token', { grant_type: 'refresh_token', refresh_token: 'x'.repeat(43) })],
    ['a revocation', () => send('/oauth/token/revocation', { token: 'x'.repeat(43) })],
  ])('is no fault of %s: the caller hears of it', async (_, ask) => {
    thrown.length = 0
    const response = await ask()
    expect([response.status, await response.text()]).toEqual([503, 'answered by the gateway'])
    expect(thrown).toEqual([failure])
  })
})

function send(path: string, fields: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(`${url}${path}`, { method: 'POST', body: new URLSearchParams({ client_id: CLIENT, ...fields }) })
}
