/** Limits on what anyone may send without being signed in, over HTTP. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusalIn } from '../harness/html.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { createTestIdp } from '../harness/test-idp.ts'

/** 40 seconds before a minute ends. */
const NOW = new Date('2026-11-22T12:00:20Z')

let gateway: ReservedGateway
beforeAll(async () => {
  const { metadata } = await createTestIdp('corp')
  const providers = ['corp', 'other'].map((id) => ({ id, protocol: 'saml', metadata: './corp.xml' }))
  const few = '2/m'
  const limits = { loginStarts: few, acs: few, callbacks: few, logouts: few, oauth: few, api: few }
  gateway = await startConfiguredGateway(
    await reserveGateway(),
    { providers, limits, trustProxy: 1 },
    { files: { 'corp.xml': metadata }, now: () => NOW },
  )
})
afterAll(() => gateway.close())

interface Asked {
  readonly from: string
  readonly method?: string
  readonly accept?: string
}

const ask = (path: string, { from, method = 'GET', accept = 'text/html' }: Asked): Promise<Response> =>
  fetch(`${gateway.url}${path}`, { method, redirect: 'manual', headers: { 'X-Forwarded-For': from, accept } })

const limitedRoutes = [
  ['loginStarts', 'GET', '/login/corp'],
  ['acs', 'POST', '/saml/corp/acs'],
  ['callbacks', 'GET', '/oidc/corp/callback'],
  ['callbacks', 'POST', '/oidc/corp/callback'],
  ['logouts', 'GET', '/saml/corp/slo'],
  ['logouts', 'POST', '/saml/corp/slo'],
  ['logouts', 'POST', '/oidc/corp/backchannel-logout'],
  ['logouts', 'GET', '/oidc/corp/frontchannel-logout'],
  ['oauth', 'GET', '/oauth/any'],
  ['api', 'GET', '/api/session'],
] as const

describe('Beyond the limit', () => {
  it.each(limitedRoutes.map((route, n) => [...route, n] as const))(
    '%s: %s %s is refused with 429, and when to come back',
    async (limit, method, path, n) => {
      const from = `192.0.2.${n}`
      for (const _ of [1, 2]) expect((await ask(path, { from, method })).status).not.toBe(429)
      const refused = await ask(path, { from, method })
      expect(refused.status).toBe(429)
      expect(refused.headers.get('retry-after')).toBe('40')
      expect(gateway.audit().at(-1)).toMatchObject({
        eventName: 'request.refused',
        errorCode: 'http.too_many_requests',
        sourceIPAddress: from,
        expected: `at most 2/m from ${from}`,
        source: `limits.${limit}`,
      })
      expect((await ask(path, { from: `198.51.100.${n}`, method })).status).not.toBe(429)
    },
  )

  it('users see a page with code and reference, scripts a problem document', async () => {
    const from = '203.0.113.1'
    for (const _ of [1, 2]) await ask('/login/corp', { from })
    const page = await ask('/login/corp', { from })
    expect(refusalIn(await page.text()).code).toBe('http.too_many_requests')
    const problem = await ask('/login/corp', { from, accept: 'application/json' })
    expect(problem.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(await problem.json()).toMatchObject({ status: 429, code: 'http.too_many_requests' })
  })

  it('one provider leaves the others open', async () => {
    const from = '203.0.113.2'
    for (const _ of [1, 2, 3]) await ask('/login/corp', { from })
    expect((await ask('/login/corp', { from })).status).toBe(429)
    expect((await ask('/login/other', { from })).status).toBe(302)
  })

  it('a made-up provider does not start a count of its own', async () => {
    const from = '203.0.113.3'
    for (const id of ['one', 'two']) expect((await ask(`/login/${id}`, { from })).status).toBe(404)
    expect((await ask('/login/three', { from })).status).toBe(429)
  })

  it('a flood of refusals is summarised in the audit log', async () => {
    const from = '203.0.113.4'
    for (let n = 0; n < 140; n += 1) await ask('/api/session', { from })
    expect(gateway.audit().filter(({ sourceIPAddress }) => sourceIPAddress === from)).toHaveLength(120)
  })
})
