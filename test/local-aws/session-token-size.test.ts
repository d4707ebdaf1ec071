import { GetAccountSummaryCommand, SetSecurityTokenServicePreferencesCommand } from '@aws-sdk/client-iam'
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  type STSClient,
} from '@aws-sdk/client-sts'
import { describe, expect, it } from 'vitest'
import { holds } from '../held/holds.ts'
import { errorOf, iamAt, keyOf, MIA, organizationState, stsAt } from './organization-state.ts'
import { ACCOUNT, start, withLocalAws } from './support.ts'

const GLOBAL = ['sts.amazonaws.com', 'us-east-1'] as const
/** A region that must be enabled, as it is in the account. */
const OPT_IN = ['sts.af-south-1.amazonaws.com', 'af-south-1'] as const

const aws = withLocalAws(() => start(organizationState({ enabledRegions: ['af-south-1'] })))
const assume = (client: STSClient, size?: number) =>
  client.send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${ACCOUNT}:role/team/Auditor`,
      RoleSessionName: 'audit',
      ...(size === undefined ? {} : { MinimumSessionTokenSize: size }),
    }),
  )

describe('A session token', () => {
  it.each([
    ['nothing', undefined, 320, 8],
    ['less than it has', 100, 320, 8],
    ['more', 1001, 1001, 25],
    ['the most', 4096, 4096, 100],
  ])(
    'has the size that the call asks for at least: %s',
    holds('A.5 session token size', 'A.5 session token lengths', 'A.2 minimumSessionTokenSizeType'),
    async (_, size, expected, utilization) => {
      const answer = await assume(stsAt(aws.url, MIA), size)
      expect(answer.Credentials?.SessionToken).toHaveLength(expected)
      expect([answer.SessionTokenSize, answer.SessionTokenUtilization]).toEqual([expected, utilization])
      const who = await stsAt(aws.url, keyOf(answer.Credentials)).send(new GetCallerIdentityCommand({}))
      expect(who.Arn).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/Auditor/audit`)
    },
  )

  it('has a size in the other calls too', holds('A.5 session token size'), async () => {
    const client = stsAt(aws.url, MIA)
    const MinimumSessionTokenSize = 2000
    const federated = await client.send(new GetFederationTokenCommand({ Name: 'guest', MinimumSessionTokenSize }))
    const session = await client.send(new GetSessionTokenCommand({ MinimumSessionTokenSize }))
    for (const { Credentials, SessionTokenSize } of [federated, session])
      expect([Credentials?.SessionToken?.length, SessionTokenSize]).toEqual([2000, 2000])
  })

  it.each([-1, 4097])('is not made for a size of %i', holds('A.2 minimumSessionTokenSizeType'), async (size) => {
    expect(await errorOf(assume(stsAt(aws.url, MIA), size))).toBe('ValidationError')
  })

  it(
    'of the global endpoint is longer and valid in opt-in regions once the account asks for version 2',
    holds('A.5 SetSecurityTokenServicePreferences', 'A.5 session token lengths'),
    async () => {
      const iam = iamAt(aws.url, MIA)
      const version = async () =>
        (await iam.send(new GetAccountSummaryCommand({}))).SummaryMap?.GlobalEndpointTokenVersion
      const prefer = (GlobalEndpointTokenVersion: 'v1Token' | 'v2Token') =>
        iam.send(new SetSecurityTokenServicePreferencesCommand({ GlobalEndpointTokenVersion }))
      const fromGlobal = async () => {
        const { Credentials } = await assume(stsAt(aws.url, MIA, ...GLOBAL))
        const there = stsAt(aws.url, keyOf(Credentials), ...OPT_IN).send(new GetCallerIdentityCommand({}))
        const error = await errorOf(there)
        return [await version(), Credentials?.SessionToken?.length, error]
      }
      expect(await fromGlobal()).toEqual([1, 240, 'InvalidClientTokenId'])
      await prefer('v2Token')
      expect(await fromGlobal()).toEqual([2, 320, 'no error'])
      await prefer('v1Token')
      expect(await fromGlobal()).toEqual([1, 240, 'InvalidClientTokenId'])
      expect(await errorOf(prefer('v3Token' as 'v1Token'))).toBe('ValidationError')
    },
  )
})
