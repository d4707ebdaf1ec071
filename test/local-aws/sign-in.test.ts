import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseDestination } from '../../src/local-aws/sign-in/destination.ts'
import { DORA, EVA, type Key, keyIn, roleArn, signedCall, signedState } from './signed-calls.ts'
import {
  ATTRIBUTE,
  attributesFor,
  base64,
  call,
  newKeys,
  PROVIDER,
  ROLE,
  type Running,
  responseXml,
  sign,
  start,
  stateFor,
  TAGGED_ROLE,
  type WireAnswer,
  withLocalAws,
} from './support.ts'

const keys = await newKeys()
let clock = new Date('2026-11-22T12:00:00Z')
const aws = withLocalAws(() => start(stateFor(keys), () => clock))

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

  it('getSigninToken is asked by GET too', async () => {
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

  it.each([
    '',
    'console',
    'javascript:alert(1)',
    'https://example.com/',
    'http://console.aws.amazon.com/',
    'https://console.aws.amazon.com.example.com/',
    'https://console.amazonaws-us-gov.com/',
  ])('refuses destination %j, and the link still works', async (Destination) => {
    const token = await signinToken()
    expect((await login(token, { Destination })).status).toBe(400)
    expect((await login(token)).status).toBe(303)
  })
})

describe('A second sign-in in the same browser', () => {
  const OTHER = 'arn:aws:iam::444455556666:role/Other'
  const provider = 'arn:aws:iam::444455556666:saml-provider/corp'
  let two: Running
  beforeAll(async () => {
    const state = stateFor(keys)
    const trustPolicy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Federated: provider }, Action: 'sts:AssumeRoleWithSAML' }],
    }
    two = await start({ ...state, roles: [...state.roles, { arn: OTHER, trustPolicy }] }, () => clock)
  })
  afterAll(() => two.close())

  const linkFor = async (role: string, principal: string): Promise<string> => {
    const attributes = attributesFor(role, principal)
    const { element } = await call(two.url, {
      Action: 'AssumeRoleWithSAML',
      RoleArn: role,
      PrincipalArn: principal,
      SAMLAssertion: base64(sign(responseXml(clock, { attributes }), keys)),
    })
    const Session = JSON.stringify({
      sessionId: element('AccessKeyId'),
      sessionKey: element('SecretAccessKey'),
      sessionToken: element('SessionToken'),
    })
    const answer = await fetch(`${two.url}/federation`, {
      method: 'POST',
      body: new URLSearchParams({ Action: 'getSigninToken', Session }),
    })
    const { SigninToken } = (await answer.json()) as { SigninToken: string }
    return `/federation?${new URLSearchParams({ Action: 'login', Destination: DESTINATION, SigninToken })}`
  }
  const open = (path: string, cookie = '') => fetch(`${two.url}${path}`, { redirect: 'manual', headers: { cookie } })
  const shows = async (cookie: string): Promise<string | undefined> =>
    /<h1>(.*)<\/h1>/.exec(await (await open('/console', cookie)).text())?.[1]

  it('a sign-in to the same account replaces the first', async () => {
    const first = cookieOf(await open(await linkFor(ROLE, PROVIDER)))
    const second = cookieOf(await open(await linkFor(ROLE, PROVIDER), first))
    expect([await shows(first), await shows(second)]).toEqual(['No user is signed in here', 'Developer'])
  })

  it('a sign-in to another account wants a logout first, and goes on from there with the same link', async () => {
    const first = cookieOf(await open(await linkFor(ROLE, PROVIDER)))
    const refused = await open(await linkFor(OTHER, provider), first)
    const page = await refused.text()
    expect([refused.status, page]).toEqual([
      400,
      expect.stringContaining('You must first log out before logging into a different AWS account.'),
    ])
    expect(await shows(first)).toBe('Developer')
    const onward = (/href="(\/oauth[^"]*)"/.exec(page)?.[1] ?? '').replaceAll('&amp;', '&')
    const loggedOut = await open(onward, first)
    expect(await shows(first)).toBe('No user is signed in here')
    expect(await shows(cookieOf(await open(loggedOut.headers.get('location') ?? '')))).toBe('Other')
  })
})

describe('Credentials that open a console [G]', () => {
  let signed: Running
  beforeAll(async () => {
    signed = await start(signedState(), () => new Date())
  })
  afterAll(() => signed.close())

  const ask = async (answer: WireAnswer, more: Readonly<Record<string, string>> = {}): Promise<number> => {
    const { accessKeyId, secretAccessKey, sessionToken } = keyIn(answer)
    const Session = JSON.stringify({ sessionId: accessKeyId, sessionKey: secretAccessKey, sessionToken })
    const body = new URLSearchParams({ Action: 'getSigninToken', Session, ...more })
    return (await fetch(`${signed.url}/federation`, { method: 'POST', body })).status
  }
  const role = (key: Key, name: string) =>
    signedCall(signed.url, key, { Action: 'AssumeRole', RoleArn: roleArn(name), RoleSessionName: 'dora' })

  it('the credentials that open a console are those of a role that a user assumed, for longer if requested', async () => {
    const taken = await role(DORA, 'path/ByName')
    expect([await ask(taken), await ask(taken, { SessionDuration: '43200' })]).toEqual([200, 200])
  })

  it('the credentials are those of a chained role, but for no longer than they last', async () => {
    const chained = await role(keyIn(await role(DORA, 'path/ByName')), 'Next')
    expect([await ask(chained), await ask(chained, { SessionDuration: '900' })]).toEqual([200, 400])
  })

  it('the credentials are those of a federation token, but for no longer than they last', async () => {
    const token = await signedCall(signed.url, EVA, { Action: 'GetFederationToken', Name: 'guest' })
    expect([await ask(token), await ask(token, { SessionDuration: '900' })]).toEqual([200, 400])
  })

  it("the credentials are not a user's own", async () => {
    expect(await ask(await signedCall(signed.url, DORA, { Action: 'GetSessionToken' }))).toBe(400)
  })
})

describe('The page that a link asks for', () => {
  it.each([
    [DESTINATION, 's3', 'eu-west-1', '/s3/home?region=eu-west-1&x=%3Cb%3E'],
    ['https://console.aws.amazon.com/ec2/v2/home?region=sa-east-1#Instances:', 'ec2', 'sa-east-1', undefined],
    ['https://111122223333-abc.eu-west-1.console.aws.amazon.com/lambda/home', 'lambda', 'eu-west-1', undefined],
    ['https://console.aws.amazon.com/', undefined, undefined, '/'],
    ['http://localhost:9000/x', 'x', undefined, '/x'],
  ])('%s is service %s in %s', (url, service, region, path) => {
    const destination = parseDestination(url, 'aws')
    expect(destination).toMatchObject({ url, service, region, ...(path === undefined ? {} : { path }) })
  })

  it.each([
    ['https://console.amazonaws.cn/iam', 'aws-cn', true],
    ['https://console.amazonaws.cn/iam', 'aws', false],
    ['https://console.aws.amazon.com/iam', 'aws-us-gov', false],
  ])('%s is of partition %s: %s', (url, partition, isThere) => {
    expect(parseDestination(url, partition) !== undefined).toBe(isThere)
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

  it('says with which tags, in whose name and by which provider', async () => {
    const attributes = {
      ...attributesFor(TAGGED_ROLE),
      [`${ATTRIBUTE}PrincipalTag:Team`]: ['blue'],
      [`${ATTRIBUTE}PrincipalTag:Cost Center`]: ['4711'],
      [`${ATTRIBUTE}SourceIdentity`]: ['alice-1'],
    }
    const { element } = await call(aws.url, {
      Action: 'AssumeRoleWithSAML',
      RoleArn: TAGGED_ROLE,
      PrincipalArn: PROVIDER,
      SAMLAssertion: base64(sign(responseXml(clock, { attributes }), keys)),
    })
    const Session = JSON.stringify({
      sessionId: element('AccessKeyId'),
      sessionKey: element('SecretAccessKey'),
      sessionToken: element('SessionToken'),
    })
    const page = await (await consolePage(cookieOf(await login(await signinToken({ Session }))))).text()
    expect(page).toContain(
      '<dt>Session tags</dt><dd><ul class="tags"><li><b>Team</b> blue</li><li><b>Cost Center</b> 4711</li></ul></dd>',
    )
    expect(page).toContain('<dt>Session name</dt><dd>alice@example.com</dd>')
    expect(page).toContain('<dt>Source identity</dt><dd>alice-1</dd>')
    expect(page).toContain(`<dt>Vouched for by</dt><dd><code>${PROVIDER}</code></dd>`)
    expect(page).toContain(`<dt>Access key</dt><dd><code>${element('AccessKeyId')}</code></dd>`)
    const untagged = await (await consolePage(cookieOf(await login(await signinToken())))).text()
    expect(untagged).not.toMatch(/Session tags|Source identity/)
  })

  it('leads back to where it came from once it has ended', async () => {
    const cookie = cookieOf(await login(await signinToken()))
    const before = clock
    clock = new Date(before.getTime() + 3_600_000)
    try {
      const page = await (await consolePage(cookie)).text()
      expect(page).toContain('Your session has ended')
      expect(page).toContain('href="http://localhost:8080"')
    } finally {
      clock = before
    }
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

  it.each(['', 'localaws-console=', 'localaws-console=x', 'other=x'])('shows no user for cookie %j', async (cookie) => {
    expect((await consolePage(cookie)).status).toBe(403)
  })

  it('the console page has its style sheet', async () => {
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

  it('signing out is refused to a page of another port, which is the same site to a browser', async () => {
    const cookie = cookieOf(await login(await signinToken()))
    const headers = { cookie, 'sec-fetch-site': 'same-site' }
    expect((await fetch(`${aws.url}/console/logout`, { method: 'POST', headers })).status).toBe(400)
    expect((await consolePage(cookie)).status).toBe(200)
  })

  it.each([
    ['http://localhost:8080/done', 'http://localhost:8080/done'],
    ['https://elsewhere.example/', '/console'],
    ['javascript:alert(1)', '/console'],
    ['//elsewhere.example/federation?', '/console'],
    ['/federation?Action=login&Destination=a%20b', '/federation?Action=login&Destination=a+b'],
  ])('a sign-in by the link that tools use leads from %s to %s', async (target, location) => {
    const query = new URLSearchParams({ Action: 'logout', redirect_uri: target })
    const response = await fetch(`${aws.url}/oauth?${query}`, { redirect: 'manual' })
    expect([response.status, response.headers.get('location')]).toEqual([303, location])
  })
})
