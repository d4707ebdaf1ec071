import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { startLocalAws } from '../../src/local-aws/server.ts'
import { holds } from '../held/holds.ts'
import { EVA, roleArn, signedCall, signedState } from './signed-calls.ts'
import { call, newKeys, PROVIDER, ROLE, start, stateFor, USER, wireAnswer, withLocalAws } from './support.ts'

const state = stateFor(await newKeys())
const aws = withLocalAws(() => start(state))

const raw = async (bytes: string): Promise<string> => {
  const { port } = new URL(aws.url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.setEncoding('utf8')
  let text = ''
  socket.on('data', (chunk: string) => {
    text += chunk
  })
  socket.on('error', () => {})
  socket.write(bytes)
  await once(socket, 'close')
  return text
}

describe('Whatever is sent, the local AWS answers as AWS would', () => {
  it('the local AWS answers with 413 to ten megabytes', async () => {
    const response = await fetch(aws.url, { method: 'POST', body: 'x'.repeat(10_000_000) })
    expect(response.status).toBe(413)
    expect(wireAnswer(response.status, await response.text()).element('Code')).toBe('RequestEntityTooLarge')
  })

  it.each([
    ['no action', '', 'MissingAction'],
    ['an action that does not exist', 'Action=AssumeEverything', 'InvalidAction'],
    ['an action that is a permission', 'Action=TagSession', 'InvalidAction'],
    ['an action named like a member of every object', 'Action=constructor', 'InvalidAction'],
    ['another version', 'Action=GetCallerIdentity&Version=2010-01-01', 'InvalidAction'],
    ['control characters', 'Action=%00%01%ff', 'InvalidAction'],
    ['bad percent-encoding', 'Action=%E0%A4%A&%', 'InvalidAction'],
    ['a hundred thousand parameters', 'a&'.repeat(100_000), 'MissingAction'],
  ])('the local AWS answers: %s', async (_, body, code) => {
    const response = await fetch(aws.url, { method: 'POST', body })
    expect([response.status, wireAnswer(400, await response.text()).element('Code')]).toEqual([400, code])
  })

  it('the local AWS answers even where an answer repeats characters that XML cannot carry', async () => {
    const { error } = await call(aws.url, {
      Action: 'AssumeRoleWithSAML',
      RoleArn: '\u0000\u0001 <&>',
      PrincipalArn: PROVIDER,
      SAMLAssertion: 'aaaa',
    })
    expect(error).toContain("Value '\uFFFD\uFFFD <&>' at 'roleArn'")
  })

  it.each([
    ['a value that an error repeats', { RoleArn: 'a'.repeat(300_000) }],
    ['a list that an error repeats', { 'PolicyArns.member.1.arn': 'a'.repeat(300_000) }],
  ])('the local AWS answers and remembers little of it: %s', async (_, more) => {
    await call(aws.url, { Action: 'AssumeRoleWithSAML', PrincipalArn: PROVIDER, SAMLAssertion: 'aaaa', ...more })
    const trail = await (await fetch(`${aws.url}/cloudtrail?limit=1`)).text()
    expect(trail).toContain('ValidationError')
    expect(trail.length).toBeLessThan(10_000)
    expect(aws.lines.at(-1)?.length).toBeLessThan(10_000)
  })

  it('the local AWS answers and remembers little of what a signed call wants: a policy far too large', async () => {
    const signed = await start(signedState())
    try {
      const { error } = await signedCall(signed.url, EVA, {
        Action: 'AssumeRole',
        RoleArn: roleArn('path/ByName'),
        RoleSessionName: 'eva',
        Policy: `{"Version":"2012-10-17","Statement":[]}${' '.repeat(300_000)}`,
      })
      const trail = await (await fetch(`${signed.url}/cloudtrail?limit=1`)).text()
      expect(error).toContain('Malformed')
      expect(trail).toContain('"eventName":"AssumeRole"')
      expect(trail.length).toBeLessThan(10_000)
    } finally {
      await signed.close()
    }
  })

  it('the local AWS answers with 404 to what it has no route for', async () => {
    expect((await fetch(`${aws.url}/latest/meta-data/`)).status).toBe(404)
    expect((await fetch(aws.url, { method: 'DELETE' })).status).toBe(404)
  })

  it('the local AWS answers with 400 to what is not HTTP', async () => {
    expect(await raw('hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('the local AWS answers with 431 to headers without end', async () => {
    expect(await raw(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /)
  })

  it.each([
    ['AWS4-HMAC-SHA256', 'IncompleteSignature'],
    ['Bearer x', 'IncompleteSignature'],
    ['AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=x', 'IncompleteSignature'],
    [
      'AWS4-HMAC-SHA256 Credential=AKIAY34FZKBOEXAMPLE1/20261122/eu-west-1/sts/aws4_request, SignedHeaders=x-amz-date, Signature='.concat(
        'a'.repeat(64),
      ),
      'IncompleteSignature',
    ],
    [
      'AWS4-HMAC-SHA256 Credential=AKIAY34FZKBOEXAMPLE1/20261122/eu-west-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature='.concat(
        'a'.repeat(64),
      ),
      'SignatureDoesNotMatch',
    ],
  ])(
    'the local AWS answers with a code to Authorization: %s',
    holds('A.4 IncompleteSignature'),
    async (authorization, code) => {
      const headers = { authorization, 'x-amz-date': '20261122T000000Z' }
      const response = await fetch(aws.url, {
        method: 'POST',
        headers,
        body: new URLSearchParams({ Action: 'GetCallerIdentity' }),
      })
      expect(wireAnswer(response.status, await response.text()).element('Code')).toBe(code)
    },
  )

  it('the local AWS answers with the reason to a signature made for another service', async () => {
    const credential = `${USER.accessKeyId}/20261122/eu-west-1/s3/aws4_request`
    const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=${'a'.repeat(64)}`
    const response = await fetch(aws.url, {
      method: 'POST',
      headers: { authorization, 'x-amz-date': '20261122T000000Z' },
      body: new URLSearchParams({ Action: 'GetCallerIdentity' }),
    })
    expect(wireAnswer(response.status, await response.text()).element('Message')).toBe(
      "Credential should be scoped to correct service: 'sts'.",
    )
  })

  it(
    'the local AWS answers to a signature that comes with an unsigned call by ignoring it',
    holds('A.1 unsigned'),
    async () => {
      const body = new URLSearchParams({
        Action: 'AssumeRoleWithSAML',
        RoleArn: ROLE,
        PrincipalArn: PROVIDER,
        SAMLAssertion: 'aaaa',
      })
      const response = await fetch(aws.url, { method: 'POST', headers: { authorization: 'AWS4-HMAC-SHA256 x' }, body })
      expect(wireAnswer(response.status, await response.text()).element('Code')).toBe('InvalidIdentityToken')
    },
  )

  it('the local AWS answers with 500 and no word about why when it is itself at fault', holds('A.1 type'), async () => {
    let calls = 0
    const broken = await start(state, () => {
      if (calls++ > 0) throw new Error('the clock fell off the wall at /secret/path')
      return new Date()
    })
    try {
      const response = await fetch(broken.url, { method: 'POST', body: 'Action=GetCallerIdentity' })
      const text = await response.text()
      expect([response.status, wireAnswer(500, text).element('Code')]).toEqual([500, 'InternalFailure'])
      expect(wireAnswer(500, text).element('Type')).toBe('Receiver')
      expect(text).not.toContain('secret')
    } finally {
      await broken.close()
    }
  })
})

describe('Starting', () => {
  it('rejects with EADDRINUSE when the port is in use', async () => {
    const port = Number(new URL(aws.url).port)
    const listen = { host: '127.0.0.1', port }
    await expect(startLocalAws({ listen, state, allowHttpIssuers: false })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    })
  })
})
