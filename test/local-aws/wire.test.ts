import { describe, expect, it } from 'vitest'
import { holds, itEach, row } from '../held/holds.ts'
import { DORA, signedCall, signedState } from './signed-calls.ts'
import { start, withLocalAws } from './support.ts'

const aws = withLocalAws(() => start(signedState()))

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const NAMESPACE = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"'

describe('The Query protocol', () => {
  it.each([
    'AssumeRole',
    'DecodeAuthorizationMessage',
    'GetAccessKeyInfo',
    'GetCallerIdentity',
    'GetFederationToken',
    'GetSessionToken',
  ])('takes no unsigned call, nor one that is signed for another service: %s', holds('A.1 signed'), async (Action) => {
    const body = new URLSearchParams({ Action, Version: '2011-06-15' })
    const unsigned = await fetch(aws.url, { method: 'POST', body })
    expect([unsigned.status, await unsigned.text()]).toEqual([
      403,
      expect.stringContaining('<Code>MissingAuthenticationToken</Code>'),
    ])
    const today = new Date().toISOString().slice(0, 10).replaceAll('-', '')
    const scope = `${DORA.accessKeyId}/${today}/us-east-1/iam/aws4_request`
    const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=${'0'.repeat(64)}`
    const headers = { authorization, 'x-amz-date': `${today}T000000Z` }
    const forIam = await fetch(aws.url, { method: 'POST', body, headers })
    expect(await forIam.text()).toContain("Credential should be scoped to correct service: 'sts'")
  })

  it(
    'the Query protocol is a form with Action and Version, and a result in its envelope',
    holds('A.1 form', 'A.1 success', 'A.1 timestamps'),
    async () => {
      const { status, text } = await signedCall(aws.url, DORA, { Action: 'GetSessionToken' })
      expect(status).toBe(200)
      expect(text).toMatch(
        new RegExp(
          `^<GetSessionTokenResponse ${NAMESPACE}><GetSessionTokenResult><Credentials><AccessKeyId>ASIA[A-Z2-7]{16}</AccessKeyId><SecretAccessKey>[\\w+/]{40}</SecretAccessKey><SessionToken>[\\w+/=]+</SessionToken><Expiration>\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ</Expiration></Credentials><SessionTokenUtilization>\\d+</SessionTokenUtilization><SessionTokenSize>\\d+</SessionTokenSize></GetSessionTokenResult><ResponseMetadata><RequestId>${UUID}</RequestId></ResponseMetadata></GetSessionTokenResponse>$`,
        ),
      )
    },
  )

  it('tells an error, whose it is, and the request it was', holds('A.1 error', 'A.1 type', 'A.1 headers'), async () => {
    const response = await fetch(aws.url, {
      method: 'POST',
      body: new URLSearchParams({ Action: 'TagSession', Version: '2011-06-15' }),
    })
    const id = response.headers.get('x-amzn-requestid') ?? ''
    expect(id).toMatch(new RegExp(`^${UUID}$`))
    expect(response.headers.get('content-type')).toBe('text/xml')
    expect(response.headers.get('date')).toMatch(/ GMT$/)
    expect(await response.text()).toBe(
      `<ErrorResponse ${NAMESPACE}><Error><Type>Sender</Type><Code>InvalidAction</Code><Message>Could not find operation TagSession for version 2011-06-15</Message></Error><RequestId>${id}</RequestId></ErrorResponse>`,
    )
  })

  it('knows one version of itself', async () => {
    const answer = await signedCall(aws.url, DORA, { Action: 'GetCallerIdentity', Version: '2010-01-01' })
    expect(answer.error).toBe('InvalidAction: Could not find operation GetCallerIdentity for version 2010-01-01')
  })

  itEach([
    [row('the query of a GET', 'A.1 query'), (query: string) => fetch(`${aws.url}/?${query}`)],
    ['the query of a POST without a body', (query: string) => fetch(`${aws.url}/?${query}`, { method: 'POST' })],
    [
      'the body of a POST',
      (query: string) =>
        fetch(aws.url, {
          method: 'POST',
          body: query,
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        }),
    ],
  ])('takes its parameters from %s', async (_, send) => {
    const response = await send('Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleSessionName=x')
    expect(await response.text()).toContain('3 validation errors detected')
  })

  it('ignores what the action has no use for', holds('A.1 unknown parameters'), async () => {
    const answer = await signedCall(aws.url, DORA, {
      Action: 'GetCallerIdentity',
      Color: 'green',
      'List.member.1': 'x',
    })
    expect(answer.element('Arn')).toBe(DORA.arn)
  })

  it('checks the signature before the parameters, and the parameters before the role', holds('A.1 order'), async () => {
    const unsigned = await fetch(aws.url, {
      method: 'POST',
      body: new URLSearchParams({ Action: 'AssumeRole', Version: '2011-06-15', DurationSeconds: '1' }),
    })
    expect(await unsigned.text()).toContain('<Code>MissingAuthenticationToken</Code>')
    const asked = { Action: 'AssumeRole', RoleArn: 'arn:aws:iam::111122223333:role/Missing' }
    const shapes = await signedCall(aws.url, DORA, { ...asked, RoleSessionName: 'x', DurationSeconds: '43200' })
    expect(shapes.element('Code')).toBe('ValidationError')
    const role = await signedCall(aws.url, DORA, {
      ...asked,
      RoleSessionName: 'try',
      DurationSeconds: '43200',
      Policy: '{',
    })
    expect(role.element('Code')).toBe('AccessDenied')
  })
})
