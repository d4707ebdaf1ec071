/** The plan for Terraform and OpenTofu. */
import type { TrustPolicyDocument } from '../generate.ts'
import { block, type HclValue } from './hcl.ts'
import {
  type IamPlan,
  type PlannedProvider,
  principalsAs,
  type RoleOfAccounts,
  rolesByAccounts,
  uniqueNames,
} from './plan.ts'

type Attributes = readonly (readonly [string, HclValue])[]

interface Resource {
  /** `aws_iam_saml_provider.fedgate` */
  readonly address: string
  readonly text: string
}

const NAME = 'fedgate'

/** One account: plain resources. Several: a module that creates what each account needs. */
export function planTerraform(plan: IamPlan): string {
  const roles = rolesByAccounts(plan)
  return plan.accounts.length === 1 ? ofOneAccount(plan, roles) : ofManyAccounts(plan, roles)
}

function ofOneAccount({ provider, accounts }: IamPlan, roles: readonly RoleOfAccounts[]): string {
  const registered = providerResource(provider)
  const names = uniqueNames(
    roles.map(({ name }) => identifier(name)),
    '_',
  )
  const resources = roles.map((role, n) => resource('aws_iam_role', names[n] ?? '', roleAttributes(role, registered)))
  const known = [
    ...(registered ? accounts.map(({ providerArn }) => importing(registered.address, providerArn)) : []),
    ...resources.map(({ address }, n) => importing(address, roles[n]?.name ?? '')),
  ]
  return [
    comment(
      `For account ${accounts.map(({ id }) => id).join(', ')}. What is there already is imported first:`,
      '',
      ...known,
    ),
    ...(registered ? [registered.text] : []),
    ...resources.map(({ text }) => text),
  ].join('\n')
}

/** undefined for a provider that needs no registration. */
function providerResource(provider: PlannedProvider): Resource | undefined {
  switch (provider.kind) {
    case 'saml':
      return resource('aws_iam_saml_provider', NAME, [
        ['name', provider.name],
        ['saml_metadata_document', provider.metadata],
      ])
    case 'oidc':
      return resource('aws_iam_openid_connect_provider', NAME, [
        ['url', provider.url],
        ['client_id_list', provider.clientIds],
      ])
    case 'named':
      return undefined
  }
}

function resource(type: string, name: string, attributes: Attributes): Resource {
  return {
    address: `${type}.${name}`,
    text: block(`resource "${type}" "${name}"`, attributes),
  }
}

function identifier(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/\W/g, '_')
    .replace(/^(?=\d)/, '_')
}

function roleAttributes(
  { name, path, maxSessionSeconds, trustPolicy }: RoleOfAccounts,
  provider: Resource | undefined,
): Attributes {
  return [
    ['name', name],
    ...(path === '/' ? [] : [['path', path] as const]),
    ...(maxSessionSeconds === undefined ? [] : [['max_session_duration', maxSessionSeconds] as const]),
    ['assume_role_policy', policyText(trustPolicy, provider)],
  ]
}

/** The policy refers to Terraform's resource, so that is created first. */
function policyText(policy: TrustPolicyDocument, provider: Resource | undefined): HclValue {
  return {
    call: 'jsonencode',
    argument: (provider
      ? principalsAs(policy, { expression: `${provider.address}.arn` })
      : policy) as unknown as HclValue,
  }
}

function importing(address: string, id: string): string {
  return `  terraform import '${address}' '${id}'`
}

function comment(...lines: readonly string[]): string {
  return lines.map((line) => (line === '' ? '#\n' : `# ${line}\n`)).join('')
}

function ofManyAccounts({ provider, accounts }: IamPlan, roles: readonly RoleOfAccounts[]): string {
  const registered = providerResource(provider)
  const keys = uniqueNames(
    roles.map(({ name }) => name),
    '-',
  )
  const rolesIn = (account: string): readonly string[] =>
    roles.flatMap((role, n) => (role.accounts.includes(account) ? [keys[n] ?? ''] : []))
  const described = roles.map(({ name, path, maxSessionSeconds, trustPolicy }, n) => [
    keys[n] ?? '',
    {
      name,
      path,
      max_session_duration: maxSessionSeconds ?? { expression: 'null' },
      assume_role_policy: policyText(trustPolicy, registered),
    },
  ])
  return [
    comment(...howToCall(accounts[0]?.id ?? '')),
    block('data "aws_caller_identity" "current"', []),
    block('locals', [
      ['accounts', Object.fromEntries(accounts.map(({ id }) => [id, rolesIn(id)]))],
      ['roles', Object.fromEntries(described) as HclValue],
    ]),
    ...(registered ? [registered.text] : []),
    block(`resource "aws_iam_role" "${NAME}"`, [
      ['for_each', { expression: 'toset(try(local.accounts[data.aws_caller_identity.current.account_id], []))' }],
      ...['name', 'path', 'max_session_duration', 'assume_role_policy'].map(
        (name) => [name, { expression: `local.roles[each.key].${name}` }] as const,
      ),
    ]),
  ].join('\n')
}

function howToCall(account: string): readonly string[] {
  return [
    'For several accounts: for_each makes the roles of the account in which this is applied. A provider of Terraform is',
    'for one account, so put this file into a folder and call it as a module once for each account, or account by account',
    'with whatever runs Terraform in each:',
    '',
    '  provider "aws" {',
    `    alias = "account_${account}"`,
    `    assume_role { role_arn = "arn:aws:iam::${account}:role/Terraform" }`,
    '  }',
    '',
    `  module "fedgate_${account}" {`,
    '    source    = "./fedgate"',
    `    providers = { aws = aws.account_${account} }`,
    '  }',
  ]
}
