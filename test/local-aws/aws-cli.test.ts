import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireTool } from '../tools.ts'
import { AWS, awsCli, stsModelFor } from './cli.ts'
import {
  base64,
  newKeys,
  type OpenIdProvider,
  PROVIDER,
  ROLE,
  type Running,
  responseXml,
  sign,
  start,
  startOpenIdProvider,
  stateFor,
  USER,
  WEB_ROLE,
} from './support.ts'

const keys = await newKeys()

describe.skipIf(!requireTool(AWS))('The AWS CLI against the local AWS', () => {
  const home = mkdtempSync(join(tmpdir(), 'fedgate-aws-cli-'))
  let provider: OpenIdProvider
  let aws: Running
  beforeAll(async () => {
    provider = await startOpenIdProvider()
    aws = await start(stateFor(keys, provider.url))
  })
  afterAll(async () => {
    await aws.close()
    await provider.close()
    rmSync(home, { recursive: true })
  })

  const { sts, errorOf } = awsCli(home, () => aws.url)

  const assumeWithSaml = (response: string) => {
    const assertion = join(home, 'response.b64')
    writeFileSync(assertion, base64(response))
    return sts('assume-role-with-saml', [
      '--role-arn',
      ROLE,
      '--principal-arn',
      PROVIDER,
      '--saml-assertion',
      `file://${assertion}`,
    ])
  }

  it('takes a role with a SAML response and says who it is', async () => {
    const { Credentials } = (await assumeWithSaml(sign(responseXml(new Date()), keys))) as {
      Credentials: { AccessKeyId: string; SecretAccessKey: string; SessionToken: string }
    }
    const identity = await sts('get-caller-identity', [], {
      AWS_ACCESS_KEY_ID: Credentials.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: Credentials.SecretAccessKey,
      AWS_SESSION_TOKEN: Credentials.SessionToken,
    })
    expect(identity).toMatchObject({
      Account: '111122223333',
      Arn: 'arn:aws:sts::111122223333:assumed-role/Developer/alice@example.com',
    })
  })

  it('shows the error of an unsigned response', async () => {
    expect(await errorOf(assumeWithSaml(responseXml(new Date())))).toMatch(
      /^An error occurred \(InvalidIdentityToken\) when calling the AssumeRoleWithSAML operation.*: Response signature invalid$/,
    )
  })

  it('takes a role with a token', async () => {
    const token = await provider.token({})
    expect(
      await sts('assume-role-with-web-identity', [
        '--role-arn',
        WEB_ROLE,
        '--role-session-name',
        'alice',
        '--web-identity-token',
        token,
      ]),
    ).toMatchObject({ SubjectFromWebIdentityToken: 'alice-1', Audience: 'fedgate' })
  })

  it('says who a user is', async () => {
    const key = { AWS_ACCESS_KEY_ID: USER.accessKeyId, AWS_SECRET_ACCESS_KEY: USER.secretAccessKey }
    expect(await sts('get-caller-identity', [], key)).toMatchObject({ Arn: USER.arn })
  })

  it('shows a wrong secret as such', async () => {
    const key = { AWS_ACCESS_KEY_ID: USER.accessKeyId, AWS_SECRET_ACCESS_KEY: 'wrong' }
    expect(await errorOf(sts('get-caller-identity', [], key))).toContain('(SignatureDoesNotMatch)')
  })

  it('finds its way by itself from AWS_WEB_IDENTITY_TOKEN_FILE', async () => {
    writeFileSync(join(home, 'token'), await provider.token({}))
    const identity = await sts('get-caller-identity', [], {
      AWS_ROLE_ARN: WEB_ROLE,
      AWS_ROLE_SESSION_NAME: 'pod',
      AWS_WEB_IDENTITY_TOKEN_FILE: join(home, 'token'),
      AWS_DATA_PATH: stsModelFor(home, aws.url),
    })
    expect(identity).toMatchObject({ Arn: 'arn:aws:sts::111122223333:assumed-role/Web/pod' })
  })
})
