import { stringify } from 'yaml'
import { issuerHostPath, oidcProviderArn, samlProviderArn } from '../../core/arn.ts'
import { acsUrl } from '../../gateway/providers.ts'

/** The origins of the four servers. */
export interface DemoAddresses {
  readonly gateway: string
  readonly localAws: string
  readonly samlIdp: string
  readonly openIdProvider: string
}

export const demoClient = { id: 'fedgate-demo', secret: 'fedgate-demo-secret' } as const

const ACCOUNTS = { '111122223333': 'Production', '444455556666': 'Sandbox' } as const
const SAML_PROVIDER = 'fedgate'
const RECIPIENT = 'https://signin.aws.amazon.com/saml'
const AFFILIATION = 'saml:edupersonaffiliation'

/** A role: the gateway grants it by group, AWS by subject. */
const ROLES = [
  { name: 'Developer', group: 'aws-dev', subject: 'alice' },
  { name: 'Administrator', group: 'aws-admin', subject: 'bob' },
] as const

const MADE = 'Written by `fedgate demo` at each start. Copy this file before you edit it.'

/** The role that the Break it page requests with the identity provider's own assertion, without session tags. */
export const breakItRole = {
  roleArn: roleArn('111122223333', 'BreakIt'),
  providerArn: samlProviderArn('aws', '111122223333', 'example-corp'),
} as const

/** localhost for the gateway and 127.0.0.1 for the providers, which are another site, as in production. */
export function demoAddresses(portBase: number): DemoAddresses {
  return {
    gateway: `http://localhost:${portBase}`,
    localAws: `http://localhost:${portBase + 1}`,
    samlIdp: `http://127.0.0.1:${portBase + 2}`,
    openIdProvider: `http://127.0.0.1:${portBase + 3}`,
  }
}

/** The gateway's configuration. Keys and the session secret are in the same folder. */
export function demoConfigYaml(portBase: number): string {
  const { gateway, samlIdp, openIdProvider } = demoAddresses(portBase)
  const accountIds = Object.keys(ACCOUNTS)
  const config = {
    baseUrl: gateway,
    listen: { host: '127.0.0.1', port: portBase },
    session: { secret: `\${file:./session.secret}` },
    sts: { endpoint: 'local', region: 'eu-west-1' },
    signing: { key: './gateway.key', certificate: './gateway.crt' },
    encryption: { key: './gateway-encryption.key', certificate: './gateway-encryption.crt' },
    providers: [
      { id: 'corp', protocol: 'saml', label: 'Example Corp', metadata: `${samlIdp}/metadata` },
      {
        id: 'openid',
        protocol: 'oidc',
        label: 'Example ID',
        issuer: openIdProvider,
        clientId: demoClient.id,
        clientSecret: demoClient.secret,
        scopes: ['openid', 'email', 'profile'],
        allowInsecureHttp: true,
      },
    ],
    accounts: {
      '111122223333': { name: ACCOUNTS['111122223333'], color: 'red', region: 'eu-west-1' },
      '444455556666': { name: ACCOUNTS['444455556666'], color: 'green' },
    },
    roles: [{ match: 'arn:aws:iam::*:role/Developer', alias: 'dev', maxSessionDuration: '4h' }],
    access: ['corp', 'openid'].flatMap((provider) =>
      ROLES.map(({ name, group }) => ({
        when: { provider, groups: group },
        roles: accountIds.map((account) => roleArn(account, name)),
      })),
    ),
    operators: [{ when: { provider: 'corp', groups: 'aws-admin' } }],
    sessionName: '{email}',
    sourceIdentity: '{subject}',
    sessionTags: { CostCenter: '{costCenter}', Affiliation: '{eduPersonAffiliation}', Provider: '{provider}' },
    transitiveTags: ['CostCenter'],
    localAws: { listen: { host: '127.0.0.1', port: portBase + 1 }, allowHttpIssuers: true, state: './local-aws.yaml' },
    audit: { file: './audit.jsonl' },
  }
  return `# ${MADE}\n${stringify(config, { defaultStringType: 'PLAIN', lineWidth: 0 })}`
}

function roleArn(account: string, name: string): string {
  return `arn:aws:iam::${account}:role/${name}`
}

/**
 * The accounts and roles of the local AWS. Its identity providers are those of the configuration, and the demo's SAML
 * provider with this `metadata`, for assertions that are passed to AWS as the provider signed them.
 */
export function demoStateYaml(portBase: number, metadata: string): string {
  const { gateway, openIdProvider } = demoAddresses(portBase)
  const state = {
    accounts: Object.entries(ACCOUNTS).map(([id, name]) => ({ id, name })),
    roles: [
      ...Object.keys(ACCOUNTS).flatMap((account) =>
        ROLES.map(({ name, subject }) => ({
          arn: roleArn(account, name),
          maxSessionDuration: name === 'Developer' ? 4 * 3600 : 3600,
          trustPolicy: trustPolicy(account, subject, openIdProvider),
        })),
      ),
      { arn: breakItRole.roleArn, trustPolicy: breakItTrust(acsUrl(gateway, 'corp')) },
    ],
    samlProviders: [{ arn: breakItRole.providerArn, metadata }],
  }
  return `# ${MADE}\n${stringify(state, { lineWidth: 0 })}`
}

function trustPolicy(account: string, subject: string, issuer: string) {
  const key = issuerHostPath(issuer)
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: samlProviderArn('aws', account, SAML_PROVIDER) },
        // The gateway adds session tags and a source identity, which need the other two actions.
        Action: ['sts:AssumeRoleWithSAML', 'sts:TagSession', 'sts:SetSourceIdentity'],
        Condition: {
          StringEquals: { 'SAML:aud': RECIPIENT },
          'ForAnyValue:StringEquals': { [AFFILIATION]: 'staff' },
        },
      },
      {
        Effect: 'Allow',
        Principal: { Federated: oidcProviderArn('aws', account, issuer) },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { [`${key}:aud`]: demoClient.id, [`${key}:sub`]: subject } },
      },
    ],
  }
}

function breakItTrust(acs: string) {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: breakItRole.providerArn },
        Action: 'sts:AssumeRoleWithSAML',
        Condition: { StringEquals: { 'SAML:aud': acs }, 'ForAnyValue:StringEquals': { [AFFILIATION]: 'staff' } },
      },
    ],
  }
}
