/** `fedgate explain --batch`: policy tests, a question and an answer in every line. */
import { Readable, Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { answerLines, policyReader } from '../../src/cli/explain/batch.ts'
import { fedgate } from '../harness/command.ts'

const PROVIDER = 'arn:aws:iam::111122223333:saml-provider/corp'
const RECIPIENT = 'https://signin.aws.amazon.com/saml'

const policyFor = (Principal: unknown, Action: string, Condition: unknown = {}) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal, Action, Condition }],
})

const bySaml = {
  policy: policyFor({ Federated: PROVIDER }, 'sts:AssumeRoleWithSAML', { StringEquals: { 'SAML:aud': RECIPIENT } }),
  principal: { Federated: PROVIDER },
  action: 'sts:AssumeRoleWithSAML',
  context: { 'saml:aud': [RECIPIENT] },
}

interface Answer {
  readonly decision?: string
  readonly action?: string
  readonly context?: Readonly<Record<string, readonly string[]>>
  readonly checks?: readonly { readonly name: string; readonly outcome: string }[]
  readonly line?: number
  readonly error?: string
  readonly code?: string
}

/** A reader who is slow: it takes one line at a time, and says when. */
const slowly = (): { readonly stream: Writable; readonly text: () => string; readonly most: () => number } => {
  const written: string[] = []
  let most = 0
  const stream = new Writable({
    highWaterMark: 1024,
    decodeStrings: false,
    write: (chunk: string, _encoding, done) => {
      most = Math.max(most, stream.writableLength)
      written.push(chunk)
      void setImmediate().then(() => done())
    },
  })
  return { stream, text: () => written.join(''), most: () => most }
}

const answers = async (lines: readonly (string | object)[]) => {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
  const output = slowly()
  const { failures } = await answerLines(Readable.from([text]), output.stream)
  await finished(output.stream.end())
  const all = output.text().trimEnd().split('\n')
  return { failures, most: output.most(), answers: all.map((line) => JSON.parse(line) as Answer) }
}

const decisionOf = async (question: object): Promise<string | undefined> =>
  (await answers([question])).answers[0]?.decision

describe('a question', () => {
  it('a question is answered as --json answers, with what was asked', async () => {
    expect((await answers([bySaml])).answers).toEqual([
      {
        decision: 'allow',
        action: 'sts:AssumeRoleWithSAML',
        context: { 'saml:aud': [RECIPIENT] },
        checks: [
          expect.objectContaining({ name: 'Statement[0].Principal', outcome: 'pass' }),
          expect.objectContaining({ name: 'Statement[0].Action', outcome: 'pass' }),
          expect.objectContaining({ name: 'Statement[0].Condition.StringEquals.SAML:aud', outcome: 'pass' }),
        ],
      },
    ])
  })

  it('a question is denied where a condition fails, which is named', async () => {
    const [denied] = (await answers([{ ...bySaml, context: { 'saml:aud': [`${RECIPIENT}/`] } }])).answers
    expect(denied).toMatchObject({
      decision: 'deny',
      checks: expect.arrayContaining([
        expect.objectContaining({ name: 'Statement[0].Condition.StringEquals.SAML:aud', outcome: 'fail' }),
      ]),
    })
  })

  it('a question may have its policy as text', async () => {
    expect(await decisionOf({ ...bySaml, policy: JSON.stringify(bySaml.policy) })).toBe('allow')
  })

  it('a question is answered with unknown where AWS has not said how it reads the policy', async () => {
    // aws-facts E.1: everybody is the federated callers too [K].
    const policy = policyFor('*', 'sts:AssumeRole*')
    expect(await decisionOf({ ...bySaml, policy })).toBe('unknown')
  })

  const role = 'arn:aws:iam::111122223333:role/ci'
  it.each([
    // aws-facts E.1, A.5
    ['a role by its own ARN', { AWS: role }, { AWS: role }, 'allow'],
    ['a session of that role', { AWS: role }, { AWS: 'arn:aws:sts::111122223333:assumed-role/ci/build' }, 'allow'],
    ['another role', { AWS: role }, { AWS: `${role}2` }, 'deny'],
    ['a service', { Service: 'ec2.amazonaws.com' }, { Service: 'ec2.amazonaws.com' }, 'allow'],
    ['another service', { Service: 'ec2.amazonaws.com' }, { Service: 'ecs.amazonaws.com' }, 'deny'],
  ])('a question may be asked by %s', async (_, named, principal, decision) => {
    const policy = policyFor(named, 'sts:AssumeRole')
    expect(await decisionOf({ policy, principal, action: 'sts:AssumeRole', context: {} })).toBe(decision)
  })

  it('says where the callers of an account need policies of their own', async () => {
    const policy = policyFor({ AWS: '111122223333' }, 'sts:AssumeRole')
    const [answer] = (await answers([{ policy, principal: { AWS: role }, action: 'sts:AssumeRole' }])).answers
    expect(answer?.checks).toContainEqual(expect.objectContaining({ name: 'callersOwnPolicies', outcome: 'not-run' }))
  })

  it('a question about a key with a list needs no word on which keys have lists', async () => {
    // aws-facts B.1: edupersonaffiliation holds a list, also of one; E.4: ForAnyValue.
    const Condition = { 'ForAnyValue:StringEquals': { 'saml:edupersonaffiliation': 'staff' } }
    const policy = policyFor({ Federated: PROVIDER }, 'sts:AssumeRoleWithSAML', Condition)
    const context = { 'saml:edupersonaffiliation': ['member', 'staff'] }
    expect(await decisionOf({ ...bySaml, policy, context })).toBe('allow')
  })
})

describe('a bad line', () => {
  it('a bad line is reported in its place, and the others are answered', async () => {
    const { policy: _, ...without } = bySaml
    const lines = [
      '{',
      without,
      bySaml,
      { ...bySaml, principal: 'corp' },
      { ...bySaml, context: { a: 1 } },
      { ...bySaml, action: 1 },
      [],
      '',
    ]
    const { failures, answers: all } = await answers([
      ...lines,
      { ...bySaml, policy: { Version: '2012-10-17', Statement: [{}] } },
      bySaml,
    ])
    expect(failures).toBe(7)
    expect(all.map(({ line, error, decision }) => decision ?? `${line}: ${error?.slice(0, 20)}`)).toEqual([
      '1: no JSON: Expected pr',
      '2: policy: expected a t',
      'allow',
      '4: principal: expected ',
      '5: context.a: expected ',
      '6: action: expected a t',
      '7: the line: expected a',
      '9: The trust policy is ',
      'allow',
    ])
    expect(all[7]).toMatchObject({ code: 'iam.policy_malformed', error: expect.stringContaining('Statement[0]') })
  })

  it('a line with a repeated name is a bad line: one of two Condition blocks would be lost', async () => {
    const twice = JSON.stringify(bySaml).replace(
      '"Condition":',
      '"Condition":{"Null":{"saml:sub":"true"}},"Condition":',
    )
    const { failures, answers: all } = await answers([twice])
    expect(failures).toBe(1)
    expect(all[0]?.error).toBe('the line: expected each name once in an object, found "Condition" twice')
  })

  it('a line with unlimited nesting is a bad line', async () => {
    const endless = '['.repeat(60_000) + ']'.repeat(60_000)
    const { failures, answers: all } = await answers([
      `{"action":"sts:AssumeRole","principal":"*","policy":${endless}}`,
      JSON.stringify({ ...bySaml, policy: `{"Statement":${endless}}` }),
      bySaml,
    ])
    expect(failures).toBe(2)
    expect(all.map(({ line, error, decision }) => decision ?? `${line}: ${error?.slice(0, 20)}`)).toEqual([
      '1: policy: nested too d',
      '2: The trust policy is ',
      'allow',
    ])
  })
})

describe('policies of many lines', () => {
  it('policies of many lines are kept where a role could have them, and never the large ones', () => {
    const readPolicy = policyReader()
    const large = policyFor({ Federated: PROVIDER }, 'sts:AssumeRoleWithSAML', {
      StringLike: { 'saml:sub': Array.from({ length: 1000 }, (_, n) => `person-${n}`) },
    })
    expect(readPolicy(bySaml.policy)).toBe(readPolicy(bySaml.policy))
    expect(readPolicy(large)).not.toBe(readPolicy(large))
  })
})

describe('ten thousand questions', () => {
  it('ten thousand questions are answered in their order, no faster than the output is read', async () => {
    const lines = Array.from({ length: 10_000 }, (_, n) => ({
      ...bySaml,
      context: { 'saml:aud': [n % 2 ? RECIPIENT : 'x'], n: [String(n)] },
    }))
    const { answers: all, most } = await answers(lines)
    expect(all.map(({ context }) => Number(context?.n?.[0]))).toEqual(lines.map((_, n) => n))
    expect(all.filter(({ decision }) => decision === 'allow')).toHaveLength(5000)
    expect(most).toBeLessThan(4096)
  })
})

describe('the command', () => {
  it('ends with 1 where a line could not be answered', async () => {
    const {
      process: child,
      stdout,
      ended,
    } = fedgate(['explain', '--batch'], { stdin: `nonsense\n${JSON.stringify(bySaml)}\n` })
    expect(await ended).toBe(1)
    expect(stdout().trimEnd().split('\n')).toHaveLength(2)
    expect(child.exitCode).toBe(1)
  })
})
