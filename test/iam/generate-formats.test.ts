import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRoleArn } from '../../src/core/arn.ts'
import { planCloudFormation } from '../../src/iam/generate/cloudformation.ts'
import { hclText, quoted } from '../../src/iam/generate/hcl.ts'
import { planJson } from '../../src/iam/generate/json.ts'
import type { IamPlan, PlannedProvider, PlannedRole } from '../../src/iam/generate/plan.ts'
import { planTerraform } from '../../src/iam/generate/terraform.ts'
import { samlTrustStatement, trustPolicy, webIdentityTrustStatement } from '../../src/iam/generate.ts'
import { type HclBlock, readHcl, readQuoted } from './hcl.ts'

const METADATA = `<md:EntityDescriptor entityID="https://aws.example.com/idp/metadata?a=1&amp;b=\${x}">\n\t100%{}</md:EntityDescriptor>`

const providerArn = (account: string): string => `arn:aws:iam::${account}:saml-provider/fedgate`

/** Values that would mean something to one language or another. */
const NASTY = [
  `\${saml:sub}`,
  '%{ if true }',
  '"; } \\ \n',
  `$\${a}`,
  'a*?',
  '!Ref x',
  '{{resolve:ssm:x}}',
  'a\u2028b\u2029c',
]

const planned = (account: string, name: string, over: Partial<PlannedRole> = {}): PlannedRole => {
  const role = parseRoleArn(`arn:aws:iam::${account}:role${name.startsWith('/') ? '' : '/'}${name}`)
  if (!role) throw new Error(`no role ${name}`)
  const only = [{ key: 'saml:mail', values: NASTY, isList: true }]
  const statement = samlTrustStatement({
    providerArn: providerArn(account),
    recipient: 'https://signin.aws.amazon.com/saml',
    only,
  })
  return { role, trustPolicy: trustPolicy([statement]), ...over }
}

const planOf = (roles: readonly PlannedRole[], more: Partial<IamPlan> = {}): IamPlan => ({
  provider: { kind: 'saml', name: 'fedgate', metadata: METADATA },
  accounts: [...new Set(roles.map(({ role }) => role.account))].map((id) => ({ id, providerArn: providerArn(id) })),
  roles,
  ...more,
})

const A = '111122223333'
const B = '444455556666'
const C = '012345678901'

const openId: PlannedProvider = { kind: 'oidc', url: 'https://id.example.com/x', clientIds: ['sts.amazonaws.com'] }

const webRole = (federated: string): PlannedRole => {
  const trust = { providerArn: federated, issuer: 'https://id.example.com/x', audience: 'sts.amazonaws.com' }
  return planned(A, 'Developer', { trustPolicy: trustPolicy([webIdentityTrustStatement(trust)]) })
}

describe('A text in quotes', () => {
  it.each([...NASTY, METADATA, '', '$', '%', `$$\${`, `%$\${`, '\u0000\u0085', 'ü😀'])(
    'a text in quotes is read back as it was: %j',
    (text) => {
      expect(readQuoted(quoted(text))).toBe(text)
    },
  )

  it('a text in quotes is read back as it was, whatever it is', () => {
    const pieces = fc.constantFrom('$', '%', '{', '}', '"', '\\', '\n', 'u0024', 'a')
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.array(pieces).map((all) => all.join('')),
    )
    fc.assert(fc.property(text, (any) => readQuoted(quoted(any)) === any))
  })

  it("doubles the sign of a variable, as Terraform's own documents do", () => {
    expect(quoted(`\${saml:sub}`)).toBe(`"$\${saml:sub}"`)
    expect(quoted('%{if}')).toBe('"%%{if}"')
  })

  it('a text in quotes stands as key where a name would mean something else', () => {
    expect(hclText({ for: 1, a: 2, 'aws:TagKeys': 3 })).toBe(
      '{\n  "for"         = 1\n  a             = 2\n  "aws:TagKeys" = 3\n}',
    )
  })
})

const blockOf = (blocks: readonly HclBlock[], head: string): HclBlock['body'] => {
  const found = blocks.find((block) => block.head === head)
  if (!found) throw new Error(`no ${head} among ${blocks.map((block) => block.head).join(', ')}`)
  return found.body
}

const policyIn = (body: { readonly [key: string]: unknown }): unknown => JSON.parse(String(body.assume_role_policy))

describe('Terraform for one account', () => {
  const arns: Readonly<Record<string, string>> = {
    'aws_iam_saml_provider.fedgate.arn': providerArn(A),
    'aws_iam_openid_connect_provider.fedgate.arn': `arn:aws:iam::${A}:oidc-provider/id.example.com/x`,
  }
  const resolve = (reference: string): string => {
    const arn = arns[reference]
    if (arn === undefined) throw new Error(`${reference}?`)
    return arn
  }
  const blocksOf = (plan: IamPlan): readonly HclBlock[] => readHcl(planTerraform(plan), resolve)

  it('Terraform for one account has the provider with its metadata, and each role with its policy', () => {
    const roles = [planned(A, 'Developer', { maxSessionSeconds: 14_400 }), planned(A, 'team/Ad-min.1')]
    const blocks = blocksOf(planOf(roles))
    expect(blockOf(blocks, 'resource "aws_iam_saml_provider" "fedgate"')).toEqual({
      name: 'fedgate',
      saml_metadata_document: METADATA,
    })
    const [first, second] = ['developer', 'ad_min_1'].map((name) =>
      blockOf(blocks, `resource "aws_iam_role" "${name}"`),
    )
    expect(first).toMatchObject({ name: 'Developer', max_session_duration: 14_400 })
    expect(second).toMatchObject({ name: 'Ad-min.1', path: '/team/' })
    expect(policyIn(first ?? {})).toEqual(roles[0]?.trustPolicy)
    expect(policyIn(second ?? {})).toEqual(roles[1]?.trustPolicy)
  })

  it('Terraform for one account has an OpenID provider with its client ids', () => {
    const role = webRole(resolve('aws_iam_openid_connect_provider.fedgate.arn'))
    const blocks = blocksOf(planOf([role], { provider: openId }))
    expect(blockOf(blocks, 'resource "aws_iam_openid_connect_provider" "fedgate"')).toEqual({
      url: 'https://id.example.com/x',
      client_id_list: ['sts.amazonaws.com'],
    })
    expect(policyIn(blockOf(blocks, 'resource "aws_iam_role" "developer"'))).toEqual(role.trustPolicy)
  })

  it('makes no provider that IAM knows by name', () => {
    const role = webRole('accounts.google.com')
    const blocks = blocksOf(planOf([role], { provider: { kind: 'named', name: 'accounts.google.com' } }))
    expect(blocks.map(({ head }) => head)).toEqual(['resource "aws_iam_role" "developer"'])
    expect(policyIn(blocks[0]?.body ?? {})).toEqual(role.trustPolicy)
  })

  it('gives every resource a name of its own', () => {
    const blocks = blocksOf(planOf([planned(A, 'a.b'), planned(A, 'a-b'), planned(A, '1a')]))
    expect(blocks.slice(1).map(({ head }) => head)).toEqual([
      'resource "aws_iam_role" "a_b"',
      'resource "aws_iam_role" "a_b_2"',
      'resource "aws_iam_role" "_1a"',
    ])
  })

  it('says how to bring in what is there already', () => {
    const text = planTerraform(planOf([planned(A, 'Developer')]))
    expect(text).toContain(`# `)
    expect(text).toContain(`terraform import 'aws_iam_saml_provider.fedgate' '${providerArn(A)}'\n`)
    expect(text).toContain("terraform import 'aws_iam_role.developer' 'Developer'\n")
  })
})

describe('Terraform for several accounts', () => {
  const roles = [
    planned(A, 'Developer'),
    planned(B, 'Developer'),
    planned(B, 'Admin'),
    planned(C, 'Developer', { maxSessionSeconds: 7200 }),
  ]
  const plan = planOf(roles)

  /** What Terraform would make in that account. */
  const applied = (account: string) => {
    const references: string[] = []
    const blocks = readHcl(planTerraform(plan), (reference) => {
      references.push(reference)
      return reference === 'aws_iam_saml_provider.fedgate.arn' ? providerArn(account) : { reference }
    })
    const { accounts, roles: described } = blockOf(blocks, 'locals') as unknown as {
      accounts: Record<string, string[]>
      roles: Record<string, { [key: string]: unknown }>
    }
    const made = blockOf(blocks, 'resource "aws_iam_role" "fedgate"')
    expect(made.for_each).toEqual({
      reference: 'toset(try(local.accounts[data.aws_caller_identity.current.account_id], []))',
    })
    expect(made.assume_role_policy).toEqual({ reference: 'local.roles[each.key].assume_role_policy' })
    return (accounts[account] ?? []).map((key) => described[key] ?? {})
  }

  it.each([A, B, C])('makes in account %s the roles of that account, trusting the provider there', (account) => {
    const wanted = roles.filter(({ role }) => role.account === account)
    expect(
      applied(account).map(({ name, max_session_duration, assume_role_policy }) => [
        name,
        max_session_duration,
        JSON.parse(String(assume_role_policy)),
      ]),
    ).toEqual(
      wanted.map(({ role, maxSessionSeconds, trustPolicy: policy }) => [role.name, maxSessionSeconds ?? null, policy]),
    )
  })

  it('makes nothing elsewhere', () => {
    expect(applied('999988887777')).toEqual([])
  })
})

type Template = ReturnType<typeof planCloudFormation> & {
  Conditions?: Record<string, Record<string, unknown>>
  Resources: Record<string, { Type: string; Condition?: string; Properties: Record<string, unknown> }>
}

/** Intrinsic functions as their reference describes them. */
const holds = (condition: Record<string, unknown>, account: string): boolean => {
  const { 'Fn::Or': or, 'Fn::Equals': equals } = condition
  if (Array.isArray(or)) {
    if (or.length < 2 || or.length > 10) throw new Error(`Fn::Or of ${or.length}`)
    return or.some((one: Record<string, unknown>) => holds(one, account))
  }
  expect(equals).toEqual([{ Ref: 'AWS::AccountId' }, expect.stringMatching(/^\d{12}$/)])
  return Array.isArray(equals) && equals[1] === account
}

/** The roles and the provider that the template makes in that account. */
const stackIn = (template: Template, account: string) =>
  Object.values(template.Resources)
    .filter(({ Condition }) => Condition === undefined || holds(template.Conditions?.[Condition] ?? {}, account))
    .map(({ Type, Properties }) => {
      const text = JSON.stringify(Properties).replaceAll(
        '{"Ref":"IdentityProvider"}',
        JSON.stringify(providerArn(account)),
      )
      return { Type, Properties: JSON.parse(text) as Record<string, unknown> }
    })

describe('CloudFormation', () => {
  it('CloudFormation has the provider with its metadata, and each role with its policy', () => {
    const roles = [planned(A, 'Developer', { maxSessionSeconds: 14_400 }), planned(A, 'team/Ad-min.1')]
    const template = planCloudFormation(planOf(roles)) as Template
    expect(Object.keys(template.Resources)).toEqual(['IdentityProvider', 'RoleDeveloper', 'RoleAdmin1'])
    expect(stackIn(template, A)).toEqual([
      { Type: 'AWS::IAM::SAMLProvider', Properties: { Name: 'fedgate', SamlMetadataDocument: METADATA } },
      ...roles.map(({ role, trustPolicy: policy, maxSessionSeconds }) => ({
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: role.name,
          Path: role.path,
          ...(maxSessionSeconds === undefined ? {} : { MaxSessionDuration: maxSessionSeconds }),
          AssumeRolePolicyDocument: policy,
        },
      })),
    ])
  })

  it('CloudFormation has an OpenID provider, unless IAM knows it by name', () => {
    const own = planCloudFormation(planOf([webRole('x')], { provider: openId })) as Template
    expect(own.Resources.IdentityProvider).toEqual({
      Type: 'AWS::IAM::OIDCProvider',
      Properties: { Url: 'https://id.example.com/x', ClientIdList: ['sts.amazonaws.com'] },
    })
    const google = webRole('accounts.google.com')
    const named = planCloudFormation(
      planOf([google], { provider: { kind: 'named', name: 'accounts.google.com' } }),
    ) as Template
    expect(Object.keys(named.Resources)).toEqual(['RoleDeveloper'])
    expect(named.Resources.RoleDeveloper?.Properties.AssumeRolePolicyDocument).toEqual(google.trustPolicy)
  })

  it('suits a StackSet: no account in it where all have the same', () => {
    const template = planCloudFormation(planOf([planned(A, 'Developer'), planned(B, 'Developer')])) as Template
    expect(JSON.stringify(template)).not.toMatch(/\d{12}/)
    expect(stackIn(template, B).at(-1)?.Properties.AssumeRolePolicyDocument).toEqual(
      planned(B, 'Developer').trustPolicy,
    )
  })

  it.each([2, 11, 101])('makes a role in %d accounts and in no other', (count) => {
    const ids = Array.from({ length: count }, (_, n) => String(100_000_000_000 + n))
    const roles = [...ids.map((id) => planned(id, 'Admin')), planned(C, 'Developer')]
    const template = planCloudFormation(planOf(roles)) as Template
    const rolesIn = (account: string): unknown[] =>
      stackIn(template, account).flatMap(({ Properties }) => Properties.RoleName ?? [])
    expect(ids.map(rolesIn)).toEqual(ids.map(() => ['Admin']))
    expect(rolesIn(C)).toEqual(['Developer'])
    expect(rolesIn('999988887777')).toEqual([])
  })

  it('gives every resource a name of letters and digits of its own', () => {
    const template = planCloudFormation(planOf([planned(A, 'a.b'), planned(A, 'a-b')])) as Template
    const names = Object.keys(template.Resources)
    expect(new Set(names).size).toBe(3)
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9]+$/)
  })
})

describe('JSON', () => {
  it('JSON has what the AWS CLI takes, and the policies', () => {
    const role = planned(A, 'Developer', { maxSessionSeconds: 7200 })
    expect(JSON.parse(planJson(planOf([role])))).toEqual({
      identityProviders: [
        { arn: providerArn(A), 'create-saml-provider': { Name: 'fedgate', SAMLMetadataDocument: METADATA } },
      ],
      roles: [{ arn: role.role.arn, maxSessionDuration: 7200, trustPolicy: role.trustPolicy }],
    })
  })

  it('names the client ids of an OpenID provider, and no provider that IAM knows', () => {
    const named: PlannedProvider = { kind: 'named', name: 'accounts.google.com' }
    expect(JSON.parse(planJson(planOf([webRole('x')], { provider: openId })))).toMatchObject({
      identityProviders: [
        {
          'create-open-id-connect-provider': { Url: 'https://id.example.com/x', ClientIDList: ['sts.amazonaws.com'] },
        },
      ],
    })
    expect(JSON.parse(planJson(planOf([webRole('x')], { provider: named })))).toMatchObject({ identityProviders: [] })
  })
})
