import { describe, expect, it } from 'vitest'
import { type MatchedRoleSettings, roleSettingsOf } from '../../src/access/role-settings.ts'
import type { Config, RoleSettings } from '../../src/config/types.ts'
import { parseRoleArn } from '../../src/core/arn.ts'

type Settings = Pick<Config, 'sts' | 'accounts' | 'roles'>

const entry = (match: RegExp, rest: Partial<RoleSettings> = {}): RoleSettings => ({
  match: '',
  pattern: match,
  sessionPolicyArns: [],
  ...rest,
})

const factsOf = (
  arn: string,
  { roles = [], region = 'eu-west-1', account = {} } = {} as Wanted,
): MatchedRoleSettings => {
  const role = parseRoleArn(arn)
  if (!role) throw new Error(arn)
  const settings = {
    sts: { region },
    accounts: new Map([['111122223333', { name: 'Production', ...account }]]),
    roles,
  } as unknown as Settings
  return roleSettingsOf(settings, role)
}

interface Wanted {
  readonly roles?: readonly RoleSettings[]
  readonly region?: string
  readonly account?: { readonly region?: string }
}

describe('the region of a role', () => {
  const role = (partition: string) => `arn:${partition}:iam::111122223333:role/Admin`

  it.each([
    ["the account's own", 'aws', { account: { region: 'us-east-2' } }, 'us-east-2'],
    ['else the configured one', 'aws', {}, 'eu-west-1'],
    ["not the account's where that is in another partition", 'aws', { account: { region: 'cn-north-1' } }, 'eu-west-1'],
    ["the partition's first where none is in it", 'aws-cn', {}, 'cn-north-1'],
    ['in GovCloud', 'aws-us-gov', { account: { region: 'us-gov-east-1' } }, 'us-gov-east-1'],
    ['in the sovereign cloud', 'aws-eusc', {}, 'eusc-de-east-1'],
  ])('the region of a role is %s', (_, partition, wanted, region) => {
    expect(factsOf(role(partition), wanted).region).toBe(region)
  })
})

describe('what is special about a role', () => {
  const admin = 'arn:aws:iam::111122223333:role/Admin'

  it('the settings of a role are empty where no entry matches', () => {
    const roles = [entry(/Other$/, { sessionPolicyArns: ['arn'], sessionPolicy: '{}', trustPolicy: '{}' })]
    expect(factsOf(admin, { roles })).toMatchObject({
      sessionPolicyArns: [],
      sessionPolicy: undefined,
      trustPolicy: undefined,
    })
  })

  it('each setting of a role comes from the first matching entry that has it', () => {
    const roles = [
      entry(/Admin$/, { trustPolicy: '{"first":1}' }),
      entry(/./, { trustPolicy: '{}', sessionPolicyArns: ['arn:first'] }),
      entry(/./, { sessionPolicyArns: ['arn:second'], sessionPolicy: '{"third":1}' }),
    ]
    expect(factsOf(admin, { roles })).toMatchObject({
      trustPolicy: '{"first":1}',
      sessionPolicyArns: ['arn:first'],
      sessionPolicy: '{"third":1}',
    })
  })
})
