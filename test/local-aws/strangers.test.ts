/** What one account's people learn of another's, and what credentials are worth where they do not belong. */
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
  it('has tags that no refusal tells, nor the message that comes with it', async () => {
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
