// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written so
/** Random policies, judged by src/iam and by the naive evaluator of reference.ts: they must agree. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { list, requestContext, single } from '../../src/iam/condition-keys/context.ts'
import { evaluate } from '../../src/iam/evaluate.ts'
import { parseTrustPolicy } from '../../src/iam/policy.ts'
import { type ReferencePolicy, type ReferenceRequest, referenceDecision } from './reference.ts'
import { SAML_PROVIDER } from './support.ts'

const value = fc.constantFrom(
  ...['', 'a', 'A', 'ab', 'b', 'a*', '*', 'a?', '?b', '**', 'ä', 'a.b'],
  ...[
    '${test:a}',
    '${test:b}x',
    '${test:none}',
    "${test:none, 'a'}",
    '${TEST:LIST}',
    '${*}',
    'a${?}',
    '${$}',
    '${test:none}*',
  ],
)
const key = fc.constantFrom('test:a', 'Test:B', 'test:list', 'test:none', 'aws:RequestTag/team')
const operator = fc
  .tuple(
    fc.constantFrom('', '', 'ForAllValues:', 'ForAnyValue:'),
    fc.constantFrom(
      'StringEquals',
      'StringNotEquals',
      'StringLike',
      'StringNotLike',
      'StringEqualsIgnoreCase',
      'StringNotEqualsIgnoreCase',
    ),
    fc.constantFrom('', '', 'IfExists'),
  )
  .map((parts) => parts.join(''))
const unquoted = fc.constantFrom<string | number | boolean>(1, true, 'true', '1')
const wanted = fc.oneof(value, unquoted, fc.array(fc.oneof(value, unquoted), { minLength: 0, maxLength: 3 }))
const condition = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(operator, key, wanted) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('Null'), key, fc.constantFrom('true', 'false', true, false)) },
)
const conditions = fc.array(condition, { maxLength: 3 }).map((all) => {
  const block: Record<string, Record<string, unknown>> = {}
  for (const [name, on, values] of all) block[name] = { ...block[name], [on]: values }
  return block
})
const policies = fc.record({
  Version: fc.constantFrom('2012-10-17', '2012-10-17', '2008-10-17'),
  Statement: fc.array(
    fc.record({
      Effect: fc.constantFrom('Allow', 'Deny'),
      Principal: fc.constantFrom<unknown>(
        { Federated: SAML_PROVIDER },
        { Federated: ['accounts.google.com', SAML_PROVIDER] },
        '*',
        { AWS: '*' },
        { Federated: 'accounts.google.com', AWS: 'AROACKCEVSQ6C2EXAMPLE' },
      ),
      Action: fc.constantFrom<string | string[]>(
        'sts:AssumeRoleWithSAML',
        'sts:*',
        ['sts:TagSession', 'sts:assumerole?ithSAML'],
        'sts:TagSession',
      ),
      Condition: conditions,
    }),
    { minLength: 1, maxLength: 4 },
  ),
})
const found = fc.constantFrom('', 'a', 'A', 'ab', 'b', 'a*', '*', 'ä', '1', 'true', 'ax', 'a.b')
const requests = fc
  .record({
    a: fc.option(found, { nil: undefined }),
    b: fc.option(found, { nil: undefined }),
    team: fc.option(found, { nil: undefined }),
    list: fc.array(found, { maxLength: 3 }),
  })
  .map(
    ({ a, b, team, list: values }): ReferenceRequest => ({
      federated: SAML_PROVIDER,
      action: 'sts:AssumeRoleWithSAML',
      context: {
        'test:a': { values: a === undefined ? [] : [a], isList: false },
        'test:b': { values: b === undefined ? [] : [b], isList: false },
        'aws:RequestTag/Team': { values: team === undefined ? [] : [team], isList: false },
        'test:list': { values, isList: true },
      },
    }),
  )

const ours = (
  policy: ReferencePolicy,
  { federated, action, context }: ReferenceRequest,
  unconfirmed: 'apply' | 'unknown',
) => {
  const entries = Object.entries(context).map(([name, { values, isList }]) =>
    isList ? list(name, values) : single(name, values[0]),
  )
  const request = { principal: { federated }, action, context: requestContext(entries) }
  return evaluate(parseTrustPolicy(policy), request, { unconfirmed }).effect
}

/** 20,000 of them agreed when this was written: `POLICIES=20000 npx vitest run test/iam/reference.test.ts`. */
const numRuns = Number(process.env.POLICIES ?? 500)

describe('A random policy', () => {
  it('a random policy is decided as a second evaluator decides it', () => {
    fc.assert(
      fc.property(policies, requests, (policy, request) => {
        expect(ours(policy, request, 'apply')).toBe(referenceDecision(policy, request))
      }),
      { numRuns },
    )
  }, 300_000)

  it('a random policy is decided so for certain, or is unknown', () => {
    fc.assert(
      fc.property(policies, requests, (policy, request) => {
        const certain = ours(policy, request, 'unknown')
        const reference = referenceDecision(policy, request)
        if (certain === 'allow' || certain === 'explicit-deny') expect(certain).toBe(reference)
        if (certain === 'implicit-deny') expect(reference).not.toBe('allow')
      }),
      { numRuns },
    )
  }, 300_000)
})
