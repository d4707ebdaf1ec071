/** ID tokens are keys to AWS for as long as they live: where that is long, the operator is told at each sign-in. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { HttpBrowser } from '../harness/http-browser.ts'
import {
  type AuditLine,
  type ReservedGateway,
  reserveGateway,
  startConfiguredGateway,
} from '../harness/test-gateway.ts'
import { signInAtOp } from '../harness/test-op.ts'
import { startTamperingProvider, type TamperingProvider } from '../oidc/tampering-provider.ts'

const SENTENCE =
  'ID tokens of original are valid for 60 minutes, and until then AWS accepts them from anyone who has them.'

let op: TamperingProvider
let gateway: ReservedGateway

beforeAll(async () => {
  op = await startTamperingProvider()
  const client = {
    protocol: 'oidc',
    issuer: op.issuer,
    clientId: 'fedgate',
    clientSecret: 's',
    allowInsecureHttp: true,
  }
  const evidence = ['original', 'reissued']
  gateway = await startConfiguredGateway(await reserveGateway(), {
    providers: evidence.map((id) => ({ id, ...client, exchange: { via: 'web-identity', evidence: id } })),
    operators: [{ when: { provider: evidence } }],
  })
})
afterAll(async () => {
  await gateway.close()
  await op.close()
})

/** The audit line of a sign-in, and what /status shows of its provider. */
const signIn = async (provider: string, seconds: number) => {
  const browser = new HttpBrowser()
  await signInAtOp(op, browser, `${gateway.url}/login/${provider}`, {
    claims: (claims) => ({ ...claims, exp: Number(claims.iat) + seconds }),
  })
  const line = gateway.audit().findLast(({ eventName }) => eventName === 'login') as AuditLine & {
    warnings?: readonly string[]
  }
  const { body } = await browser.open(`${gateway.url}/status`)
  const [, after = ''] = body.split(`id="provider-${provider}"`)
  return { warnings: line.warnings, status: after.split('</section>')[0] ?? '' }
}

it('warns in the audit line and on /status of original tokens that live an hour', async () => {
  const { warnings, status } = await signIn('original', 3600)
  expect(warnings).toEqual([expect.stringContaining(SENTENCE)])
  expect(status).toContain(SENTENCE)
  expect(status).toContain('data-health="warning"')
  expect(status).toMatch(/ID tokens are valid for<\/dt><dd><bdi>60 min/)
})

it.each([
  ['original tokens that live ten minutes', 'original', 600],
  ['an hour where the gateway reissues', 'reissued', 3600],
])('the warning has nothing to say of %s', async (_, provider, seconds) => {
  const { warnings, status } = await signIn(provider, seconds)
  expect(warnings).toBeUndefined()
  expect(status).toContain('data-health="good"')
})
