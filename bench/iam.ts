/**
 * A parsed trust policy of 2 KB, as large as IAM accepts one, evaluated against what a federated call carries, verdict
 * and all; against JSON.parse of the policy's text. Both in one process, by turns.
 */
import { sessionContext, unsignedCallContext, webIdentityContext } from '../src/iam/condition-keys/condition-keys.ts'
import { requestContext } from '../src/iam/condition-keys/context.ts'
import { type Decision, evaluate, type PolicyRequest } from '../src/iam/evaluate.ts'
import { parseTrustPolicy } from '../src/iam/policy.ts'

const HOST = 'token.actions.githubusercontent.com'
const PROVIDER = `arn:aws:iam::111122223333:oidc-provider/${HOST}`
const Principal = { Federated: PROVIDER }

const allow = (Sid: string, repositories: readonly string[]) => ({
  Sid,
  Effect: 'Allow',
  Principal,
  Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
  Condition: {
    StringEquals: { [`${HOST}:aud`]: 'sts.amazonaws.com', 'aws:RequestTag/team': ['payments', 'platform'] },
    StringLike: { [`${HOST}:sub`]: repositories.map((name) => `repo:example/${name}:ref:refs/heads/*`) },
    'ForAllValues:StringEquals': { 'aws:TagKeys': ['team', 'cost-center', 'environment'] },
  },
})

const POLICY = {
  Version: '2012-10-17',
  Statement: [
    allow('Services', ['orders', 'stock', 'billing', 'search', 'ledger', 'returns', 'payouts', 'accounts']),
    allow('Sites', ['shop', 'landing']),
    {
      Sid: 'NotFromForks',
      Effect: 'Deny',
      Principal,
      Action: 'sts:*',
      Condition: { StringLike: { [`${HOST}:sub`]: ['repo:*:pull_request', 'repo:example/fork-*'] } },
    },
    {
      Sid: 'NotAfterTheMove',
      Effect: 'Deny',
      Principal,
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        DateGreaterThan: { 'aws:CurrentTime': '2030-01-01T00:00:00Z' },
        NotIpAddress: { 'aws:SourceIp': ['203.0.113.0/24', '198.51.100.0/24', '2001:db8::/32'] },
      },
    },
  ],
}

const request = (subject: string): PolicyRequest => ({
  principal: { federated: PROVIDER },
  action: 'sts:AssumeRoleWithWebIdentity',
  context: requestContext([
    ...webIdentityContext({
      issuer: `https://${HOST}`,
      subject,
      audience: 'sts.amazonaws.com',
      claims: { aud: 'sts.amazonaws.com', repository: 'example/shop', ref: 'refs/heads/main', actor: 'alice' },
    }),
    ...sessionContext({
      roleSessionName: 'deploy',
      sourceIdentity: undefined,
      tags: new Map([['team', 'payments']]),
      transitiveTagKeys: [],
    }),
    ...unsignedCallContext({
      now: new Date('2026-11-22T00:00:00Z'),
      sourceIp: '203.0.113.7',
      secureTransport: true,
      userAgent: 'bench',
      region: 'eu-central-1',
    }),
  ]),
})

const TEXT = JSON.stringify(POLICY)
const parsed = parseTrustPolicy(TEXT)

const cases: readonly (readonly [effect: Decision['effect'], PolicyRequest])[] = [
  ['allow', request('repo:example/shop:ref:refs/heads/main')],
  ['implicit-deny', request('repo:example/tools:ref:refs/heads/main')],
  ['explicit-deny', request('repo:example/shop:pull_request')],
]

const [ROUNDS, WARM_UP, TURNS] = [60, 15, 4000]

/** CPU microseconds a turn. */
const cpu = (turn: () => void): number => {
  const before = process.cpuUsage()
  for (let n = 0; n < TURNS; n++) turn()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / TURNS
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** What came out last: work without a visible result might be optimized away. */
let seen = 0

const parse = (): void => {
  seen += JSON.parse(TEXT).Statement.length
}

const evaluation = (wanted: Decision['effect'], asked: PolicyRequest) => (): void => {
  const { effect, verdict } = evaluate(parsed, asked)
  if (effect !== wanted) throw new Error(`expected ${wanted}, found ${effect}`)
  seen += verdict.length
}

/** Prints a table. The contenders take turns, in changing order, so that neither has the warmer machine. */
export const suite = async (): Promise<void> => {
  const row = ([effect, asked]: (typeof cases)[number]): string => {
    const evaluating = evaluation(effect, asked)
    const measured: { ours: number; theirs: number }[] = []
    for (let round = -WARM_UP; round < ROUNDS; round++) {
      const first = round % 2 === 0 ? cpu(evaluating) : undefined
      const theirs = cpu(parse)
      const ours = first ?? cpu(evaluating)
      if (round >= 0) measured.push({ ours, theirs })
    }
    const [ours, theirs] = [measured.map((it) => it.ours), measured.map((it) => it.theirs)].map(median)
    const ratio = median(measured.map((it) => it.ours / it.theirs))
    return `| ${effect} | ${ours?.toFixed(2)} µs | ${theirs?.toFixed(2)} µs | ${ratio.toFixed(2)} |\n`
  }
  process.stdout.write(`\nA trust policy of ${TEXT.length} characters.\n\n`)
  process.stdout.write('| Outcome | evaluating | JSON.parse | compared |\n| --- | ---: | ---: | ---: |\n')
  for (const each of cases) process.stdout.write(row(each))
  if (seen === 0) throw new Error('nothing was measured')
}
