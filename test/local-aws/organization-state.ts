/** An organization of a management account, a delegated administrator, a member, and an account that is none of these. */
import { Agent } from 'node:http'
import { IAMClient } from '@aws-sdk/client-iam'
import { type Credentials, STSClient } from '@aws-sdk/client-sts'
import { Secret } from '../../src/core/secret.ts'
import type { AccountState, LocalAwsState, UserState } from '../../src/local-aws/state.ts'
import { type Key, OTHER_ACCOUNT } from './signed-calls.ts'
import { ACCOUNT } from './support.ts'

/** Of the second account, whose root user is assumed. */
export const MEMBER = OTHER_ACCOUNT
export const DELEGATED = '555566667777'

export const allowing = (...statements: readonly Readonly<Record<string, unknown>>[]) => ({
  Version: '2012-10-17',
  Statement: statements.map((statement) => ({ Effect: 'Allow', Resource: '*', ...statement })),
})

const longTerm = (accessKeyId: string): Key => ({ accessKeyId, secretAccessKey: `secret-of-${accessKeyId}` })

/** An administrator of the management account. */
export const MIA = { ...longTerm('AKIAY34FZKBOMIA00000'), arn: `arn:aws:iam::${ACCOUNT}:user/mia` }
/** Of the management account, limited by conditions on the keys of each call. */
export const LIAM = { ...longTerm('AKIAY34FZKBOLIAM0000'), arn: `arn:aws:iam::${ACCOUNT}:user/liam` }
/** An administrator of the delegated account. */
export const DEE = { ...longTerm('AKIAWNZGKIQYDEE00000'), arn: `arn:aws:iam::${DELEGATED}:user/dee` }
/** An administrator of the member account. */
export const MAX = { ...longTerm('AKIAWNZGKIQYMAX00000'), arn: `arn:aws:iam::${MEMBER}:user/max` }
export const ROOT = { ...longTerm('AKIAY34FZKBOROOT0000'), arn: `arn:aws:iam::${ACCOUNT}:root` }

const ALL = allowing({ Action: '*' })

const user = (key: Key & { readonly arn: string }, policy: unknown): UserState => ({
  arn: key.arn,
  accessKeyId: key.accessKeyId,
  secretAccessKey: new Secret(key.secretAccessKey),
  policies: { only: policy },
  tags: { team: 'platform' },
})

export const TASKS = 'arn:aws:iam::aws:policy/root-task'

export const organizationState = (management: Partial<AccountState> = {}): LocalAwsState => ({
  accounts: [
    {
      id: ACCOUNT,
      ...management,
      root: { accessKeyId: ROOT.accessKeyId, secretAccessKey: new Secret(ROOT.secretAccessKey) },
    },
    { id: MEMBER, ou: 'Workloads/Production', enabledRegions: ['af-south-1'] },
    { id: DELEGATED, delegatedAdministrator: true },
  ],
  users: [
    user(MIA, ALL),
    user(DEE, ALL),
    user(MAX, ALL),
    user(
      LIAM,
      allowing(
        {
          Action: 'sts:AssumeRoot',
          Resource: `arn:aws:iam::${MEMBER}:root`,
          Condition: { ArnEquals: { 'sts:TaskPolicyArn': `${TASKS}/IAMAuditRootUserCredentials` } },
        },
        {
          Action: ['sts:GetWebIdentityToken'],
          Resource: `arn:aws:sts::${ACCOUNT}:self`,
          Condition: {
            'ForAllValues:StringEquals': { 'sts:IdentityTokenAudience': ['https://api.example.com', 'second'] },
            Null: { 'sts:IdentityTokenAudience': 'false' },
            StringEquals: { 'sts:SigningAlgorithm': 'ES384' },
            NumericLessThanEquals: { 'sts:DurationSeconds': '300' },
          },
        },
        {
          Action: 'sts:TagGetWebIdentityToken',
          Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['job'] } },
        },
      ),
    ),
  ],
  roles: [
    {
      arn: `arn:aws:iam::${ACCOUNT}:role/team/Auditor`,
      trustPolicy: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: MIA.arn },
            Action: ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession', 'sts:SetContext'],
            Condition: {
              'ForAllValues:ArnLike': { 'sts:RequestContextProviders': 'arn:aws:iam::aws:contextProvider/Identity*' },
            },
          },
        ],
      },
      policies: { all: ALL },
      tags: { team: 'audit', stage: 'prod' },
    },
  ],
  samlProviders: [],
  oidcProviders: [],
})

/** A client of the SDK at a host of AWS, which leads to this machine as `/etc/hosts` would have it. */
const settingsAt = (url: string, credentials: Key, host: string, region: string) => ({
  region,
  endpoint: `http://${host}:${new URL(url).port}`,
  maxAttempts: 1,
  credentials,
  requestHandler: {
    httpAgent: new Agent({
      lookup: (_, options, found) =>
        options.all ? found(null, [{ address: '127.0.0.1', family: 4 }]) : found(null, '127.0.0.1', 4),
    }),
  },
})

export const stsAt = (url: string, key: Key, host = '127.0.0.1', region = 'eu-west-1'): STSClient =>
  new STSClient(settingsAt(url, key, host, region))

export const iamAt = (url: string, key: Key): IAMClient => new IAMClient(settingsAt(url, key, '127.0.0.1', 'us-east-1'))

/** The credentials of an answer. */
export const keyOf = (credentials: Credentials | undefined): Key => ({
  accessKeyId: credentials?.AccessKeyId ?? '',
  secretAccessKey: credentials?.SecretAccessKey ?? '',
  sessionToken: credentials?.SessionToken ?? '',
})

/** The name of the error of a call. */
export const errorOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'no error',
    (error: Error) => error.name,
  )
