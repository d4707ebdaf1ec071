/** Managed policies that are attached to roles, and who may attach them. */
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteRoleCommand,
  DetachRolePolicyCommand,
  GetAccountAuthorizationDetailsCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  ListAttachedRolePoliciesCommand,
  ListPolicyVersionsCommand,
  ListRolesCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  paginateListAttachedRolePolicies,
  TagPolicyCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/core/secret.ts'
import { LocalAwsError } from '../../src/local-aws/errors.ts'
import { parseLocalAwsState } from '../../src/local-aws/state/file.ts'
import { stateYaml } from '../../src/local-aws/state/write-file.ts'
import type { LocalAwsState, UserState } from '../../src/local-aws/state.ts'
import { holds } from '../held/holds.ts'
import { allowing, errorOf, iamAt, keyOf, MEMBER, MIA, organizationState, stsAt } from './organization-state.ts'
import type { Key } from './signed-calls.ts'
import { ACCOUNT, start, withLocalAws } from './support.ts'

const READS_ROLES = `arn:aws:iam::${ACCOUNT}:policy/team/ReadsRoles`
const LIMIT = `arn:aws:iam::${ACCOUNT}:policy/Limit`
const OF_AWS = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'
const USERS_LIMIT = `arn:aws:iam::${ACCOUNT}:policy/UsersLimit`
const OF_OTHERS = `arn:aws:iam::${MEMBER}:policy/Mine`
const READ_ONLY = 'arn:aws:iam::aws:policy/IAMReadOnlyAccess'
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

/** A user with two access keys. */
const limitedUser: UserState = {
  arn: `arn:aws:iam::${ACCOUNT}:user/lea`,
  accessKeyId: 'AKIAY34FZKBOLEA00000',
  secretAccessKey: new Secret('secret-of-lea'),
  moreAccessKeys: [{ accessKeyId: 'AKIAY34FZKBOLEA00001', secretAccessKey: new Secret('another-secret-of-lea') }],
  permissionsBoundary: USERS_LIMIT,
}

const state = (): LocalAwsState => ({
  ...organizationState(),
  users: [...organizationState().users, limitedUser],
  roles: [
    role('Reader', { attachedPolicies: [READS_ROLES] }),
    role('Empty'),
    role('Full', { attachedPolicies: Array.from({ length: 10 }, (_, n) => `arn:aws:iam::aws:policy/P${n}`) }),
    role('Delegate', { policies: { delegate } }),
    role('Limited', { permissionsBoundary: LIMIT }),
  ],
  managedPolicies: {
    [READS_ROLES]: allowing({ Action: 'iam:ListRoles' }),
    [LIMIT]: allowing({ Action: 's3:*' }),
    [USERS_LIMIT]: allowing({ Action: 's3:*' }),
    [OF_OTHERS]: allowing({ Action: '*' }),
  },
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
const limit = (RoleName: string, PermissionsBoundary: string) =>
  iam().send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary }))
const detach = (RoleName: string, PolicyArn: string) => iam().send(new DetachRolePolicyCommand({ RoleName, PolicyArn }))
const attachedTo = async (RoleName: string, PathPrefix?: string) =>
  (await iam().send(new ListAttachedRolePoliciesCommand({ RoleName, ...(PathPrefix && { PathPrefix }) })))
    .AttachedPolicies

const problemsOf = (wrong: LocalAwsState): readonly string[] => {
  try {
    parseLocalAwsState(stateYaml(wrong))
  } catch (error) {
    if (error instanceof LocalAwsError) return error.problems
    throw error
  }
  return []
}

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

  it('a policy of the state is refused in another account or partition, with its place', () => {
    const roles = [
      role('Foreign', { attachedPolicies: [OF_AWS, OF_OTHERS], permissionsBoundary: 'arn:aws-cn:iam::aws:policy/X' }),
    ]
    const users = [{ ...limitedUser, permissionsBoundary: OF_OTHERS }]
    const problems = problemsOf({ ...state(), users, roles })
    expect(problems.map((problem) => problem.replace(/^\d+:\d+ ([^:]+):.*/, '$1'))).toEqual([
      'users.0.permissionsBoundary',
      'roles.0.attachedPolicies.1',
      'roles.0.permissionsBoundary',
    ])
  })

  it('two policies of one name are on two pages', async () => {
    const own = `arn:aws:iam::${ACCOUNT}:policy/IAMReadOnlyAccess`
    const PolicyDocument = JSON.stringify(allowing({ Action: 's3:*' }))
    await iam().send(new CreatePolicyCommand({ PolicyName: 'IAMReadOnlyAccess', PolicyDocument }))
    for (const policy of [READ_ONLY, own]) await attach('Limited', policy)
    const pages = []
    for await (const page of paginateListAttachedRolePolicies({ client: iam(), pageSize: 1 }, { RoleName: 'Limited' }))
      pages.push(page.AttachedPolicies?.map(({ PolicyArn }) => PolicyArn))
    expect(pages).toEqual([[own], [READ_ONLY]])
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
    ['of another account', () => attach('Empty', OF_OTHERS), 'NoSuchEntityException'],
    [
      "of AWS's in another partition",
      () => attach('Empty', 'arn:aws-us-gov:iam::aws:policy/IAMReadOnlyAccess'),
      'NoSuchEntityException',
    ],
    ['of another account, as a boundary', () => limit('Empty', OF_OTHERS), 'NoSuchEntityException'],
    [
      "of AWS's in another partition, as a boundary",
      () => limit('Empty', 'arn:aws-cn:iam::aws:policy/IAMReadOnlyAccess'),
      'NoSuchEntityException',
    ],
    ['that does not exist', () => attach('Empty', `arn:aws:iam::${ACCOUNT}:policy/None`), 'NoSuchEntityException'],
    ['that is not attached', () => detach('Empty', LIMIT), 'NoSuchEntityException'],
    ['beyond the tenth', () => attach('Full', READS_ROLES), 'LimitExceededException'],
    ['for a role that does not exist', () => attach('Nobody', READS_ROLES), 'NoSuchEntityException'],
  ])('a policy %s is refused', async (_, send, code) => {
    expect(await errorOf(send())).toBe(code)
  })
})

describe('A customer managed policy', holds('A.8 managed policies'), () => {
  const document = (Action: string): string => JSON.stringify(allowing({ Action }))
  const create = async (PolicyName: string, more: object = {}): Promise<string> => {
    const command = new CreatePolicyCommand({ PolicyName, PolicyDocument: document('s3:Get*'), ...more })
    return (await iam().send(command)).Policy?.Arn ?? ''
  }
  const addVersion = (PolicyArn: string, Action: string, SetAsDefault = false) =>
    iam().send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: document(Action), SetAsDefault }))
  const remove = (PolicyArn: string) => errorOf(iam().send(new DeletePolicyCommand({ PolicyArn })))
  const removeVersion = (PolicyArn: string, VersionId: string) =>
    errorOf(iam().send(new DeletePolicyVersionCommand({ PolicyArn, VersionId })))

  it('a policy is created, returned, tagged and deleted', async () => {
    const PolicyArn = await create('Fresh', { Path: '/a/', Description: 'x', Tags: [{ Key: 'team', Value: 'blue' }] })
    expect(PolicyArn).toBe(`arn:aws:iam::${ACCOUNT}:policy/a/Fresh`)
    await iam().send(new TagPolicyCommand({ PolicyArn, Tags: [{ Key: 'stage', Value: 'test' }] }))
    const { Policy } = await iam().send(new GetPolicyCommand({ PolicyArn }))
    expect(Policy).toMatchObject({
      PolicyName: 'Fresh',
      Path: '/a/',
      Description: 'x',
      DefaultVersionId: 'v1',
      AttachmentCount: 0,
      Tags: [
        { Key: 'stage', Value: 'test' },
        { Key: 'team', Value: 'blue' },
      ],
    })
    expect(Policy?.PolicyId).toMatch(/^ANPA[A-Z2-7]{17}$/)
    const { PolicyVersion } = await iam().send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }))
    expect(decodeURIComponent(PolicyVersion?.Document ?? '')).toBe(document('s3:Get*'))
    expect(await errorOf(create('fresh'))).toBe('EntityAlreadyExistsException')
    expect([await remove(PolicyArn), await remove(PolicyArn)]).toEqual(['no error', 'NoSuchEntityException'])
  })

  it('its default version applies, at once', async () => {
    const PolicyArn = await create('Changing')
    await attach('Empty', PolicyArn)
    const session = await sessionOf('Empty')
    await addVersion(PolicyArn, 'iam:ListRoles')
    expect(await mayListRoles(session)).toBe('AccessDenied')
    await addVersion(PolicyArn, 'iam:ListRoles', true)
    expect(await mayListRoles(session)).toBe('no error')
    const { Versions = [] } = await iam().send(new ListPolicyVersionsCommand({ PolicyArn }))
    expect(Versions.map(({ VersionId, IsDefaultVersion }) => [VersionId, IsDefaultVersion])).toEqual([
      ['v1', false],
      ['v2', false],
      ['v3', true],
    ])
    expect(await removeVersion(PolicyArn, 'v3')).toBe('DeleteConflictException')
    expect(await remove(PolicyArn)).toBe('DeleteConflictException')
    await detach('Empty', PolicyArn)
    expect(await remove(PolicyArn)).toBe('DeleteConflictException')
    expect([await removeVersion(PolicyArn, 'v1'), await removeVersion(PolicyArn, 'v2')]).toEqual([
      'no error',
      'no error',
    ])
    expect(await removeVersion(PolicyArn, 'v2')).toBe('NoSuchEntityException')
    expect(await remove(PolicyArn)).toBe('no error')
  })

  it('it has five versions at most, and no number twice', async () => {
    const PolicyArn = await create('Versions')
    for (const _ of [2, 3, 4, 5]) await addVersion(PolicyArn, 's3:*')
    expect(await errorOf(addVersion(PolicyArn, 's3:*'))).toBe('LimitExceededException')
    await removeVersion(PolicyArn, 'v2')
    expect((await addVersion(PolicyArn, 's3:*')).PolicyVersion?.VersionId).toBe('v6')
    await removeVersion(PolicyArn, 'v6')
    expect((await addVersion(PolicyArn, 's3:*')).PolicyVersion?.VersionId).toBe('v7')
  })

  it.each([
    ['a role', LIMIT],
    ['a user', USERS_LIMIT],
  ])('it is not deleted while it is the boundary of %s', async (_, PolicyArn) => {
    expect(await remove(PolicyArn)).toBe('DeleteConflictException')
    const { Policy } = await iam().send(new GetPolicyCommand({ PolicyArn }))
    expect(Policy?.PermissionsBoundaryUsageCount).toBe(1)
  })

  it('it is listed with its versions in the details of the account', async () => {
    const PolicyArn = await create('Detailed', { Description: 'x' })
    await addVersion(PolicyArn, 's3:*', true)
    const { Policies = [], RoleDetailList } = await iam().send(
      new GetAccountAuthorizationDetailsCommand({ Filter: ['LocalManagedPolicy'] }),
    )
    expect(RoleDetailList).toEqual([])
    expect(Policies.find(({ Arn }) => Arn === PolicyArn)).toMatchObject({
      PolicyName: 'Detailed',
      Description: 'x',
      DefaultVersionId: 'v2',
      AttachmentCount: 0,
      PolicyVersionList: [
        { VersionId: 'v1', IsDefaultVersion: false, Document: encodeURIComponent(document('s3:Get*')) },
        { VersionId: 'v2', IsDefaultVersion: true, Document: encodeURIComponent(document('s3:*')) },
      ],
    })
    expect(Policies.find(({ Arn }) => Arn === USERS_LIMIT)).toMatchObject({ PermissionsBoundaryUsageCount: 1 })
    expect(Policies.map(({ Arn }) => Arn)).not.toContain(OF_OTHERS)
  })

  it.each([
    ['is no policy', { PolicyDocument: '{}' }, 'MalformedPolicyDocumentException'],
    [
      'is too large',
      { PolicyDocument: JSON.stringify(allowing({ Action: 's3:*', Resource: `arn:aws:s3:::${'a'.repeat(6144)}` })) },
      'LimitExceededException',
    ],
  ])('it is refused where its document %s', async (_, more, code) => {
    expect(await errorOf(create('Refused', more))).toBe(code)
  })

  it('it is written to the state with the version that applies, and not when it is deleted', async () => {
    const fresh = await start(state())
    const client = iamAt(fresh.url, MIA)
    await client.send(new DetachRolePolicyCommand({ RoleName: 'Reader', PolicyArn: READS_ROLES }))
    await client.send(new DeletePolicyCommand({ PolicyArn: READS_ROLES }))
    await client.send(
      new CreatePolicyVersionCommand({ PolicyArn: LIMIT, PolicyDocument: document('ec2:*'), SetAsDefault: true }),
    )
    const { managedPolicies } = parseLocalAwsState(stateYaml(fresh.written()))
    await fresh.close()
    expect(managedPolicies).toEqual({
      [LIMIT]: { document: JSON.parse(document('ec2:*')), version: 2 },
      [USERS_LIMIT]: JSON.parse(document('s3:*')),
      [OF_OTHERS]: JSON.parse(document('*')),
    })
  })

  it('it has its description, tags and version numbers after a restart', async () => {
    const restarted = async (before: LocalAwsState) => {
      const server = await start(before)
      const client = iamAt(server.url, MIA)
      return { server, send: client.send.bind(client) as typeof client.send }
    }
    const first = await restarted(state())
    const command = { PolicyName: 'Kept', PolicyDocument: document('s3:Get*'), Description: 'x' }
    await first.send(new CreatePolicyCommand({ ...command, Tags: [{ Key: 'team', Value: 'blue' }] }))
    const PolicyArn = `arn:aws:iam::${ACCOUNT}:policy/Kept`
    const next = { PolicyArn, PolicyDocument: document('s3:*') }
    await first.send(new CreatePolicyVersionCommand({ ...next, SetAsDefault: true }))
    await first.send(new CreatePolicyVersionCommand(next))
    const text = stateYaml(first.server.written())
    await first.server.close()
    const second = await restarted(parseLocalAwsState(text))
    const { Policy } = await second.send(new GetPolicyCommand({ PolicyArn }))
    const { PolicyVersion } = await second.send(new CreatePolicyVersionCommand(next))
    await second.server.close()
    expect(Policy).toMatchObject({ Description: 'x', DefaultVersionId: 'v2', Tags: [{ Key: 'team', Value: 'blue' }] })
    expect(PolicyVersion?.VersionId).toBe('v4')
  })

  it('it names the place of a mistake in a document with more than itself', () => {
    const problemOf = (policy: object) => problemsOf({ ...state(), managedPolicies: { [LIMIT]: policy } })
    expect(problemOf({ document: allowing({ Effect: 'Maybe', Action: '*' }) })).toEqual([
      expect.stringContaining(`managedPolicies.${LIMIT}.document.Statement.0.Effect: `),
    ])
    expect(problemOf({ document: allowing({ Action: '*' }), version: 0 })).toEqual([
      expect.stringContaining(`managedPolicies.${LIMIT}.version: `),
    ])
    expect(problemOf(allowing({ Effect: 'Maybe', Action: '*' }))).toEqual([
      expect.stringContaining(`managedPolicies.${LIMIT}.Statement.0.Effect: `),
    ])
  })
})

describe('A policy of AWS', holds('A.8 policies of AWS'), () => {
  it('a policy of AWS is read with its document and version', async () => {
    await attach('Limited', READ_ONLY)
    const PolicyArn = READ_ONLY
    const { Policy } = await iam().send(new GetPolicyCommand({ PolicyArn }))
    expect(Policy).toMatchObject({ PolicyName: 'IAMReadOnlyAccess', Arn: READ_ONLY, Path: '/', AttachmentCount: 1 })
    const VersionId = Policy?.DefaultVersionId ?? ''
    const { PolicyVersion } = await iam().send(new GetPolicyVersionCommand({ PolicyArn, VersionId }))
    expect(JSON.parse(decodeURIComponent(PolicyVersion?.Document ?? ''))).toMatchObject({
      Statement: [{ Effect: 'Allow', Action: expect.arrayContaining(['iam:Get*']) }],
    })
    const { Versions } = await iam().send(new ListPolicyVersionsCommand({ PolicyArn }))
    expect(Versions).toMatchObject([{ VersionId, IsDefaultVersion: true }])
    const { Policies } = await iam().send(new GetAccountAuthorizationDetailsCommand({ Filter: ['AWSManagedPolicy'] }))
    expect(Policies).toMatchObject([{ Arn: READ_ONLY, AttachmentCount: 1 }])
  })

  it.each([
    ['is not known', () => iam().send(new GetPolicyCommand({ PolicyArn: OF_AWS }))],
    [
      'is of another partition',
      () => iam().send(new GetPolicyCommand({ PolicyArn: 'arn:aws-cn:iam::aws:policy/IAMReadOnlyAccess' })),
    ],
    ['is to be deleted', () => iam().send(new DeletePolicyCommand({ PolicyArn: READ_ONLY }))],
    [
      'is to be tagged',
      () => iam().send(new TagPolicyCommand({ PolicyArn: READ_ONLY, Tags: [{ Key: 'a', Value: 'b' }] })),
    ],
  ])('a policy of AWS that %s is refused', async (_, send) => {
    expect(await errorOf(send())).toBe('NoSuchEntityException')
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
