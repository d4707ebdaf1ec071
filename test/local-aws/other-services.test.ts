/** What happens to calls for other services, of clients whose AWS_ENDPOINT_URL leads here for all of them. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { requireTool } from '../tools.ts'
import { AWS } from './cli.ts'
import { newKeys, start, stateFor, USER, withLocalAws } from './support.ts'

const run = promisify(execFile)

const aws = withLocalAws(async () => start(stateFor(await newKeys())))

const authorizationFor = (service: string, scope = '20261122/eu-west-1/') =>
  `AWS4-HMAC-SHA256 Credential=${USER.accessKeyId}/${scope}${service}/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`

const send = async (service: string, path: string, init: RequestInit & { headers?: Record<string, string> } = {}) => {
  const headers = { authorization: authorizationFor(service), ...init.headers }
  const response = await fetch(`${aws.url}${path}`, { redirect: 'manual', ...init, headers })
  const { status } = response
  return { status, type: response.headers.get('content-type'), text: await response.text(), response }
}

describe('A call for a service that is not here', () => {
  it('a call for a service that is not here is refused as S3 refuses, and not led to the console', async () => {
    const { status, type, text } = await send('s3express', '/')
    expect([status, type]).toEqual([501, 'text/xml'])
    expect(text).toMatch(/^<Error><Code>NotImplemented<\/Code><Message>The local AWS has no s3express: .*<RequestId>/)
  })

  it('a call for a service that is not here is refused as JSON 1.x has it, where the operation is in a header', async () => {
    const { status, type, text, response } = await send('dynamodb', '/', {
      method: 'POST',
      headers: { 'x-amz-target': 'DynamoDB_20120810.ListTables', 'content-type': 'application/x-amz-json-1.0' },
      body: '{}',
    })
    expect([status, type]).toEqual([400, 'application/x-amz-json-1.0'])
    expect(response.headers.get('x-amzn-errortype')).toBe('UnknownOperationException')
    expect(JSON.parse(text)).toEqual({
      __type: 'UnknownOperationException',
      message: expect.stringContaining('The local AWS has no dynamodb'),
    })
  })

  it('a call for a service that is not here is refused as JSON, where the operation is a path', async () => {
    const { status, type, text } = await send('lambda', '/2015-03-31/functions/')
    expect([status, type, JSON.parse(text).__type]).toEqual([400, 'application/json', 'UnknownOperationException'])
  })

  it('a call for a service that is not here is refused in the Query protocol', async () => {
    const form = new URLSearchParams({ Action: 'DescribeThings', Version: '2010-03-31' })
    const { status, text } = await send('sns', '/', { method: 'POST', body: form })
    const body = /^<ErrorResponse><Error><Type>Sender<\/Type><Code>InvalidAction<\/Code>/
    expect([status, text]).toEqual([400, expect.stringMatching(body)])
  })

  it('a call for a service that is not here is known by an asymmetric signature, and by one in the query, too', async () => {
    const ecdsa = { authorization: authorizationFor('s3express', '20261122/').replace('HMAC', 'ECDSA-P256') }
    expect((await send('s3express', '/', { headers: ecdsa })).status).toBe(501)
    const presigned = await fetch(
      `${aws.url}/bucket/key?X-Amz-Credential=a%2F20261122%2Feu-west-1%2Fs3express%2Faws4_request`,
    )
    expect(presigned.status).toBe(501)
  })

  it('a call for a service that is not here is answered with what to do instead', async () => {
    expect((await send('sns', '/', { method: 'POST' })).text).toContain(
      'Set AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL_IAM',
    )
  })

  it('a call of STS that was signed for another service gets its own error', async () => {
    const form = new URLSearchParams({ Action: 'GetCallerIdentity', Version: '2011-06-15' })
    const { text } = await send('s3', '/', {
      method: 'POST',
      body: form,
      headers: { 'x-amz-date': '20261122T000000Z' },
    })
    expect(text).toContain("Credential should be scoped to correct service: 'sts'")
  })

  it('leaves browsers their console', async () => {
    const response = await fetch(aws.url, { redirect: 'manual' })
    expect([response.status, response.headers.get('location')]).toEqual([303, '/console'])
  })
})

describe.skipIf(!requireTool(AWS))('The AWS CLI', () => {
  it.each([
    ['dynamodb', 'list-tables', 'dynamodb'],
    ['lambda', 'list-functions', 'lambda'],
    ['cloudtrail', 'lookup-events', 'cloudtrail'],
    ['sns', 'list-topics', 'sns'],
    ['route53', 'list-hosted-zones', 'route53'],
  ])('says of %s %s that it is not here', async (command, operation, service) => {
    const env = {
      PATH: '/usr/bin:/bin',
      HOME: '/nonexistent',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PAGER: '',
      AWS_MAX_ATTEMPTS: '1',
    }
    const stderr = await run(AWS, [command, operation, '--endpoint-url', aws.url], { env }).then(
      () => 'no error',
      (error: { stderr?: string }) => error.stderr ?? '',
    )
    expect(stderr).toContain(`The local AWS has no ${service}: it answers STS and IAM`)
  })
})
