/** The AWS SDK for JavaScript against the local AWS, where it finds endpoint and credentials by itself. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  AssumeRoleWithWebIdentityCommand,
  DecodeAuthorizationMessageCommand,
  GetCallerIdentityCommand,
  IDPCommunicationErrorException,
  IDPRejectedClaimException,
  InvalidAuthorizationMessageException,
  STSClient,
} from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { webIdentityTrustStatement } from '../../../src/iam/generate.ts'
import { type Publisher, startPublisher } from '../../issuer/support.ts'
import { DORA, EVA, MFA, roleArn, signedState } from '../../local-aws/signed-calls.ts'
import { ACCOUNT, type Running, start } from '../../local-aws/support.ts'
import { gatewayTokens } from './tokens.ts'

const folder = mkdtempSync(join(tmpdir(), 'fedgate-sdk-'))
const amazonsRole = roleArn('Amazon')
let publisher: Publisher
let tokens: Awaited<ReturnType<typeof gatewayTokens>>
let aws: Running
beforeAll(async () => {
  publisher = await startPublisher()
  tokens = await gatewayTokens(publisher)
  const state = signedState()
  const audience = 'sts.amazonaws.com'
  const arn = `arn:aws:iam::${ACCOUNT}:oidc-provider/${publisher.url.replace('http://', '')}`
  const web = webIdentityTrustStatement({ providerArn: arn, issuer: publisher.url, audience })
  const amazon = { Effect: 'Allow', Principal: { Federated: 'www.amazon.com' }, Action: web.Action }
  aws = await start({
    ...state,
    roles: [
      ...state.roles,
      { arn: roleArn('Web'), trustPolicy: { Version: '2012-10-17', Statement: [web] } },
      { arn: amazonsRole, trustPolicy: { Version: '2012-10-17', Statement: [amazon] } },
    ],
    oidcProviders: [{ arn, url: publisher.url, clientIds: [audience] }],
    accessTokens: [{ provider: 'www.amazon.com', token: 'Atza|nobody-answers' }],
  })
})
afterAll(async () => {
  await aws.close()
  await publisher.close()
  rmSync(folder, { recursive: true })
})

/** Nothing but what is given: no keys, no files, no metadata service of this machine. */
const surroundings = (given: Readonly<Record<string, string>>): void => {
  const none = ['AWS_PROFILE', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']
  for (const name of none) vi.stubEnv(name, undefined)
  const usual = {
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL_STS: aws.url,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  }
  for (const [name, value] of Object.entries({ ...usual, ...given })) vi.stubEnv(name, value)
}

const whoAmI = async (): Promise<string | undefined> =>
  (await new STSClient({ maxAttempts: 1 }).send(new GetCallerIdentityCommand({}))).Arn

const inRole = (role: string, session: string) => `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${session}`

describe('The default credentials of the SDK', () => {
  it("the default credentials of the SDK are those of AWS_WEB_IDENTITY_TOKEN_FILE, with a token of the gateway's issuer", async () => {
    const file = join(folder, 'token')
    writeFileSync(file, tokens.good)
    surroundings({
      AWS_WEB_IDENTITY_TOKEN_FILE: file,
      AWS_ROLE_ARN: roleArn('Web'),
      AWS_ROLE_SESSION_NAME: 'pod',
    })
    expect(await whoAmI()).toBe(inRole('Web', 'pod'))
  })

  it('the default credentials of the SDK are none where the token in the file has expired', async () => {
    const file = join(folder, 'expired')
    writeFileSync(file, tokens.expired)
    surroundings({ AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: roleArn('Web') })
    await expect(whoAmI()).rejects.toThrow(/^Token expired: current date\/time/)
  })

  it.each([
    ['a chain of roles', 'second', inRole('Next', 'two')],
    ['a program', 'program', inRole('Hour', 'by-program')],
  ])('the default credentials of the SDK are those of a profile: %s', async (_, profile, arn) => {
    const config = join(folder, `config-${profile}`)
    const { Credentials } = await new STSClient({ region: 'eu-west-1', endpoint: aws.url, credentials: DORA }).send(
      new (await import('@aws-sdk/client-sts')).AssumeRoleCommand({
        RoleArn: roleArn('Hour'),
        RoleSessionName: 'by-program',
      }),
    )
    const printed = join(folder, 'credentials.json')
    writeFileSync(printed, JSON.stringify({ Version: 1, ...Credentials }))
    writeFileSync(
      config,
      [
        '[profile dora]',
        `aws_access_key_id = ${DORA.accessKeyId}`,
        `aws_secret_access_key = ${DORA.secretAccessKey}`,
        '[profile first]',
        `role_arn = ${roleArn('path/ByName')}`,
        'source_profile = dora',
        '[profile second]',
        `role_arn = ${roleArn('Next')}`,
        'role_session_name = two',
        'source_profile = first',
        '[profile program]',
        `credential_process = cat ${printed}`,
      ].join('\n'),
    )
    surroundings({ AWS_CONFIG_FILE: config, AWS_PROFILE: profile })
    expect(await whoAmI()).toBe(arn)
  })
})

describe('A refusal has its class in the SDK', () => {
  const client = (credentials = EVA): STSClient =>
    new STSClient({ region: 'eu-west-1', endpoint: aws.url, maxAttempts: 1, credentials })
  const withToken = (WebIdentityToken: string) =>
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: amazonsRole,
      RoleSessionName: 'alice',
      ProviderId: 'www.amazon.com',
      WebIdentityToken,
    })

  it.each([
    ['IDPRejectedClaimException', IDPRejectedClaimException, withToken('Atza|unknown'), 403],
    ['IDPCommunicationErrorException', IDPCommunicationErrorException, withToken('Atza|nobody-answers'), 400],
  ])('a refusal has its class in the SDK: %s', async (name, exception, command, status) => {
    const thrown = await client()
      .send(command)
      .catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(exception)
    expect(thrown).toMatchObject({ name, $fault: 'client', $metadata: { httpStatusCode: status } })
  })

  it('InvalidAuthorizationMessageException', async () => {
    const command = new DecodeAuthorizationMessageCommand({ EncodedMessage: MFA.SerialNumber })
    await expect(client().send(command)).rejects.toBeInstanceOf(InvalidAuthorizationMessageException)
  })
})
