import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { holds } from '../held/holds.ts'
import { requireTool } from '../tools.ts'
import { AWS, awsCli, stsModelFor } from './cli.ts'
import { MEMBER, MIA, organizationState, TASKS } from './organization-state.ts'
import { DORA, EVA, type Key, MFA, roleArn, signedState } from './signed-calls.ts'
import { ACCOUNT, type Running, start } from './support.ts'

describe.skipIf(!requireTool(AWS))('The AWS CLI, signed, against the local AWS', () => {
  const home = mkdtempSync(join(tmpdir(), 'fedgate-aws-cli-signed-'))
  let aws: Running
  beforeAll(async () => {
    aws = await start(signedState(), undefined, { encodedMessages: true })
  })
  afterAll(async () => {
    await aws.close()
    rmSync(home, { recursive: true })
  })

  const { sts, errorOf } = awsCli(home, () => aws.url)
  const as = ({ accessKeyId, secretAccessKey, sessionToken }: Key): Readonly<Record<string, string>> => ({
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
  })
  const keyOf = (answer: unknown): Key => {
    const { AccessKeyId, SecretAccessKey, SessionToken } = (answer as { Credentials: Record<string, string> })
      .Credentials
    return { accessKeyId: AccessKeyId ?? '', secretAccessKey: SecretAccessKey ?? '', sessionToken: SessionToken ?? '' }
  }

  const assume = ['--role-arn', roleArn('path/ByName'), '--role-session-name', 'shell']

  it('takes a role with tags, policies and a source identity', holds('A.1 lists', 'A.1 empty value'), async () => {
    const policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
    const answer = await sts(
      'assume-role',
      [
        ...assume,
        ...['--tags', 'Key=Team,Value=a', 'Key=Empty,Value=', '--transitive-tag-keys', 'Team', '--policy', policy],
        ...['--policy-arns', 'arn=arn:aws:iam::aws:policy/ReadOnlyAccess', '--source-identity', 'dora'],
      ],
      as(DORA),
    )
    expect(answer).toMatchObject({
      AssumedRoleUser: { Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/ByName/shell` },
      SourceIdentity: 'dora',
      PackedPolicySize: expect.any(Number),
    })
    expect(await sts('get-caller-identity', [], as(keyOf(answer)))).toMatchObject({ Account: ACCOUNT })
  })

  it('gets a token for services elsewhere, and a session of the root user of a member account', async () => {
    const organization = await start(organizationState({ outboundFederation: true, rootFeatures: ['RootSessions'] }))
    try {
      const cli = awsCli(home, () => organization.url)
      const asMia = { ...as(MIA), AWS_DATA_PATH: stsModelFor(home, organization.url) }
      const token = [
        '--audience',
        'https://api.example.com',
        '--signing-algorithm',
        'RS256',
        '--tags',
        'Key=job,Value=1',
      ]
      const { WebIdentityToken } = (await cli.sts('get-web-identity-token', token, asMia)) as {
        WebIdentityToken: string
      }
      expect(decodeJwt(WebIdentityToken)).toMatchObject({ sub: MIA.arn, aud: 'https://api.example.com' })
      const task = `arn=${TASKS}/IAMAuditRootUserCredentials`
      const root = await cli.sts('assume-root', ['--target-principal', MEMBER, '--task-policy-arn', task], asMia)
      expect(await cli.sts('get-caller-identity', [], as(keyOf(root)))).toMatchObject({
        Arn: `arn:aws:iam::${MEMBER}:root`,
      })
      const trade = ['--trade-in-token', 'unknown']
      expect(await cli.errorOf(cli.sts('get-delegated-access-token', trade, asMia))).toContain('(AccessDenied)')
    } finally {
      await organization.close()
    }
  })

  it('gets a session with a code of an MFA device', async () => {
    const args = ['--serial-number', MFA.SerialNumber, '--token-code', MFA.TokenCode, '--duration-seconds', '900']
    const key = keyOf(await sts('get-session-token', args, as(DORA)))
    expect(await sts('get-caller-identity', [], as(key))).toMatchObject({ Arn: DORA.arn })
  })

  it('gets a federated user', async () => {
    expect(await sts('get-federation-token', ['--name', 'guest'], as(EVA))).toMatchObject({
      FederatedUser: { FederatedUserId: `${ACCOUNT}:guest` },
      PackedPolicySize: 0,
    })
  })

  it('tells the account of a key', async () => {
    const args = ['--access-key-id', 'ASIAY34FZKBOKMUTVV7A']
    expect(await sts('get-access-key-info', args, as(EVA))).toEqual({ Account: '609629065308' })
  })

  it('decodes the message that it was refused with', async () => {
    const error = await errorOf(
      sts('assume-role', ['--role-arn', roleArn('Nobody'), '--role-session-name', 'shell'], as(DORA)),
    )
    expect(error).toContain(`An error occurred (AccessDenied) when calling the AssumeRole operation`)
    const message = /Encoded authorization failure message: ([\w-]+)/.exec(error)?.[1] ?? ''
    const { DecodedMessage } = (await sts('decode-authorization-message', ['--encoded-message', message], as(EVA))) as {
      DecodedMessage: string
    }
    expect(JSON.parse(DecodedMessage)).toMatchObject({ allowed: false, context: { principal: { arn: DORA.arn } } })
  })

  it('goes from role to role through profiles', async () => {
    const config = join(home, 'chain')
    writeFileSync(
      config,
      [
        '[profile dora]',
        `aws_access_key_id = ${DORA.accessKeyId}`,
        `aws_secret_access_key = ${DORA.secretAccessKey}`,
        '[profile first]',
        `role_arn = ${roleArn('path/ByName')}`,
        'role_session_name = one',
        'source_profile = dora',
        '[profile second]',
        `role_arn = ${roleArn('Next')}`,
        'role_session_name = two',
        'source_profile = first',
        '[profile too-long]',
        `role_arn = ${roleArn('Next')}`,
        'role_session_name = three',
        'duration_seconds = 7200',
        'source_profile = first',
      ].join('\n'),
    )
    const variables = { AWS_CONFIG_FILE: config, AWS_DATA_PATH: stsModelFor(home, aws.url) }
    expect(await sts('get-caller-identity', ['--profile', 'second'], variables)).toMatchObject({
      Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Next/two`,
    })
    expect(await errorOf(sts('get-caller-identity', ['--profile', 'too-long'], variables))).toContain(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    )
  })
})
