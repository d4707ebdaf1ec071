import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { Secret } from '../../src/core/secret.ts'
import type { LocalAwsState, RoleState, UserState } from '../../src/local-aws/state.ts'
import { ACCOUNT, type WireAnswer, wireAnswer } from './support.ts'

export const OTHER_ACCOUNT = '444455556666'

export interface Key {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

const keyOf = (accessKeyId: string): Key => ({ accessKeyId, secretAccessKey: `secret-of-${accessKeyId}` })

/** A user with nothing but his name. */
export const DORA = { ...keyOf('AKIAY34FZKBODORA0000'), arn: `arn:aws:iam::${ACCOUNT}:user/ops/dora` }
/** A user whose policies allow everything that is asked here. */
export const EVA = { ...keyOf('AKIAY34FZKBOEVA00000'), arn: `arn:aws:iam::${ACCOUNT}:user/eva` }
/** A user whose policies deny one role. */
export const FRED = { ...keyOf('AKIAY34FZKBOFRED0000'), arn: `arn:aws:iam::${ACCOUNT}:user/fred` }
/** A user of another account, with and without a permission. */
export const GINA = { ...keyOf('AKIAWNZGKIQYGINA0000'), arn: `arn:aws:iam::${OTHER_ACCOUNT}:user/gina` }
export const HUGO = { ...keyOf('AKIAWNZGKIQYHUGO0000'), arn: `arn:aws:iam::${OTHER_ACCOUNT}:user/hugo` }
export const ROOT = { ...keyOf('AKIAY34FZKBOROOT0000'), arn: `arn:aws:iam::${ACCOUNT}:root` }

export const MFA = { SerialNumber: `arn:aws:iam::${ACCOUNT}:mfa/dora`, TokenCode: '123456' }
export const EVAS_MFA = { SerialNumber: `arn:aws:iam::${ACCOUNT}:mfa/eva`, TokenCode: '111222' }

export const roleArn = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`

const ALL = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity']

/** A trust policy of one statement that allows, and of any others. */
const trust = (aws: unknown, part: Readonly<Record<string, unknown>> = {}, ...more: readonly unknown[]) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: aws }, Action: ALL, ...part }, ...more],
})

const identity = (...statements: readonly Readonly<Record<string, unknown>>[]) => ({
  Version: '2012-10-17',
  Statement: statements.map((statement) => ({ Effect: 'Allow', Resource: '*', ...statement })),
})

const TWELVE_HOURS = 43_200

const user = (
  { arn, accessKeyId, secretAccessKey }: Key & { readonly arn: string },
  more: Partial<UserState> = {},
) => ({
  arn,
  accessKeyId,
  secretAccessKey: new Secret(secretAccessKey),
  ...more,
})

const roles: readonly RoleState[] = [
  { arn: roleArn('path/ByName'), trustPolicy: trust([DORA.arn, EVA.arn, FRED.arn]), maxSessionDuration: TWELVE_HOURS },
  { arn: roleArn('Hour'), trustPolicy: trust(DORA.arn) },
  { arn: roleArn('NoTags'), trustPolicy: trust(DORA.arn, { Action: 'sts:AssumeRole' }) },
  { arn: roleArn('ByAccount'), trustPolicy: trust(ACCOUNT) },
  { arn: roleArn('ByRoot'), trustPolicy: trust(`arn:aws:iam::${ACCOUNT}:root`) },
  { arn: roleArn('Nobody'), trustPolicy: trust(HUGO.arn) },
  {
    arn: roleArn('Denied'),
    tags: { Secret: 'of-the-role' },
    trustPolicy: trust(
      ACCOUNT,
      {},
      { Sid: 'NotHer', Effect: 'Deny', Principal: { AWS: [EVA.arn, GINA.arn] }, Action: 'sts:AssumeRole' },
    ),
  },
  {
    arn: roleArn('Partner'),
    trustPolicy: trust(OTHER_ACCOUNT, { Condition: { StringEquals: { 'sts:ExternalId': 'contract-7' } } }),
  },
  {
    arn: roleArn('Mfa'),
    trustPolicy: trust(DORA.arn, { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } }),
  },
  {
    arn: roleArn('ForTeamA'),
    trustPolicy: trust(DORA.arn, { Condition: { StringEquals: { 'aws:RequestTag/Team': 'a' } } }),
  },
  {
    arn: roleArn('Next'),
    trustPolicy: trust([roleArn('path/ByName'), roleArn('Hour'), roleArn('NoTags'), DORA.arn]),
    tags: { Team: 'of-the-role', Stage: 'test' },
    maxSessionDuration: TWELVE_HOURS,
  },
  {
    arn: roleArn('NextOfTeamA'),
    trustPolicy: trust(ACCOUNT, {
      Condition: { StringEquals: { 'aws:PrincipalTag/Team': 'a', 'aws:ResourceTag/team': 'a' } },
    }),
    tags: { Team: 'of-the-role' },
  },
  { arn: roleArn('NextNoTags'), trustPolicy: trust(roleArn('path/ByName'), { Action: 'sts:AssumeRole' }) },
  { arn: roleArn('NextByAccount'), trustPolicy: trust(ACCOUNT) },
]

const MAY_DO_ALL = identity({ Action: 'sts:*' })

/** One role has a policy of its own: it may go on to every role that trusts its account. */
const withPolicies = (role: RoleState): RoleState =>
  role.arn === roleArn('path/ByName') ? { ...role, policies: { all: MAY_DO_ALL } } : role

/** Two accounts with users whose policies differ, and a role for each way of trusting them. */
export const signedState = (): LocalAwsState => ({
  accounts: [
    { id: ACCOUNT, root: { accessKeyId: ROOT.accessKeyId, secretAccessKey: new Secret(ROOT.secretAccessKey) } },
    { id: OTHER_ACCOUNT, deactivatedRegions: ['eu-west-3'] },
  ],
  users: [
    user(DORA, { mfa: [{ serial: MFA.SerialNumber, code: new Secret(MFA.TokenCode) }] }),
    user(EVA, {
      policies: { all: MAY_DO_ALL, iam: identity({ Action: 'iam:*' }) },
      mfa: [{ serial: EVAS_MFA.SerialNumber, code: new Secret(EVAS_MFA.TokenCode) }],
    }),
    user(FRED, {
      policies: {
        most: identity(
          { Action: ['sts:AssumeRole', 'sts:GetFederationToken'] },
          { Sid: 'NotThis', Effect: 'Deny', Action: 'sts:AssumeRole', Resource: roleArn('path/ByName') },
        ),
      },
    }),
    user(GINA, {
      policies: {
        assume: identity({ Action: 'sts:AssumeRole', Resource: `arn:aws:iam::${ACCOUNT}:role/*` }),
        decode: identity({ Action: 'sts:DecodeAuthorizationMessage' }),
      },
    }),
    user(HUGO),
  ],
  roles: roles.map(withPolicies),
  samlProviders: [],
  oidcProviders: [],
})

/** The SDK signs, which the verifier has nothing in common with; the answer is given as it came. */
export const signedCall = async (
  url: string,
  { accessKeyId, secretAccessKey, sessionToken }: Key,
  parameters: Readonly<Record<string, string>>,
  service: 'sts' | 'iam' = 'sts',
  unsignedHeaders: Readonly<Record<string, string>> = {},
): Promise<WireAnswer> => {
  let answer: WireAnswer | undefined
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
  const requestHandler = {
    handle: async (request: { headers: Record<string, string>; body: string }) => {
      const { host: _, ...headers } = request.headers
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...headers, ...unsignedHeaders },
        body: request.body,
      })
      answer = wireAnswer(response.status, await response.text())
      throw new Error('the answer is taken as it is')
    },
  }
  const settings = { region: 'us-east-1', endpoint: url, maxAttempts: 1, credentials, requestHandler }
  const body = new URLSearchParams({ Version: '2011-06-15', ...parameters }).toString()
  const putBody = (args: object): void => void Object.assign((args as { readonly request: object }).request, { body })
  const step = { step: 'serialize', priority: 'low' } as const
  if (service === 'sts') {
    const client = new STSClient(settings)
    client.middlewareStack.add(
      (next) => (args) => {
        putBody(args)
        return next(args)
      },
      step,
    )
    await client.send(new GetCallerIdentityCommand({})).catch(() => undefined)
  } else {
    const client = new IAMClient(settings)
    client.middlewareStack.add(
      (next) => (args) => {
        putBody(args)
        return next(args)
      },
      step,
    )
    await client.send(new ListRolesCommand({})).catch(() => undefined)
  }
  if (!answer) throw new Error('the call was not made')
  return answer
}

/** The credentials in an answer. */
export const keyIn = (answer: WireAnswer): Key => ({
  accessKeyId: answer.element('AccessKeyId') ?? answer.text,
  secretAccessKey: answer.element('SecretAccessKey') ?? '',
  sessionToken: answer.element('SessionToken') ?? '',
})

/** `Code: Message` without the encoded message at its end. */
export const errorIn = ({ error }: WireAnswer): string =>
  error.replace(/\. Encoded authorization failure message: [\w-]+$/, '')

/** `Tags.member.1.Key` and so on. */
export const tagParameters = (tags: Readonly<Record<string, string>>, ...transitive: readonly string[]) =>
  Object.fromEntries([
    ...Object.entries(tags).flatMap(([key, value], n) => [
      [`Tags.member.${n + 1}.Key`, key],
      [`Tags.member.${n + 1}.Value`, value],
    ]),
    ...transitive.map((key, n) => [`TransitiveTagKeys.member.${n + 1}`, key]),
  ]) as Record<string, string>
