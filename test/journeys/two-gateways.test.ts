/** Two gateways on one Redis behind nginx: whichever of them answers, it is one gateway. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKeyPem } from '../../src/issuer/keys.ts'
import { refusalIn } from '../harness/html.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { hasNginx, type Nginx, SERVED_BY, startNginx } from '../harness/nginx.ts'
import { freePort } from '../harness/ports.ts'
import { FINISH, postAnswer, whoIs } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { answerTo, createTestIdp, requestOn, type TestIdp } from '../harness/test-idp.ts'
import { signInAtOp, tokenOfOp } from '../harness/test-op.ts'
import { startTamperingProvider, type TamperingProvider } from '../oidc/tampering-provider.ts'
import { hasRedis, type RedisServer, startRedis } from '../stores/redis-servers.ts'

const ROLE = 'arn:aws:iam::111122223333:role/Developer'
const STARTS = 20

type Name = 'A' | 'B'

describe.skipIf(!hasRedis || !hasNginx)('two gateways behind nginx', { timeout: 60_000 }, () => {
  let redis: RedisServer
  let nginx: Nginx
  let idp: TestIdp
  let op: TamperingProvider
  let url: string
  const gateways = {} as Record<Name, ReservedGateway>
  const addresses = {} as Record<Name, string>

  beforeAll(async () => {
    ;[redis, idp, op, url] = await Promise.all([
      startRedis(),
      createTestIdp('corp'),
      startTamperingProvider(),
      reserveGateway(),
    ])
    const { privateKey, certificate } = await createKeyPem('fedgate', new Date())
    const openid = {
      protocol: 'oidc',
      issuer: op.issuer,
      clientId: 'fedgate',
      clientSecret: 's',
      allowInsecureHttp: true,
    }
    const ports: number[] = []
    for (const name of ['A', 'B'] as const) {
      const port = await freePort()
      const keys = {
        listen: { host: '127.0.0.1', port },
        trustProxy: 1,
        session: { secret: 'only for tests, and long enough for them', store: `redis://127.0.0.1:${redis.port}` },
        signing: { key: './signing.key', certificate: './signing.crt' },
        providers: [
          { id: 'corp', protocol: 'saml', metadata: './corp.xml' },
          { id: 'busy', protocol: 'saml', metadata: './corp.xml' },
          { id: 'openid', ...openid },
        ],
        access: [{ when: { provider: ['corp', 'openid'] }, roles: [ROLE] }],
        // An hour does not end during the test.
        limits: { loginStarts: `${STARTS}/h` },
      }
      const files = { 'corp.xml': idp.metadata, 'signing.key': privateKey, 'signing.crt': certificate }
      gateways[name] = await startConfiguredGateway(url, keys, { files })
      addresses[name] = `127.0.0.1:${port}`
      ports.push(port)
    }
    nginx = await startNginx(Number(new URL(url).port), ports)
  }, 120_000)

  afterAll(async () => {
    await nginx?.stop()
    for (const gateway of Object.values(gateways)) await gateway.close()
    await op?.close()
    await redis?.stop()
  })

  /** The next request goes to that one. */
  const turn = async (to: Name): Promise<void> => {
    const other = addresses[to === 'A' ? 'B' : 'A']
    for (;;) {
      const response = await fetch(`${url}/healthz`)
      await response.text()
      if (response.headers.get(SERVED_BY) === other) return
    }
  }

  const servedBy = ({ headers }: Page): Name | undefined =>
    (['A', 'B'] as const).find((name) => addresses[name] === headers.get(SERVED_BY))

  const at = async (name: Name, request: () => Promise<Page>): Promise<Page> => {
    await turn(name)
    const page = await request()
    expect(servedBy(page)).toBe(name)
    return page
  }

  const signedIn = async (browser: HttpBrowser, subject: string): Promise<Page> => {
    const started = await at('A', () => browser.open(`${url}/login/corp`, { stopBefore: /corp\.example/ }))
    const answer = await answerTo(idp, requestOn(started), { subject, attributes: { groups: ['dev'] } })
    const accepted = await at('A', () => postAnswer(browser, answer, { stopBefore: FINISH }))
    const finished = await at('B', () => browser.open(accepted.location ?? '', { stopBefore: /\/roles$/ }))
    expect(finished.status).toBe(303)
    const again = await at('B', () => postAnswer(new HttpBrowser(), answer))
    expect(refusalIn(again.body).code).toBe('saml.replayed')
    return at('A', () => browser.open(`${url}/roles`))
  }

  const whoIsAt = async (name: Name, browser: HttpBrowser): Promise<string | undefined> => {
    await turn(name)
    return whoIs(browser, url)
  }

  it('a login that was started on one is finished on the other, and exchanged on the first', async () => {
    const browser = new HttpBrowser()
    const page = await signedIn(browser, 'alice')
    const form = { ...formWith(page, 'role', ROLE), action: `${url}/roles/credentials` }
    const taken = await at('A', () => browser.submit(page, form))
    expect(taken.body).toMatch(/ASIA[A-Z0-9]{12}/)
    expect(taken.body).toContain('assumed-role/Developer/')
    expect(gateways.A.audit().map(({ eventName }) => eventName)).toContain('exchange')
    expect(gateways.B.audit().map(({ eventName }) => eventName)).toContain('login')
  })

  it('a role that is pinned on one is pinned on the other', async () => {
    const browser = new HttpBrowser()
    const page = await signedIn(browser, 'bob')
    const form = { ...formWith(page, 'role', ROLE), action: `${url}/roles/pin` }
    await at('A', () => browser.submit(page, form, { pinned: 'yes' }, { stopBefore: /\/roles/ }))
    const shown = await at('B', () => browser.open(`${url}/roles`))
    expect(shown.body).toContain('aria-label="Unpin ')
  })

  it('a user who signs out on one is signed out on the other', async () => {
    const browser = new HttpBrowser()
    const page = await signedIn(browser, 'carol')
    await at('B', () =>
      browser.submit(page, { ...formWith(page, 'csrf'), action: `${url}/logout` }, {}, { stopBefore: /\/logout/ }),
    )
    expect(await whoIsAt('A', browser)).toBeUndefined()
    expect(await whoIsAt('B', browser)).toBeUndefined()
  })

  it('a logout token that one gets ends the session on the other, and counts once on both', async () => {
    const browser = new HttpBrowser()
    await signInAtOp(op, browser, `${url}/login/openid`, { claims: (claims) => ({ ...claims, sid: 'sid-1' }) })
    expect(await whoIsAt('B', browser)).toBe('alice')
    const iat = Math.floor(Date.now() / 1000)
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
    const claims = { iss: op.issuer, aud: 'fedgate', iat, exp: iat + 120, jti: 'jti-1', sid: 'sid-1', events }
    const form = { logout_token: tokenOfOp(claims, 'logout+jwt') }
    const notify = () => new HttpBrowser().post(`${url}/oidc/openid/backchannel-logout`, form, { from: op.issuer })
    expect((await at('A', notify)).status).toBe(200)
    expect(await whoIsAt('B', browser)).toBeUndefined()
    const again = await at('B', notify)
    expect(again.status).toBe(400)
    expect(again.body).toContain('oidc.logout_replayed')
  })

  it('a rate limit counts what both answer, by the address that nginx saw', async () => {
    const answers: Page[] = []
    for (let n = 0; n < STARTS + 6; n += 1) {
      const headers = { 'x-forwarded-for': `192.0.2.${n}` }
      answers.push(await new HttpBrowser().open(`${url}/login/busy`, { stopBefore: /corp\.example/, headers }))
    }
    expect(answers.map(({ status }) => status)).toEqual([
      ...Array.from({ length: STARTS }, () => 302),
      ...Array.from({ length: 6 }, () => 429),
    ])
    const refused = answers.slice(STARTS)
    expect(new Set(refused.map(servedBy))).toEqual(new Set(['A', 'B']))
    for (const { headers, body } of refused) {
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
      expect(refusalIn(body).code).toBe('http.too_many_requests')
    }
  })
})
