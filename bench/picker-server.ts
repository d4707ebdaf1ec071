/**
 * The gateway of the picker's benchmark, in a process of its own: 60 accounts with 500 roles whose trust policies are
 * known. Tells its parent where it is and which cookie each of two people has, and its CPU time when asked.
 */
import { reserveGateway, startOwnGateway } from '../test/harness/house.ts'
import { answerOf, createOwnIdp } from '../test/harness/own-idp.ts'
import { postAnswer } from '../test/harness/sign-in.ts'
import { Visitor } from '../test/harness/visitor.ts'

const [ACCOUNTS, ROLES] = [60, 500]
const COLORS = ['red', 'orange', 'green', 'blue', 'gray'] as const

const accountId = (n: number): string => String(100_000_000_000 + n)
const roleNames = ['ReadOnly', 'Developer', 'DatabaseAdministrator', 'PowerUser', 'SupportEngineer']

const roles = Array.from({ length: ROLES }, (_, n) => ({
  account: accountId(n % ACCOUNTS),
  name: `${roleNames[n % roleNames.length]}-${Math.floor(n / ACCOUNTS)}`,
}))

const trustPolicy = (account: string) => ({
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Principal: { Federated: `arn:aws:iam::${account}:saml-provider/fedgate` },
    Action: ['sts:AssumeRoleWithSAML', 'sts:TagSession'],
    Condition: {
      StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' },
      StringLike: { 'aws:RequestTag/Team': ['pay*', 'plat*'] },
    },
  },
})

const url = await reserveGateway()
const corp = await createOwnIdp('corp')
const gateway = await startOwnGateway(
  url,
  {
    providers: [{ id: 'corp', label: 'Example Corp', protocol: 'saml', metadata: './corp.xml' }],
    accounts: Object.fromEntries(
      Array.from({ length: ACCOUNTS }, (_, n) => [
        accountId(n),
        { name: `Payments team ${n}`, color: COLORS[n % COLORS.length] },
      ]),
    ),
    roles: [{ match: 'arn:aws:iam::*:role/*', maxSessionDuration: '8h' }],
    access: [
      {
        when: { provider: 'corp', groups: '/^aws-(?<account>\\d{12})-(?<role>[\\w+=,.@-]+)$/' },
        roles: ['arn:aws:iam::{account}:role/{role}'],
      },
    ],
    sessionTags: { Team: '{team}' },
  },
  {
    files: { 'corp.xml': corp.metadata },
    state: {
      accounts: Array.from({ length: ACCOUNTS }, (_, n) => ({ id: accountId(n), name: `Payments team ${n}` })),
      roles: roles.map(({ account, name }) => ({
        arn: `arn:aws:iam::${account}:role/${name}`,
        maxSessionDuration: 28_800,
        trustPolicy: trustPolicy(account),
      })),
    },
  },
)

const cookieOf = async (subject: string, groups: readonly string[]): Promise<string> => {
  const visitor = new Visitor()
  const attributes = { groups, team: ['payments'], displayName: [subject] }
  await postAnswer(visitor, await answerOf(corp, visitor, url, 'corp', { subject, attributes }))
  return visitor.cookies.headerFor({ url: new URL(url), method: 'GET', isCrossSite: false })
}

const [everything, nothing] = [
  await cookieOf(
    'everything',
    roles.map(({ account, name }) => `aws-${account}-${name}`),
  ),
  await cookieOf('nothing', ['staff']),
]
process.send?.({ url, everything, nothing })
process.on('message', () => process.send?.({ cpu: process.cpuUsage() }))
process.once('disconnect', async () => {
  await gateway.close()
  process.exit()
})
