/** Whatever is thrown at the gateway: a refusal with a code and a sentence, never a defect, a hang or a stack trace. */
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusalIn } from '../harness/html.ts'
import { formWith, HttpBrowser } from '../harness/http-browser.ts'
import { signIn } from '../harness/sign-in.ts'
import { startTestGateway, type TestGateway } from '../harness/test-gateway.ts'

let testGateway: TestGateway
beforeAll(async () => {
  testGateway = await startTestGateway()
})
afterAll(() => testGateway.close())

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

interface Sent {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

const form = { 'content-type': 'application/x-www-form-urlencoded' }

/** Straight on the wire, so that no client repairs what is sent. */
const send = ({ method = 'GET', path, headers = {}, body }: Sent): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { port } = new URL(testGateway.gateway)
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const request = httpRequest(
      { host: '127.0.0.1', port, method, path, headers: { ...length, ...headers } },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => {
          const { statusCode = 0, headers: answered } = response
          resolve({ status: statusCode, type: answered['content-type'] ?? '', body: Buffer.concat(chunks).toString() })
        })
      },
    )
    request.once('error', reject)
    request.end(body)
  })

const post = (path: string, body: string, headers = form): Sent => ({ method: 'POST', path, body, headers })
const saml = (xml: string): Sent =>
  post('/saml/corp/acs', `SAMLResponse=${encodeURIComponent(Buffer.from(xml).toString('base64'))}&RelayState=x`)

const P = 'urn:oasis:names:tc:SAML:2.0:protocol'
const nested = (depth: number): string => `<r xmlns="${P}">${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}</r>`

interface Bad {
  readonly what: string
  readonly sent: Sent
  readonly status: number
  readonly code: string
}

const bad: readonly Bad[] = [
  {
    what: 'a body of 10 MB at the ACS',
    sent: post('/saml/corp/acs', `SAMLResponse=${'A'.repeat(10_000_000)}`),
    status: 413,
    code: 'http.body_too_large',
  },
  {
    what: 'a body of 10 MB elsewhere',
    sent: post('/roles/credentials', `role=${'A'.repeat(10_000_000)}`),
    status: 413,
    code: 'http.body_too_large',
  },
  {
    what: 'a message above the limit in a form below it',
    sent: post('/saml/corp/acs', `SAMLResponse=${'A'.repeat(1_499_000)}`),
    status: 413,
    code: 'saml.too_large',
  },
  { what: '100,000 levels', sent: saml(nested(100_000)), status: 400, code: 'saml.too_deep' },
  {
    what: '100,000 levels that are never closed',
    sent: saml('<a>'.repeat(100_000)),
    status: 400,
    code: 'saml.too_deep',
  },
  {
    what: 'a DOCTYPE',
    sent: saml(`<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>`),
    status: 400,
    code: 'saml.doctype',
  },
  {
    what: 'entities that grow',
    sent: saml(`<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><r>&b;</r>`),
    status: 400,
    code: 'saml.doctype',
  },
  {
    what: 'a processing instruction',
    sent: saml(`<?xml-stylesheet href="x"?><r xmlns="${P}"/>`),
    status: 400,
    code: 'saml.processing_instruction',
  },
  {
    what: '100,000 siblings',
    sent: saml(`<r xmlns="${P}">${'<a/>'.repeat(100_000)}</r>`),
    status: 400,
    code: 'saml.too_many_elements',
  },
  { what: 'text that is no XML', sent: saml('hello'), status: 400, code: 'saml.malformed' },
  { what: 'a NUL in the XML', sent: saml(`<r xmlns="${P}">\u0000</r>`), status: 400, code: 'saml.malformed' },
  { what: 'XML that is no response', sent: saml('<r/>'), status: 400, code: 'saml.not_a_response' },
  { what: 'invalid base64', sent: post('/saml/corp/acs', 'SAMLResponse=%25%25%25'), status: 400, code: 'saml.base64' },
  {
    what: 'base64 of the URL alphabet',
    sent: post('/saml/corp/acs', 'SAMLResponse=-_-_'),
    status: 400,
    code: 'saml.base64',
  },
  {
    what: 'bytes that are not UTF-8',
    sent: post('/saml/corp/acs', `SAMLResponse=${encodeURIComponent('//79')}`),
    status: 400,
    code: 'saml.utf8',
  },
  {
    what: 'no SAMLResponse',
    sent: post('/saml/corp/acs', 'RelayState=x'),
    status: 400,
    code: 'saml.parameter_missing',
  },
  {
    what: 'an empty SAMLResponse',
    sent: post('/saml/corp/acs', 'SAMLResponse='),
    status: 400,
    code: 'saml.parameter_missing',
  },
  {
    what: 'two SAMLResponses',
    sent: post('/saml/corp/acs', 'SAMLResponse=AA&SAMLResponse=AA'),
    status: 400,
    code: 'saml.parameter_missing',
  },
  {
    what: 'SAMLResponse[] as an array',
    sent: post('/saml/corp/acs', 'SAMLResponse[]=AA'),
    status: 400,
    code: 'saml.parameter_missing',
  },
  {
    what: 'SAMLResponse as an object',
    sent: post('/saml/corp/acs', 'SAMLResponse[a]=AA'),
    status: 400,
    code: 'saml.parameter_missing',
  },
  {
    what: 'a form without a type',
    sent: post('/saml/corp/acs', 'SAMLResponse=AA', {} as typeof form),
    status: 400,
    code: 'saml.parameter_missing',
  },
  {
    what: 'JSON at the ACS',
    sent: post('/saml/corp/acs', '{"SAMLResponse":{"a":1}}', { 'content-type': 'application/json' }),
    status: 400,
    code: 'saml.parameter_missing',
  },
  {
    what: 'a thousand parameters at the ACS',
    sent: post('/saml/corp/acs', 'a=1&'.repeat(1000)),
    status: 413,
    code: 'http.body_too_large',
  },
  {
    what: 'an unknown charset',
    sent: post('/saml/corp/acs', 'SAMLResponse=AA', {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-7',
    }),
    status: 400,
    code: 'http.bad_request',
  },
  {
    what: 'an unknown content encoding',
    sent: post('/saml/corp/acs', 'SAMLResponse=AA', { ...form, 'content-encoding': 'lzma' } as typeof form),
    status: 400,
    code: 'http.bad_request',
  },
  {
    what: 'a body that is not the gzip it claims',
    sent: post('/saml/corp/acs', 'SAMLResponse=AA', { ...form, 'content-encoding': 'gzip' } as typeof form),
    status: 400,
    code: 'http.bad_request',
  },
  {
    what: 'an unknown provider to sign in with',
    sent: { path: '/login/nobody' },
    status: 404,
    code: 'provider.unknown',
  },
  { what: 'a provider named __proto__', sent: { path: '/login/__proto__' }, status: 404, code: 'provider.unknown' },
  {
    what: 'an unknown provider at the ACS',
    sent: post('/saml/nobody/acs', 'SAMLResponse=AA'),
    status: 404,
    code: 'provider.unknown',
  },
  {
    what: 'an OpenID provider at the ACS',
    sent: post('/saml/openid/acs', 'SAMLResponse=AA'),
    status: 404,
    code: 'provider.unknown',
  },
  {
    what: 'an unknown provider at the callback',
    sent: { path: '/oidc/nobody/callback?code=a&state=b' },
    status: 404,
    code: 'provider.unknown',
  },
  {
    what: 'metadata of an unknown provider',
    sent: { path: '/saml/nobody/metadata' },
    status: 404,
    code: 'provider.unknown',
  },
  {
    what: 'a callback without anything',
    sent: { path: '/oidc/openid/callback' },
    status: 403,
    code: 'oidc.state_mismatch',
  },
  {
    what: 'a callback with repeated parameters',
    sent: { path: '/oidc/openid/callback?state=a&state=b&code=c&code=d' },
    status: 403,
    code: 'oidc.state_mismatch',
  },
  {
    what: 'bad percent-encoding in the path',
    sent: { path: '/login/%E0%A4%A' },
    status: 400,
    code: 'http.bad_request',
  },
  {
    what: 'bad percent-encoding in the static path',
    sent: { path: '/static/%E0%A4%A' },
    status: 404,
    code: 'http.not_found',
  },
  { what: 'a NUL in the static path', sent: { path: '/static/%00' }, status: 404, code: 'http.not_found' },
  {
    what: 'a path out of the static folder',
    sent: { path: '/static/..%2f..%2fpackage.json' },
    status: 404,
    code: 'http.not_found',
  },
  { what: 'a page that is not there', sent: { path: '/nowhere' }, status: 404, code: 'http.not_found' },
  { what: 'the package file', sent: { path: '/package.json' }, status: 404, code: 'http.not_found' },
  { what: 'two slashes in front', sent: { path: '//evil.example/x' }, status: 404, code: 'http.not_found' },
  {
    what: 'the ACS by DELETE',
    sent: { method: 'DELETE', path: '/saml/corp/acs' },
    status: 405,
    code: 'http.method_not_allowed',
  },
  { what: 'the roles by PUT', sent: { method: 'PUT', path: '/roles' }, status: 405, code: 'http.method_not_allowed' },
  { what: 'a sign-in by POST', sent: post('/login/corp', ''), status: 405, code: 'http.method_not_allowed' },
  { what: 'OPTIONS *', sent: { method: 'OPTIONS', path: '*' }, status: 405, code: 'http.method_not_allowed' },
  {
    what: 'a posted callback that answers no question',
    sent: post('/oidc/openid/callback', 'code=a&state=b'),
    status: 403,
    code: 'oidc.state_mismatch',
  },
]

describe.each(bad)('$what', ({ sent, status, code }) => {
  it(`the request is answered with ${status} and a page that says ${code}`, async () => {
    const answer = await send({ ...sent, headers: { ...sent.headers, accept: 'text/html' } })
    expect(refusalIn(answer.body)).toMatchObject({ status, code })
    expect(answer.status).toBe(status)
    expect(answer.body).not.toMatch(/node_modules|\.ts:\d|at [\w.]+ \(|Error:/)
  })

  it('the request is answered to a script as a problem document of the same code', async () => {
    const answer = await send({ ...sent, headers: { ...sent.headers, accept: 'application/json' } })
    expect(answer.type).toContain('application/problem+json')
    expect(JSON.parse(answer.body)).toEqual({
      type: 'about:blank',
      status,
      code,
      title: expect.stringMatching(/\.$/),
      hint: expect.stringMatching(/\.$/),
      reference: expect.stringMatching(/^[\w-]{12}$/),
    })
  })
})

describe('what node itself turns away', () => {
  const raw = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(testGateway.gateway).port), '127.0.0.1', () => socket.write(text))
      let answer = ''
      socket.setEncoding('utf8').on('data', (chunk: string) => {
        answer += chunk
      })
      socket.once('close', () => resolve(answer)).once('error', reject)
    })

  it('headers of 100 KB get 431', async () => {
    expect(await raw(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(100_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /)
  })

  it('a cookie of 100 KB gets 431', async () => {
    expect(await raw(`GET /roles HTTP/1.1\r\nHost: x\r\nCookie: ${'a=b; '.repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 /,
    )
  })

  it('text that is no HTTP gets 400', async () => {
    expect(await raw('\u0016\u0003\u0001 hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('two lengths of one body get 400', async () => {
    const head = 'POST /saml/corp/acs HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n'
    expect(await raw(`${head}\r\n0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /)
  })
})

describe('fields of the forms that a user posts', () => {
  const take = async (change: (body: URLSearchParams) => void) => {
    const browser = new HttpBrowser()
    const page = await signIn(browser, { gateway: testGateway.gateway, provider: 'corp', username: 'alice' })
    const body = new URLSearchParams(formWith(page, 'role').fields)
    change(body)
    const cookie = `fedgate_session=${browser.cookies.value('fedgate_session')}`
    const headers = { ...form, cookie, accept: 'text/html' }
    return send({ method: 'POST', path: '/roles/credentials', headers, body: body.toString() })
  }

  it('the same role twice is that role', async () => {
    const { status, body } = await take((fields) => fields.append('role', fields.get('role') ?? ''))
    expect(status).toBe(200)
    expect(body.match(/export AWS_SECRET_ACCESS_KEY=/g)).toHaveLength(1)
  })

  it('two durations are none, which is the usual hour', async () => {
    const { status, body } = await take((fields) => fields.append('duration', '14400'))
    expect(status).toBe(200)
    const minutes = (Date.parse(/data-countdown="([^"]+)"/.exec(body)?.[1] ?? '') - Date.now()) / 60_000
    expect(Math.round(minutes / 10)).toBe(6)
  })

  it.each(['__proto__', 'constructor', 'role[a]'])('a field named %s changes nothing', async (name) => {
    const { status } = await take((fields) => fields.append(name, 'x'))
    expect(status).toBe(200)
  })
})

it('holds no cookie against the user: garbage is no session', async () => {
  for (const cookie of [
    'fedgate_session',
    'fedgate_session=',
    'fedgate_session=s%3A',
    'fedgate_session=%E0%A4%A',
    'fedgate_session=j:{}',
    'fedgate_login=;;;=',
  ]) {
    const { status } = await send({ path: '/api/session', headers: { cookie } })
    expect(status).toBe(401)
  }
})

it('the gateway has logged no defect', async () => {
  // A defect is logged with its stack.
  expect(testGateway.log.filter((line) => /\n\s+at /.test(line))).toEqual([])
})
