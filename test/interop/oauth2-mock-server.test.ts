/** An OpenID provider that nobody here wrote: oauth2-mock-server, with its own idea of every document and token. */
import { OAuth2Server } from 'oauth2-mock-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formWith, HttpBrowser } from '../harness/http-browser.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'

const DEVELOPER = 'arn:aws:iam::111122223333:role/Developer'
const CLIENT = 'fedgate'

describe('with oauth2-mock-server', () => {
  const provider = new OAuth2Server()
  let gateway: ReservedGateway
  let group = 'aws-dev'

  beforeAll(async () => {
    await provider.issuer.keys.generate('RS256')
    await provider.start(0, '127.0.0.1')
    provider.service.on('beforeTokenSigning', (token: { payload: Record<string, unknown> }) => {
      Object.assign(token.payload, { groups: [group], email: 'john@example.org', email_verified: true })
    })
    gateway = await startConfiguredGateway(await reserveGateway(), {
      providers: [
        {
          id: 'mock',
          protocol: 'oidc',
          issuer: provider.issuer.url,
          clientId: CLIENT,
          allowInsecureHttp: true,
        },
      ],
      access: [{ when: { provider: 'mock', groups: 'aws-dev' }, roles: [DEVELOPER] }],
      sessionName: '{email}',
    })
  })
  afterAll(async () => {
    await gateway.close()
    await provider.stop()
  })

  it('a user signs in, and its own token gets credentials from AWS', async () => {
    const browser = new HttpBrowser()
    const page = await browser.open(`${gateway.url}/login/mock`)
    expect(page.url).toBe(`${gateway.url}/roles`)
    const shown = await browser.submit(page, formWith(page, 'role', DEVELOPER))
    expect(shown.body).toContain('arn:aws:sts::111122223333:assumed-role/Developer/john@example.org')
  })

  it('a user of another group gets no role', async () => {
    group = 'everyone'
    const page = await new HttpBrowser().open(`${gateway.url}/login/mock`)
    expect(page.url).toBe(`${gateway.url}/roles`)
    expect(page.body).not.toContain(DEVELOPER)
  })

  it('a code that it never gave is refused with a code of ours', async () => {
    const browser = new HttpBrowser()
    provider.service.once('beforeResponse', (answer: { body: unknown; statusCode: number }) => {
      answer.statusCode = 400
      answer.body = { error: 'invalid_grant' }
    })
    const page = await browser.open(`${gateway.url}/login/mock`)
    expect(page.status).toBe(403)
    expect(page.body).toContain('oidc.code_refused')
  })
})
