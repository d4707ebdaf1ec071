/**
 * The AWS organization of the demo: twelve accounts, and roles for each of its users. The gateway's configuration, the
 * local AWS and the catalogue are all made of this, so they agree, but for one role whose trust policy was forgotten when
 * the identity provider changed: `fedgate access` finds it.
 */
import { issuerHostPath, oidcProviderArn, samlProviderArn } from '../../core/arn.ts'

export interface DemoAccount {
  readonly id: string
  readonly name: string
  readonly color: 'red' | 'orange' | 'yellow' | 'green' | 'teal' | 'blue' | 'purple' | 'pink' | 'gray'
  readonly environment: string
  /** From the root. */
  readonly ou: string
  readonly team: string
}

export interface DemoRole {
  readonly arn: string
  readonly account: string
  /** With its path. */
  readonly name: string
  readonly description: string
  /** The group that the gateway grants it to. */
  readonly group: string
  /** The user that AWS admits with the OpenID provider's token. */
  readonly subject: string
  readonly maxSessionSeconds: number
  /** The SAML provider that its trust policy names, if not the gateway. */
  readonly formerProvider?: string
  /** What its sessions may do in the local AWS. */
  readonly policies?: Readonly<Record<string, object>>
}

export const SAML_PROVIDER = 'fedgate'

const PRODUCTION = '111122223333'
const SANDBOX = '444455556666'
const STAGING = '222233334444'
const PAYMENTS = '555566667777'

export const demoAccounts: readonly DemoAccount[] = [
  account(PRODUCTION, 'Production', 'red', 'production', 'Workloads/Production', 'shop'),
  account(SANDBOX, 'Sandbox', 'green', 'sandbox', 'Sandbox', 'shop'),
  account(STAGING, 'Staging', 'orange', 'staging', 'Workloads/Staging', 'shop'),
  account('333344445555', 'Development', 'green', 'development', 'Workloads/Development', 'shop'),
  account(PAYMENTS, 'Payments Production', 'red', 'production', 'Workloads/Production', 'payments'),
  account('666677778888', 'Payments Staging', 'orange', 'staging', 'Workloads/Staging', 'payments'),
  account('777788889999', 'Data Platform', 'red', 'production', 'Workloads/Production', 'data'),
  account('888899990000', 'Data Science', 'teal', 'development', 'Workloads/Development', 'data'),
  account('999900001111', 'Security Tooling', 'purple', 'security', 'Security', 'security'),
  account('121212121212', 'Log Archive', 'purple', 'security', 'Security', 'security'),
  account('232323232323', 'Network', 'blue', 'infrastructure', 'Infrastructure', 'platform'),
  account('343434343434', 'Shared Services', 'blue', 'infrastructure', 'Infrastructure', 'platform'),
]

/** Of the platform team, in every account. */
const PLATFORM_ROLES: Readonly<Record<string, string>> = {
  Auditor: 'Read configuration and logs',
  Backup: 'Restore from backups',
  Billing: 'See costs and budgets',
  DatabaseAdmin: 'Operate databases',
  Deployer: 'Deploy services',
  Monitoring: 'Dashboards and alarms',
  NetworkAdmin: 'Networks, DNS and load balancers',
  Operator: 'Restart and scale services',
  ReadOnly: 'Look at everything, change nothing',
  Support: 'Open cases with AWS',
}

const HOUR = 3600
const EVERYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }

type OfTeam = Pick<DemoRole, 'group' | 'subject'>

const developers: OfTeam = { group: 'aws-dev', subject: 'alice' }
const administrators: OfTeam = { group: 'aws-admin', subject: 'bob' }
const onCall: OfTeam = { group: 'aws-oncall', subject: 'dave' }
const platform: OfTeam = { group: 'aws-platform', subject: 'erin' }

export const demoRoles: readonly DemoRole[] = [
  ...[PRODUCTION, SANDBOX].flatMap((id) => [
    role(id, 'Developer', 'Deploy and debug your own services', { ...developers, maxSessionSeconds: 4 * HOUR }),
    role(id, 'Administrator', 'Everything', { ...administrators, policies: { AdministratorAccess: EVERYTHING } }),
  ]),
  ...[PRODUCTION, STAGING, PAYMENTS].map((id) => role(id, 'OnCall', 'Restart and roll back during incidents', onCall)),
  role(PRODUCTION, 'BreakGlass', 'Everything, for emergencies only', onCall),
  role(PRODUCTION, 'CostReport', 'Monthly cost report', { ...onCall, formerProvider: 'old-idp' }),
  ...demoAccounts.flatMap(({ id }) =>
    Object.entries(PLATFORM_ROLES).map(([name, description]) => role(id, `platform/${name}`, description, platform)),
  ),
]

/** What the configuration says about some of them. */
export const demoRoleSettings = [
  { match: 'arn:aws:iam::*:role/Developer', alias: 'dev', maxSessionDuration: '4h' },
  { match: 'arn:aws:iam::*:role/OnCall', maxAuthAge: '5m' },
  { match: 'arn:aws:iam::*:role/BreakGlass', sensitive: true },
] as const

function account(
  id: string,
  name: string,
  color: DemoAccount['color'],
  environment: string,
  ou: string,
  team: string,
): DemoAccount {
  return { id, name, color, environment, ou, team }
}

function role(
  where: string,
  name: string,
  description: string,
  more: OfTeam & Partial<Pick<DemoRole, 'maxSessionSeconds' | 'formerProvider' | 'policies'>>,
): DemoRole {
  return {
    arn: `arn:aws:iam::${where}:role/${name}`,
    account: where,
    name,
    description,
    maxSessionSeconds: HOUR,
    ...more,
  }
}

/** Roles of the platform team are selected by what they are, the others by their ARNs. */
export function demoAccessRules(provider: string) {
  const named = [developers, administrators, onCall].map(({ group }) => ({
    when: { provider, groups: group },
    roles: demoRoles.filter((one) => one.group === group).map(({ arn }): string => arn),
  }))
  return [...named, { when: { provider, groups: platform.group }, roles: [{ path: '/platform/' }] }]
}

/** For the client ID of the gateway at that OpenID provider. */
export function demoTrustPolicy(
  { account: id, subject, formerProvider = SAML_PROVIDER }: DemoRole,
  { issuer, clientId }: { readonly issuer: string; readonly clientId: string },
) {
  const key = issuerHostPath(issuer)
  const viaSaml = {
    Effect: 'Allow',
    Principal: { Federated: samlProviderArn('aws', id, formerProvider) },
    // The gateway adds session tags and a source identity, which need the other two actions.
    Action: ['sts:AssumeRoleWithSAML', 'sts:TagSession', 'sts:SetSourceIdentity'],
    Condition: {
      StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' },
      'ForAnyValue:StringEquals': { 'saml:edupersonaffiliation': 'staff' },
    },
  }
  const viaOpenId = {
    Effect: 'Allow',
    Principal: { Federated: oidcProviderArn('aws', id, issuer) },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: { [`${key}:aud`]: clientId, [`${key}:sub`]: subject } },
  }
  return { Version: '2012-10-17', Statement: formerProvider === SAML_PROVIDER ? [viaSaml, viaOpenId] : [viaSaml] }
}

/** The catalogue by file name, as `fedgate catalog pull` would write it. */
export function demoCatalog(openId: Parameters<typeof demoTrustPolicy>[1]): Readonly<Record<string, object>> {
  const accounts = demoAccounts.map(({ id }) => [
    `${id}.json`,
    { RoleDetailList: demoRoles.filter((one) => one.account === id).map((one) => exported(one, openId)) },
  ])
  return { 'organization.json': organization(), ...Object.fromEntries(accounts) }
}

function exported(one: DemoRole, openId: Parameters<typeof demoTrustPolicy>[1]): object {
  return {
    Arn: one.arn,
    Description: one.description,
    MaxSessionDuration: one.maxSessionSeconds,
    AssumeRolePolicyDocument: demoTrustPolicy(one, openId),
    Tags: [],
  }
}

const ROOT = 'r-demo'

function organization(): object {
  const units = new Map(
    [...new Set(demoAccounts.flatMap(({ ou }) => pathsTo(ou)))].map((path, n) => [path, unitId(n)] as const),
  )
  return {
    Roots: [{ Id: ROOT, Name: 'Root' }],
    OrganizationalUnits: [...units].map(([path, Id]) => ({
      Id,
      Name: path.split('/').at(-1),
      ParentId: units.get(path.split('/').slice(0, -1).join('/')) ?? ROOT,
    })),
    Accounts: demoAccounts.map(({ id, name, ou, environment, team }) => ({
      Id: id,
      Name: name,
      Email: `aws-${id}@example.com`,
      State: 'ACTIVE',
      ParentId: units.get(ou),
      Tags: [
        { Key: 'environment', Value: environment },
        { Key: 'team', Value: team },
      ],
    })),
  }
}

/** `Workloads`, `Workloads/Production`. */
function pathsTo(ou: string): readonly string[] {
  const names = ou.split('/')
  return names.map((_, n) => names.slice(0, n + 1).join('/'))
}

function unitId(n: number): string {
  return `ou-demo-${String(n + 1).padStart(8, '0')}`
}
