import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { base64, call, newKeys, PROVIDER, ROLE, type Running, responseXml, sign, start, stateFor } from './support.ts'

const keys = await newKeys()
let aws: Running
let clock = new Date('2026-11-22T12:00:00Z')
beforeAll(async () => {
  aws = await start(stateFor(keys), () => clock)
})
afterAll(() => aws.close())

const sessionJson = async (nameId = 'alice', sessionName = 'alice@example.com'): Promise<string> => {
  const attributes = {
    'https://aws.amazon.com/SAML/Attributes/Role': [`${ROLE},${PROVIDER}`],
    'https://aws.amazon.com/SAML/Attributes/RoleSessionName': [sessionName],
  }
  const response = sign(responseXml(clock, { nameId: `<a:NameID>${nameId}</a:NameID>`, attributes }), keys)
  const parameters = { RoleArn: ROLE, PrincipalArn: PROVIDER, SAMLAssertion: base64(response) }
  const { element } = await call(aws.url, { Action: 'AssumeRoleWithSAML', ...parameters })
  return JSON.stringify({
    sessionId: element('AccessKeyId'),
    sessionKey: element('SecretAccessKey'),
    sessionToken: element('SessionToken'),
  })
}

const federation = (parameters: Readonly<Record<string, string>>): Promise<Response> =>
  fetch(`${aws.url}/federation`, { method: 'POST', body: new URLSearchParams(parameters) })

const signinToken = async (more: Readonly<Record<string, string>> = {}): Promise<string> => {
  const response = await federation({ Action: 'getSigninToken', Session: await sessionJson(), ...more })
  return ((await response.json()) as { SigninToken: string }).SigninToken
}

const DESTINATION = 'https://eu-west-1.console.aws.amazon.com/s3/home?region=eu-west-1&x=<b>'

const login = (token: string, more: Readonly<Record<string, string>> = {}): Promise<Response> => {
  const parameters = { Action: 'login', Issuer: 'http://localhost:8080', Destination: DESTINATION, SigninToken: token }
  return fetch(`${aws.url}/federation?${new URLSearchParams({ ...parameters, ...more })}`, { redirect: 'manual' })
}

const cookieOf = (response: Response): string => (response.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
const consolePage = (cookie: string): Promise<Response> => fetch(`${aws.url}/console`, { headers: { cookie } })

describe('getSigninToken (G)', () => {
  it('answers a token as JSON', async () => {
    expect(await signinToken()).toMatch(/^[\w-]{32}$/)
  })

  it('is asked by GET too', async () => {
    const query = new URLSearchParams({ Action: 'getSigninToken', Session: await sessionJson() })
    expect((await fetch(`${aws.url}/federation?${query}`)).status).toBe(200)
  })

  it.each([
    ['no session', undefined],
    ['what is not JSON', () => '{'],
    ['a JSON text', () => '"x"'],
    ['an unknown key', () => JSON.stringify({ sessionId: 'ASIAQNZGKIQY56JQ7WML', sessionKey: 'a', sessionToken: 'b' })],
    ['a wrong secret', (json: string) => JSON.stringify({ ...JSON.parse(json), sessionKey: 'wrong' })],
    ['a wrong token', (json: string) => JSON.stringify({ ...JSON.parse(json), sessionToken: 'wrong' })],
    ['no token', (json: string) => JSON.stringify({ ...JSON.parse(json), sessionToken: undefined })],
  ])('refuses %s', async (_, change) => {
    const Session = change?.(await sessionJson())
    const response = await federation({ Action: 'getSigninToken', ...(Session === undefined ? {} : { Session }) })
    expect([response.status, await response.text()]).toEqual([400, 'Invalid Credentials parameter\n'])
  })

  it.each(['899', '43201', '1h', '-900'])('refuses SessionDuration %s', async (SessionDuration) => {
    const response = await federation({ Action: 'getSigninToken', Session: await sessionJson(), SessionDuration })
    expect(response.status).toBe(400)
  })

  it('refuses credentials that have expired', async () => {
    const Session = await sessionJson()
    const before = clock
    clock = new Date(before.getTime() + 3_600_000)
    try {
      expect((await federation({ Action: 'getSigninToken', Session })).status).toBe(400)
    } finally {
      clock = before
    }
  })
})

describe('login', () => {
  it('leads to the console with a cookie that scripts cannot read', async () => {
    const response = await login(await signinToken())
    expect([response.status, response.headers.get('location')]).toEqual([303, '/console'])
    expect(response.headers.get('set-cookie')).toMatch(/^localaws-console=[\w-]{32}; Path=\/; HttpOnly; SameSite=Lax$/)
  })

  it('takes a token once', async () => {
    const token = await signinToken()
    expect((await login(token)).status).toBe(303)
    expect((await login(token)).status).toBe(400)
  })

  it.each([
    [899, 303],
    [900, 400],
  ])('answers a token %d seconds old with %d', async (seconds, status) => {
    const token = await signinToken()
    const before = clock
    clock = new Date(before.getTime() + seconds * 1000)
    try {
      expect((await login(token)).status).toBe(status)
    } finally {
      clock = before
    }
  })

  it.each(['', 'console', 'javascript:alert(1)'])('refuses destination %j', async (Destination) => {
    expect((await login(await signinToken(), { Destination })).status).toBe(400)
  })
})

describe('The console page', () => {
  it('says who you are and what you asked for, escaped', async () => {
    const page = await (await consolePage(cookieOf(await login(await signinToken())))).text()
    expect(page).toContain('<h1>Developer</h1>')
    expect(page).toContain('in Production <span class="number">1111-2222-3333</span>')
    expect(page).toContain('arn:aws:sts::111122223333:assumed-role/Developer/alice@example.com')
    expect(page).toContain('region=eu-west-1&amp;x=&lt;b&gt;')
    expect(page).toContain('in 1h')
    expect(page).toContain('not amazon.com')
  })

  it('allows no script and no frame', async () => {
    const { headers } = await consolePage(cookieOf(await login(await signinToken())))
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    )
    expect(headers.get('cache-control')).toBe('no-store')
  })

  it('lasts as long as SessionDuration says, and not longer', async () => {
    const cookie = cookieOf(await login(await signinToken({ SessionDuration: '7200' })))
    const before = clock
    try {
      clock = new Date(before.getTime() + 7_199_000)
      expect((await consolePage(cookie)).status).toBe(200)
      clock = new Date(before.getTime() + 7_200_000)
      expect((await consolePage(cookie)).status).toBe(403)
    } finally {
      clock = before
    }
  })

  it.each(['', 'localaws-console=', 'localaws-console=x', 'other=x'])('shows nobody to cookie %j', async (cookie) => {
    expect((await consolePage(cookie)).status).toBe(403)
  })

  it('has its style sheet', async () => {
    expect((await fetch(`${aws.url}/console.css`)).headers.get('content-type')).toBe('text/css; charset=utf-8')
  })

  it('links back to an issuer on the web only', async () => {
    const page = await (
      await consolePage(cookieOf(await login(await signinToken(), { Issuer: 'javascript:alert(1)' })))
    ).text()
    expect(page).not.toContain('javascript:')
  })
})

describe('Signing out', () => {
  it('ends the session and links back to the issuer', async () => {
    const cookie = cookieOf(await login(await signinToken()))
    const response = await fetch(`${aws.url}/console/logout`, { method: 'POST', headers: { cookie } })
    expect(await response.text()).toContain('href="http://localhost:8080"')
    expect((await consolePage(cookie)).status).toBe(403)
  })

  it('is refused to a page of another port, which is the same site to a browser', async () => {
    const cookie = cookieOf(await login(await signinToken()))
    const headers = { cookie, 'sec-fetch-site': 'same-site' }
    expect((await fetch(`${aws.url}/console/logout`, { method: 'POST', headers })).status).toBe(400)
    expect((await consolePage(cookie)).status).toBe(200)
  })

  it.each([
    ['http://localhost:8080/done', 'http://localhost:8080/done'],
    ['https://elsewhere.example/', '/console'],
    ['javascript:alert(1)', '/console'],
  ])('by the link that tools use leads from %s to %s', async (target, location) => {
    const query = new URLSearchParams({ Action: 'logout', redirect_uri: target })
    const response = await fetch(`${aws.url}/oauth?${query}`, { redirect: 'manual' })
    expect([response.status, response.headers.get('location')]).toEqual([303, location])
  })
})
