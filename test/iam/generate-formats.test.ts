import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRoleArn } from '../../src/core/arn.ts'
import { planCloudFormation } from '../../src/iam/generate/cloudformation.ts'
import { planJson } from '../../src/iam/generate/json.ts'
import type { IamPlan, PlannedProvider, PlannedRole } from '../../src/iam/generate/plan.ts'
import { literal, planTerraform } from '../../src/iam/generate/terraform.ts'
import { samlTrustStatement, trustPolicy, webIdentityTrustStatement } from '../../src/iam/generate.ts'
import { commentIn, type Fields, readTemplate, readTerraform } from './terraform-json.ts'

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

describe('A text for Terraform', () => {
  it.each([...NASTY, METADATA, '', '$', '%', `$$\${`, `%$\${`, `$$$\${"$"}{`, '\u0000\u0085', 'ü😀'])(
    'is read back as it was: %j',
    (text) => {
      expect(readTemplate(literal(text))).toBe(text)
    },
  )

  it('is read back as it was, whatever it is', () => {
    const pieces = fc.constantFrom('$', '%', '{', '}', '"', '\\', '\n', '\u2028', 'a')
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.array(pieces).map((all) => all.join('')),
    )
    fc.assert(fc.property(text, (any) => readTemplate(literal(any)) === any))
  })

  it("doubles the sign of a variable, as Terraform's own documents do", () => {
    expect(literal(`\${saml:sub}`)).toBe(`$\${saml:sub}`)
    expect(literal('%{if}')).toBe('%%{if}')
  })

  it('inserts a sign before that as a value', () => {
    expect(literal(`$\${a}`)).toBe(`\${"$"}$\${a}`)
  })
})

const bodyOf = (resources: ReadonlyMap<string, Fields>, address: string): Fields => {
  const found = resources.get(address)
  if (!found) throw new Error(`no ${address} among ${[...resources.keys()].join(', ')}`)
  return found
}

const policyIn = (body: Fields): unknown => JSON.parse(String(body.assume_role_policy))

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
  const resourcesOf = (plan: IamPlan) => readTerraform(planTerraform(plan), resolve)

  it('Terraform for one account has the provider with its metadata, and each role with its policy', () => {
    const roles = [planned(A, 'Developer', { maxSessionSeconds: 14_400 }), planned(A, 'team/Ad-min.1')]
    const resources = resourcesOf(planOf(roles))
    expect(bodyOf(resources, 'aws_iam_saml_provider.fedgate')).toEqual({
      name: 'fedgate',
      saml_metadata_document: METADATA,
    })
    const [first, second] = ['developer', 'ad_min_1'].map((name) => bodyOf(resources, `aws_iam_role.${name}`))
    expect(first).toMatchObject({ name: 'Developer', max_session_duration: 14_400 })
    expect(second).toMatchObject({ name: 'Ad-min.1', path: '/team/' })
    expect(policyIn(first ?? {})).toEqual(roles[0]?.trustPolicy)
    expect(policyIn(second ?? {})).toEqual(roles[1]?.trustPolicy)
  })

  it('Terraform for one account has an OpenID provider with its client ids', () => {
    const role = webRole(resolve('aws_iam_openid_connect_provider.fedgate.arn'))
    const resources = resourcesOf(planOf([role], { provider: openId }))
    expect(bodyOf(resources, 'aws_iam_openid_connect_provider.fedgate')).toEqual({
      url: 'https://id.example.com/x',
      client_id_list: ['sts.amazonaws.com'],
    })
    expect(policyIn(bodyOf(resources, 'aws_iam_role.developer'))).toEqual(role.trustPolicy)
  })

  it('makes no provider that IAM knows by name', () => {
    const role = webRole('accounts.google.com')
    const resources = resourcesOf(planOf([role], { provider: { kind: 'named', name: 'accounts.google.com' } }))
    expect([...resources.keys()]).toEqual(['aws_iam_role.developer'])
    expect(policyIn(bodyOf(resources, 'aws_iam_role.developer'))).toEqual(role.trustPolicy)
  })

  it('gives every resource a name of its own', () => {
    const resources = resourcesOf(planOf([planned(A, 'a.b'), planned(A, 'a-b'), planned(A, '1a')]))
    expect([...resources.keys()].slice(1)).toEqual(['aws_iam_role.a_b', 'aws_iam_role.a_b_2', 'aws_iam_role._1a'])
  })

  it('says how to bring in what is there already', () => {
    expect(commentIn(planTerraform(planOf([planned(A, 'Developer')]))).slice(1)).toEqual([
      `  terraform import 'aws_iam_saml_provider.fedgate' '${providerArn(A)}'`,
      "  terraform import 'aws_iam_role.developer' 'Developer'",
    ])
  })

  it('has no line separators of Unicode in its text', () => {
    expect(planTerraform(planOf([planned(A, 'Developer')]))).not.toMatch(/[\u2028\u2029]/)
  })
})

describe('Terraform for several accounts', () => {
  const roles = [
    planned(A, 'Developer'),
    planned(B, 'Developer'),
    planned(B, 'Admin'),
    planned(C, 'Developer', { maxSessionSeconds: 7200 }),
  ]
  const text = planTerraform(planOf(roles))

  /** What Terraform would make in that account. */
  const applied = (account: string): readonly Fields[] => {
    const { locals } = JSON.parse(text) as { readonly locals: { readonly accounts: Record<string, string[]> } }
    const resources = readTerraform(text, (reference) => {
      if (reference === 'aws_iam_saml_provider.fedgate.arn') return providerArn(account)
      expect(reference).toBe('toset(try(local.accounts[data.aws_caller_identity.current.account_id], []))')
      return locals.accounts[account] ?? []
    })
    return [...resources].flatMap(([address, body]) => (address.startsWith('aws_iam_role.fedgate[') ? [body] : []))
  }

  it.each([A, B, C])('makes in account %s the roles of that account, trusting the provider there', (account) => {
    const wanted = roles.filter(({ role }) => role.account === account)
    expect(applied(account).map((body) => [body.name, body.path, body.max_session_duration, policyIn(body)])).toEqual(
      wanted.map(({ role, maxSessionSeconds, trustPolicy: policy }) => [
        role.name,
        role.path,
        maxSessionSeconds ?? null,
        policy,
      ]),
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
