/** The plan as a CloudFormation template, as a value: for a stack, or for a StackSet over several accounts. */
import {
  type IamPlan,
  type PlannedProvider,
  principalsAs,
  type RoleOfAccounts,
  rolesByAccounts,
  uniqueNames,
} from './plan.ts'

const PROVIDER = 'IdentityProvider'

/** Fn::Or accepts two to ten conditions. */
const MOST_ALTERNATIVES = 10

type Condition = Readonly<Record<string, unknown>>

/** The template. Named roles need CAPABILITY_NAMED_IAM. */
export function planCloudFormation(plan: IamPlan): Readonly<Record<string, unknown>> {
  const provider = providerResource(plan.provider)
  const roles = rolesByAccounts(plan)
  const ids = uniqueNames(
    roles.map(({ name }) => `Role${logicalId(name)}`),
    'x',
  )
  const limited = roles.flatMap((role, n) => (isEverywhere(role, plan) ? [] : [[`Has${ids[n]}`, role] as const]))
  const resources = roles.map((role, n) => {
    const { name, path, maxSessionSeconds, trustPolicy } = role
    // The principal is the provider in the template: CloudFormation creates it first, in any account.
    const document = provider ? principalsAs(trustPolicy, { Ref: PROVIDER }) : trustPolicy
    return [
      ids[n],
      {
        Type: 'AWS::IAM::Role',
        ...(isEverywhere(role, plan) ? {} : { Condition: `Has${ids[n]}` }),
        Properties: {
          RoleName: name,
          Path: path,
          ...(maxSessionSeconds === undefined ? {} : { MaxSessionDuration: maxSessionSeconds }),
          AssumeRolePolicyDocument: document,
        },
      },
    ]
  })
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'Roles for users who sign in through fedgate',
    ...(limited.length === 0
      ? {}
      : { Conditions: Object.fromEntries(limited.map(([id, { accounts }]) => [id, isInOneOf(accounts)])) }),
    Resources: { ...(provider ? { [PROVIDER]: provider } : {}), ...Object.fromEntries(resources) },
  }
}

function providerResource(provider: PlannedProvider) {
  switch (provider.kind) {
    case 'saml':
      return {
        Type: 'AWS::IAM::SAMLProvider',
        Properties: { Name: provider.name, SamlMetadataDocument: provider.metadata },
      }
    case 'oidc':
      return {
        Type: 'AWS::IAM::OIDCProvider',
        Properties: { Url: provider.url, ClientIdList: provider.clientIds },
      }
    case 'named':
      return undefined
  }
}

function logicalId(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9]/g, '')
}

/** A role for every account needs no condition, so the template also fits accounts added later. */
function isEverywhere({ accounts }: RoleOfAccounts, plan: IamPlan): boolean {
  return accounts.length === plan.accounts.length
}

function isInOneOf(accounts: readonly string[]): Condition {
  return anyOf(accounts.map((account) => ({ 'Fn::Equals': [{ Ref: 'AWS::AccountId' }, account] })))
}

function anyOf(conditions: readonly Condition[]): Condition {
  const [only, ...others] = conditions
  if (only !== undefined && others.length === 0) return only
  if (conditions.length <= MOST_ALTERNATIVES) return { 'Fn::Or': conditions }
  const groups = Array.from({ length: Math.ceil(conditions.length / MOST_ALTERNATIVES) }, (_, n) =>
    anyOf(conditions.slice(n * MOST_ALTERNATIVES, (n + 1) * MOST_ALTERNATIVES)),
  )
  return anyOf(groups)
}
