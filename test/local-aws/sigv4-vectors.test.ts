import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { readRequest } from '../../src/local-aws/http.ts'
import {
  canonicalRequest,
  sha256Hex,
  signatureOf,
  signingKey,
  stringToSign,
} from '../../src/local-aws/sigv4/signature.ts'

interface Vector {
  readonly name: string
  readonly request: string
  readonly canonicalRequest: string
  readonly stringToSign: string
  readonly authorization: string
}

const suite = JSON.parse(
  readFileSync(new URL('../fixtures/sigv4/aws-sig-v4-test-suite.json', import.meta.url), 'utf8'),
) as readonly Vector[]

/** Cases that say nothing about a verifier behind node:http. */
const leftOut: ReadonlyMap<string, string> = new Map([
  [
    'get-header-value-multiline',
    'node:http refuses folded header lines before anything of ours sees them (RFC 9112 5.2)',
  ],
  ['post-x-www-form-urlencoded', 'its canonical request signs a Content-Length that its Authorization header does not'],
  ['post-x-www-form-urlencoded-parameters', 'its text to sign is not made from its canonical request'],
])

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const SCOPE = { date: '20150830', region: 'us-east-1', service: 'service' }
const TIMESTAMP = '20150830T123600Z'

const parse = ({ request, authorization }: Vector) => {
  const [head = '', ...body] = request.split('\n\n')
  const [first = '', ...lines] = head.split('\n')
  const [, method = '', target = ''] = /^(\w+) (.*) HTTP\/1\.1$/.exec(first) ?? []
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`
  }
  const [path = '', query = ''] = target.split('?')
  const signedHeaders = (/SignedHeaders=([^,]*),/.exec(authorization)?.[1] ?? '').split(';')
  return { method, path, query, headers, signedHeaders, payloadHash: sha256Hex(body.join('\n\n')) }
}

describe("AWS's Signature Version 4 test suite", () => {
  it("AWS's test suite is there", () => {
    expect(suite.length).toBeGreaterThan(25)
  })

  it.each(suite.filter(({ name }) => !leftOut.has(name)))("AWS's test suite: $name", (vector) => {
    const canonical = canonicalRequest(parse(vector))
    expect(canonical).toBe(vector.canonicalRequest)
    const toSign = stringToSign(canonical, TIMESTAMP, SCOPE)
    expect(toSign).toBe(vector.stringToSign)
    expect(vector.authorization).toContain(
      `Signature=${signatureOf(signingKey(SECRET, SCOPE), toSign).toString('hex')}`,
    )
  })
})

describe('A signed query', () => {
  const canonicalOf = (query: string): string =>
    canonicalRequest({ method: 'GET', path: '/', query, headers: {}, signedHeaders: ['host'], payloadHash: '' })

  it('means what its reader takes it for: a plus that was signed cannot become a space', () => {
    expect(canonicalOf('Value=a%2Bb')).not.toBe(canonicalOf('Value=a+b'))
    expect(canonicalOf('Value=a%20b')).toBe(canonicalOf('Value=a+b'))
  })
})

describe('Signed headers', () => {
  it('headers that are named like a member of every object are absent, and no defect of ours', () => {
    const parts = { method: 'GET', path: '/', query: '', headers: { host: 'x' }, payloadHash: '' }
    expect(canonicalRequest({ ...parts, signedHeaders: ['__proto__', 'constructor', 'host'] })).toContain(
      '\n__proto__:\nconstructor:\nhost:x\n',
    )
  })

  it('headers that are repeated arrive as they are signed, in get-header-key-duplicate too', async () => {
    const server = createServer((request, response) => {
      void readRequest(request).then(({ headers }) => response.end(JSON.stringify(headers)))
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    try {
      const headers = {
        'My-Header1': ['value2', 'value2, value1'],
        Authorization: ['first', 'second'],
        'Set-Cookie': 'a=b',
      }
      const { port } = server.address() as AddressInfo
      const [answer] = (await once(get({ host: '127.0.0.1', port, headers }), 'response')) as [IncomingMessage]
      expect(await json(answer)).toMatchObject({
        'my-header1': 'value2,value2, value1',
        authorization: 'first',
        'set-cookie': 'a=b',
      })
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })
})
