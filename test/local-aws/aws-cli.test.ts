import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireTool } from '../tools.ts'
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

/** Debian's AWS CLI; another `aws` may come first in PATH. */
const AWS = '/usr/bin/aws'
const run = promisify(execFile)
const keys = await newKeys()
const MODELS = [
  '/usr/lib/python3/dist-packages/awscli/botocore/data/sts/2011-06-15',
  '/usr/lib/python3/dist-packages/botocore/data/sts/2011-06-15',
]

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

  /** Nothing of the machine's own AWS configuration, and no way to the metadata service. */
  const environment = (more: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
    PATH: '/usr/bin:/bin',
    HOME: home,
    AWS_CONFIG_FILE: join(home, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(home, 'credentials'),
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_PAGER: '',
    AWS_MAX_ATTEMPTS: '1',
    ...more,
  })

  const cli = async (args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<unknown> => {
    const { stdout } = await run(AWS, [...args, '--output', 'json'], { env: environment(more) })
    return JSON.parse(stdout)
  }
  const sts = (command: string, args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    cli(['sts', command, '--endpoint-url', aws.url, ...args], more)

  const errorOf = (call: Promise<unknown>): Promise<string> =>
    call.then(
      () => 'no error',
      (error: { stderr?: string }) => (error.stderr ?? '').trim(),
    )

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

  it('shows the error of a response that nobody signed', async () => {
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

/** This CLI is older than AWS_ENDPOINT_URL_STS: calls it makes by itself go where an endpoint rule set says. */
const stsModelFor = (home: string, endpoint: string): string => {
  const folder = join(home, 'data', 'sts', '2011-06-15')
  mkdirSync(folder, { recursive: true })
  cpSync(join(MODELS.find((model) => existsSync(model)) ?? '', 'service-2.json'), join(folder, 'service-2.json'))
  const parameter = (builtIn: string, type: string) => ({ builtIn, required: false, type })
  const rules = {
    version: '1.0',
    parameters: {
      Region: parameter('AWS::Region', 'String'),
      UseDualStack: { ...parameter('AWS::UseDualStack', 'Boolean'), required: true, default: false },
      UseFIPS: { ...parameter('AWS::UseFIPS', 'Boolean'), required: true, default: false },
      Endpoint: parameter('SDK::Endpoint', 'String'),
      UseGlobalEndpoint: { ...parameter('AWS::STS::UseGlobalEndpoint', 'Boolean'), required: true, default: false },
    },
    rules: [{ conditions: [], type: 'endpoint', endpoint: { url: endpoint, properties: {}, headers: {} } }],
  }
  writeFileSync(join(folder, 'endpoint-rule-set-1.json'), JSON.stringify(rules))
  return join(home, 'data')
}
