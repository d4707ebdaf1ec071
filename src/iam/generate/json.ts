import type { IamPlan, PlannedProvider } from './plan.ts'

/** The plan as JSON for the AWS CLI, account by account and role by role. */
export function planJson({ provider, accounts, roles }: IamPlan): string {
  const create = creation(provider)
  return `${JSON.stringify(
    {
      identityProviders: create ? accounts.map(({ providerArn }) => ({ arn: providerArn, ...create })) : [],
      roles: roles.map(({ role, trustPolicy, maxSessionSeconds }) => ({
        arn: role.arn,
        ...(maxSessionSeconds === undefined ? {} : { maxSessionDuration: maxSessionSeconds }),
        trustPolicy,
      })),
    },
    null,
    2,
  )}\n`
}

/** The parameters of the AWS CLI command that creates the provider, for its --cli-input-json. */
function creation(provider: PlannedProvider) {
  switch (provider.kind) {
    case 'saml':
      return { 'create-saml-provider': { Name: provider.name, SAMLMetadataDocument: provider.metadata } }
    case 'oidc':
      return { 'create-open-id-connect-provider': { Url: provider.url, ClientIDList: provider.clientIds } }
    case 'named':
      return undefined
  }
}
