/** The trace of a request: passed on to the OpenID provider and to STS, written to both logs, and trusted for nothing. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { writeFile } from 'node:fs/promises'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formWith, HttpBrowser } from '../harness/http-browser.ts'
import { registerTracer } from '../harness/recording-tracer.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { createTestIdp } from '../harness/test-idp.ts'
import { askedOf, openAtOp } from '../harness/test-op.ts'
import { startTamperingProvider, type TamperingProvider } from '../oidc/tampering-provider.ts'

const ROLE = 'arn:aws:iam::111122223333:role/Developer'
const TRACE = '0af7651916cd43dd8448eb211c80319c'
const CALLER = 'b7ad6b7169203331'
const traced = { traceparent: `00-${TRACE}-${CALLER}-01`, tracestate: 'rojo=00f067aa0ba902b7' }

let gateway: ReservedGateway
let op: TamperingProvider
let ahead = 0

/** What every server of this process was asked. */
let requests: readonly IncomingMessage[] = []
const note = (message: unknown): void => {
  requests = [...requests, (message as { readonly request: IncomingMessage }).request]
}
const sentTo = (origin: string, path: string): IncomingHttpHeaders | undefined =>
  requests.findLast(({ headers, url }) => `http://${headers.host}` === origin && url?.split('?')[0] === path)?.headers

beforeAll(async () => {
  subscribe('http.server.request.start', note)
  op = await startTamperingProvider()
  const openid = { id: 'openid', protocol: 'oidc', issuer: op.issuer, clientId: 'fedgate', clientSecret: 's' }
  const corp = { id: 'corp', protocol: 'saml', metadata: './corp.xml' }
  const keys = {
    providers: [{ ...openid, allowInsecureHttp: true }, corp],
    access: [{ when: { provider: 'openid' }, roles: [ROLE] }],
  }
  const files = { 'corp.xml': (await createTestIdp('corp')).metadata }
  const now = (): Date => new Date(Date.now() + ahead)
  gateway = await startConfiguredGateway(await reserveGateway(), keys, { files, now })
})
afterAll(async () => {
  unsubscribe('http.server.request.start', note)
  await Promise.all([gateway.close(), op.close()])
})
/** Signs in and takes a role, with these headers at every request of the gateway but the first. */
const signInAndTakeRole = async (headers: Readonly<Record<string, string>>) => {
  requests = []
  const browser = new HttpBrowser()
  const asked = askedOf(await browser.open(`${gateway.url}/login/openid`, openAtOp))
  op.behave({}, asked.get('nonce') ?? '')
  const answer = new URLSearchParams({ code: 'a-code', state: asked.get('state') ?? '', iss: op.issuer })
  const roles = await browser.open(`${asked.get('redirect_uri')}?${answer}`, { headers })
  const page = await browser.submit(roles, formWith(roles, 'role', ROLE), {}, { headers })
  expect(page.status).toBe(200)
}

describe('The trace of a request', () => {
  it('is passed on to the provider’s token endpoint and to STS as it came', async () => {
    await signInAndTakeRole(traced)
    expect(sentTo(op.issuer, '/token')).toMatchObject(traced)
    expect(sentTo(gateway.localAws, '/')).toMatchObject(traced)
  })

  it('is passed on to nobody if it is malformed', async () => {
    await signInAndTakeRole({ traceparent: '00-zero', tracestate: 'rojo=1' })
    for (const headers of [sentTo(op.issuer, '/token'), sentTo(gateway.localAws, '/')]) {
      expect(headers).toBeDefined()
      expect(headers).not.toHaveProperty('traceparent')
      expect(headers).not.toHaveProperty('tracestate')
    }
  })

  it('is in the audit lines of its requests, and in no others', async () => {
    const before = gateway.audit().length
    await signInAndTakeRole(traced)
    await signInAndTakeRole({})
    const lines = gateway.audit().slice(before)
    expect(lines.map(({ eventName, traceId }) => [eventName, traceId])).toEqual([
      ['login', TRACE],
      ['exchange', TRACE],
      ['login', undefined],
      ['exchange', undefined],
    ])
  })

  it('is in the log lines of its requests, with the reference that the user sees', async () => {
    await writeFile(join(dirname(gateway.configFile), 'corp.xml'), '<no-metadata/>')
    ahead += 5_000
    const before = gateway.log.length
    const response = await fetch(`${gateway.url}/login/corp`, { headers: traced, redirect: 'manual' })
    const reference = response.headers.get('x-request-id')
    const line = gateway.log.slice(before).find((one) => one.startsWith('The metadata cannot be refreshed'))
    expect(line).toContain(`reference=${reference} traceId=${TRACE}`)
  })
})

describe('With OpenTelemetry', () => {
  let tracer: ReturnType<typeof registerTracer>
  beforeAll(async () => {
    tracer = registerTracer()
    await signInAndTakeRole(traced)
  })
  afterAll(() => tracer.unregister())

  const named = (name: string) => tracer.spans.filter((span) => span.name === name)

  it('has spans for steps of the sign-in, the store and the exchange, in the trace of the request', () => {
    expect(named('fedgate.login.oidc_callback')).toMatchObject([{ traceId: TRACE, parentId: CALLER }])
    expect(named('fedgate.sts.exchange')).toMatchObject([{ traceId: TRACE, parentId: CALLER }])
    const [callback] = named('fedgate.login.oidc_callback')
    const within = tracer.spans.filter(({ parentId }) => parentId === callback?.spanId)
    expect(within.map(({ attributes }) => attributes['db.operation.name'])).toContain('claim')
    expect(tracer.spans.every(({ hasEnded, hasFailed }) => hasEnded && !hasFailed)).toBe(true)
  })

  it('sends the span that a call belongs to, once, instead of what the request said', () => {
    const [callback] = named('fedgate.login.oidc_callback')
    const [exchange] = named('fedgate.sts.exchange')
    expect(sentTo(op.issuer, '/token')?.traceparent).toBe(`00-${TRACE}-${callback?.spanId}-01`)
    expect(sentTo(gateway.localAws, '/')?.traceparent).toBe(`00-${TRACE}-${exchange?.spanId}-01`)
  })

  it('notes a failure by its code alone', async () => {
    await fetch(`${gateway.url}/oidc/openid/callback?state=unknown&code=secret-code`, { redirect: 'manual' })
    const failed = named('fedgate.login.oidc_callback').at(-1)
    expect(failed).toMatchObject({ hasFailed: true, hasEnded: true })
    expect(failed?.attributes).toEqual({ 'error.type': 'oidc.state_mismatch' })
  })
})
