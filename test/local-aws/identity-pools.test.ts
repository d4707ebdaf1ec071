/** GetId and GetOpenIdToken of Cognito identity pools: which logins they accept, and what STS makes of their tokens. */
import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { decodeJwt, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { issuerHostPath } from '../../src/core/arn.ts'
import { AWS } from './cli.ts'
import { ACCOUNT, call, type OpenIdProvider, type Running, start, startOpenIdProvider } from './support.ts'

const POOL = 'eu-west-1:0a1b2c3d-3333-4444-8555-666677778888'
const ROLE = `arn:aws:iam::${ACCOUNT}:role/Pool`

let op: OpenIdProvider
let aws: Running
let login: string

beforeAll(async () => {
  op = await startOpenIdProvider()
  login = issuerHostPath(op.url)
  aws = await start({
    accounts: [],
    users: [],
    samlProviders: [],
    oidcProviders: [
      { arn: `arn:aws:iam::${ACCOUNT}:oidc-provider/${login}`, url: op.url, clientIds: ['fedgate', 'another'] },
    ],
    accessTokens: [{ provider: 'www.amazon.com', token: 'Atza|1', of: { appId: 'app', userId: 'amzn1.account.1' } }],
    identityPools: [{ id: POOL, account: ACCOUNT, logins: { [login]: ['fedgate'], 'www.amazon.com': ['app'] } }],
    roles: [
      {
        arn: ROLE,
        trustPolicy: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Federated: 'cognito-identity.amazonaws.com' },
              Action: 'sts:AssumeRoleWithWebIdentity',
              Condition: {
                StringEquals: { 'cognito-identity.amazonaws.com:aud': POOL },
                'ForAnyValue:StringEquals': { 'cognito-identity.amazonaws.com:amr': ['authenticated'] },
              },
            },
          ],
        },
      },
    ],
  })
})
afterAll(async () => {
  await aws.close()
  await op.close()
})

type Json = Readonly<Record<string, unknown>>

const ask = async (operation: string, body: unknown): Promise<Json & { readonly status: number }> => {
  const response = await fetch(aws.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSCognitoIdentityService.${operation}`,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, ...((await response.json()) as Json) }
}

const identityOf = async (claims: Json = {}): Promise<unknown> =>
  (await ask('GetId', { IdentityPoolId: POOL, Logins: { [login]: await op.token(claims) } })).IdentityId

const assume = (WebIdentityToken: string) =>
  call(aws.url, { Action: 'AssumeRoleWithWebIdentity', RoleArn: ROLE, RoleSessionName: 'alice', WebIdentityToken })

describe('an identity pool', () => {
  it('an identity pool gives a user the same identity each time, and others another', async () => {
    const identity = await identityOf()
    expect(identity).toMatch(/^eu-west-1:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expect(await identityOf()).toBe(identity)
    expect(await identityOf({ sub: 'bob' })).not.toBe(identity)
  })

  it('an identity pool issues a token that STS accepts, with amr, aud and sub', async () => {
    const IdentityId = await identityOf()
    const { Token } = await ask('GetOpenIdToken', { IdentityId, Logins: { [login]: await op.token({}) } })
    expect(decodeJwt(String(Token))).toMatchObject({
      iss: 'https://cognito-identity.amazonaws.com',
      aud: POOL,
      sub: IdentityId,
      amr: ['authenticated', login, `${login}:alice-1`],
    })
    const answer = await assume(String(Token))
    expect([
      answer.element('Provider'),
      answer.element('SubjectFromWebIdentityToken'),
      answer.element('Audience'),
    ]).toEqual(['cognito-identity.amazonaws.com', IdentityId, POOL])
  })

  it('an identity pool accepts the access token of Login with Amazon', async () => {
    const Logins = { 'www.amazon.com': 'Atza|1' }
    const { IdentityId } = await ask('GetId', { IdentityPoolId: POOL, Logins })
    const { Token } = await ask('GetOpenIdToken', { IdentityId, Logins })
    expect(decodeJwt(String(Token)).amr).toContain('www.amazon.com')
  })

  it.each<readonly [what: string, type: string, input: () => Promise<unknown>]>([
    ['for another pool', 'ResourceNotFoundException', async () => ({ IdentityPoolId: POOL.replace('0a', '1b') })],
    ['without a login', 'NotAuthorizedException', async () => ({ IdentityPoolId: POOL })],
    [
      'with a provider that the pool does not have',
      'NotAuthorizedException',
      async () => ({ IdentityPoolId: POOL, Logins: { 'graph.facebook.com': 'EAA1' } }),
    ],
    [
      'with a token for another client',
      'NotAuthorizedException',
      async () => ({ IdentityPoolId: POOL, Logins: { [login]: await op.token({ aud: 'another' }) } }),
    ],
    [
      'with a token that has expired',
      'NotAuthorizedException',
      async () => ({ IdentityPoolId: POOL, Logins: { [login]: await op.token({ exp: 1 }) } }),
    ],
    [
      "with another provider's token",
      'NotAuthorizedException',
      async () => ({ IdentityPoolId: POOL, Logins: { 'www.amazon.com': await op.token({}) } }),
    ],
    [
      'with an access token that Amazon rejects',
      'NotAuthorizedException',
      async () => ({ IdentityPoolId: POOL, Logins: { 'www.amazon.com': 'Atza|2' } }),
    ],
    ['without JSON', 'InvalidParameterException', async () => '<xml/>'],
  ])('an identity pool refuses GetId %s: %s', async (_what, type, input) => {
    expect(await ask('GetId', await input())).toMatchObject({ status: 400, __type: type })
  })

  it('an identity pool refuses a token for the identity of another user', async () => {
    const [IdentityId, token] = [await identityOf(), await op.token({ sub: 'bob' })]
    expect(await ask('GetOpenIdToken', { IdentityId, Logins: { [login]: token } })).toMatchObject({
      __type: 'NotAuthorizedException',
    })
    expect(await ask('GetOpenIdToken', { IdentityId: POOL, Logins: { [login]: token } })).toMatchObject({
      __type: 'ResourceNotFoundException',
    })
  })

  it('an identity pool has no other operation here', async () => {
    expect(await ask('GetCredentialsForIdentity', {})).toMatchObject({ __type: 'UnknownOperationException' })
  })

  it('a token that only claims to be of an identity pool is refused by STS', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: 'https://cognito-identity.amazonaws.com', aud: POOL, sub: 'x', amr: ['authenticated'] }
    const forged = await new SignJWT({ ...claims, iat: now, exp: now + 60 })
      .setProtectedHeader({ alg: 'RS256', kid: 'local-cognito-1' })
      .sign(privateKey)
    expect((await assume(forged)).error).toMatch(/^InvalidIdentityToken: /)
  })

  it('the log of the local AWS has no token', async () => {
    await ask('GetId', { IdentityPoolId: POOL, Logins: { 'www.amazon.com': 'Atza|secret' } })
    expect(aws.lines.join('\n')).not.toContain('Atza|')
  })
})

describe.runIf(existsSync(AWS))('the AWS CLI', () => {
  it('the AWS CLI gets an identity and its token', async () => {
    const home = mkdtempSync(join(tmpdir(), 'fedgate-cognito-'))
    const cognito = async (...args: readonly string[]): Promise<Json> => {
      const endpoint = ['--endpoint-url', aws.url, '--region', 'eu-west-1', '--output', 'json']
      const env = { PATH: '/usr/bin:/bin', HOME: home, AWS_EC2_METADATA_DISABLED: 'true' }
      const { stdout } = await promisify(execFile)(AWS, ['cognito-identity', ...args, ...endpoint], { env })
      return JSON.parse(stdout) as Json
    }
    const logins = ['--logins', JSON.stringify({ [login]: await op.token({}) })]
    const { IdentityId } = await cognito('get-id', '--identity-pool-id', POOL, ...logins)
    const { Token } = await cognito('get-open-id-token', '--identity-id', String(IdentityId), ...logins)
    expect(decodeJwt(String(Token)).sub).toBe(IdentityId)
    rmSync(home, { recursive: true })
  })
})
