import { describe, expect, it } from 'vitest'
import { readCatalog } from '../../src/catalog/read.ts'
import { checkCatalogPolicies } from '../../src/check/catalog-policies.ts'
import { configWith, portsOf } from './check-fixtures.ts'

const policyFor = (account: string, provider = 'fedgate') => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::${account}:saml-provider/${provider}` },
      Action: 'sts:AssumeRoleWithSAML',
      Condition: { StringEquals: { 'saml:aud': 'https://signin.aws.amazon.com/saml' } },
    },
  ],
})
const idOf = (n: number): string => String(100_000_000_000 + n)

const catalogOf = (accounts: number, perAccount: number, provider: (account: number, role: number) => string) =>
  readCatalog(
    Array.from({ length: accounts }, (_, account) => [
      `${idOf(account)}.json`,
      JSON.stringify({
        RoleDetailList: Array.from({ length: perAccount }, (_, n) => ({
          Arn: `arn:aws:iam::${idOf(account)}:role/teams/Team${n}`,
          AssumeRolePolicyDocument: policyFor(idOf(account), provider(account, n)),
        })),
      }),
    ]),
  )

const checked = (catalog: ReturnType<typeof catalogOf>, rule: string) => {
  const config = configWith('accounts:', `catalog: ./catalog.json\naccess: [${rule}]\naccounts:`)
  return checkCatalogPolicies(config, portsOf().ourNames, catalog)
}

const BY_PATH = '{ when: { provider: corp }, roles: [{ path: "/teams/" }] }'

describe('The trust policies of the catalogue', () => {
  it('pass where they admit the provider of the rules, and are counted', () => {
    const [one] = checked(
      catalogOf(2, 2, () => 'fedgate'),
      BY_PATH,
    )
    expect(one?.verdict).toEqual([{ name: 'trustPoliciesAreSound', outcome: 'pass', found: '4 policies' }])
  })

  it('fail where they name another provider, once for all roles with the same mistake', () => {
    const [one] = checked(
      catalogOf(2, 3, (_, n) => (n === 1 ? 'old-idp' : 'fedgate')),
      BY_PATH,
    )
    expect(one?.verdict.map(({ outcome }) => outcome)).toContain('fail')
    expect(one?.verdict.every(({ source = '' }) => source.includes('role/teams/Team1'))).toBe(true)
  })

  it.each([
    [
      'a rule that names roles by a pattern',
      '{ when: { provider: corp, groups: "/(?<n>.+)/" }, roles: ["arn:aws:iam::100000000000:role/teams/{n}"] }',
      1,
    ],
    ['a rule for other roles', '{ when: { provider: corp }, roles: ["arn:aws:iam::100000000000:role/Other"] }', 0],
  ])('are checked for the roles that %s reaches', (_, rule, subjects) => {
    expect(
      checked(
        catalogOf(1, 2, () => 'fedgate'),
        rule,
      ),
    ).toHaveLength(subjects)
  })

  it('are checked of 20,000 roles without hanging', { timeout: 60_000 }, () => {
    const [one] = checked(
      catalogOf(500, 40, (account) => (account === 7 ? 'old-idp' : 'fedgate')),
      BY_PATH,
    )
    expect(one?.verdict.some(({ outcome }) => outcome === 'fail')).toBe(true)
    expect(one?.verdict.length).toBeLessThanOrEqual(21)
  })
})
