/** Signing in on the command line through the browser: who gets a code, and what it and its tokens are good for. */
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Answer,
  authorizationUrl,
  CLIENT,
  callApi,
  decide,
  LOOPBACK,
  newVerifier,
  oauthForm,
  post,
  redeem,
  refresh,
  sendDecision,
  signInDevice,
  type Tokens,
  tokensIn,
} from '../harness/command-line.ts'
import { type CommandLineGateway, startCommandLineGateway } from '../harness/command-line-gateway.ts'
import { refusalIn } from '../harness/html.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { whoIs } from '../harness/sign-in.ts'
import { holds, itEach } from '../held/holds.ts'

let gateway: CommandLineGateway
beforeAll(async () => {
  gateway = await startCommandLineGateway()
})
afterAll(() => gateway.close())

const session = (tokens: Tokens): Promise<Answer> => callApi(`${gateway.url}/api/session`, tokens)

/** Neither of the tokens is good for anything. */
const expectEnded = async (tokens: Tokens): Promise<void> => {
  expect(await session(tokens)).toMatchObject({ status: 401, body: { code: 'session.required' } })
  expect(await refresh(gateway.url, tokens)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
}

const activity = async (visitor: HttpBrowser): Promise<Page> => visitor.open(`${gateway.url}/activity`)

const revocations = () => gateway.audit().filter(({ eventName }) => eventName === 'token.revoked')

describe('A request of the command line', holds('10.10'), () => {
  it('is asked about by name, and its code gives tokens that act for the user', async () => {
    const visitor = await gateway.signIn('alice')
    const verifier = newVerifier()
    const page = await visitor.open(authorizationUrl(gateway.url, verifier))
    expect(page.body).toContain('<bdi>Alice&#39;s laptop (Linux)</bdi>')
    expect(page.headers.get('content-security-policy')).toContain("form-action 'self' http://127.0.0.1:45671;")
    const { location = '' } = await sendDecision(visitor, page, 'allow')
    const { searchParams } = new URL(location)
    expect(location).toMatch(LOOPBACK)
    expect([searchParams.get('state'), searchParams.get('iss')]).toEqual(['the state', `${gateway.url}/oauth`])
    const { body } = await redeem(gateway.url, searchParams.get('code') ?? '', verifier)
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 600, scope: 'aws' })
    expect(body).not.toHaveProperty('id_token')
    expect(await session(body as unknown as Tokens)).toMatchObject({ status: 200, body: { subject: 'alice' } })
    expect(visitor.cookies.names.filter((name) => name.startsWith('fedgate_oauth_session'))).toEqual([])
  })

  it('leads a user who is not signed in through the ordinary sign-in, and back', async () => {
    const visitor = new HttpBrowser()
    const { location: toIdp } = await visitor.open(authorizationUrl(gateway.url, newVerifier()), {
      stopBefore: /^https:\/\/corp\.example/,
    })
    expect(toIdp).toContain('https://corp.example/sso')
    await gateway.answer(visitor, 'alice')
    const [uid] = visitor.cookies.value('fedgate_oauth_request')?.split('.') ?? []
    const page = await visitor.open(`${gateway.url}/oauth/consent/${uid}`)
    const { location = '' } = await sendDecision(visitor, page, 'allow')
    expect(new URL(location).searchParams.get('code')).toMatch(/^[\w-]{43}$/)
  })

  it('tells the command line that the user refused', async () => {
    const visitor = await gateway.signIn('alice')
    const { searchParams } = await decide(visitor, authorizationUrl(gateway.url, newVerifier()), 'refuse')
    expect([searchParams.get('error'), searchParams.get('code')]).toEqual(['access_denied', null])
  })

  it('leads back to an IPv6 address by a page, as no Content-Security-Policy can name one', async () => {
    const visitor = await gateway.signIn('alice')
    const redirectUri = 'http://[::1]:45671/callback'
    const asking = await visitor.open(authorizationUrl(gateway.url, newVerifier(), { redirect_uri: redirectUri }))
    const page = await sendDecision(visitor, asking, 'allow')
    const href = /<meta http-equiv="refresh" content="0; url=([^"]*)">/.exec(page.body)?.[1] ?? ''
    const { location = '' } = await visitor.open(href, { stopBefore: LOOPBACK })
    expect(location.startsWith(`${redirectUri}?code=`)).toBe(true)
  })

  it('is decided only in the browser that brought it', async () => {
    const [visitor, other] = [await gateway.signIn('alice'), await gateway.signIn('alice')]
    const page = await visitor.open(authorizationUrl(gateway.url, newVerifier()))
    expect(refusalIn((await other.open(page.url)).body)).toMatchObject({ status: 400, code: 'oauth.request_expired' })
    const own = await other.open(`${gateway.url}/roles`)
    const fields = { csrf: formWith(own, 'csrf').fields.csrf ?? '', decision: 'allow' }
    expect(refusalIn((await other.post(page.url, fields, { from: own.url })).body).code).toBe('oauth.request_expired')
  })

  it('is not decided by a form of another site, nor without the token of the page', async () => {
    const visitor = await gateway.signIn('alice')
    const page = await visitor.open(authorizationUrl(gateway.url, newVerifier()))
    const { action, fields } = oauthForm(page)
    const allowed = { ...fields, decision: 'allow' }
    const fromElsewhere = await visitor.post(action, allowed, { from: 'https://evil.example/' })
    expect(fromElsewhere.status).toBe(403)
    const without = await visitor.post(action, { ...allowed, csrf: '' }, { from: page.url })
    expect(refusalIn(without.body).code).toBe('http.csrf')
  })

  it('gets no code where the login ends before the browser has gone on', async () => {
    const visitor = await gateway.signIn('alice')
    const page = await visitor.open(authorizationUrl(gateway.url, newVerifier()))
    const onward = { stopBefore: /\/oauth\/auth\// }
    const { location: next = '' } = await visitor.submit(page, oauthForm(page), { decision: 'allow' }, onward)
    const roles = await visitor.open(`${gateway.url}/roles`)
    const logout = { ...formWith(roles, 'csrf'), action: `${gateway.url}/logout` }
    await visitor.submit(roles, logout, {}, { stopBefore: /corp/ })
    const { searchParams } = new URL((await visitor.open(next, { stopBefore: LOOPBACK })).location ?? '')
    expect([searchParams.get('error'), searchParams.get('code')]).toEqual(['access_denied', null])
    expect(gateway.log).toEqual([])
  })

  it('is over after 15 minutes', async () => {
    const slow = await startCommandLineGateway()
    const visitor = await slow.signIn('alice')
    const page = await visitor.open(authorizationUrl(slow.url, newVerifier()))
    slow.pass(16)
    expect(refusalIn((await visitor.open(page.url)).body).code).toBe('oauth.request_expired')
    await slow.close()
  })

  it('is not started by HEAD', async () => {
    const response = await fetch(authorizationUrl(gateway.url, newVerifier()), { method: 'HEAD' })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET'])
  })

  itEach<[redirectUri: string]>([
    ['localhost, which may resolve to another machine', 'http://localhost:45671/callback'],
    ['https', 'https://127.0.0.1:45671/callback'],
    ['another path', 'http://127.0.0.1:45671/other'],
    ['a longer path', 'http://127.0.0.1:45671/callback/'],
    ['a query', 'http://127.0.0.1:45671/callback?a=b'],
    ['a fragment', 'http://127.0.0.1:45671/callback#a'],
    ['no port', 'http://127.0.0.1/callback'],
    ['another host', 'http://evil.example:45671/callback'],
    ['another address', 'http://192.0.2.1:45671/callback'],
    ['an address written as a number', 'http://2130706433:45671/callback'],
    ['a host that begins like the address', 'http://127.0.0.1.evil.example:45671/callback'],
    ['the address as a user name', 'http://127.0.0.1:45671@evil.example/callback'],
    ['a user name before the address', 'http://evil.example@127.0.0.1:45671/callback'],
    ['a backslash', 'http://127.0.0.1:45671\\@evil.example/callback'],
    ['a scheme of its own', 'fedgate://callback'],
    ['no redirect URI', ''],
  ])('is refused on a page, and leads nowhere, with %s', async (_, redirectUri) => {
    const visitor = await gateway.signIn('alice')
    const address = authorizationUrl(gateway.url, newVerifier(), { redirect_uri: redirectUri })
    const page = await visitor.open(address, { stopBefore: /.*/ })
    expect(page.location).toBeUndefined()
    expect(refusalIn(page.body)).toMatchObject({ status: 400, code: 'oauth.redirect_refused' })
  })

  it('is refused with two redirect URIs', async () => {
    const address = `${authorizationUrl(gateway.url, newVerifier())}&redirect_uri=https%3A%2F%2Fevil.example`
    expect(refusalIn((await new HttpBrowser().open(address)).body).code).toBe('oauth.redirect_refused')
  })

  it('is refused for a client that there is not', async () => {
    const page = await new HttpBrowser().open(authorizationUrl(gateway.url, newVerifier(), { client_id: 'other' }))
    expect(refusalIn(page.body)).toMatchObject({ status: 400, code: 'oauth.client_unknown' })
  })

  it('is refused where it is longer than any that the command line sends', async () => {
    const page = await new HttpBrowser().open(authorizationUrl(gateway.url, newVerifier(), { state: 'x'.repeat(5000) }))
    expect(refusalIn(page.body).code).toBe('oauth.request_invalid')
  })

  itEach<[changed: Readonly<Record<string, string>>]>([
    ['no code challenge', { code_challenge: '' }],
    ['a plain code challenge', { code_challenge_method: 'plain' }],
    ['the scope openid', { scope: 'openid aws' }],
    ['a token instead of a code', { response_type: 'token' }],
    ['an ID token', { response_type: 'code id_token' }],
    ['an answer by form_post', { response_mode: 'form_post' }],
    ['an answer in the fragment', { response_mode: 'fragment' }],
    ['no user to be asked', { prompt: 'none' }],
    ['a name of more than 100 characters', { device_name: 'x'.repeat(101) }],
  ])('gets no code with %s', async (_, changed) => {
    const visitor = await gateway.signIn('alice')
    const page = await visitor.open(authorizationUrl(gateway.url, newVerifier(), changed), { stopBefore: LOOPBACK })
    const answer = `${page.location ?? ''}${page.body}`
    expect(answer).toMatch(/error=|<p class="error-code">|name="error"/)
    expect(answer).not.toMatch(/[?&#"]code=|name="code"/)
  })
})

describe('A code', holds('10.10'), () => {
  const codeFor = async (visitor: HttpBrowser, verifier: string): Promise<string> =>
    (await decide(visitor, authorizationUrl(gateway.url, verifier))).searchParams.get('code') ?? ''

  it('gives nothing to a process that does not know the verifier', async () => {
    const [visitor, verifier] = [await gateway.signIn('alice'), newVerifier()]
    const code = await codeFor(visitor, verifier)
    expect(await redeem(gateway.url, code, newVerifier())).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', code: 'oauth.grant_invalid' },
    })
    const fields = { grant_type: 'authorization_code', code, redirect_uri: 'http://127.0.0.1:45671/callback' }
    expect((await post(`${gateway.url}/oauth/token`, fields)).status).toBe(400)
  })

  it('gives nothing for another redirect URI', async () => {
    const [visitor, verifier] = [await gateway.signIn('alice'), newVerifier()]
    const code = await codeFor(visitor, verifier)
    const fields = { grant_type: 'authorization_code', code, code_verifier: verifier }
    const other = { ...fields, redirect_uri: 'http://127.0.0.1:45672/callback' }
    expect(await post(`${gateway.url}/oauth/token`, other)).toMatchObject({ body: { error: 'invalid_grant' } })
  })

  it('that is used twice ends what the first use got', async () => {
    const [visitor, verifier] = [await gateway.signIn('alice'), newVerifier()]
    const code = await codeFor(visitor, verifier)
    const tokens = tokensIn(await redeem(gateway.url, code, verifier))
    expect(await redeem(gateway.url, code, verifier)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', code: 'oauth.token_reused' },
    })
    await expectEnded(tokens)
  })

  it('that is used by several at once leaves nobody with tokens that work', async () => {
    const [visitor, verifier] = [await gateway.signIn('alice'), newVerifier()]
    const code = await codeFor(visitor, verifier)
    const answers = await Promise.all([1, 2, 3].map(() => redeem(gateway.url, code, verifier)))
    const given = answers.filter(({ status }) => status === 200)
    expect(given.length).toBeLessThanOrEqual(1)
    for (const answer of given) await expectEnded(tokensIn(answer))
  })

  it('is gone after a minute', async () => {
    const slow = await startCommandLineGateway()
    const [visitor, verifier] = [await slow.signIn('alice'), newVerifier()]
    const answer = await decide(visitor, authorizationUrl(slow.url, verifier))
    slow.pass(2)
    const code = answer.searchParams.get('code') ?? ''
    expect(await redeem(slow.url, code, verifier)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    await slow.close()
  })
})

describe('A refresh token', holds('10.10'), () => {
  it('is replaced at each use', async () => {
    const first = await signInDevice(await gateway.signIn('alice'), gateway.url)
    const second = tokensIn(await refresh(gateway.url, first))
    expect(second.refresh_token).not.toBe(first.refresh_token)
    const third = tokensIn(await refresh(gateway.url, second))
    expect((await session(third)).status).toBe(200)
  })

  it('that is used again ends the family, and the user is told', async () => {
    const visitor = await gateway.signIn('mallory-victim')
    const stolen = await signInDevice(visitor, gateway.url, { device_name: 'build server' })
    const current = tokensIn(await refresh(gateway.url, stolen))
    expect(await refresh(gateway.url, stolen)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', code: 'oauth.token_reused' },
    })
    await expectEnded(current)
    const { body } = await activity(visitor)
    expect(body).toContain('Device signed out: its token was used twice')
    expect(body).toContain('You are not signed in on the command line of any device.')
    expect(revocations().at(-1)).toMatchObject({ reason: 'reuse', subject: 'mallory-victim', device: 'build server' })
  })

  it('that is used by several at once ends the family', async () => {
    const tokens = await signInDevice(await gateway.signIn('alice'), gateway.url)
    const answers = await Promise.all([1, 2, 3].map(() => refresh(gateway.url, tokens)))
    for (const answer of answers.filter(({ status }) => status === 200)) await expectEnded(tokensIn(answer))
    await expectEnded(tokens)
  })

  it('is recorded each time, by device and without its value', async () => {
    const tokens = await signInDevice(await gateway.signIn('dora'), gateway.url, { device_name: 'desk' })
    const next = tokensIn(await refresh(gateway.url, tokens))
    const lines = gateway.audit().filter(({ eventName, subject }) => eventName === 'token' && subject === 'dora')
    expect(lines).toMatchObject([
      { grantType: 'authorization_code', device: 'desk', isBound: false },
      { grantType: 'refresh_token', device: 'desk', isBound: false },
    ])
    const log = JSON.stringify(gateway.audit())
    for (const secret of [tokens.access_token, tokens.refresh_token, next.access_token, next.refresh_token])
      expect(log).not.toContain(secret)
  })
})

describe('Signing a device out', holds('10.10'), () => {
  it('is what revocation of its refresh token does', async () => {
    const tokens = await signInDevice(await gateway.signIn('alice'), gateway.url)
    const { status } = await post(`${gateway.url}/oauth/token/revocation`, { token: tokens.refresh_token })
    expect(status).toBe(200)
    await expectEnded(tokens)
    expect(revocations().at(-1)).toMatchObject({ reason: 'device', subject: 'alice' })
  })

  it('takes no notice of a token that there is not', async () => {
    const { status } = await post(`${gateway.url}/oauth/token/revocation`, { token: 'x'.repeat(43) })
    expect(status).toBe(200)
  })

  it('is done on the activity page, device by device', async () => {
    const visitor = await gateway.signIn('erin')
    const [one, other] = [
      await signInDevice(visitor, gateway.url, { device_name: 'laptop one' }),
      await signInDevice(visitor, gateway.url, { device_name: 'laptop two' }),
    ]
    const page = await activity(visitor)
    expect(page.body).toContain('aria-label="Sign out laptop two"')
    const row = page.body.slice(0, page.body.indexOf('Sign out laptop one')).lastIndexOf('name="device" value="')
    const device = /value="([^"]*)"/.exec(page.body.slice(row))?.[1] ?? ''
    const after = await visitor.submit(page, formWith(page, 'device', device))
    expect(after.body).not.toContain('aria-label="Sign out laptop one"')
    await expectEnded(one)
    expect((await session(other)).status).toBe(200)
    expect(revocations().at(-1)).toMatchObject({ reason: 'person', device: 'laptop one' })
  })

  it('is not done to the device of another user', async () => {
    const [alice, bob] = [await gateway.signIn('alice-2'), await gateway.signIn('bob-2')]
    const tokens = await signInDevice(alice, gateway.url)
    const page = await activity(alice)
    const device = formWith(page, 'device').fields.device ?? ''
    const own = await activity(bob)
    const { csrf = '' } = formWith(own, 'csrf').fields
    const refused = await bob.post(`${gateway.url}/activity/end`, { csrf, device }, { from: own.url })
    expect(refusalIn(refused.body)).toMatchObject({ status: 404, code: 'oauth.device_unknown' })
    expect((await session(tokens)).status).toBe(200)
  })

  it('is done by signing out in the browser that allowed it', async () => {
    const visitor = await gateway.signIn('alice')
    const tokens = await signInDevice(visitor, gateway.url)
    const page = await visitor.open(`${gateway.url}/roles`)
    await visitor.submit(
      page,
      { ...formWith(page, 'csrf'), action: `${gateway.url}/logout` },
      {},
      { stopBefore: /corp/ },
    )
    expect(await whoIs(visitor, gateway.url)).toBeUndefined()
    await expectEnded(tokens)
  })

  it('is done by signing out everywhere in any browser, and to no other user', async () => {
    const [one, other, bob] = [
      await gateway.signIn('frank'),
      await gateway.signIn('frank'),
      await gateway.signIn('bob'),
    ]
    const [tokens, bobs] = [await signInDevice(one, gateway.url), await signInDevice(bob, gateway.url)]
    const page = await activity(other)
    expect(page.body).toContain('Alice&#39;s laptop (Linux)')
    await other.submit(page, formWith(page, 'everywhere'), {}, { stopBefore: /corp/ })
    await expectEnded(tokens)
    expect((await session(bobs)).status).toBe(200)
  })
})

describe('The address of the gateway', holds('4.4'), () => {
  /** As an attacker sends it: another host in each place where one can be named. */
  const discoveryFrom = (path: string): Promise<string> => {
    const { hostname, port } = new URL(gateway.url)
    const headers = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      forwarded: 'host=evil.example;proto=https',
    }
    return new Promise((resolve, reject) => {
      const sent = request({ hostname, port, path, headers }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => resolve(`${response.headers.location ?? ''} ${Buffer.concat(chunks)}`))
      })
      sent.on('error', reject).end()
    })
  }
  const METADATA = '/oauth/.well-known/oauth-authorization-server'

  it.each([METADATA, `https://evil.example${METADATA}`, '/.well-known/oauth-authorization-server/oauth'])(
    'is that of baseUrl in the metadata, whatever the request to %s says',
    async (path) => {
      const text = await discoveryFrom(path)
      expect(JSON.parse(text)).toMatchObject({
        issuer: `${gateway.url}/oauth`,
        token_endpoint: `${gateway.url}/oauth/token`,
        authorization_endpoint: `${gateway.url}/oauth/auth`,
      })
      expect(text).not.toContain('evil.example')
    },
  )

  it('is where the user is sent to decide, whatever the request says', async () => {
    const { pathname, search } = new URL(authorizationUrl(gateway.url, newVerifier()))
    expect(await discoveryFrom(`${pathname}${search}`)).toMatch(/^\/oauth\/consent\//)
    expect(await discoveryFrom(`https://evil.example${pathname}${search}`)).toMatch(/^\/oauth\/consent\//)
  })
})

describe('The metadata', () => {
  it('offers what the command line uses, and no OpenID Connect', async () => {
    const response = await fetch(`${gateway.url}/oauth/.well-known/oauth-authorization-server`)
    const text = await response.text()
    expect(text).not.toMatch(/openid|id_token|userinfo|jwks|claims/)
    expect(JSON.parse(text)).toMatchObject({
      scopes_supported: ['aws', 'offline_access'],
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['none'],
    })
  })

  it.each([
    '/oauth/.well-known/openid-configuration',
    '/oauth/me',
    '/oauth/reg',
    '/oauth/jwks',
    '/oauth/token/introspection',
    '/oauth/request',
    '/oauth/session/end',
  ])('has no %s', async (path) => {
    expect((await fetch(`${gateway.url}${path}`)).status).toBe(404)
    const { status } = await fetch(`${gateway.url}${path}`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: CLIENT }),
    })
    expect(status).toBe(405)
  })

  it.each([
    ['text', { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } }],
    ['nothing', { method: 'POST' }],
    ['a megabyte', { method: 'POST', body: new URLSearchParams({ client_id: CLIENT, code: 'x'.repeat(1_000_000) }) }],
    ['an unknown grant', { method: 'POST', body: new URLSearchParams({ client_id: CLIENT, grant_type: 'password' }) }],
  ] as const)('refuses %s at the token endpoint with a code and no stack', async (_, init) => {
    const response = await fetch(`${gateway.url}/oauth/token`, init)
    const text = await response.text()
    expect(response.status).toBe(400)
    expect(JSON.parse(text)).toMatchObject({ code: expect.stringMatching(/^oauth\./), hint: expect.any(String) })
    expect(text).not.toMatch(/node_modules|\bat \w+ \(/)
  })
})
