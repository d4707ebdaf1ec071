/** What an OpenID provider does not vouch for, or leaves out, is not used: and users and operators are told. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HttpBrowser, type Page } from '../harness/http-browser.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { signInAtOp } from '../harness/test-op.ts'
import { type Json, startTamperingProvider, type TamperingProvider } from '../oidc/tampering-provider.ts'

const ROLE = 'arn:aws:iam::111122223333:role/Dev'
const OVERAGE = { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://graph.example' } } }

let gateway: ReservedGateway
let op: TamperingProvider

beforeAll(async () => {
  op = await startTamperingProvider()
  const provider = (id: string, more: object) => ({
    id,
    protocol: 'oidc',
    issuer: op.issuer,
    clientId: 'fedgate',
    clientSecret: 's',
    allowInsecureHttp: true,
    userinfo: false,
    exchange: { via: 'web-identity', evidence: 'original' },
    ...more,
  })
  const providers = [provider('op', {}), provider('vouching', { requireVerifiedEmail: false })]
  const access = [{ when: { email: 'alice@example.com' }, roles: [ROLE] }]
  gateway = await startConfiguredGateway(await reserveGateway(), { providers, access })
})
afterAll(async () => {
  await gateway.close()
  await op.close()
})

const signIn = async (provider: string, more: Json): Promise<{ readonly roles: Page; readonly identity: Page }> => {
  const browser = new HttpBrowser()
  const claims = (all: Json) => ({ ...all, ...more })
  const roles = await signInAtOp(op, browser, `${gateway.url}/login/${provider}`, { claims })
  return { roles, identity: await browser.open(`${gateway.url}/identity`) }
}

const lastLogin = () => gateway.audit().findLast(({ eventName }) => eventName === 'login')

describe('an address that a rule asks for', () => {
  it('gives no role where the provider does not say that it is verified, and says so', async () => {
    const { roles, identity } = await signIn('op', { email_verified: undefined })
    expect(roles.body).not.toContain(ROLE)
    for (const { body } of [roles, identity]) expect(body).toContain('did not confirm that it has verified your')
    expect(lastLogin()).toMatchObject({
      leftOut: [{ attribute: 'email', values: ['alice@example.com'], reason: 'not said to be verified' }],
      warnings: [expect.stringContaining('`requireVerifiedEmail: false`')],
    })
  })

  it('gives the role where it is verified, or where the configuration vouches for the provider', async () => {
    expect((await signIn('op', { email_verified: true })).roles.body).toContain(ROLE)
    expect((await signIn('vouching', { email_verified: undefined })).roles.body).toContain(ROLE)
    expect((await signIn('vouching', { email_verified: false })).roles.body).not.toContain(ROLE)
  })
})

it('groups that the provider left out are reported where there is no role, on the identity page and in the audit log', async () => {
  const { roles, identity } = await signIn('op', { email: 'bob@example.com', email_verified: true, ...OVERAGE })
  for (const { body } of [roles, identity]) expect(body).toContain('left your groups out because there are too many')
  expect(lastLogin()).toMatchObject({
    leftOut: [{ attribute: 'groups', values: [], reason: 'not in the token' }],
    warnings: [expect.stringContaining('application roles')],
  })
})
