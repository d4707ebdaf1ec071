/** What IAM switches in an account as a whole: tokens of the global endpoint, outbound federation, root access. */
import { element, type Markup } from '../../xml/write.ts'
import { managesRootAccess, ORGANIZATION, organizationOf } from '../account/organization.ts'
import type { AccountSettings, RootFeature, TokenVersion } from '../account/settings.ts'
import { required } from '../query/shapes.ts'
import type { IamOperation } from './inputs.ts'
import { memberList } from './markup.ts'
import { type IamCall, iamAction } from './operation.ts'
import { refusals } from './texts.ts'

/** Version 2 is valid in all regions, and longer; it counts for tokens that are issued from now on. */
export const setSecurityTokenServicePreferences = iamAction('SetSecurityTokenServicePreferences', {
  resource: () => '*',
  answer: (call) => {
    change(call, { globalEndpointTokens: required(call.parameters, 'GlobalEndpointTokenVersion') as TokenVersion })
    return { members: undefined }
  },
})

/** IAM's quotas, and what there is of the resources that exist here. */
export const getAccountSummary = iamAction('GetAccountSummary', {
  resource: () => '*',
  answer: (call) => ({ members: [element('SummaryMap', {}, Object.entries(summaryOf(call)).map(entry))] }),
})

export const enableOutboundFederation = iamAction('EnableOutboundWebIdentityFederation', {
  resource: () => '*',
  answer: (call) => {
    if (isOutbound(call)) throw refusals.outboundEnabled()
    change(call, { outboundFederation: true })
    return { members: [issuer(call)] }
  },
})

/** Tokens that were issued before remain valid, and their keys published. */
export const disableOutboundFederation = iamAction('DisableOutboundWebIdentityFederation', {
  resource: () => '*',
  answer: (call) => {
    requireOutbound(call)
    change(call, { outboundFederation: false })
    return { members: undefined }
  },
})

export const getOutboundFederationInfo = iamAction('GetOutboundWebIdentityFederationInfo', {
  resource: () => '*',
  answer: (call) => {
    requireOutbound(call)
    return { members: [issuer(call), element('JwtVendingEnabled', {}, 'true')] }
  },
})

export const enableRootSessions = rootAccess('EnableOrganizationsRootSessions', (features) => [
  ...new Set<RootFeature>([...features, 'RootSessions']),
])
export const disableRootSessions = rootAccess('DisableOrganizationsRootSessions', (features) =>
  features.filter((one) => one !== 'RootSessions'),
)
export const enableRootCredentials = rootAccess('EnableOrganizationsRootCredentialsManagement', (features) => [
  ...new Set<RootFeature>([...features, 'RootCredentialsManagement']),
])
export const disableRootCredentials = rootAccess('DisableOrganizationsRootCredentialsManagement', (features) =>
  features.filter((one) => one !== 'RootCredentialsManagement'),
)
export const listOrganizationsFeatures = rootAccess('ListOrganizationsFeatures', (features) => features)

/** Throws AccountNotManagementOrDelegatedAdministrator… for other accounts. */
function rootAccess(name: IamOperation, changed: (features: readonly RootFeature[]) => readonly RootFeature[]) {
  return iamAction(name, {
    resource: () => '*',
    answer: ({ iam, account }) => {
      const organization = organizationOf(iam.accounts())
      const { management } = organization
      if (management === undefined || !managesRootAccess(organization, account)) throw refusals.noRootAccess()
      const rootFeatures = changed(iam.settings.of(management).rootFeatures)
      iam.settings.change(management, { rootFeatures })
      return { members: [element('OrganizationId', {}, ORGANIZATION), memberList('EnabledFeatures', rootFeatures)] }
    },
  })
}

function isOutbound({ iam, account }: IamCall): boolean {
  return iam.settings.of(account).outboundFederation
}

function requireOutbound(call: IamCall): void {
  if (!isOutbound(call)) throw refusals.outboundDisabled()
}

function change({ iam, account }: IamCall, changes: Partial<AccountSettings>): void {
  iam.settings.change(account, changes)
}

function issuer({ outbound, account }: IamCall): Markup {
  return element('IssuerIdentifier', {}, outbound.urlOf(account))
}

function summaryOf({ iam, account }: IamCall): Readonly<Record<string, number>> {
  const users = iam.usersIn(account)
  const root = users.find(({ kind }) => kind === 'root')
  const devices = users.reduce((count, { mfaDevices }) => count + mfaDevices.length, 0)
  return {
    Users: new Set(users.flatMap(({ kind, arn }) => (kind === 'user' ? [arn] : []))).size,
    UsersQuota: 5000,
    Groups: 0,
    GroupsQuota: 300,
    Roles: iam.roles.inAccount(account).length,
    RolesQuota: 1000,
    Providers: iam.samlProviders.inAccount(account).length + iam.oidcProviders.inAccount(account).length,
    MFADevices: devices,
    MFADevicesInUse: devices,
    AccountMFAEnabled: root && root.mfaDevices.length > 0 ? 1 : 0,
    AccountAccessKeysPresent: root ? 1 : 0,
    AccountPasswordPresent: 0,
    AccountSigningCertificatesPresent: 0,
    AssumeRolePolicySizeQuota: 2048,
    RolePolicySizeQuota: 10_240,
    UserPolicySizeQuota: 2048,
    AccessKeysPerUserQuota: 2,
    GlobalEndpointTokenVersion: iam.settings.of(account).globalEndpointTokens === 'v2Token' ? 2 : 1,
  }
}

function entry([key, value]: readonly [string, number]): Markup {
  return element('entry', {}, [element('key', {}, key), element('value', {}, String(value))])
}
