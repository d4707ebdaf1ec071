/** What is kept of a local AWS: `--save`, and what a catalogue adds. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateRoleCommand, GetRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import { afterAll, describe, expect, it } from 'vitest'
import { catalogBuilder } from '../../src/catalog/read.ts'
import { withCatalog } from '../../src/cli/local-aws/from-catalog.ts'
import { withoutGenerated } from '../../src/cli/local-aws/save.ts'
import { startLocalAws } from '../../src/local-aws/server.ts'
import { parseLocalAwsState } from '../../src/local-aws/state/file.ts'
import { stateYaml } from '../../src/local-aws/state/write-file.ts'
import type { LocalAwsState } from '../../src/local-aws/state.ts'
import { fedgate } from '../harness/command.ts'
import { ACCOUNT, metadata, newKeys } from '../local-aws/support.ts'

const folder = mkdtempSync(join(tmpdir(), 'fedgate-save-'))
afterAll(() => rmSync(folder, { recursive: true }))

const trust = (AWS: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole' }],
  })
const roleArn = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`
const empty: LocalAwsState = { accounts: [], users: [], roles: [], samlProviders: [], oidcProviders: [] }

describe('fedgate local-aws --save', { timeout: 60_000 }, () => {
  it('the state is written so that it can be read again, whole', async () => {
    const keys = await newKeys()
    const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }
    const state = parseLocalAwsState(
      JSON.stringify({
        accounts: [{ id: ACCOUNT, root: { accessKeyId: 'AKIAEXAMPLEROOT11111', secretAccessKey: 'root-secret' } }],
        users: [
          {
            arn: `arn:aws:iam::${ACCOUNT}:user/admin`,
            accessKeyId: 'AKIAEXAMPLE111111111',
            secretAccessKey: '*secret: with #signs',
            mfa: [{ serial: `arn:aws:iam::${ACCOUNT}:mfa/admin`, code: '012345' }],
            policies: { everything },
          },
        ],
        roles: [{ arn: roleArn('One'), trustPolicy: trust(ACCOUNT), policies: { everything }, tags: { team: 'blue' } }],
        samlProviders: [
          {
            arn: `arn:aws:iam::${ACCOUNT}:saml-provider/corp`,
            metadata: metadata(keys),
            privateKeys: [keys.privateKey],
          },
        ],
        oidcProviders: [
          {
            arn: `arn:aws:iam::${ACCOUNT}:oidc-provider/idp.example.com`,
            url: 'https://idp.example.com',
            clientIds: [],
          },
        ],
        managedPolicies: { [`arn:aws:iam::${ACCOUNT}:policy/All`]: everything },
        buckets: [
          { name: 'data', account: ACCOUNT, objects: { text: 'one: two', 'a/b': { base64: '/wA=', headers: {} } } },
        ],
        instances: [{ id: 'i-0123456789abcdef0', account: ACCOUNT, region: 'eu-west-1', state: 'stopped' }],
      }),
    )
    const written = async (from: LocalAwsState): Promise<string> => {
      const aws = await startLocalAws({ listen: { host: '127.0.0.1', port: 0 }, state: from, allowHttpIssuers: true })
      await aws.close()
      return stateYaml(aws.written())
    }
    const first = await written(state)
    expect(await written(parseLocalAwsState(first))).toBe(first)
    expect(first).toContain('secretAccessKey: "*secret: with #signs"')
    expect(first).toContain('-----BEGIN PRIVATE KEY-----')
    expect(parseLocalAwsState(first).buckets?.[0]?.objects).toMatchObject({
      text: 'one: two',
      'a/b': { base64: '/wA=' },
    })
  })

  it('a role that a call creates is there after a restart, with the same keys', async () => {
    const file = join(folder, 'state.yaml')
    const run = async (
      call: (iam: IAMClient) => Promise<unknown>,
      keys?: readonly string[],
    ): Promise<readonly string[]> => {
      const command = fedgate(['local-aws', '--port', '0', '--state', file, '--save'])
      await command.said('listens on')
      const endpoint = /listens on (\S+)/.exec(command.stderr())?.[1] ?? ''
      const printed = [...command.stdout().matchAll(/KEY(?:_ID)?='([^']+)'/g)].map(([, key = '']) => key)
      const [accessKeyId = '', secretAccessKey = ''] = keys ?? printed
      await call(new IAMClient({ region: 'us-east-1', endpoint, credentials: { accessKeyId, secretAccessKey } }))
      command.process.kill('SIGTERM')
      await command.ended
      return printed
    }
    const created = new CreateRoleCommand({ RoleName: 'Kept', AssumeRolePolicyDocument: trust(ACCOUNT) })
    const keys = await run((iam) => iam.send(created))
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const printedAgain = await run(async (iam) => {
      const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'Kept' }))
      expect(Role?.Arn).toBe(roleArn('Kept'))
    }, keys)
    expect(printedAgain).toEqual([])
  })

  it('a state file that is only read stays as it is', async () => {
    const file = join(folder, 'read.yaml')
    writeFileSync(file, '# mine\nusers: []\n')
    const command = fedgate(['local-aws', '--port', '0', '--state', file])
    await command.said('listens on')
    command.process.kill('SIGTERM')
    await command.ended
    expect(readFileSync(file, 'utf8')).toBe('# mine\nusers: []\n')
  })

  it('--save without a file is refused', async () => {
    const command = fedgate(['local-aws', '--save'])
    expect(await command.ended).toBe(2)
    expect(existsSync(join(folder, 'none'))).toBe(false)
  })

  it('what the configuration makes is left out until a call changes it', () => {
    const role = (name: string, AWS: string) => ({ arn: roleArn(name), trustPolicy: trust(AWS) })
    const file = { ...empty, roles: [role('Own', ACCOUNT)] }
    const first = { ...empty, roles: [role('Own', ACCOUNT), role('Generated', ACCOUNT), role('Changed', ACCOUNT)] }
    const now = {
      ...empty,
      roles: [role('Own', '444455556666'), role('Generated', ACCOUNT), role('Changed', '444455556666')],
    }
    expect(withoutGenerated(now, { file, first }).roles.map(({ arn }) => arn)).toEqual([
      roleArn('Own'),
      roleArn('Changed'),
    ])
  })
})

describe('a catalogue in the local AWS', () => {
  it('adds accounts and roles with the trust policies of the company, where the state has none', () => {
    const notes: string[] = []
    const builder = catalogBuilder()
    const roles = [
      { Arn: roleArn('Ours'), AssumeRolePolicyDocument: JSON.parse(trust('444455556666')), MaxSessionDuration: 7200 },
      { Arn: roleArn('Known'), AssumeRolePolicyDocument: JSON.parse(trust('444455556666')) },
      { Arn: roleArn('Broken'), AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [] } },
    ]
    builder.add('roles.json', JSON.stringify({ RoleDetailList: roles }))
    builder.add('accounts.json', JSON.stringify({ Accounts: [{ Id: ACCOUNT, Name: 'Production', Status: 'ACTIVE' }] }))
    const own = { arn: roleArn('Known'), trustPolicy: trust(ACCOUNT) }
    const state = withCatalog({ ...empty, roles: [own] }, builder.build(), (note) => notes.push(note))
    expect(state.accounts).toMatchObject([{ id: ACCOUNT, name: 'Production' }])
    expect(state.roles.map(({ arn, trustPolicy }) => [arn, trustPolicy])).toEqual([
      [own.arn, own.trustPolicy],
      [roleArn('Ours'), trust('444455556666')],
    ])
    expect(notes).toHaveLength(1)
  })
})
