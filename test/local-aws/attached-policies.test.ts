/** Managed policies that are attached to roles, and who may attach them. */
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DetachRolePolicyCommand,
  GetAccountAuthorizationDetailsCommand,
  ListAttachedRolePoliciesCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import { describe, expect, it } from 'vitest'
import { parseLocalAwsState } from '../../src/local-aws/state/file.ts'
import { stateYaml } from '../../src/local-aws/state/write-file.ts'
import type { LocalAwsState } from '../../src/local-aws/state.ts'
import { holds } from '../held/holds.ts'
import { allowing, errorOf, iamAt, keyOf, MIA, organizationState, stsAt } from './organization-state.ts'
import type { Key } from './signed-calls.ts'
import { ACCOUNT, start, withLocalAws } from './support.ts'

const READS_ROLES = `arn:aws:iam::${ACCOUNT}:policy/team/ReadsRoles`
const LIMIT = `arn:aws:iam::${ACCOUNT}:policy/Limit`
const OF_AWS = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'
const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }],
}
const role = (name: string, more: object = {}) => ({
  arn: `arn:aws:iam::${ACCOUNT}:role/${name}`,
  trustPolicy: TRUST,
  ...more,
})
/** May attach one policy, and whatever changes roles that are limited. */
const delegate = allowing(
  { Action: 'iam:AttachRolePolicy', Condition: { ArnEquals: { 'iam:PolicyARN': READS_ROLES } } },
  {
    Action: ['iam:CreateRole', 'iam:PutRolePolicy'],
    Condition: { StringEquals: { 'iam:PermissionsBoundary': LIMIT } },
  },
)

const state = (): LocalAwsState => ({
  ...organizationState(),
  roles: [
    role('Reader', { attachedPolicies: [READS_ROLES] }),
    role('Empty'),
    role('Full', { attachedPolicies: Array.from({ length: 10 }, (_, n) => `arn:aws:iam::aws:policy/P${n}`) }),
    role('Delegate', { policies: { delegate } }),
    role('Limited', { permissionsBoundary: LIMIT }),
  ],
  managedPolicies: { [READS_ROLES]: allowing({ Action: 'iam:ListRoles' }), [LIMIT]: allowing({ Action: 's3:*' }) },
})

const aws = withLocalAws(() => start(state()))
const iam = (key: Key = MIA) => iamAt(aws.url, key)
const sessionOf = async (name: string): Promise<Key> =>
  keyOf(
    (
      await stsAt(aws.url, MIA).send(
        new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${ACCOUNT}:role/${name}`, RoleSessionName: 'test' }),
      )
    ).Credentials,
  )
const mayListRoles = (key: Key) => errorOf(iam(key).send(new ListRolesCommand({})))
const attach = (RoleName: string, PolicyArn: string, key: Key = MIA) =>
  iam(key).send(new AttachRolePolicyCommand({ RoleName, PolicyArn }))
const detach = (RoleName: string, PolicyArn: string) => iam().send(new DetachRolePolicyCommand({ RoleName, PolicyArn }))
const attachedTo = async (RoleName: string, PathPrefix?: string) =>
  (await iam().send(new ListAttachedRolePoliciesCommand({ RoleName, ...(PathPrefix && { PathPrefix }) })))
    .AttachedPolicies

describe('A managed policy', holds('A.8 attached policies'), () => {
  it('a policy that is attached allows at once, and no longer when it is detached', async () => {
    const session = await sessionOf('Empty')
    expect(await mayListRoles(session)).toBe('AccessDenied')
    await attach('Empty', READS_ROLES)
    await attach('Empty', READS_ROLES)
    expect(await mayListRoles(session)).toBe('no error')
    await attach('Empty', OF_AWS)
    expect(await attachedTo('Empty')).toEqual([
      { PolicyName: 'AWSLambdaBasicExecutionRole', PolicyArn: OF_AWS },
      { PolicyName: 'ReadsRoles', PolicyArn: READS_ROLES },
    ])
    expect(await attachedTo('Empty', '/team/')).toHaveLength(1)
    for (const policy of [READS_ROLES, OF_AWS]) await detach('Empty', policy)
    expect([await mayListRoles(session), await attachedTo('Empty')]).toEqual(['AccessDenied', []])
  })

  it('a policy of the state is attached from the start, in all lists', async () => {
    expect(await mayListRoles(await sessionOf('Reader'))).toBe('no error')
    const { RoleDetailList = [] } = await iam().send(new GetAccountAuthorizationDetailsCommand({ Filter: ['Role'] }))
    const attached = [{ PolicyName: 'ReadsRoles', PolicyArn: READS_ROLES }]
    expect(RoleDetailList.find(({ RoleName }) => RoleName === 'Reader')?.AttachedManagedPolicies).toEqual(attached)
  })

  it('a policy of the state is written back', async () => {
    const fresh = await start(state())
    const written = parseLocalAwsState(stateYaml(fresh.written()))
    await fresh.close()
    expect(written.roles.map(({ attachedPolicies }) => attachedPolicies?.length)).toEqual([
      1,
      undefined,
      10,
      undefined,
      undefined,
    ])
  })

  it('a policy must be detached before its role is deleted', async () => {
    const remove = () => errorOf(iam().send(new DeleteRoleCommand({ RoleName: 'Passing' })))
    await iam().send(new CreateRoleCommand({ RoleName: 'Passing', AssumeRolePolicyDocument: JSON.stringify(TRUST) }))
    await attach('Passing', READS_ROLES)
    expect(await remove()).toBe('DeleteConflictException')
    await detach('Passing', READS_ROLES)
    expect(await remove()).toBe('no error')
  })

  it.each([
    ['of another account', () => attach('Empty', 'arn:aws:iam::444455556666:policy/Mine'), 'NoSuchEntityException'],
    ['that does not exist', () => attach('Empty', `arn:aws:iam::${ACCOUNT}:policy/None`), 'NoSuchEntityException'],
    ['that is not attached', () => detach('Empty', LIMIT), 'NoSuchEntityException'],
    ['beyond the tenth', () => attach('Full', READS_ROLES), 'LimitExceededException'],
    ['for a role that does not exist', () => attach('Nobody', READS_ROLES), 'NoSuchEntityException'],
  ])('a policy %s is refused', async (_, send, code) => {
    expect(await errorOf(send())).toBe(code)
  })
})

it('iam:PolicyARN decides which policies may be attached', holds('A.7 iam:PolicyARN'), async () => {
  const session = await sessionOf('Delegate')
  expect(await errorOf(attach('Limited', OF_AWS, session))).toBe('AccessDenied')
  expect(await errorOf(attach('Limited', READS_ROLES, session))).toBe('no error')
})

it(
  'iam:PermissionsBoundary decides which roles may be created and changed',
  holds('A.7 iam:PermissionsBoundary'),
  async () => {
    const client = iam(await sessionOf('Delegate'))
    const create = (more: object) =>
      errorOf(
        client.send(
          new CreateRoleCommand({ RoleName: 'Made', AssumeRolePolicyDocument: JSON.stringify(TRUST), ...more }),
        ),
      )
    expect([await create({}), await create({ PermissionsBoundary: READS_ROLES })]).toEqual([
      'AccessDenied',
      'AccessDenied',
    ])
    expect(await create({ PermissionsBoundary: LIMIT })).toBe('no error')
    const change = (RoleName: string) =>
      errorOf(
        client.send(
          new PutRolePolicyCommand({
            RoleName,
            PolicyName: 'own',
            PolicyDocument: JSON.stringify(allowing({ Action: '*' })),
          }),
        ),
      )
    expect([await change('Empty'), await change('Limited')]).toEqual(['AccessDenied', 'no error'])
  },
)
