/** Signing in a machine without a browser: the code on both sides, and who can make a user confirm it. RFC 8628 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CLIENT, callApi, oauthForm, post, sendDecision, tokensIn } from '../harness/command-line.ts'
import { type CommandLineGateway, startCommandLineGateway } from '../harness/command-line-gateway.ts'
import { refusalIn } from '../harness/html.ts'
import { formWith, type HttpBrowser, type Page } from '../harness/http-browser.ts'
import { holds } from '../held/holds.ts'

let gateway: CommandLineGateway
beforeAll(async () => {
  gateway = await startCommandLineGateway()
})
afterAll(() => gateway.close())

interface DeviceCode {
  readonly device_code: string
  readonly user_code: string
  readonly verification_uri: string
  readonly verification_uri_complete: string
  readonly expires_in: number
}

const askForCode = async (name = 'build server'): Promise<DeviceCode> => {
  const response = await fetch(`${gateway.url}/oauth/device/auth`, {
    method: 'POST',
    headers: { 'user-agent': 'fedgate/0.1.0 (linux)' },
    body: new URLSearchParams({ client_id: CLIENT, scope: 'aws offline_access', device_name: name }),
  })
  return (await response.json()) as DeviceCode
}

const poll = ({ device_code }: DeviceCode) =>
  post(`${gateway.url}/oauth/token`, { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code })

const enter = async (visitor: HttpBrowser, userCode: string): Promise<Page> => {
  const page = await visitor.open(`${gateway.url}/oauth/device`)
  return visitor.submit(page, formWith(page, 'user_code'), { user_code: userCode })
}

describe('A device code', holds('10.10'), () => {
  it('gives tokens once a user has compared the code and allowed what asks', async () => {
    const code = await askForCode()
    expect(code).toMatchObject({ verification_uri: `${gateway.url}/oauth/device`, expires_in: 600 })
    expect(code.user_code).toMatch(/^[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}$/)
    expect(await poll(code)).toMatchObject({
      status: 400,
      body: { error: 'authorization_pending', code: 'oauth.pending' },
    })
    const visitor = await gateway.signIn('alice')
    const page = await enter(visitor, code.user_code.toLowerCase().replace('-', ' '))
    expect(page.body).toContain(`<code class="user-code">${code.user_code}</code>`)
    expect(page.body).toContain('<bdi>build server</bdi>')
    expect(page.body).toContain('<bdi>fedgate/0.1.0 (linux)</bdi>')
    expect(page.body).toMatch(/<dt>Address<\/dt><dd><code>(?:::ffff:)?127\.0\.0\.1<\/code>|<code>::1<\/code>/)
    expect((await sendDecision(visitor, page, 'allow')).body).toContain('Device signed in')
    const tokens = tokensIn(await poll(code))
    expect(await callApi(`${gateway.url}/api/session`, tokens)).toMatchObject({
      status: 200,
      body: { subject: 'alice' },
    })
    expect(gateway.audit().at(-1)).toMatchObject({
      eventName: 'token',
      grantType: 'device_code',
      device: 'build server',
    })
  })

  it('that is used again ends what it gave', async () => {
    const [code, visitor] = [await askForCode(), await gateway.signIn('alice')]
    await sendDecision(visitor, await enter(visitor, code.user_code), 'allow')
    const tokens = tokensIn(await poll(code))
    expect(await poll(code)).toMatchObject({ body: { error: 'invalid_grant', code: 'oauth.token_reused' } })
    expect((await callApi(`${gateway.url}/api/session`, tokens)).status).toBe(401)
  })

  it('that the user refuses gives nothing', async () => {
    const [code, visitor] = [await askForCode(), await gateway.signIn('alice')]
    expect((await sendDecision(visitor, await enter(visitor, code.user_code), 'refuse')).body).toContain(
      'Sign-in refused',
    )
    expect(await poll(code)).toMatchObject({ status: 400, body: { error: 'access_denied', code: 'oauth.denied' } })
  })

  it('is decided once: by the first of several users', async () => {
    const code = await askForCode()
    const [alice, bob] = [await gateway.signIn('alice'), await gateway.signIn('bob')]
    const pages = [await enter(alice, code.user_code), await enter(bob, code.user_code)] as const
    const decided = await Promise.all([sendDecision(alice, pages[0], 'allow'), sendDecision(bob, pages[1], 'allow')])
    expect(decided.map(({ status }) => status).toSorted()).toEqual([200, 400])
    const winner = decided[0].status === 200 ? 'alice' : 'bob'
    const { body } = await callApi(`${gateway.url}/api/session`, tokensIn(await poll(code)))
    expect(body.subject).toBe(winner)
  })

  it('is asked about by a link, which changes nothing by itself', async () => {
    const [code, visitor] = [await askForCode(), await gateway.signIn('alice')]
    const page = await visitor.open(code.verification_uri_complete)
    expect(formWith(page, 'user_code').fields.user_code).toBe(code.user_code)
    expect(await poll(code)).toMatchObject({ body: { error: 'authorization_pending' } })
  })

  it('is confirmed by no form of another site, and by none without the token of the page', async () => {
    const [code, visitor] = [await askForCode(), await gateway.signIn('alice')]
    const page = await enter(visitor, code.user_code)
    const { action, fields } = oauthForm(page)
    const allowed = { ...fields, decision: 'allow' }
    expect((await visitor.post(action, allowed, { from: 'https://evil.example/' })).status).toBe(403)
    const headers = { 'sec-fetch-site': 'same-site' }
    const sameSite = await visitor.post(action, allowed, { from: page.url, headers })
    expect(refusalIn(sameSite.body).code).toBe('http.cross_site')
    const without = await visitor.post(action, { ...allowed, csrf: '' }, { from: page.url })
    expect(refusalIn(without.body).code).toBe('http.csrf')
    expect(await poll(code)).toMatchObject({ body: { error: 'authorization_pending' } })
  })

  it('leads a user who is not signed in to do that first', async () => {
    const visitor = await gateway.signIn('alice')
    visitor.cookies.forget('fedgate_session')
    const page = await visitor.open((await askForCode()).verification_uri_complete, { stopBefore: /corp\.example/ })
    expect(page.location).toContain('https://corp.example/sso')
  })

  it('is gone after ten minutes, on both sides', async () => {
    const slow = await startCommandLineGateway()
    const response = await post(`${slow.url}/oauth/device/auth`, { scope: 'aws' })
    const { device_code, user_code } = response.body as unknown as DeviceCode
    const visitor = await slow.signIn('alice')
    slow.pass(11)
    const page = await visitor.open(`${slow.url}/oauth/device`)
    const refused = await visitor.submit(page, formWith(page, 'user_code'), { user_code })
    expect(refusalIn(refused.body)).toMatchObject({ status: 400, code: 'oauth.code_unknown' })
    const fields = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code }
    expect((await post(`${slow.url}/oauth/token`, fields)).status).toBe(400)
    await slow.close()
  })

  it('cannot be found by trying: after twenty codes a user must wait, whatever browser they use', async () => {
    const visitor = await gateway.signIn('guesser')
    const page = await visitor.open(`${gateway.url}/oauth/device`)
    const form = formWith(page, 'user_code')
    const tries = []
    for (let count = 0; count < 20; count += 1)
      tries.push(refusalIn((await visitor.submit(page, form, { user_code: 'BBBB-BBBB' })).body).code)
    expect(new Set(tries)).toEqual(new Set(['oauth.code_unknown']))
    const code = await askForCode()
    const again = await gateway.signIn('guesser')
    const refused = await enter(again, code.user_code)
    expect(refusalIn(refused.body)).toMatchObject({ status: 429, code: 'oauth.too_many_codes' })
    expect(refused.headers.get('retry-after')).toBe('900')
    expect((await enter(await gateway.signIn('alice'), code.user_code)).status).toBe(200)
  })

  it('is refused where the request is longer than any of the command line', async () => {
    const long = { scope: 'aws', login_hint: 'x'.repeat(5000) }
    expect(await post(`${gateway.url}/oauth/device/auth`, long)).toMatchObject({
      status: 400,
      body: { error: 'invalid_request', code: 'oauth.request_invalid' },
    })
  })

  it('has a name without line breaks, and shows none as none', async () => {
    const visitor = await gateway.signIn('alice')
    const named = await askForCode('a\n<b>b</b>')
    expect((await enter(visitor, named.user_code)).body).toContain('<bdi>a &lt;b&gt;b&lt;/b&gt;</bdi>')
    const unnamed = await askForCode('')
    expect((await enter(visitor, unnamed.user_code)).body).toContain('<bdi>a device without a name</bdi>')
  })
})
