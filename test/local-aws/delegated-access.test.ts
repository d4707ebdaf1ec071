import { ListRolesCommand } from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand, GetDelegatedAccessTokenCommand } from '@aws-sdk/client-sts'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/core/secret.ts'
import { parseLocalAwsState } from '../../src/local-aws/state/file.ts'
import { holds } from '../held/holds.ts'
import {
  allowing,
  DEE,
  errorOf,
  iamAt,
  keyOf,
  LIAM,
  MAX,
  MEMBER,
  MIA,
  organizationState,
  stsAt,
} from './organization-state.ts'
import type { Key } from './signed-calls.ts'
import { ACCOUNT, start, withLocalAws } from './support.ts'

const ROLE = `arn:aws:iam::${ACCOUNT}:role/team/Auditor`
const clock = new Date()
const inSeconds = (seconds: number): string => new Date(clock.getTime() + seconds * 1000).toISOString()
const aws = withLocalAws(() =>
  start(
    {
      ...organizationState(),
      tradeInTokens: [
        { token: new Secret('of-the-role'), principal: ROLE, durationSeconds: 900 },
        { token: new Secret('narrowed'), principal: ROLE, policy: allowing({ Action: 'iam:GetRole' }) },
        { token: new Secret('of-a-user'), principal: MAX.arn },
        { token: new Secret('expired'), principal: ROLE, expiresAt: inSeconds(0) },
        { token: new Secret('expiring'), principal: ROLE, expiresAt: inSeconds(1) },
        { token: new Secret('of-nobody'), principal: `arn:aws:iam::${ACCOUNT}:role/Gone` },
      ],
    },
    () => clock,
  ),
)
const trade = (TradeInToken: string, key: Key = DEE) =>
  stsAt(aws.url, key).send(new GetDelegatedAccessTokenCommand({ TradeInToken }))
const maySeeRoles = (key: Key) => errorOf(iamAt(aws.url, key).send(new ListRolesCommand({})))

describe('GetDelegatedAccessToken', () => {
  it.each([
    ['of-the-role', ROLE, `arn:aws:sts::${ACCOUNT}:assumed-role/Auditor/delegated-access`, 900],
    ['of-a-user', MAX.arn, `arn:aws:iam::${MEMBER}:user/max`, 3600],
  ])(
    'gives credentials of the principal that approved, for the token %s',
    holds('A.5 GetDelegatedAccessToken answer'),
    async (token, principal, arn, seconds) => {
      const { AssumedPrincipal, Credentials, PackedPolicySize } = await trade(token)
      expect([AssumedPrincipal, PackedPolicySize]).toEqual([principal, undefined])
      const left = (Number(Credentials?.Expiration) - clock.getTime()) / 1000
      expect(Math.abs(left - seconds)).toBeLessThan(2)
      const who = await stsAt(aws.url, keyOf(Credentials)).send(new GetCallerIdentityCommand({}))
      expect(who.Arn).toBe(arn)
      expect(await maySeeRoles(keyOf(Credentials))).toBe('no error')
    },
  )

  it('limits the credentials to what the delegation permits', holds('A.5 GetDelegatedAccessToken answer'), async () => {
    expect(await maySeeRoles(keyOf((await trade('narrowed')).Credentials))).toBe('AccessDenied')
  })

  it('refuses a token that has expired', holds('A.4 ExpiredTradeInTokenException'), async () => {
    expect((await trade('expiring')).AssumedPrincipal).toBe(ROLE)
    expect(await errorOf(trade('expired'))).toBe('ExpiredTradeInTokenException')
  })

  it.each([
    ['an unknown token', 'of-no-one', DEE, 'AccessDenied'],
    ['the token of a role that is gone', 'of-nobody', DEE, 'AccessDenied'],
    ['a caller without the permission', 'of-the-role', LIAM, 'AccessDenied'],
  ])('refuses %s', holds('A.5 GetDelegatedAccessToken call'), async (_, token, key, code) => {
    expect(await errorOf(trade(token, key))).toBe(code)
  })

  it('keeps the token out of the trail, the log and errors', async () => {
    await trade('of-the-role', MIA)
    await errorOf(trade('of-no-one', MIA))
    const trail = await (await fetch(`${aws.url}/cloudtrail?limit=20`)).text()
    expect(trail).toContain('GetDelegatedAccessToken')
    for (const text of [trail, aws.lines.join()]) expect(text).not.toMatch(/of-the-role|of-no-one/)
  })
})

describe('A state file', () => {
  const yaml = `
accounts:
  - { id: "${ACCOUNT}", globalEndpointTokens: v2Token, outboundFederation: true, rootFeatures: [RootSessions] }
  - { id: "${MEMBER}", delegatedAdministrator: true }
tradeInTokens:
  - { token: abc, principal: "${ROLE}", expiresAt: "2026-12-24T12:00:00Z", durationSeconds: 900 }
`

  it('has what is switched on in accounts, and trade-in tokens', () => {
    const { accounts, tradeInTokens } = parseLocalAwsState(yaml)
    expect(accounts).toMatchObject([
      { globalEndpointTokens: 'v2Token', outboundFederation: true, rootFeatures: ['RootSessions'] },
      { delegatedAdministrator: true },
    ])
    expect(tradeInTokens).toMatchObject([{ principal: ROLE, durationSeconds: 900 }])
    expect(tradeInTokens?.[0]?.token.reveal()).toBe('abc')
  })

  it.each([
    ['globalEndpointTokens: v2Token', 'globalEndpointTokens: v3Token'],
    [`principal: "${ROLE}"`, 'principal: "arn:aws:s3:::bucket"'],
    ['durationSeconds: 900', 'durationSeconds: 899'],
    ['2026-12-24T12:00:00Z', 'tomorrow'],
  ])('does not have %s changed to %s', (right, wrong) => {
    expect(() => parseLocalAwsState(yaml.replace(right, wrong))).toThrow(/state/)
  })
})
