/** Behind a proxy that ends TLS: what the authorization server tells a browser that came by https. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAuthorizationServer } from '../../src/authorization/server.ts'
import { Secret } from '../../src/core/secret.ts'
import { createMemoryStore } from '../../src/stores/memory.ts'
import { sampleConfig } from '../gateway/configured.ts'
import { authorizationUrl, newVerifier } from '../harness/command-line.ts'

const BASE = 'https://aws.example.com'
const now = () => new Date()

let server: Server
let url = ''
beforeAll(async () => {
  const audit = { record: async () => 'reference', mustBeWritable: () => undefined }
  const session = { ...sampleConfig.session, secrets: [new Secret('only for tests, and long enough')] as const }
  const settings = { baseUrl: BASE, session }
  const authorization = createAuthorizationServer({ store: createMemoryStore(now), now, audit, settings })
  const caller = { reference: 'reference', sourceIp: '192.0.2.1', userAgent: 'a browser' }
  server = createServer((request, response) => void authorization.answer(request, response, caller))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

const ask = (address: string) => fetch(address, { redirect: 'manual', headers: { 'x-forwarded-proto': 'http' } })

describe('The authorization server behind a proxy', () => {
  it('sets cookies for https only, for one request, and for no other site', async () => {
    const cookies = (await ask(authorizationUrl(url, newVerifier()))).headers.getSetCookie()
    expect(cookies.map((cookie) => cookie.split('=')[0])).toEqual([
      '__Secure-fedgate_oauth_request',
      '__Secure-fedgate_oauth_request.sig',
      '__Secure-fedgate_oauth_resume',
      '__Secure-fedgate_oauth_resume.sig',
    ])
    for (const cookie of cookies) expect(cookie).toMatch(/; path=\/oauth\/(?:consent|auth)\/[\w-]+;.*secure; httponly/)
    for (const cookie of cookies) expect(cookie).toMatch(/samesite=lax/i)
  })

  it('names its endpoints by https', async () => {
    const metadata = await (await ask(`${url}/oauth/.well-known/oauth-authorization-server`)).json()
    expect(metadata).toMatchObject({ issuer: `${BASE}/oauth`, token_endpoint: `${BASE}/oauth/token` })
  })
})
