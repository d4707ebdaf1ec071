/** The plan for Terraform and OpenTofu, in their JSON syntax (`.tf.json`). */
import { isObject } from '../../core/json.ts'
import type { TrustPolicyDocument } from '../generate.ts'
import {
  type IamPlan,
  type PlannedProvider,
  principalsAs,
  type RoleOfAccounts,
  rolesByAccounts,
  uniqueNames,
} from './plan.ts'

interface Resource {
  readonly type: string
  /** `aws_iam_saml_provider.fedgate` */
  readonly address: string
  readonly attributes: Readonly<Record<string, unknown>>
}

const NAME = 'fedgate'

/** One account: plain resources. Several: a module that creates what each account needs. */
export function planTerraform(plan: IamPlan): string {
  const roles = rolesByAccounts(plan)
  const document = plan.accounts.length === 1 ? ofOneAccount(plan, roles) : ofManyAccounts(plan, roles)
  // Valid in JSON, but line breaks to editors and to older JavaScript.
  return `${JSON.stringify(document, null, 2).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}\n`
}

function ofOneAccount({ provider, accounts }: IamPlan, roles: readonly RoleOfAccounts[]) {
  const registered = providerResource(provider)
  const names = uniqueNames(
    roles.map(({ name }) => identifier(name)),
    '_',
  )
  const named = roles.map((role, n) => ({ role, name: names[n] ?? '' }))
  return {
    '//': [
      `For account ${accounts.map(({ id }) => id).join(', ')}. What is there already is imported first:`,
      ...(registered ? accounts.map(({ providerArn }) => importing(registered.address, providerArn)) : []),
      ...named.map(({ role, name }) => importing(`aws_iam_role.${name}`, role.name)),
    ],
    locals: {
      fedgate_trust_policies: Object.fromEntries(
        named.map(({ role, name }) => [name, policyValue(role.trustPolicy, registered)]),
      ),
    },
    resource: {
      ...resourceOf(registered),
      aws_iam_role: Object.fromEntries(named.map(({ role, name }) => [name, roleAttributes(role, name)])),
    },
  }
}

/** undefined for a provider that needs no registration. */
function providerResource(provider: PlannedProvider): Resource | undefined {
  switch (provider.kind) {
    case 'saml':
      return resource('aws_iam_saml_provider', {
        name: literal(provider.name),
        saml_metadata_document: literal(provider.metadata),
      })
    case 'oidc':
      return resource('aws_iam_openid_connect_provider', {
        url: literal(provider.url),
        client_id_list: provider.clientIds.map(literal),
      })
    case 'named':
      return undefined
  }
}

function resource(type: string, attributes: Resource['attributes']): Resource {
  return { type, address: `${type}.${NAME}`, attributes }
}

/**
 * Escapes literal text. Terraform reads every string of its JSON syntax as a template, in which `$${` and `%%{`
 * are `${` and `%{`. A sign before those would count as part of them, and is inserted as a value.
 */
export function literal(text: string): string {
  return text.replaceAll(/([$%]*)([$%])\{/g, (_, before: string, sign: string) => {
    return `${[...before].map((one) => `\${"${one}"}`).join('')}${sign}${sign}{`
  })
}

function identifier(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/\W/g, '_')
    .replace(/^(?=\d)/, '_')
}

function importing(address: string, id: string): string {
  return `  terraform import '${address}' '${id}'`
}

/** The policy trusts what Terraform makes, so that it makes it first. */
function policyValue(policy: TrustPolicyDocument, provider: Resource | undefined): unknown {
  const literals = literalValue(policy) as TrustPolicyDocument
  return provider ? principalsAs(literals, `\${${provider.address}.arn}`) : literals
}

/** The same for every text in a value. Names in it are templates too. */
export function literalValue(value: unknown): unknown {
  if (typeof value === 'string') return literal(value)
  if (Array.isArray(value)) return value.map(literalValue)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [literal(name), literalValue(one)]))
}

function resourceOf(provider: Resource | undefined) {
  return provider ? { [provider.type]: { [NAME]: provider.attributes } } : {}
}

function roleAttributes({ name, path, maxSessionSeconds }: RoleOfAccounts, key: string) {
  return {
    name: literal(name),
    ...(path === '/' ? {} : { path: literal(path) }),
    ...(maxSessionSeconds === undefined ? {} : { max_session_duration: maxSessionSeconds }),
    assume_role_policy: `\${jsonencode(local.fedgate_trust_policies.${key})}`,
  }
}

function ofManyAccounts({ provider, accounts }: IamPlan, roles: readonly RoleOfAccounts[]) {
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
      name: literal(name),
      path: literal(path),
      max_session_duration: maxSessionSeconds ?? null,
      trust_policy: policyValue(trustPolicy, registered),
    },
  ])
  return {
    '//': howToCall(accounts[0]?.id ?? ''),
    data: { aws_caller_identity: { current: {} } },
    locals: {
      accounts: Object.fromEntries(accounts.map(({ id }) => [id, rolesIn(id)])),
      roles: Object.fromEntries(described) as Readonly<Record<string, unknown>>,
    },
    resource: {
      ...resourceOf(registered),
      aws_iam_role: {
        [NAME]: {
          for_each: `\${toset(try(local.accounts[data.aws_caller_identity.current.account_id], []))}`,
          name: `\${local.roles[each.key].name}`,
          path: `\${local.roles[each.key].path}`,
          max_session_duration: `\${local.roles[each.key].max_session_duration}`,
          assume_role_policy: `\${jsonencode(local.roles[each.key].trust_policy)}`,
        },
      },
    },
  }
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
