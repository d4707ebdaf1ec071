/** `fedgate/local-aws` as other projects use it, in the form that is shipped: its clients, its tokens, its state. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CreateOpenIDConnectProviderCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LocalAws, TokenRequest } from '../../src/local-aws/for-tests.ts'
import { BUILT } from '../setup/built.ts'

const ACCOUNT = '111122223333'
const GITHUB = 'token.actions.githubusercontent.com'
const EKS = 'oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE'
const SPIRE = 'oidc-discovery.example.org'

const shipped = await import(pathToFileURL(join(BUILT, 'dist/local-aws/for-tests.js')).href)
const startLocalAws: typeof import('../../src/local-aws/for-tests.ts').startLocalAws = shipped.startLocalAws

let aws: LocalAws
const unsigned = (): STSClient => new STSClient({ region: 'us-east-1', endpoint: aws.url, maxAttempts: 1 })

/** Registers the issuer in IAM, by calls, with a role for one subject. */
const register = async (issuer: string, role: string, sub: string): Promise<void> => {
  const iam = new IAMClient({ region: 'us-east-1', endpoint: aws.url, credentials: aws.credentials })
  await iam.send(
    new CreateOpenIDConnectProviderCommand({ Url: `https://${issuer}`, ClientIDList: ['sts.amazonaws.com'] }),
  )
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer}` },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: { [`${issuer}:aud`]: 'sts.amazonaws.com', [`${issuer}:sub`]: sub } },
  }
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  await iam.send(new CreateRoleCommand({ RoleName: role, AssumeRolePolicyDocument }))
}

const assume = async (role: string, WebIdentityToken: string): Promise<string | undefined> => {
  const RoleArn = `arn:aws:iam::${ACCOUNT}:role/${role}`
  const command = new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: 'test', WebIdentityToken })
  return (await unsigned().send(command)).AssumedRoleUser?.Arn
}

beforeAll(async () => {
  aws = await startLocalAws()
  await register(GITHUB, 'Deploy', 'repo:octo-org/octo-repo:ref:refs/heads/main')
  await register(EKS, 'Pod', 'system:serviceaccount:shop:web')
  await register(SPIRE, 'Workload', 'spiffe://example.org/ns/shop/sa/web')
}, 60_000)
afterAll(() => aws.close())

describe('fedgate/local-aws', () => {
  it('starts a local AWS whose credentials are those of an administrator', async () => {
    const sts = new STSClient({ region: 'us-east-1', endpoint: aws.url, credentials: aws.credentials })
    expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toBe(`arn:aws:iam::${ACCOUNT}:user/admin`)
    expect(aws.env).toMatchObject({ AWS_ENDPOINT_URL: aws.url, AWS_ACCESS_KEY_ID: aws.credentials.accessKeyId })
  })

  const cases: readonly (readonly [string, TokenRequest, TokenRequest])[] = [
    ['Deploy', { shape: 'github-actions' }, { shape: 'github-actions', ref: 'refs/heads/other' }],
    ['Pod', { shape: 'eks', namespace: 'shop', service_account: 'web' }, { shape: 'eks', namespace: 'shop' }],
    ['Workload', { shape: 'spiffe', path: '/ns/shop/sa/web' }, { shape: 'spiffe', path: '/ns/shop/sa/db' }],
  ]
  it.each(cases)(
    'the role %s is assumed with a token of the right shape, and with no other',
    async (role, right, wrong) => {
      expect(await assume(role, await aws.token(right))).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/${role}/test`)
      await expect(assume(role, await aws.token(wrong))).rejects.toMatchObject({ name: 'AccessDenied' })
      const audience = await aws.token({ ...right, audience: 'https://elsewhere.example.com' })
      await expect(assume(role, audience)).rejects.toMatchObject({ name: 'InvalidIdentityTokenException' })
    },
  )

  it('tokens of GitHub Actions have the claims of a workflow run', async () => {
    const claims = decodeJwt(await aws.token({ shape: 'github-actions', repository: 'a/b', environment: 'prod' }))
    expect(claims).toMatchObject({
      iss: `https://${GITHUB}`,
      sub: 'repo:a/b:environment:prod',
      repository: 'a/b',
      repository_owner: 'a',
      job_workflow_ref: 'a/b/.github/workflows/deploy.yml@refs/heads/main',
      environment: 'prod',
    })
  })

  it('another local AWS does not accept the token', async () => {
    const other = await startLocalAws({ state: aws.state() })
    try {
      const sts = new STSClient({ region: 'us-east-1', endpoint: other.url, maxAttempts: 1 })
      const WebIdentityToken = await aws.token({ shape: 'spiffe', path: '/ns/shop/sa/web' })
      const RoleArn = `arn:aws:iam::${ACCOUNT}:role/Workload`
      const command = new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: 'test', WebIdentityToken })
      await expect(sts.send(command)).rejects.toMatchObject({ name: 'InvalidIdentityTokenException' })
      const own = await other.token({ shape: 'spiffe', path: '/ns/shop/sa/web' })
      const again = new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: 'test', WebIdentityToken: own })
      expect((await sts.send(again)).Provider).toContain(SPIRE)
    } finally {
      await other.close()
    }
  })

  it('the endpoint of tokens answers as GitHub does, and neither pages nor unknown shapes', async () => {
    const url = `${aws.url}/tokens?shape=github-actions&audience=a`
    expect(decodeJwt(((await (await fetch(url)).json()) as { value: string }).value).aud).toBe('a')
    expect((await fetch(url, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(421)
    expect((await fetch(`${aws.url}/tokens?shape=gitlab`)).status).toBe(400)
    expect((await fetch(`${url}&repo=x`)).status).toBe(400)
    await expect(aws.token({ shape: 'spiffe', issuer: 'http://127.0.0.1' })).rejects.toThrow('https')
  })

  it('a state is given as an object, and refused with its places', async () => {
    const own = await startLocalAws({ state: { accounts: [{ id: '444455556666' }] } })
    const sts = new STSClient({ region: 'us-east-1', endpoint: own.url, credentials: own.credentials })
    expect((await sts.send(new GetCallerIdentityCommand({}))).Account).toBe('444455556666')
    await own.close()
    await expect(startLocalAws({ state: { accounts: [{ id: 1 }] } })).rejects.toThrow('accounts.0.id')
  })
})
