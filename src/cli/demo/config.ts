import { stringify } from 'yaml'
import { samlProviderArn } from '../../core/arn.ts'
import { acsUrl } from '../../gateway/providers.ts'
import { demoAccessRules, demoAccounts, demoCatalog, demoRoleSettings, demoRoles, demoTrustPolicy } from './world.ts'

/** The origins of the four servers. */
export interface DemoAddresses {
  readonly gateway: string
  readonly localAws: string
  readonly samlIdp: string
  readonly openIdProvider: string
}

export const demoClient = { id: 'fedgate-demo', secret: 'fedgate-demo-secret' } as const

const MADE = 'Written by `fedgate demo` at each start. Copy this file before you edit it.'

/** The role that the Break it page requests with the identity provider's own assertion, without session tags. */
export const breakItRole = {
  roleArn: 'arn:aws:iam::111122223333:role/BreakIt',
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
    accounts: Object.fromEntries(
      demoAccounts.map(({ id, name, color }) => [id, { name, color, ...(color === 'red' && { region: 'eu-west-1' }) }]),
    ),
    catalog: './catalog/*.json',
    roles: demoRoleSettings,
    access: ['corp', 'openid'].flatMap(demoAccessRules),
    operators: [{ when: { provider: 'corp', groups: 'aws-admin' } }],
    sessionName: '{email}',
    sourceIdentity: '{subject}',
    sessionTags: { CostCenter: '{costCenter}', Affiliation: '{eduPersonAffiliation}', Provider: '{provider}' },
    transitiveTags: ['CostCenter'],
    localAws: { listen: { host: '127.0.0.1', port: portBase + 1 }, allowHttpIssuers: true, state: './local-aws.yaml' },
    audit: { file: './audit.jsonl' },
  }
  return `# ${MADE}\n${stringify(config, { defaultStringType: 'PLAIN', lineWidth: 0, aliasDuplicateObjects: false })}`
}

/** The files of the catalogue, by name. */
export function demoCatalogFiles(portBase: number): ReadonlyMap<string, string> {
  const files = Object.entries(demoCatalog(openIdClient(portBase)))
  return new Map(files.map(([name, content]) => [name, `${JSON.stringify(content, null, 2)}\n`]))
}

function openIdClient(portBase: number) {
  return { issuer: demoAddresses(portBase).openIdProvider, clientId: demoClient.id }
}

/**
 * The accounts and roles of the local AWS. Its identity providers are those of the configuration, and the demo's SAML
 * provider with this `metadata`, for assertions that are passed to AWS as the provider signed them.
 */
export function demoStateYaml(portBase: number, metadata: string): string {
  const openId = openIdClient(portBase)
  const state = {
    accounts: demoAccounts.map(({ id, name, ou, environment, team }) => ({
      id,
      name,
      ou,
      tags: { environment, team },
    })),
    roles: [
      ...demoRoles.map((role) => ({
        arn: role.arn,
        description: role.description,
        maxSessionDuration: role.maxSessionSeconds,
        trustPolicy: demoTrustPolicy(role, openId),
        ...(role.policies && { policies: role.policies }),
      })),
      { arn: breakItRole.roleArn, trustPolicy: breakItTrust(acsUrl(demoAddresses(portBase).gateway, 'corp')) },
    ],
    samlProviders: [{ arn: breakItRole.providerArn, metadata }],
  }
  return `# ${MADE}\n${stringify(state, { lineWidth: 0, aliasDuplicateObjects: false })}`
}

function breakItTrust(acs: string) {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: breakItRole.providerArn },
        Action: 'sts:AssumeRoleWithSAML',
        Condition: {
          StringEquals: { 'SAML:aud': acs },
          'ForAnyValue:StringEquals': { 'saml:edupersonaffiliation': 'staff' },
        },
      },
    ],
  }
}
