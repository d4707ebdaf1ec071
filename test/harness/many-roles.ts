/**
 * A gateway of a large company: 60 accounts with 500 roles, granted by groups. What AWS will say is known of most: yes,
 * but for `SupportEngineer`, whose trust policy does not permit tags. `DatabaseAdministrator` asks for a recent sign-in.
 * One role has an alias that nothing else about it contains, and is sensitive. With units, a catalogue says in which
 * organizational unit each account is.
 */

import { HttpBrowser } from './http-browser.ts'
import { postAnswer } from './sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from './test-gateway.ts'
import { answerOf, createTestIdp } from './test-idp.ts'

const [ACCOUNTS, ROLES] = [60, 500]
const AREAS = ['Payments', 'Search', 'Logistics', 'Data Platform', 'Identity', 'Web Shop']
const STAGES = ['production', 'staging', 'development', 'sandbox', 'audit', 'tools', 'network', 'logs', 'backup', 'lab']
/** What the other accounts are used for is not configured. */
const ENVIRONMENTS: readonly string[] = STAGES.slice(0, 4)
const COLORS = ['red', 'orange', 'green', 'blue', 'gray']
const NAMES = ['ReadOnly', 'Developer', 'DatabaseAdministrator', 'PowerUser', 'SupportEngineer']

const accountId = (n: number): string => String(100_000_000_000 + n)

/** Twenty of each hundred are not in the local AWS's state, so that nothing is known of them. */
const isKnown = (n: number): boolean => n % 100 < 80

/** In account 7: the role, and what users call it. */
const BREAK_GLASS = { match: `arn:aws:iam::${accountId(7)}:role/PowerUser2`, alias: 'break-glass', sensitive: true }

/** A role and the group that grants it. */
export interface GrantedRole {
  readonly arn: string
  readonly account: string
  readonly name: string
  readonly group: string
}

export const manyRoles: readonly GrantedRole[] = Array.from({ length: ROLES }, (_, n) => {
  const [account, round] = [accountId(n % ACCOUNTS), Math.floor(n / ACCOUNTS)]
  const name = `${NAMES[round % NAMES.length]}${round < NAMES.length ? '' : '2'}`
  return { arn: `arn:aws:iam::${account}:role/${name}`, account, name, group: `aws-${account}-${name}` }
})

const trustPolicy = ({ account, name }: GrantedRole) => ({
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Principal: { Federated: `arn:aws:iam::${account}:saml-provider/fedgate` },
    Action: ['sts:AssumeRoleWithSAML', ...(name.startsWith('Support') ? [] : ['sts:TagSession'])],
    Condition: {
      StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' },
      StringLike: { 'aws:RequestTag/Team': ['pay*', 'plat*'] },
    },
  },
})

const accounts = Array.from({ length: ACCOUNTS }, (_, n) => {
  const [area, stage] = [AREAS[Math.floor(n / STAGES.length)], STAGES[n % STAGES.length]]
  const environment = stage && ENVIRONMENTS.includes(stage) ? { environment: stage } : {}
  return { id: accountId(n), name: `${area} ${stage}`, color: COLORS[n % COLORS.length], ...environment }
})

const units = ['account,ou', ...accounts.map(({ id, name }) => `${id},Workloads/${name.split(' ')[0]}`)].join('\n')

export interface ManyRoles extends ReservedGateway {
  /** Somebody with these groups, signed in. */
  signIn(subject: string, groups: readonly string[]): Promise<HttpBrowser>
}

export const startManyRoles = async ({ hasUnits = false } = {}): Promise<ManyRoles> => {
  const [url, corp] = [await reserveGateway(), await createTestIdp('corp')]
  const gateway = await startConfiguredGateway(
    url,
    {
      providers: [{ id: 'corp', label: 'Example Corp', protocol: 'saml', metadata: './corp.xml' }],
      accounts: Object.fromEntries(accounts.map(({ id, ...account }) => [id, account])),
      roles: [
        BREAK_GLASS,
        { match: 'arn:aws:iam::*:role/DatabaseAdministrator', maxAuthAge: '1h', maxSessionDuration: '2h' },
        { match: 'arn:aws:iam::*:role/*', maxSessionDuration: '8h' },
      ],
      access: [
        {
          when: { provider: 'corp', groups: '/^aws-(?<account>\\d{12})-(?<role>[\\w+=,.@-]+)$/' },
          roles: ['arn:aws:iam::{account}:role/{role}'],
        },
      ],
      sessionTags: { Team: '{team}' },
      ...(hasUnits ? { catalog: ['./units.csv'] } : {}),
    },
    {
      files: { 'corp.xml': corp.metadata, ...(hasUnits ? { 'units.csv': units } : {}) },
      state: {
        accounts: accounts.map(({ id, name }) => ({ id, name })),
        roles: manyRoles
          .filter((_, n) => isKnown(n))
          .map((role) => ({ arn: role.arn, maxSessionDuration: 28_800, trustPolicy: trustPolicy(role) })),
      },
    },
  )
  const signIn = async (subject: string, groups: readonly string[]): Promise<HttpBrowser> => {
    const browser = new HttpBrowser()
    const attributes = { groups, team: ['payments'], displayName: [subject] }
    await postAnswer(browser, await answerOf(corp, browser, url, 'corp', { subject, attributes }))
    return browser
  }
  return { ...gateway, signIn }
}
