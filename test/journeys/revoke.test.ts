/**
 * `fedgate revoke` beside a running gateway: sessions and devices end through the store that both use, and at the local
 * AWS an older session is denied once the printed policy is on the role, while a newer one is not.
 */
import { Writable } from 'node:stream'
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { revoke } from '../../src/cli/revoke/revoke.ts'
import { type AwsHome, makeAwsHome } from '../harness/aws-cli.ts'
import { type Answer, callApi, refresh, signInDevice, type Tokens } from '../harness/command-line.ts'
import { ADMIN, type CommandLineGateway, DEVELOPER, startCommandLineGateway } from '../harness/command-line-gateway.ts'
import { whoIs } from '../harness/sign-in.ts'

const ACCOUNT = '111122223333'
const ROOT = { accessKeyId: 'AKIAOPERATOROPERATOR', secretAccessKey: 'only-for-tests' }
const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }

const trustPolicy = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::${ACCOUNT}:saml-provider/fedgate` },
      Action: ['sts:AssumeRoleWithSAML', 'sts:SetSourceIdentity'],
    },
  ],
}

let gateway: CommandLineGateway
let aws: AwsHome
let ahead = 0
beforeAll(async () => {
  const session = { secret: 'only for tests, and long enough for them', store: 'file', lifetime: '8h' }
  gateway = await startCommandLineGateway(
    { session, sourceIdentity: '{subject}', sessionName: '{subject}', audit: { file: './audit.jsonl' } },
    {
      state: {
        accounts: [{ id: ACCOUNT, name: 'Production', root: ROOT }],
        roles: [DEVELOPER, ADMIN].map((arn) => ({ arn, trustPolicy, policies: { everything } })),
      },
    },
  )
  aws = await makeAwsHome()
})
afterAll(async () => {
  await gateway.close()
  await aws.remove()
})

const pass = (minutes: number): void => {
  ahead += minutes * 60_000
  gateway.pass(minutes)
}

/** As `fedgate revoke` at the gateway's time. */
const run = (options: Omit<Parameters<typeof revoke>[0], 'config'>) =>
  revoke(
    { config: gateway.configFile, ...options },
    {
      env: {},
      now: () => new Date(Date.now() + ahead),
      audit: new Writable({ write: (_chunk, _encoding, done) => done() }),
    },
  )

interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

const credentialsOf = async (tokens: Tokens, role: string): Promise<Keys> => {
  const { status, body } = await callApi(`${gateway.url}/api/credentials`, tokens, { body: { role } })
  if (status !== 200) throw new Error(JSON.stringify(body))
  const { AccessKeyId, SecretAccessKey, SessionToken } = body as Readonly<Record<string, string>>
  return { accessKeyId: AccessKeyId ?? '', secretAccessKey: SecretAccessKey ?? '', sessionToken: SessionToken ?? '' }
}

/** Whether the local AWS allows a call that needs a permission; a reason if not. */
const tryAws = async (credentials: Keys): Promise<string> => {
  const client = new IAMClient({ endpoint: gateway.localAws, region: 'us-east-1', credentials, maxAttempts: 1 })
  try {
    await client.send(new ListRolesCommand({}))
    return 'allowed'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    client.destroy()
  }
}

const session = (tokens: Tokens): Promise<Answer> => callApi(`${gateway.url}/api/session`, tokens)

/** Runs what was printed, as an operator with credentials for that account. */
const apply = async (commands: string): Promise<void> => {
  const keys = `export AWS_ACCESS_KEY_ID=${ROOT.accessKeyId} AWS_SECRET_ACCESS_KEY=${ROOT.secretAccessKey}`
  const place = `export AWS_DEFAULT_REGION=us-east-1 AWS_ENDPOINT_URL=${gateway.localAws}`
  const alias = `aws() { /usr/bin/aws --endpoint-url ${gateway.localAws} "$@"; }`
  const { exitCode, stderr } = await aws.bash(`set -e\n${keys}\n${place}\n${alias}\n${commands}`)
  expect([exitCode, stderr]).toEqual([0, ''])
}

describe('fedgate revoke --user', () => {
  it('fedgate revoke --user ends sessions and devices here, and older sessions at AWS, and leaves newer ones', async () => {
    const visitor = await gateway.signIn('alice')
    const bystander = await gateway.signIn('bert')
    const device = await signInDevice(visitor, gateway.url)
    const older = await credentialsOf(device, DEVELOPER)
    const other = await credentialsOf(await signInDevice(bystander, gateway.url), DEVELOPER)
    expect(await tryAws(older)).toBe('allowed')
    pass(1)

    const { text, notes, isComplete } = await run({ user: 'alice', provider: 'corp', format: 'cli' })
    expect(isComplete, notes.join('\n')).toBe(true)
    expect(await whoIs(visitor, gateway.url)).toBeUndefined()
    expect(await session(device)).toMatchObject({ status: 401 })
    expect(await refresh(gateway.url, device)).toMatchObject({ status: 400 })
    expect(await whoIs(bystander, gateway.url)).toBe('bert')
    expect(await tryAws(older)).toBe('allowed')

    await apply(text)
    pass(1)
    expect(await tryAws(older)).toContain('with an explicit deny in an identity-based policy')
    expect(await tryAws(other)).toBe('allowed')
    const again = await signInDevice(await gateway.signIn('alice'), gateway.url)
    expect(await tryAws(await credentialsOf(again, DEVELOPER))).toBe('allowed')
  })
})

describe('fedgate revoke --role', () => {
  it('fedgate revoke --role denies every older session of the role, and ends the sessions of its users', async () => {
    const visitor = await gateway.signIn('carl')
    const older = await credentialsOf(await signInDevice(visitor, gateway.url), ADMIN)
    const elsewhere = await credentialsOf(await signInDevice(await gateway.signIn('dora'), gateway.url), DEVELOPER)
    pass(1)
    const { text, isComplete } = await run({ role: ADMIN, format: 'cli' })
    expect(isComplete).toBe(true)
    expect(await whoIs(visitor, gateway.url)).toBeUndefined()
    await apply(text)
    pass(1)
    expect(await tryAws(older)).toContain('with an explicit deny in an identity-based policy')
    expect(await tryAws(elsewhere)).toBe('allowed')
    const again = await signInDevice(await gateway.signIn('carl'), gateway.url)
    expect(await tryAws(await credentialsOf(again, ADMIN))).toBe('allowed')
  })

  it('fedgate revoke --before leaves what began later', async () => {
    const earlier = await gateway.signIn('emma')
    pass(1)
    const before = new Date(Date.now() + ahead)
    pass(1)
    const later = await gateway.signIn('emma')
    const { text } = await run({ user: 'emma', provider: 'corp', before, format: 'json' })
    expect(await whoIs(earlier, gateway.url)).toBeUndefined()
    expect(await whoIs(later, gateway.url)).toBe('emma')
    expect(JSON.parse(text)).toMatchObject({
      roles: [ADMIN, DEVELOPER],
      policyDocument: {
        Statement: [{ Condition: { DateLessThan: { 'aws:TokenIssueTime': before.toISOString() } } }, {}],
      },
    })
  })

  it.each([
    [{ role: 'Admin' }, 'revoke.role_invalid'],
    [{ user: 'alice', provider: 'crop' }, 'trust_policy.provider_unknown'],
    [{ role: ADMIN, before: new Date('2999-01-01') }, 'revoke.before_in_future'],
  ])('fedgate revoke refuses %j', async (options, code) => {
    await expect(run({ ...options, format: 'json' })).rejects.toMatchObject({ code })
  })
})
