/** The rule of the docs, `aws-<account>-<role>`, over an organization of forty accounts. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { accountsIn, rolesIn } from '../../src/cli/inventory/lists.ts'
import type { TrustPolicyFormat, TrustPolicyOptions } from '../../src/cli/options.ts'
import { trustPolicyDocument } from '../../src/cli/trust-policy/trust-policy.ts'
import { createKeyPem } from '../../src/issuer/keys.ts'
import { fedgate } from '../harness/command.ts'
import { type Fields, readTerraform } from '../iam/terraform-json.ts'

const ACCOUNTS = Array.from({ length: 40 }, (_, n) => String(100_000_000_001 + n * 7))
const ROLES = ['Administrator', 'Developer', 'ReadOnly']

const config = `baseUrl: https://aws.example.com
session: { secret: "\${SESSION_SECRET}" }
signing: { key: ./never-here.key, certificate: ./signing.crt }
providers:
  - { id: corp, protocol: saml, metadata: ./idp.xml }
access:
  - when: { provider: corp, groups: '/^aws-(?<account>\\d{12})-(?<role>[\\w+=,.@-]+)$/' }
    roles: ["arn:aws:iam::{account}:role/{role}"]
`

const organization = {
  Accounts: [
    ...ACCOUNTS.map((Id, n) => ({ Id, Name: `Team ${n}`, Status: 'ACTIVE' })),
    { Id: '999999999999', Name: 'Closed', Status: 'SUSPENDED' },
  ],
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fedgate-many-accounts-'))
  const listed = ACCOUNTS.map((id) => `  "${id}": { name: "Account ${id}" }`)
  const files = {
    'fedgate.yaml': config,
    'listed.yaml': `${config}accounts:\n${listed.join('\n')}\n`,
    'signing.crt': (await createKeyPem('fedgate', new Date('2026-01-01'))).certificate,
    'accounts.json': JSON.stringify(organization),
    'roles.txt': `# of every account\n${ROLES.join('\n')}\n`,
  }
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)))
})
afterAll(() => rm(folder, { recursive: true }))

/** The document, with nothing in the environment. */
const documentOf = async (format: TrustPolicyFormat, flags: Partial<TrustPolicyOptions>): Promise<string> => {
  const options = { config: at('listed.yaml'), provider: 'corp', format, ...flags }
  return (await trustPolicyDocument(options, {})).text
}

const at = (name: string): string => join(folder, name)

const everyRole = ACCOUNTS.flatMap((account) => ROLES.map((role) => `arn:aws:iam::${account}:role/${role}`)).toSorted()

describe('fedgate trust-policy for a rule that leaves account and role open', () => {
  it('prints every role in each of forty accounts of a file as JSON', async () => {
    const args = ['--accounts', at('accounts.json'), '--roles', ROLES.join(',')]
    const command = fedgate(['trust-policy', '--config', at('fedgate.yaml'), '--provider', 'corp', ...args])
    expect(await command.ended).toBe(0)
    expect(command.stderr()).toContain('999999999999')
    const { identityProviders, roles } = JSON.parse(command.stdout()) as {
      readonly identityProviders: readonly { readonly arn: string }[]
      readonly roles: readonly { readonly arn: string; readonly trustPolicy: unknown }[]
    }
    expect(identityProviders.map(({ arn }) => arn)).toEqual(
      ACCOUNTS.map((account) => `arn:aws:iam::${account}:saml-provider/fedgate`),
    )
    expect(roles.map(({ arn }) => arn).toSorted()).toEqual(everyRole)
    for (const { arn, trustPolicy } of roles)
      expect(trustPolicy).toMatchObject({
        Statement: [{ Principal: { Federated: `arn:aws:iam::${arn.slice(13, 25)}:saml-provider/fedgate` } }],
      })
  })

  it('prints a Terraform module that makes the three roles in whichever of the forty accounts it runs', async () => {
    const text = await documentOf('terraform', { allAccounts: true, roles: `@${at('roles.txt')}` })
    const { locals = {} } = JSON.parse(text) as { readonly locals?: { readonly accounts?: object } }
    expect(Object.keys(locals.accounts ?? {})).toEqual(ACCOUNTS)
    const resources = readTerraform(text, (reference) =>
      reference.startsWith('toset(') ? ROLES : `${reference} of this account`,
    )
    const roles = [...resources].filter(([address]) => address.startsWith('aws_iam_role.'))
    expect(roles.map(([, { name }]) => name as string).toSorted()).toEqual(ROLES)
    for (const [, role] of roles)
      expect(JSON.stringify((role as Fields).assume_role_policy)).toContain('sts:AssumeRoleWithSAML')
  })

  it('prints a CloudFormation template without conditions, as every role is for every account', async () => {
    const text = await documentOf('cloudformation', { allAccounts: true, role: ROLES })
    const template = parse(text, { version: '1.1' }) as {
      readonly Conditions?: unknown
      readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: Fields }>>
    }
    expect(template.Conditions).toBeUndefined()
    const roles = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::IAM::Role')
    expect(roles.map(({ Properties: { RoleName } }) => RoleName as string).toSorted()).toEqual(ROLES)
  })

  it('ends with 2 for an accounts file that cannot be read, and names the roles file that cannot', async () => {
    const args = ['trust-policy', '--config', at('fedgate.yaml'), '--provider', 'corp', '--accounts', at('roles.txt')]
    const command = fedgate(args)
    expect(await command.ended).toBe(2)
    expect(command.stderr()).toContain('aws organizations list-accounts')
    const flags = { accounts: at('accounts.json'), roles: `@${at('nowhere.txt')}` }
    await expect(documentOf('json', flags)).rejects.toMatchObject({ code: 'roles.unreadable' })
  })
})

describe('lists of accounts and roles', () => {
  const accountsOf = async (text: string) => {
    await writeFile(at('list'), text)
    return accountsIn(at('list'))
  }

  it('have the active accounts of an organization, and name those that are not', async () => {
    const { accounts, leftOut } = await accountsIn(at('accounts.json'))
    expect(accounts[0]).toEqual({ id: ACCOUNTS[0], name: 'Team 0' })
    expect(leftOut).toEqual(['999999999999'])
  })

  it.each([
    ['a JSON list', '["111122223333"]', [{ id: '111122223333' }]],
    ['lines', '# ours\n111122223333\n\n', [{ id: '111122223333' }]],
    ['CSV', '111122223333,"Production, EU"\n', [{ id: '111122223333', name: 'Production, EU' }]],
    ['names after a space', '111122223333 Production\r\n', [{ id: '111122223333', name: 'Production' }]],
  ])('accept accounts as %s', async (_, text, expected) => {
    expect((await accountsOf(text)).accounts).toEqual(expected)
  })

  it.each([
    ['a number that lost its zeros', '[11122223333]'],
    ['eleven digits', '11112222333'],
    ['nothing', '{}'],
    ['broken JSON', '{"Accounts": ['],
  ])('refuse %s', async (_, text) => {
    await expect(accountsOf(text)).rejects.toMatchObject({ code: 'accounts.unreadable' })
  })

  it("accept the roles of an account, without AWS's own", async () => {
    const roles = [
      { Path: '/', RoleName: 'Developer' },
      { Path: '/aws-service-role/ecs.amazonaws.com/', RoleName: 'AWSServiceRoleForECS' },
    ]
    await writeFile(at('roles.json'), JSON.stringify({ Roles: roles }))
    expect(await rolesIn(`@${at('roles.json')}`)).toEqual(['Developer'])
  })

  it('refuse a role name with a space', async () => {
    await expect(rolesIn('Developer,Read Only')).rejects.toMatchObject({ code: 'roles.unreadable' })
  })
})
