import { readFileSync } from 'node:fs'
import {
  CreateRoleCommand,
  DeleteConflictException,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  EntityAlreadyExistsException,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  LimitExceededException,
  ListRolePoliciesCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
  MalformedPolicyDocumentException,
  NoSuchEntityException,
  PutRolePolicyCommand,
  paginateListRoles,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Secret } from '../../src/core/secret.ts'
import { signedCall } from './signed-calls.ts'
import {
  ACCOUNT,
  base64,
  call,
  newKeys,
  PROVIDER,
  ROLE,
  type Running,
  responseXml,
  sign,
  start,
  stateFor,
  USER,
} from './support.ts'

const keys = await newKeys()
const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }
const GUEST = { accessKeyId: 'AKIAY34FZKBOEXAMPLE2', secretAccessKey: 'guest-secret' }

let aws: Running
beforeEach(async () => {
  const state = stateFor(keys)
  const [dora] = state.users
  if (!dora) throw new Error('nobody is there')
  const readsOnly = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'iam:GetRole', Resource: ROLE }],
  }
  const guest = { ...GUEST, secretAccessKey: new Secret(GUEST.secretAccessKey) }
  aws = await start({
    ...state,
    users: [
      { ...dora, policies: { everything } },
      { ...guest, arn: `arn:aws:iam::${ACCOUNT}:user/guest`, policies: { readsOnly } },
    ],
  })
})
afterEach(() => aws.close())

const client = (credentials: typeof GUEST = USER): IAMClient =>
  new IAMClient({ region: 'us-east-1', endpoint: aws.url, maxAttempts: 1, credentials })

const trust = (more: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: PROVIDER },
        Action: 'sts:AssumeRoleWithSAML',
        Condition: { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } },
        ...more,
      },
    ],
  })

const create = (RoleName: string, more: Partial<CreateRoleCommand['input']> = {}) =>
  client().send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust(), ...more }))

describe('A role', () => {
  it('a role is created, and returned as it was created', async () => {
    const { Role } = await create('Auditor', {
      Path: '/team/',
      Description: 'reads all',
      MaxSessionDuration: 7200,
      Tags: [{ Key: 'team', Value: 'blue' }],
    })
    expect(Role).toMatchObject({ Arn: `arn:aws:iam::${ACCOUNT}:role/team/Auditor`, Path: '/team/' })
    expect(Role?.RoleId).toMatch(/^AROA[A-Z2-7]{17}$/)
    const found = (await client().send(new GetRoleCommand({ RoleName: 'Auditor' }))).Role
    const { Description, MaxSessionDuration, RoleLastUsed, ...rest } = found ?? {}
    expect(rest).toEqual(Role)
    expect([Description, MaxSessionDuration, RoleLastUsed]).toEqual(['reads all', 7200, {}])
    expect(found?.Tags).toEqual([{ Key: 'team', Value: 'blue' }])
    expect(found?.CreateDate).toBeInstanceOf(Date)
    expect(decodeURIComponent(found?.AssumeRolePolicyDocument ?? '')).toBe(trust())
  })

  it('a role can be taken by the next call', async () => {
    const { Role } = await create('Fresh')
    const RoleArn = Role?.Arn ?? ''
    const attributes = {
      'https://aws.amazon.com/SAML/Attributes/Role': [`${RoleArn},${PROVIDER}`],
      'https://aws.amazon.com/SAML/Attributes/RoleSessionName': ['alice'],
    }
    const taken = await call(aws.url, {
      Action: 'AssumeRoleWithSAML',
      RoleArn,
      PrincipalArn: PROVIDER,
      SAMLAssertion: base64(sign(responseXml(new Date(), { attributes }), keys)),
    })
    expect(taken.status).toBe(200)
  })

  it('exists once, whatever its path and the case of its name', async () => {
    await create('Auditor')
    await expect(create('AUDITOR', { Path: '/x/' })).rejects.toBeInstanceOf(EntityAlreadyExistsException)
  })

  it('a role is a different one when it is created again', async () => {
    const first = await create('Auditor')
    await client().send(new DeleteRoleCommand({ RoleName: 'Auditor' }))
    await expect(client().send(new GetRoleCommand({ RoleName: 'Auditor' }))).rejects.toBeInstanceOf(
      NoSuchEntityException,
    )
    expect((await create('Auditor')).Role?.RoleId).not.toBe(first.Role?.RoleId)
  })

  it('gets a new description and a longer session', async () => {
    await create('Auditor')
    const update = new UpdateRoleCommand({ RoleName: 'Auditor', Description: 'new', MaxSessionDuration: 43_200 })
    await client().send(update)
    const { Role } = await client().send(new GetRoleCommand({ RoleName: 'Auditor' }))
    expect([Role?.Description, Role?.MaxSessionDuration]).toEqual(['new', 43_200])
  })

  it('admits no caller any more once its trust policy says so', async () => {
    const PolicyDocument = trust({ Effect: 'Deny' })
    await client().send(new UpdateAssumeRolePolicyCommand({ RoleName: 'Developer', PolicyDocument }))
    const taken = await call(aws.url, {
      Action: 'AssumeRoleWithSAML',
      RoleArn: ROLE,
      PrincipalArn: PROVIDER,
      SAMLAssertion: base64(sign(responseXml(new Date()), keys)),
    })
    expect(taken.error).toBe('AccessDenied: Not authorized to perform sts:AssumeRoleWithSAML')
  })

  it('a role is tagged, and loses tags, by keys without regard to case', async () => {
    const RoleName = 'Developer'
    const Tags = [
      { Key: 'Team', Value: 'red' },
      { Key: 'Empty', Value: '' },
    ]
    await client().send(new TagRoleCommand({ RoleName, Tags }))
    await client().send(new TagRoleCommand({ RoleName, Tags: [{ Key: 'team', Value: 'blue' }] }))
    const told = await client().send(new ListRoleTagsCommand({ RoleName }))
    expect(told.Tags).toEqual([
      { Key: 'Empty', Value: '' },
      { Key: 'team', Value: 'blue' },
    ])
    await client().send(new UntagRoleCommand({ RoleName, TagKeys: ['TEAM', 'empty'] }))
    expect((await client().send(new ListRoleTagsCommand({ RoleName }))).Tags).toEqual([])
  })

  it('a role has inline policies, which go before it does', async () => {
    const RoleName = 'Developer'
    const PolicyName = 'read'
    const PolicyDocument = JSON.stringify(everything)
    await client().send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }))
    expect((await client().send(new ListRolePoliciesCommand({ RoleName }))).PolicyNames).toEqual(['read'])
    const told = await client().send(new GetRolePolicyCommand({ RoleName, PolicyName }))
    expect(decodeURIComponent(told.PolicyDocument ?? '')).toBe(PolicyDocument)
    await expect(client().send(new DeleteRoleCommand({ RoleName }))).rejects.toBeInstanceOf(DeleteConflictException)
    await client().send(new DeleteRolePolicyCommand({ RoleName, PolicyName }))
    await expect(client().send(new GetRolePolicyCommand({ RoleName, PolicyName }))).rejects.toThrow(
      'The role policy with name read cannot be found.',
    )
    await client().send(new DeleteRoleCommand({ RoleName }))
  })

  it.each([
    ['that is no JSON', '{', 'This policy contains invalid Json'],
    ['with a Resource', trust({ Resource: '*' }), 'Has prohibited field Resource'],
    [
      'for what is no provider',
      trust({ Principal: { Federated: '*' } }),
      'Invalid principal in policy: "Federated":"*"',
    ],
    ['without a Principal', trust({ Principal: undefined }), 'Missing required field Principal'],
  ])('a role is refused a trust policy %s', async (_, AssumeRolePolicyDocument, message) => {
    const refused = create('Broken', { AssumeRolePolicyDocument })
    await expect(refused).rejects.toBeInstanceOf(MalformedPolicyDocumentException)
    await expect(create('Broken', { AssumeRolePolicyDocument })).rejects.toThrow(message)
  })

  it.each([
    ['https://oidc.eks.us-east-1.amazonaws.com/id/ABC:sub', false],
    ['token.actions.githubusercontent.com:sub:extra', false],
    ['oidc.eks.us-east-1.amazonaws.com/id/ABC:sub', true],
    ['127.0.0.1:8083/realms/x:sub', true],
    ['aws:RequestTag/kubernetes:namespace', true],
  ])('a role has conditions on keys with one colon: %s', async (key, isTaken) => {
    const AssumeRolePolicyDocument = trust({ Condition: { StringEquals: { [key]: 'x' } } })
    const made = create('Colons', { AssumeRolePolicyDocument })
    if (isTaken) {
      await made
      return
    }
    await expect(made).rejects.toThrow(/^Condition can contain only one colon\.$/)
    await expect(made).rejects.toBeInstanceOf(MalformedPolicyDocumentException)
    const update = new UpdateAssumeRolePolicyCommand({
      RoleName: 'Developer',
      PolicyDocument: AssumeRolePolicyDocument,
    })
    await expect(client().send(update)).rejects.toThrow('Condition can contain only one colon.')
  })

  it('a role has the issuer of an EKS cluster without its https://, as the one that IAM was seen to refuse', async () => {
    const file = new URL('../fixtures/faults/aws/condition-two-colons/trust.json', import.meta.url)
    const refused = create('Pod', { AssumeRolePolicyDocument: readFileSync(file, 'utf8') })
    await expect(refused).rejects.toThrow('Condition can contain only one colon.')
  })

  it.each([
    ['Action', { Action: 'ec2:ec2:CreateTags' }, 'Actions/Condition can contain only one colon.'],
    ['Condition', { Condition: { StringEquals: { 'https://x:y': 'z' } } }, 'Condition can contain only one colon.'],
  ])('a role has permission policies with one colon in each %s', async (_, more, message) => {
    const statement = { Effect: 'Allow', Action: 'ec2:*', Resource: '*', ...more }
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
    const put = new PutRolePolicyCommand({ RoleName: 'Developer', PolicyName: 'colons', PolicyDocument })
    await expect(client().send(put)).rejects.toThrow(message)
  })

  it('a role is refused a trust policy of more than 2048 characters, white space aside', async () => {
    const around = trust({ Sid: '' }).replaceAll(/\s/g, '').length
    const sized = (length: number) => trust({ Sid: 'a'.repeat(length - around) })
    await create('Roomy', { AssumeRolePolicyDocument: sized(2048) + ' '.repeat(3000) })
    await expect(create('Tight', { AssumeRolePolicyDocument: sized(2049) })).rejects.toBeInstanceOf(
      LimitExceededException,
    )
  })

  it.each([
    ['token.actions.githubusercontent.com', {}, false],
    [
      'token.actions.githubusercontent.com',
      { StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:octo-org/octo:*' } },
      true,
    ],
    ['gitlab.com', { StringEquals: { 'gitlab.com:aud': 'c' } }, false],
    ['gitlab.com', { StringEquals: { 'gitlab.com:sub': 'project_path:a/b:ref_type:branch:ref:main' } }, true],
    ['oidc.vercel.com', { StringEquals: { 'oidc.vercel.com:sub': 'me' } }, false],
    ['oidc.vercel.com', { StringEquals: { 'oidc.vercel.com:aud': 'c' } }, true],
    ['sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d', {}, false],
    [
      'sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d',
      { StringLike: { 'sts:RoleSessionName': 'MicrosoftSentinel_*' } },
      true,
    ],
    ['idp.example.com', {}, true],
  ])('a role for tokens of %s under condition %j is accepted: %s', async (issuer, Condition, isTaken) => {
    const AssumeRolePolicyDocument = trust({
      Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer}` },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition,
    })
    const made = create('FromTokens', { AssumeRolePolicyDocument })
    if (isTaken) await made
    else await expect(made).rejects.toBeInstanceOf(MalformedPolicyDocumentException)
  })
})

it('An account has a thousand roles at most', async () => {
  const state = stateFor(keys)
  const users = state.users.map((user) => ({ ...user, policies: { everything } }))
  const roles = Array.from({ length: 999 }, (_, n) => ({
    arn: `arn:aws:iam::${ACCOUNT}:role/R${n}`,
    trustPolicy: trust(),
  }))
  const full = await start({ ...state, users, roles })
  try {
    const iam = new IAMClient({ region: 'us-east-1', endpoint: full.url, maxAttempts: 1, credentials: USER })
    const make = (RoleName: string) => iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust() }))
    await make('TheLast')
    const refused = make('TooMany')
    await expect(refused).rejects.toThrow('Cannot exceed quota for RolesPerAccount: 1000')
    await expect(refused).rejects.toBeInstanceOf(LimitExceededException)
  } finally {
    await full.close()
  }
})

describe('The list of roles', () => {
  it('the list of roles is paged', async () => {
    const names: string[] = []
    let pages = 0
    for await (const { Roles = [] } of paginateListRoles({ client: client(), pageSize: 3 }, {})) {
      pages++
      names.push(...Roles.map(({ RoleName = '' }) => RoleName))
    }
    const all = stateFor(keys).roles.length
    expect([pages, names.length, new Set(names).size]).toEqual([Math.ceil(all / 3), all, all])
  })

  it('the list of roles is narrowed by a path', async () => {
    const { Roles = [] } = await client().send(new ListRolesCommand({ PathPrefix: '/team/' }))
    expect(Roles.map(({ Arn }) => Arn)).toEqual([ROLE])
  })

  it('takes no marker of its own making', async () => {
    await expect(client().send(new ListRolesCommand({ Marker: '!!' }))).rejects.toThrow('Invalid Marker.')
  })
})

describe('A caller of IAM', () => {
  it('needs a permission for just that', async () => {
    const get = (RoleName: string) => client(GUEST).send(new GetRoleCommand({ RoleName }))
    expect((await get('Developer')).Role?.Arn).toBe(ROLE)
    await expect(get('Tagged')).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining(
        `User: arn:aws:iam::${ACCOUNT}:user/guest is not authorized to perform: iam:GetRole on resource: role Tagged because no identity-based policy allows the iam:GetRole action`,
      ),
    })
  })

  it('a caller of IAM may be held to tags, of the role and of the request', async () => {
    const policy = (Condition: unknown) => ({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'iam:*', Resource: '*', Condition }],
    })
    const byTag = async (condition: unknown): Promise<readonly string[]> => {
      const state = stateFor(keys)
      const held = await start({
        ...state,
        users: state.users.map((user) => ({ ...user, policies: { held: policy(condition) } })),
        roles: state.roles.map((role) => (role.arn === ROLE ? { ...role, tags: { team: 'blue' } } : role)),
      })
      try {
        const iam = new IAMClient({ region: 'us-east-1', endpoint: held.url, maxAttempts: 1, credentials: USER })
        const tagged = (Value: string) => new TagRoleCommand({ RoleName: 'Tagged', Tags: [{ Key: 'team', Value }] })
        const outcomes = [
          iam.send(new GetRoleCommand({ RoleName: 'Developer' })),
          iam.send(new GetRoleCommand({ RoleName: 'Tagged' })),
          iam.send(tagged('blue')),
          iam.send(tagged('red')),
        ].map((sent) =>
          sent.then(
            () => 'allowed',
            (error: Error) => error.name,
          ),
        )
        return await Promise.all(outcomes)
      } finally {
        await held.close()
      }
    }
    const no = 'AccessDenied'
    expect(await byTag({ StringEquals: { 'iam:ResourceTag/team': 'blue' } })).toEqual(['allowed', no, no, no])
    expect(await byTag({ StringEquals: { 'aws:RequestTag/team': 'blue' } })).toEqual([no, no, 'allowed', no])
  })

  it('signs for IAM and not for another service', async () => {
    const parameters = { Action: 'GetRole', Version: '2010-05-08', RoleName: 'Developer' }
    expect((await signedCall(aws.url, USER, parameters)).error).toBe(
      "SignatureDoesNotMatch: Credential should be scoped to correct service: 'iam'.",
    )
  })

  it('signs at all', async () => {
    const unsigned = await call(aws.url, { Action: 'GetRole', Version: '2010-05-08', RoleName: 'Developer' })
    expect(unsigned.error).toBe('MissingAuthenticationToken: Request is missing Authentication Token')
    expect(unsigned.text).toContain('xmlns="https://iam.amazonaws.com/doc/2010-05-08/"')
  })

  it('hears all that is wrong with the parameters', async () => {
    await expect(create('no spaces', { MaxSessionDuration: 1 })).rejects.toThrow(
      "2 validation errors detected: Value 'no spaces' at 'roleName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+; Value '1' at 'maxSessionDuration' failed to satisfy constraint: Member must have value greater than or equal to 3600",
    )
  })
})
