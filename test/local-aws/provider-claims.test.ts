// biome-ignore-all lint/suspicious/noTemplateCurlyInString: AWS writes what differs between issuers so
/** The condition keys of particular issuers, in trust policies: each allows with its claim, and denies without it. */
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LocalAwsState, RoleState } from '../../src/local-aws/state.ts'
import { type HoldingName, holds, itEach, row } from '../held/holds.ts'
import type { FactId } from './facts.ts'
import { errorOf, MIA, organizationState, stsAt } from './organization-state.ts'
import { ACCOUNT, call, type OpenIdProvider, type Running, start, startOpenIdProvider } from './support.ts'

/** The values are what the tokens have, the keys the names of facts. */
const github = {
  actor: 'alice',
  actor_id: '1',
  enterprise_id: '2',
  environment: 'production',
  job_workflow_ref: 'acme/shop/.github/workflows/a.yml@refs/heads/main',
  ref: 'refs/heads/main',
  repository: 'acme/shop',
  repository_id: '3',
  repository_owner_id: '4',
  workflow: 'deploy',
} as const
const gitlab = {
  namespace_id: '1',
  pipeline_source: 'push',
  project_id: '22',
  ref_protected: 'true',
  runner_environment: 'gitlab-hosted',
  user_access_level: 'developer',
  user_email: 'alice@example.com',
  user_id: '33',
  user_login: 'alice',
} as const
const buildkite = {
  build_branch: 'main',
  cluster_id: 'c1',
  cluster_name: 'Default',
  organization_id: 'o1',
  organization_slug: 'acme',
  pipeline_id: 'p1',
  pipeline_slug: 'shop',
} as const

interface Case {
  readonly issuer: string
  readonly key: string
  readonly claims: Readonly<Record<string, unknown>>
  readonly wanted: string
  readonly fact: FactId
}

const casesOf = (issuer: string, claims: Readonly<Record<string, string>>, fact?: FactId): readonly Case[] =>
  Object.entries(claims).map(([name, wanted]) => ({
    issuer,
    key: name,
    claims: { [name]: wanted },
    wanted,
    fact: fact ?? (`A.7 ${issuer}:${name}` as FactId),
  }))
const one = ([name]: readonly string[], claims: Readonly<Record<string, string>>) => ({
  [name ?? '']: claims[name ?? ''] ?? '',
})

const cases: readonly Case[] = [
  ...casesOf('token.actions.githubusercontent.com', github),
  ...casesOf('token.actions.githubusercontent.com/acme', one(['repository_owner_id'], github), 'A.7 GitHub issuers'),
  ...casesOf('token.actions.acme.ghe.com', one(['repository_id'], github), 'A.7 GitHub issuers'),
  ...casesOf('github.com/enterprises/acme', one(['enterprise_id'], github), 'A.7 GitHub issuers'),
  ...casesOf('gitlab.com', gitlab),
  ...casesOf('agent.buildkite.com', buildkite),
  ...casesOf('agent.acme.buildkite.dev', one(['pipeline_id'], buildkite), 'A.7 Buildkite issuers'),
  ...casesOf('agent.acme.buildkite.site', one(['cluster_id'], buildkite), 'A.7 Buildkite issuers'),
  ...casesOf(
    'oidc.circleci.com/org/0a1b',
    { 'oidc.circleci.com/project-id': 'p1' },
    'A.7 oidc.circleci.com/org/${OrgId}:oidc.circleci.com/project-id',
  ),
  ...casesOf(
    'idcs-0a1b.identity.oraclecloud.com',
    { rpst_id: 'ocid1.workload' },
    'A.7 idcs-${OciUniqueIdentifier}.identity.oraclecloud.com:rpst_id',
  ),
  {
    issuer: 'accounts.google.com',
    key: 'google/organization_number',
    claims: { google: { organization_number: 123 } },
    wanted: '123',
    fact: 'A.7 accounts.google.com:google/organization_number',
  },
  ...casesOf('op.example.com', { email: 'alice@example.com' }, 'A.7 issuer:email'),
  {
    issuer: 'op.example.com',
    key: 'oaud',
    claims: { aud: 'api', azp: 'fedgate' },
    wanted: 'api',
    fact: 'A.7 issuer:oaud',
  },
]

const roleArn = (n: number): string => `arn:aws:iam::${ACCOUNT}:role/Claim${n}`
const principalOf = (issuer: string): string =>
  issuer === 'accounts.google.com' ? issuer : `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer}`

const trusting = (n: number, issuer: string, Condition: unknown): RoleState => ({
  arn: roleArn(n),
  trustPolicy: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: principalOf(issuer) },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition,
      },
    ],
  },
})

describe('A token of an issuer with keys of its own', () => {
  let provider: OpenIdProvider
  let aws: Running
  beforeAll(async () => {
    provider = await startOpenIdProvider()
    const issuers = [...new Set(cases.map(({ issuer }) => issuer))]
    for (const issuer of issuers) {
      const document = JSON.stringify({ issuer: `https://${issuer}`, jwks_uri: `https://${issuer}/jwks` })
      provider.documents.set(`/${issuer}/.well-known/openid-configuration`, document)
      provider.documents.set(`/${issuer}/jwks`, provider.documents.get('/jwks') ?? '')
    }
    const state: LocalAwsState = {
      ...organizationState(),
      roles: [
        ...organizationState().roles,
        ...cases.map(({ issuer, key, wanted }, n) =>
          trusting(n, issuer, {
            StringEquals: { [`${issuer}:aud`]: 'fedgate', [`${issuer}:sub`]: 'alice-1', [`${issuer}:${key}`]: wanted },
          }),
        ),
        trusting(cases.length, 'op.example.com', { Bool: { 'sts:RoleAuthorizedByIdp': 'true' } }),
        trusting(cases.length + 1, 'op.example.com', { StringEquals: { 'op.example.com:aud': 'fedgate' } }),
      ],
      oidcProviders: issuers
        .filter((issuer) => issuer !== 'accounts.google.com')
        .map((issuer) => ({ arn: principalOf(issuer), url: `https://${issuer}`, clientIds: ['fedgate'] })),
    }
    const standIns = Object.fromEntries(issuers.map((issuer) => [`https://${issuer}`, `${provider.url}/${issuer}`]))
    aws = await start(state, undefined, { standIns })
  })
  afterAll(async () => {
    await aws.close()
    await provider.close()
  })

  const use = async (n: number, issuer: string, claims: Readonly<Record<string, unknown>>) =>
    call(aws.url, {
      Action: 'AssumeRoleWithWebIdentity',
      RoleArn: roleArn(n),
      RoleSessionName: 'alice',
      WebIdentityToken: await provider.token({ iss: `https://${issuer}`, ...claims }),
    })

  itEach<[number]>(
    cases.map(({ issuer, key, fact }, n): readonly [HoldingName, number] => [row(`${issuer}:${key}`, fact), n]),
  )('a token of an issuer with keys of its own fills %s', async (_, n) => {
    const { issuer, claims } = cases[n] ?? { issuer: '', claims: {} }
    expect((await use(n, issuer, claims)).error).toBe('undefined: undefined')
    expect((await use(n, issuer, {})).element('Code')).toBe('AccessDenied')
  })

  it.each([
    ['names the role', roleArn(cases.length), undefined],
    ['names the role among others', [roleArn(1), roleArn(cases.length)], undefined],
    ['has no roles', undefined, 'AccessDenied'],
    ['names another role', roleArn(1), 'InvalidIdentityToken'],
    ['has a wildcard', `arn:aws:iam::${ACCOUNT}:role/*`, 'InvalidIdentityToken'],
    ['has an empty list', [], 'InvalidIdentityToken'],
  ])('a token that %s fills sts:RoleAuthorizedByIdp', holds('A.7 sts:RoleAuthorizedByIdp'), async (_, roles, code) => {
    const claims = roles === undefined ? {} : { 'https://aws.amazon.com/roles': roles }
    expect((await use(cases.length, 'op.example.com', claims)).element('Code')).toBe(code)
  })

  it(
    'a token for another role is refused whatever the trust policy says',
    holds('A.7 sts:RoleAuthorizedByIdp'),
    async () => {
      const answer = await use(cases.length + 1, 'op.example.com', { 'https://aws.amazon.com/roles': roleArn(0) })
      expect(answer.error).toBe(
        'InvalidIdentityToken: The target role ARN is not present in the roles claim of the identity token',
      )
    },
  )

  it.each([
    // Its assertion is looked at only after the trust policy has allowed it.
    ['IdentityCenter', 'ValidationError'],
    ['Other', 'AccessDenied'],
  ])(
    'a context of %s fills sts:RequestContextProviders',
    holds('A.7 sts:RequestContextProviders'),
    async (name, expected) => {
      const asked = stsAt(aws.url, MIA).send(
        new AssumeRoleCommand({
          RoleArn: `arn:aws:iam::${ACCOUNT}:role/team/Auditor`,
          RoleSessionName: 'audit',
          ProvidedContexts: [{ ProviderArn: `arn:aws:iam::aws:contextProvider/${name}`, ContextAssertion: 'signed' }],
        }),
      )
      expect(await errorOf(asked)).toBe(expected)
    },
  )
})
