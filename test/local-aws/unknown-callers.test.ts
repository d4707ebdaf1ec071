/** What one account's users learn of another's, and what credentials are worth where they do not belong. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Secret } from '../../src/core/secret.ts'
import { type Key, keyIn, signedCall } from './signed-calls.ts'
import { ACCOUNT, FOREIGN_PROVIDER, newKeys, type Running, start, stateFor, type WireAnswer } from './support.ts'

const keyOf = (accessKeyId: string): Key => ({ accessKeyId, secretAccessKey: `secret-of-${accessKeyId}` })
const ADMIN = keyOf('AKIAY34FZKBOADMIN000')
const READER = keyOf('AKIAY34FZKBOREADER00')

const allow = (...actions: readonly string[]) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
})

const userOf = ({ accessKeyId, secretAccessKey }: Key, name: string, policy: object) => ({
  accessKeyId,
  secretAccessKey: new Secret(secretAccessKey),
  arn: `arn:aws:iam::${ACCOUNT}:user/${name}`,
  policies: { all: policy },
})

let aws: Running
beforeAll(async () => {
  const state = stateFor(await newKeys())
  const all = {
    ...state,
    users: [userOf(ADMIN, 'admin', allow('*')), userOf(READER, 'reader', allow('sts:DecodeAuthorizationMessage'))],
    samlProviders: state.samlProviders.map((one) =>
      one.arn === FOREIGN_PROVIDER ? { ...one, tags: { Secret: 'of-the-other-account' } } : one,
    ),
  }
  aws = await start(all, undefined, { encodedMessages: true })
})
afterAll(() => aws.close())

const iam = (key: Key, Action: string, parameters: Readonly<Record<string, string>>): Promise<WireAnswer> =>
  signedCall(aws.url, key, { Version: '2010-05-08', Action, ...parameters }, 'iam')

describe("Another account's provider", () => {
  it("another account's provider has tags that no refusal reveals, nor the message that comes with it", async () => {
    const refused = await iam(READER, 'GetSAMLProvider', { SAMLProviderArn: FOREIGN_PROVIDER })
    const EncodedMessage = /Encoded authorization failure message: ([\w-]+)/.exec(refused.text)?.[1] ?? ''
    expect(refused.element('Code')).toBe('AccessDenied')
    const decoded = await signedCall(aws.url, READER, { Action: 'DecodeAuthorizationMessage', EncodedMessage })
    expect(decoded.status).toBe(200)
    expect(refused.text + decoded.text).not.toContain('of-the-other-account')
  })
})

describe('A role that takes the place of a deleted one', () => {
  const trustPolicy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }],
  })

  it('leaves the sessions of the other without permissions', async () => {
    await iam(ADMIN, 'CreateRole', { RoleName: 'Phoenix', AssumeRolePolicyDocument: trustPolicy })
    const taken = await signedCall(aws.url, ADMIN, {
      Action: 'AssumeRole',
      RoleArn: `arn:aws:iam::${ACCOUNT}:role/Phoenix`,
      RoleSessionName: 'ashes',
    })
    const session = keyIn(taken)
    await iam(ADMIN, 'DeleteRole', { RoleName: 'Phoenix' })
    await iam(ADMIN, 'CreateRole', { RoleName: 'Phoenix', AssumeRolePolicyDocument: trustPolicy })
    const PolicyDocument = JSON.stringify(allow('*'))
    await iam(ADMIN, 'PutRolePolicy', { RoleName: 'Phoenix', PolicyName: 'all', PolicyDocument })
    expect((await iam(session, 'ListRoles', {})).element('Code')).toBe('AccessDenied')
  })
})

describe('A trust policy that names a role which is deleted', () => {
  const trusting = (principal: unknown): string =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole' }],
    })
  const arnOf = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`
  const sessionArn = `arn:aws:sts::${ACCOUNT}:assumed-role/Reader/me`
  const create = async (RoleName: string, principal: unknown): Promise<string> => {
    const made = await iam(ADMIN, 'CreateRole', { RoleName, AssumeRolePolicyDocument: trusting(principal) })
    return made.element('RoleId') ?? made.error
  }
  const take = (key: Key, name: string): Promise<WireAnswer> =>
    signedCall(aws.url, key, { Action: 'AssumeRole', RoleArn: arnOf(name), RoleSessionName: 'me' })
  const principalsOf = async (RoleName: string): Promise<unknown> => {
    const told = await iam(ADMIN, 'GetRole', { RoleName })
    return JSON.parse(decodeURIComponent(told.element('AssumeRolePolicyDocument') ?? '')).Statement[0].Principal.AWS
  }
  const removeAll = async (...names: readonly string[]): Promise<void> => {
    for (const RoleName of names) await iam(ADMIN, 'DeleteRole', { RoleName })
  }

  it('a trust policy that names a deleted role does not admit a new one of the same name, and shows the id', async () => {
    const id = await create('Reader', ACCOUNT)
    await create('Target', [arnOf('Reader'), sessionArn, `arn:aws:iam::${ACCOUNT}:user/reader`])
    const before = keyIn(await take(ADMIN, 'Reader'))
    expect((await take(before, 'Target')).status).toBe(200)
    await removeAll('Reader')
    expect(await principalsOf('Target')).toEqual([id, `${id}:me`, `arn:aws:iam::${ACCOUNT}:user/reader`])
    expect(await create('Reader', ACCOUNT)).not.toBe(id)
    const after = keyIn(await take(ADMIN, 'Reader'))
    expect((await take(after, 'Target')).element('Code')).toBe('AccessDenied')
    // The user who is named beside it is who he was.
    expect((await take(READER, 'Target')).status).toBe(200)
    await removeAll('Reader', 'Target')
  })

  it('lets the other one in once it is written again', async () => {
    await create('Reader', ACCOUNT)
    await create('Target', arnOf('Reader'))
    await removeAll('Reader')
    await create('Reader', ACCOUNT)
    const again = { RoleName: 'Target', PolicyDocument: trusting(arnOf('Reader')) }
    expect((await iam(ADMIN, 'UpdateAssumeRolePolicy', again)).status).toBe(200)
    expect((await take(keyIn(await take(ADMIN, 'Reader')), 'Target')).status).toBe(200)
    await removeAll('Reader', 'Target')
  })

  it('lets no session in that the deleted one left behind', async () => {
    await create('Reader', ACCOUNT)
    const left = keyIn(await take(ADMIN, 'Reader'))
    await removeAll('Reader')
    await create('Reader', ACCOUNT)
    await create('Target', arnOf('Reader'))
    expect((await take(left, 'Target')).element('Code')).toBe('AccessDenied')
    await removeAll('Reader', 'Target')
  })

  it('a trust policy is written with an id while a role or user has it, and shows the ARN', async () => {
    const id = await create('Reader', ACCOUNT)
    await create('Target', id)
    expect(await principalsOf('Target')).toBe(arnOf('Reader'))
    await removeAll('Reader', 'Target')
    expect(await create('Target', id)).toBe(`MalformedPolicyDocument: Invalid principal in policy: "AWS":"${id}"`)
  })
})
