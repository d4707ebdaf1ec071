// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written so
/** Random policies, judged by src/iam and by the naive evaluator of reference.ts: they must agree. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { conditionKeyOf } from '../../src/iam/condition-keys/condition-keys.ts'
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

/** Keys of 2026 with operators of their types; some conditions are of another type than the key, as people write them. */
const TASK = 'arn:aws:iam::aws:policy/root-task/'
const typed: readonly (readonly [keys: readonly string[], operators: readonly string[], wanted: readonly string[]])[] =
  [
    [
      ['sts:RoleAuthorizedByIdp', 'STS:roleAuthorizedByIdp', 'gitlab.com:ref_protected'],
      ['Bool'],
      ['true', 'false', 'True'],
    ],
    [
      ['sts:DurationSeconds', 'accounts.google.com:google/organization_number', 'sts:IdentityTokenAudience'],
      ['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'].map(
        (name) => `Numeric${name}`,
      ),
      ['300', '3e2', '900.0', '-1', '1234'],
    ],
    [
      ['sts:TaskPolicyArn', 'sts:RequestContextProviders', 'sts:IdentityTokenAudience'],
      ['ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike'],
      ['*', `${TASK}*`, `${TASK}S3UnlockBucketPolicy`, 'arn:*:iam::aws:contextProvider/?*', 'arn:aws:iam:*:policy/x:y'],
    ],
    [
      ['sts:SigningAlgorithm', 'sts:IdentityTokenAudience', 'token.actions.githubusercontent.com:repository_owner_id'],
      ['StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike', 'StringEqualsIgnoreCase'],
      ['RS256', 'ES384', 'https://*', 'https://api.example.com', '300', '12'],
    ],
  ]
const typedConditions = fc
  .array(
    fc
      .constantFrom(...typed)
      .chain(([keys, names, values]) =>
        fc.tuple(
          fc.constantFrom('', '', 'ForAllValues:', 'ForAnyValue:'),
          fc.constantFrom(...names),
          fc.constantFrom('', '', 'IfExists'),
          fc.constantFrom(...keys),
          fc.array(fc.constantFrom(...values), { maxLength: 2 }),
        ),
      ),
    { minLength: 1, maxLength: 3 },
  )
  .map((all) => {
    const block: Record<string, Record<string, unknown>> = {}
    for (const [set, name, ifExists, on, values] of all) {
      const whole = `${set}${name}${ifExists}`
      block[whole] = { ...block[whole], [on]: values }
    }
    return block
  })
const typedPolicies = fc.record({
  Version: fc.constant('2012-10-17'),
  Statement: fc.array(
    fc.record({
      Effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
      Principal: fc.constant<unknown>({ Federated: SAML_PROVIDER }),
      Action: fc.constantFrom<string>('sts:AssumeRoleWithSAML', 'sts:*'),
      Condition: typedConditions,
    }),
    { minLength: 1, maxLength: 3 },
  ),
})
const valueOfKey: Readonly<Record<string, readonly string[]>> = {
  'sts:RoleAuthorizedByIdp': ['true', 'false'],
  'gitlab.com:ref_protected': ['true', 'false', 'yes'],
  'sts:DurationSeconds': ['300', '900', '3600'],
  'accounts.google.com:google/organization_number': ['1234', '300', 'x'],
  'sts:TaskPolicyArn': [`${TASK}S3UnlockBucketPolicy`, `${TASK}IAMAuditRootUserCredentials`],
  'sts:SigningAlgorithm': ['RS256', 'ES384'],
  'token.actions.githubusercontent.com:repository_owner_id': ['12', '300'],
}
const listOfKey: Readonly<Record<string, readonly string[]>> = {
  'sts:RequestContextProviders': [
    'arn:aws:iam::aws:contextProvider/IdentityCenter',
    'arn:aws:iam::aws:policy/x:y',
    'x',
  ],
  'sts:IdentityTokenAudience': ['https://api.example.com', 'ES384', '300', 'arn:aws:iam::aws:policy/x:y'],
}
const typedRequests = fc
  .tuple(
    fc.record(
      Object.fromEntries(Object.entries(valueOfKey).map(([name, all]) => [name, fc.option(fc.constantFrom(...all))])),
    ),
    fc.record(
      Object.fromEntries(
        Object.entries(listOfKey).map(([name, all]) => [name, fc.array(fc.constantFrom(...all), { maxLength: 3 })]),
      ),
    ),
  )
  .map(
    ([one, many]): ReferenceRequest => ({
      federated: SAML_PROVIDER,
      action: 'sts:AssumeRoleWithSAML',
      context: Object.fromEntries([
        ...Object.entries(one).map(([name, found]) => [name, { values: found === null ? [] : [found], isList: false }]),
        ...Object.entries(many).map(([name, values]) => [name, { values, isList: true }]),
      ]),
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
const numRuns = Number(process.env.POLICIES ?? 700)

describe('A random policy', () => {
  it('a random policy is decided as a second evaluator decides it', () => {
    fc.assert(
      fc.property(policies, requests, (policy, request) => {
        expect(ours(policy, request, 'apply')).toBe(referenceDecision(policy, request))
      }),
      { numRuns },
    )
  }, 300_000)

  it('a random policy on the keys of 2026 is decided as a second evaluator decides it', () => {
    for (const [name, isList] of [
      ...Object.keys(valueOfKey).map((each) => [each, false] as const),
      ...Object.keys(listOfKey).map((each) => [each, true] as const),
    ])
      expect(conditionKeyOf(name)?.multi, name).toBe(isList)
    const decisions = new Set<string>()
    fc.assert(
      fc.property(typedPolicies, typedRequests, (policy, request) => {
        const decision = ours(policy, request, 'apply')
        decisions.add(decision)
        expect(decision).toBe(referenceDecision(policy, request))
      }),
      { numRuns },
    )
    expect(decisions).toEqual(new Set(['allow', 'implicit-deny', 'explicit-deny']))
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
