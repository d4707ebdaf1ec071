/** A gateway on Redis: what it keeps outlives it, and while Redis is away nothing is accepted. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGateway } from '../../src/cli/gateway-server.ts'
import { lineLog } from '../../src/cli/line-log.ts'
import { readConfig } from '../../src/cli/load-config.ts'
import { refusalIn } from '../harness/html.ts'
import { HttpBrowser, type Page } from '../harness/http-browser.ts'
import { freePort } from '../harness/ports.ts'
import { postAnswer, whoIs } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway, writeConfig } from '../harness/test-gateway.ts'
import { answerOf, createTestIdp, type TestIdp } from '../harness/test-idp.ts'
import { hasRedis, type RedisServer, startRedis, until } from '../stores/redis-servers.ts'

const ROLE = 'arn:aws:iam::111122223333:role/Developer'
const PASSWORD = 'hunter2-hunter2'

let idp: TestIdp
beforeAll(async () => {
  idp = await createTestIdp('corp')
})

const keysFor = (port: number) => ({
  session: {
    secret: 'only for tests, and long enough for them',
    store: { url: `redis://127.0.0.1:${port}`, password: PASSWORD },
  },
  providers: [{ id: 'corp', protocol: 'saml', metadata: './corp.xml' }],
  access: [{ when: { provider: 'corp', groups: 'dev' }, roles: [ROLE] }],
})

const start = (url: string, { port }: RedisServer): Promise<ReservedGateway> =>
  startConfiguredGateway(url, keysFor(port), { files: { 'corp.xml': idp.metadata } })

const alice = { subject: 'alice', attributes: { groups: ['dev'] } }

const signIn = async (visitor: HttpBrowser, url: string): Promise<Page> =>
  postAnswer(visitor, await answerOf(idp, visitor, url, 'corp', alice))

const readiness = async (url: string) => {
  const response = await fetch(`${url}/readyz`)
  return { status: response.status, store: ((await response.json()) as { store: string }).store }
}

describe.skipIf(!hasRedis)('a gateway on Redis', () => {
  let redis: RedisServer
  let url: string
  let gateway: ReservedGateway
  beforeAll(async () => {
    redis = await startRedis({ args: ['--requirepass', PASSWORD], cliArgs: ['-a', PASSWORD, '--no-auth-warning'] })
    url = await reserveGateway()
    gateway = await start(url, redis)
  })
  afterAll(async () => {
    await gateway.close()
    await redis.stop()
  })

  const visitor = new HttpBrowser()

  it('keeps a user signed in, and a response used, when the gateway starts again', async () => {
    const answer = await answerOf(idp, visitor, url, 'corp', alice)
    await postAnswer(visitor, answer)
    expect(await whoIs(visitor, url)).toBe('alice')
    await gateway.close()
    gateway = await start(url, redis)
    expect(await whoIs(visitor, url)).toBe('alice')
    expect(refusalIn((await postAnswer(visitor, answer)).body)).toMatchObject({ status: 409, code: 'saml.replayed' })
  })

  it('answers 503 in under two seconds while Redis hangs, and goes on by itself', async () => {
    const answer = await answerOf(idp, new HttpBrowser(), url, 'corp', alice)
    redis.freeze()
    try {
      const from = performance.now()
      const page = await postAnswer(new HttpBrowser(), answer)
      expect(performance.now() - from).toBeLessThan(2000)
      expect(refusalIn(page.body)).toMatchObject({ status: 503, code: 'store.unavailable' })
      for (const path of ['/login/corp', '/roles']) {
        const refused = await visitor.open(`${url}${path}`)
        expect(refusalIn(refused.body)).toMatchObject({ status: 503, code: 'store.unavailable' })
      }
      expect(await readiness(url)).toEqual({ status: 503, store: 'failing' })
    } finally {
      redis.go()
    }
    await until(async () => (await readiness(url)).status === 200)
    expect(await whoIs(visitor, url)).toBe('alice')
  })

  it('accepts nothing while Redis is gone, and users sign in again when it is back without its memory', async () => {
    await redis.kill()
    for (const path of ['/login/corp', '/roles', '/api/session'])
      expect((await visitor.open(`${url}${path}`)).status).toBe(503)
    await redis.start()
    await until(async () => (await readiness(url)).status === 200)
    expect(await whoIs(visitor, url)).toBeUndefined()
    await signIn(visitor, url)
    expect(await whoIs(visitor, url)).toBe('alice')
  })

  it('tells the operator what is wrong and when it is over, without the password', () => {
    const outages = gateway.log
      .filter((line) => line.startsWith('the store is'))
      .map((line) => line.replace(/ reference=\S+$/, ''))
    expect(outages[0]).toMatch(/^the store is unavailable: no answer/)
    expect(outages.at(-1)).toBe('the store is available again')
    expect(outages.filter((line) => line === 'the store is available again')).toHaveLength(2)
    expect(gateway.log.join('\n')).not.toContain(PASSWORD)
  })
})

describe.skipIf(!hasRedis)('a gateway whose Redis cannot be used at the start', () => {
  const starting = async (redis: Pick<RedisServer, 'port'>): Promise<unknown> => {
    const written = await writeConfig(await reserveGateway(), keysFor(redis.port), {
      files: { 'corp.xml': idp.metadata },
    })
    const context = { stdout: process.stdout, log: lineLog(() => {}), now: () => new Date() }
    const config = await readConfig(written.file, {})
    return startGateway(config, context).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
  }

  it('does not start, and names the address', async () => {
    const port = await freePort()
    expect(await starting({ port })).toMatchObject({
      code: 'start.store_unreachable',
      message: expect.stringContaining(`127.0.0.1:${port}`),
    })
  }, 15_000)

  it('does not start with a Redis that may evict keys', async () => {
    const redis = await startRedis({ args: ['--requirepass', PASSWORD, '--maxmemory-policy', 'allkeys-lru'] })
    expect(await starting(redis)).toMatchObject({ code: 'start.store_unsafe' })
    await redis.stop()
  })
})
