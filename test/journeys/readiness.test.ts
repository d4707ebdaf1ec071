/** Liveness and readiness, as a load balancer asks for them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../harness/ports.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { createTestIdp } from '../harness/test-idp.ts'

const start = async (providers: readonly Readonly<Record<string, unknown>>[], files = {}): Promise<ReservedGateway> =>
  startConfiguredGateway(await reserveGateway(), { providers }, { files })

/** Metadata is read beside the start: asks until it has been, or until the test's time is up. */
const readyz = async ({ url }: ReservedGateway, isOver: (status: number) => boolean): Promise<Response> => {
  for (;;) {
    const response = await fetch(`${url}/readyz`)
    if (isOver(response.status)) return response
    await response.body?.cancel()
  }
}

describe('/readyz', () => {
  let [ready, unready] = [] as unknown as [ReservedGateway, ReservedGateway]
  beforeAll(async () => {
    const down = { id: 'down', protocol: 'saml', metadata: `http://127.0.0.1:${await freePort()}/metadata` }
    const { metadata } = await createTestIdp('corp')
    const corp = { id: 'corp', protocol: 'saml', metadata: './corp.xml' }
    ;[ready, unready] = await Promise.all([start([corp, down], { 'corp.xml': metadata }), start([down])])
  })
  afterAll(() => Promise.all([ready.close(), unready.close()]))

  it('/readyz is 200 while users can sign in, and says which provider is missing', async () => {
    const response = await readyz(ready, (status) => status === 200)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toEqual({
      status: 'ready',
      store: 'ok',
      keys: 'ok',
      audit: 'ok',
      metadata: { corp: { state: 'fresh' }, down: { state: 'missing' } },
    })
  })

  it('/readyz is 503 while no user can sign in', async () => {
    const response = await readyz(unready, () => true)
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ status: 'not ready', metadata: { down: { state: 'missing' } } })
  })

  it('/readyz does not keep /healthz from saying that the process lives', async () => {
    expect((await fetch(`${unready.url}/healthz`)).status).toBe(200)
  })

  it('makes no cookie', async () => {
    expect((await fetch(`${ready.url}/readyz`)).headers.get('set-cookie')).toBeNull()
  })
})
