import { describe, expect, it } from 'vitest'
import { absenceOf } from '../../src/catalog/catalog.ts'
import { CatalogError, type CatalogProblem } from '../../src/catalog/errors.ts'
import { readCatalog } from '../../src/catalog/read.ts'

const ADMIN = 'arn:aws:iam::111122223333:role/team/Admin'
const POLICY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
}

const details = (role: object = {}, rest: object = {}): string =>
  JSON.stringify({ RoleDetailList: [{ Arn: ADMIN, AssumeRolePolicyDocument: POLICY, ...role }], ...rest }, null, 2)

const problemsOf = (...files: readonly (readonly [string, string])[]): readonly CatalogProblem[] => {
  try {
    readCatalog(files)
    return []
  } catch (error) {
    if (error instanceof CatalogError) return error.problems
    throw error
  }
}

describe('The catalogue of IAM exports', () => {
  it('the catalogue has a role of get-account-authorization-details, with its line', () => {
    const boundary = {
      PermissionsBoundaryArn: 'arn:aws:iam::111122223333:policy/Edge',
      PermissionsBoundaryType: 'Policy',
    }
    const catalog = readCatalog([
      ['a.json', details({ Tags: [{ Key: 'team', Value: 'x' }], PermissionsBoundary: boundary })],
    ])
    expect(catalog.roles.get(ADMIN)).toMatchObject({
      account: '111122223333',
      name: 'Admin',
      path: '/team/',
      tags: { team: 'x' },
      permissionsBoundary: 'arn:aws:iam::111122223333:policy/Edge',
      place: { file: 'a.json', line: 4 },
    })
  })

  it.each([
    ['an object', POLICY],
    ['URL-encoded', encodeURIComponent(JSON.stringify(POLICY))],
    ['JSON text', JSON.stringify(POLICY)],
  ])('the catalogue reads a trust policy that is %s', (_, AssumeRolePolicyDocument) => {
    const catalog = readCatalog([['a.json', details({ AssumeRolePolicyDocument })]])
    expect(catalog.trustPolicyOf(ADMIN)?.statements).toHaveLength(1)
  })

  it('the catalogue leaves a trust policy unknown that IAM would refuse', () => {
    const catalog = readCatalog([['a.json', details({ AssumeRolePolicyDocument: { Version: 'no' } })]])
    expect(catalog.trustPolicyOf(ADMIN)).toBeUndefined()
  })

  it('the catalogue takes description and duration from list-roles, and tags from the details', () => {
    const list = JSON.stringify({ Roles: [{ Arn: ADMIN, Description: 'Everything', MaxSessionDuration: 7200 }] })
    const catalog = readCatalog([
      ['list.json', list],
      ['z.json', details({ Tags: [{ Key: 'team', Value: 'x' }] })],
    ])
    expect(catalog.roles.get(ADMIN)).toMatchObject({
      description: 'Everything',
      maxSessionSeconds: 7200,
      tags: { team: 'x' },
    })
  })

  it.each(['a.json', 'z.json'])('a tag that was removed in AWS did not go on granting by another file: %s', (file) => {
    const list = JSON.stringify({ Roles: [{ Arn: ADMIN }] })
    const catalog = readCatalog([
      [file, details({ Tags: [] })],
      ['list.json', list],
      ['roles.csv', `arn,tag:team\n${ADMIN},x\n`],
    ])
    expect(Object.keys(catalog.roles.get(ADMIN)?.tags ?? {})).toEqual([])
  })

  it('the catalogue knows that a role does not exist where the export of its account is complete', () => {
    const gone = { arn: 'arn:aws:iam::111122223333:role/Gone', account: '111122223333' }
    const other = { arn: 'arn:aws:iam::444455556666:role/Gone', account: '444455556666' }
    const whole = readCatalog([['a.json', details()]])
    expect([absenceOf(whole, gone), absenceOf(whole, other)]).toEqual(['no-such-role', undefined])
    expect(absenceOf(readCatalog([['a.json', details({}, { IsTruncated: true })]]), gone)).toBeUndefined()
    expect(absenceOf(readCatalog([['a.json', JSON.stringify({ Roles: [{ Arn: ADMIN }] })]]), gone)).toBeUndefined()
  })
})

describe('The catalogue of accounts', () => {
  const accounts = (...list: readonly object[]): string => JSON.stringify({ Accounts: list })
  const account = { Id: '111122223333', Name: 'Production', Email: 'p@example.com', Status: 'ACTIVE' }

  it('the catalogue joins accounts and units to paths', () => {
    const catalog = readCatalog([
      ['accounts.json', accounts({ ...account, ParentId: 'ou-ab12-22222222' })],
      ['ou-ab12-11111111.json', JSON.stringify({ OrganizationalUnits: [{ Id: 'ou-ab12-22222222', Name: 'Live' }] })],
      [
        'units.json',
        JSON.stringify({ OrganizationalUnit: { Id: 'ou-ab12-11111111', Name: 'Workloads', ParentId: 'r-ab12' } }),
      ],
      ['roots.json', JSON.stringify({ Roots: [{ Id: 'r-ab12', Name: 'Root' }] })],
    ])
    expect(catalog.accounts.get('111122223333')).toMatchObject({
      name: 'Production',
      email: 'p@example.com',
      ou: 'Workloads/Live',
      ouIds: ['r-ab12', 'ou-ab12-11111111', 'ou-ab12-22222222'],
    })
  })

  it('the catalogue knows that the roles of a suspended account are out of reach', () => {
    const catalog = readCatalog([['accounts.json', accounts({ ...account, Status: 'SUSPENDED' })]])
    expect(absenceOf(catalog, { arn: ADMIN, account: '111122223333' })).toBe('account-closed')
  })

  it('the catalogue ends where units are in each other', () => {
    const units = [
      { Id: 'ou-ab12-11111111', Name: 'A', ParentId: 'ou-ab12-22222222' },
      { Id: 'ou-ab12-22222222', Name: 'B', ParentId: 'ou-ab12-11111111' },
    ]
    const catalog = readCatalog([
      ['accounts.json', accounts({ ...account, ParentId: 'ou-ab12-11111111' })],
      ['units.json', JSON.stringify({ OrganizationalUnits: units })],
    ])
    expect(catalog.accounts.get('111122223333')?.ouIds?.length).toBeLessThan(20)
  })
})

describe('The catalogue of Terraform', () => {
  const resource = (type: string, name: string, values: object) => ({
    address: `${type}.${name}`,
    mode: 'managed',
    type,
    name,
    values,
  })
  const role = resource('aws_iam_role', 'admin', {
    arn: ADMIN,
    description: 'By Terraform',
    max_session_duration: 43_200,
    tags: { team: 'x' },
    tags_all: { team: 'x', owner: 'y' },
    assume_role_policy: JSON.stringify(POLICY),
  })

  it('the catalogue reads roles, accounts and units of a state, in modules too', () => {
    const child_modules = [{ resources: [role] }]
    const resources = [
      resource('aws_organizations_account', 'p', {
        id: '111122223333',
        name: 'P',
        parent_id: 'ou-ab12-11111111',
        tags: {},
      }),
      resource('aws_organizations_organizational_unit', 'w', {
        id: 'ou-ab12-11111111',
        name: 'W',
        parent_id: 'r-ab12',
      }),
    ]
    const values = { root_module: { resources, child_modules } }
    const catalog = readCatalog([
      ['state.json', JSON.stringify({ format_version: '1.0', terraform_version: '1.9.0', values })],
    ])
    expect(catalog.roles.get(ADMIN)).toMatchObject({
      description: 'By Terraform',
      maxSessionSeconds: 43_200,
      tags: { owner: 'y' },
    })
    expect(catalog.accounts.get('111122223333')).toMatchObject({ name: 'P', ou: 'W' })
    expect(catalog.trustPolicyOf(ADMIN)).toBeDefined()
  })

  it('the catalogue leaves out a planned role without ARN, with a note', () => {
    const planned_values = { root_module: { resources: [resource('aws_iam_role', 'new', { name: 'New' }), role] } }
    const catalog = readCatalog([['plan.json', JSON.stringify({ format_version: '1.2', planned_values })]])
    expect([...catalog.roles.keys()]).toEqual([ADMIN])
    expect(catalog.notes).toHaveLength(1)
  })

  it("the catalogue prefers AWS's own export", () => {
    const planned_values = { root_module: { resources: [role] } }
    const catalog = readCatalog([
      ['a-plan.json', JSON.stringify({ format_version: '1.2', planned_values })],
      ['b.json', details({ Tags: [{ Key: 'team', Value: 'aws' }] })],
    ])
    expect(catalog.roles.get(ADMIN)).toMatchObject({ tags: { team: 'aws' }, description: 'By Terraform' })
  })
})

describe('The catalogue of tables', () => {
  it('the catalogue reads roles from CSV', () => {
    const csv = `arn,description,maxSessionDuration,tag:team,trustPolicy\r\n${ADMIN},"Reads, and ""writes""",3600,x,"${JSON.stringify(POLICY).replaceAll('"', '""')}"\r\n\r\n`
    const catalog = readCatalog([['roles.csv', csv]])
    expect(catalog.roles.get(ADMIN)).toMatchObject({
      description: 'Reads, and "writes"',
      maxSessionSeconds: 3600,
      tags: { team: 'x' },
      place: { file: 'roles.csv', line: 2 },
    })
    expect(catalog.trustPolicyOf(ADMIN)).toBeDefined()
  })

  it('the catalogue reads accounts from CSV', () => {
    const catalog = readCatalog([
      ['accounts.csv', 'account,name,ou,status,tag:env\n111122223333,"Two\nlines",A/B,active,prod'],
    ])
    expect(catalog.accounts.get('111122223333')).toMatchObject({
      name: 'Two\nlines',
      ou: 'A/B',
      status: 'ACTIVE',
      tags: { env: 'prod' },
    })
  })
})

describe('A broken catalogue', () => {
  it.each([
    ['JSON that ends early', 'a.json', '{\n  "RoleDetailList": [\n', 3, ''],
    ['an empty file', 'a.json', '', 1, ''],
    ['an unknown document', 'a.json', '{"Users": []}', 1, ''],
    [
      'a role that is none',
      'a.json',
      '{\n"RoleDetailList": [{"Arn": "arn:aws:iam::1:user/x"}]}',
      2,
      'RoleDetailList[0].Arn',
    ],
    [
      'a policy that is none',
      'a.json',
      details({ AssumeRolePolicyDocument: '%7Bno' }),
      4,
      'RoleDetailList[0].AssumeRolePolicyDocument',
    ],
    [
      'a duration that IAM has not',
      'a.json',
      details({ MaxSessionDuration: 60 }),
      4,
      'RoleDetailList[0].MaxSessionDuration',
    ],
    ['a list that is none', 'a.json', '{"Accounts": {}}', 1, 'Accounts'],
    ['an unknown column', 'a.csv', 'arn,colour\n', 1, 'colour'],
    ['a row with a value too many', 'a.csv', `arn\n\n${ADMIN},x\n`, 3, ''],
    ['a quote that does not end', 'a.csv', `arn,description\n${ADMIN},"x\n`, 2, ''],
  ])('a broken catalogue is refused with file and line: %s', (_, file, text, line, path) => {
    expect(problemsOf([file, text])[0]).toMatchObject({ file, line, path })
  })

  it('a broken catalogue is refused with the problems of every file', () => {
    expect(problemsOf(['a.json', '{'], ['b.json', '[]']).map(({ file }) => file)).toEqual(['a.json', 'b.json'])
  })
})
