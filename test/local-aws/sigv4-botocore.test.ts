import { execFileSync } from 'node:child_process'
import { beforeAll, describe, expect, it } from 'vitest'
import { Secret } from '../../src/core/secret.ts'
import type { HttpRequest } from '../../src/local-aws/http.ts'
import { parseParameters } from '../../src/local-aws/query/parameters.ts'
import { verifyRequest } from '../../src/local-aws/sigv4/verify.ts'
import { requireTool } from '../tools.ts'

/**
 * botocore signs requests that no client would make: odd paths, queries, headers and bodies, from a fixed seed.
 * Dot segments never end a path: there botocore and RFC 3986 section 5.2.4 differ.
 */
const SIGN = `
import json, random
import awscli.botocore.session
from urllib.parse import quote, urlsplit
from awscli.botocore.auth import SigV4Auth, SigV4QueryAuth
from awscli.botocore.awsrequest import AWSRequest
from awscli.botocore.credentials import Credentials

chance = random.Random(20150830)
ODD = "aZ09-._~!*'()/ @:+&=?#%,;$\\u00e9\\u4e2d"

def text(most, letters=ODD):
    return ''.join(chance.choice(letters) for _ in range(chance.randint(0, most)))

made = []
for n in range(120):
    token = text(40, 'abcXYZ+/=') if n % 3 == 0 else None
    path = '/' + '/'.join(quote(text(8).replace('/', ''), safe="-._~!*'()@:+&=,;$") for _ in range(chance.randint(0, 3))) + chance.choice(['/end', '/end/'])
    query = '&'.join(quote(chance.choice('abAB') + text(4), safe='-._~') + chance.choice(['', '=' + quote(text(6), safe='-._~')]) for _ in range(chance.randint(0, 5)))
    body = text(60).encode() if n % 2 else b''
    headers = {'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8', 'X-Odd': '  ' + text(9, 'ab c  d') + 'e '}
    url = 'http://sts.example.test:8081' + path + ('?' + query if query else '')
    request = AWSRequest(method='POST' if n % 2 else 'GET', url=url, headers=headers, data=body)
    credentials = Credentials('AKIDEXAMPLE123456789', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', token)
    if n % 4 == 0:
        SigV4QueryAuth(credentials, 'sts', 'eu-west-1', expires=60).add_auth(request)
    else:
        SigV4Auth(credentials, 'sts', 'eu-west-1').add_auth(request)
    sent = request.prepare()
    parts = urlsplit(sent.url)
    made.append({
        'method': sent.method, 'path': parts.path, 'query': parts.query, 'token': token,
        'headers': {k.lower(): (v.decode() if isinstance(v, bytes) else v) for k, v in sent.headers.items()},
        'body': body.decode('utf-8'), 'host': parts.netloc,
    })
print(json.dumps(made))
`

interface Signed {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly token: string | null
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly host: string
}

const now = new Date()
const made = (): readonly Signed[] =>
  JSON.parse(execFileSync('/usr/bin/python3', ['-c', SIGN], { encoding: 'utf8' })) as readonly Signed[]

const requestOf = ({ method, path, query, headers, body, host }: Signed): HttpRequest => ({
  method,
  path,
  query,
  target: query === '' ? path : `${path}?${query}`,
  headers: { ...headers, host },
  body: Buffer.from(body),
  form: () => parseParameters(body),
  remoteAddress: '127.0.0.1',
})

/** As node:http does it. */
const trimmed = (request: HttpRequest): HttpRequest => ({
  ...request,
  headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, value?.trim()])),
})

const verdict = (request: HttpRequest, token: string | null): string => {
  const key = {
    secretAccessKey: new Secret('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'),
    temporary:
      token === null ? undefined : { sessionToken: new Secret(token), expiration: new Date(now.getTime() + 60_000) },
  }
  try {
    verifyRequest(trimmed(request), () => key, now)
    return 'verified'
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
}

describe.skipIf(!requireTool('/usr/bin/aws'))("botocore's signatures of requests that no client would make", () => {
  let all: readonly Signed[] = []
  beforeAll(() => {
    all = made().filter(({ token }) => token !== '')
  })

  it('all verify', () => {
    expect(all.length).toBeGreaterThan(100)
    for (const signed of all) expect(verdict(requestOf(signed), signed.token), JSON.stringify(signed)).toBe('verified')
  })

  it.each<[string, (request: HttpRequest) => HttpRequest]>([
    ['the method', (request) => ({ ...request, method: request.method === 'GET' ? 'POST' : 'GET' })],
    ['the path', (request) => ({ ...request, path: `${request.path}x` })],
    ['the query', (request) => ({ ...request, query: `${request.query}&x=1` })],
    ['a signed header', (request) => ({ ...request, headers: { ...request.headers, host: 'sts.example.test:8082' } })],
    ['the body', (request) => ({ ...request, body: Buffer.concat([request.body, Buffer.from(' ')]) })],
  ])('none verifies when %s is another', (_, change) => {
    for (const signed of all) expect(verdict(change(requestOf(signed)), signed.token)).toMatch(/does not match/)
  })
})
