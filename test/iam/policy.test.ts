import { describe, expect, it } from 'vitest'
import { MalformedPolicyError, type PolicyProblem } from '../../src/iam/errors.ts'
import { parseTrustPolicy } from '../../src/iam/policy.ts'
import { document, statement } from './support.ts'

const problems = (policy: unknown): readonly PolicyProblem[] => {
  try {
    parseTrustPolicy(policy)
  } catch (error) {
    if (error instanceof MalformedPolicyError) return error.problems
    throw error
  }
  return []
}

const withCondition = (condition: unknown) => document(statement({ Condition: condition }))

describe('A trust policy', () => {
  it('a trust policy is read from its text and from its value alike', () => {
    const policy = document(statement())
    expect(parseTrustPolicy(JSON.stringify(policy)).statements).toHaveLength(1)
    expect(parseTrustPolicy(policy).statements).toHaveLength(1)
  })

  it('a trust policy with unlimited nesting is refused like any other that is malformed', () => {
    const endless = '['.repeat(60_000) + ']'.repeat(60_000)
    const text = `{"Statement":{"Effect":"Allow","Principal":${endless},"Action":"sts:AssumeRoleWithSAML"}}`
    expect(problems(text)).toMatchObject([{ path: 'policy', iamMessage: 'Syntax errors in policy.' }])
  })

  it('a trust policy may have one statement that is not in a list', () => {
    expect(parseTrustPolicy({ Version: '2012-10-17', Statement: statement() }).statements).toHaveLength(1)
  })

  it.each([
    'arn:aws:iam::111122223333:saml-provider/corp',
    'arn:aws-cn:iam::111122223333:saml-provider/corp',
    'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com',
    'arn:aws:iam::111122223333:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE',
    'arn:aws:iam::111122223333:oidc-provider/127.0.0.1:8083',
    'accounts.google.com',
    'cognito-identity.amazonaws.com',
    'www.amazon.com',
    'graph.facebook.com',
  ])('a trust policy may trust %s (E.1)', (federated) => {
    expect(problems(document(statement({ Principal: { Federated: federated } })))).toEqual([])
  })

  it.each([
    ['{', 'policy', 'This policy contains invalid Json'],
    [
      '{"Statement": [{"Condition": {"Null": {"saml:sub": "true"}}, "Condition": {}}]}',
      'policy',
      'Syntax errors in policy.',
    ],
    [[], 'policy', 'Syntax errors in policy.'],
    [{ Version: '2012-10-17' }, 'Statement[0]', 'Syntax errors in policy.'],
    [
      { ...document(statement()), Version: '2020-01-01' },
      'Version',
      'Policy document must be version 2012-10-17 or greater.',
    ],
    [{ ...document(statement()), Statements: [] }, 'Statements', 'Syntax errors in policy.'],
    [document(statement({ Effect: 'allow' })), 'Statement[0].Effect', 'Syntax errors in policy.'],
    [document(statement({ Resource: '*' })), 'Statement[0].Resource', 'Has prohibited field Resource'],
    [document(statement({ Principals: {} })), 'Statement[0].Principals', 'Unknown field Principals'],
    [document(statement({ Principal: undefined })), 'Statement[0]', 'Missing required field Principal'],
    [document(statement({ Action: undefined })), 'Statement[0]', 'Policy statement must contain actions.'],
    [
      document(statement({ Action: ['sts:AssumeRoleWithSAML', 's3:GetObject'] })),
      'Statement[0].Action[1]',
      'AssumeRole policy may only specify STS AssumeRole actions.',
    ],
    [document(statement({ Action: [] })), 'Statement[0].Action', 'Policy statement must contain actions.'],
    [document(statement({ Principal: {} })), 'Statement[0].Principal', 'Invalid principal in policy: "Principal":{}'],
    [
      document(statement({ Principal: { AWS: [] } })),
      'Statement[0].Principal.AWS',
      'Invalid principal in policy: "AWS":[]',
    ],
    [
      document(statement({ Action: '*' })),
      'Statement[0].Action',
      'AssumeRole policy may only specify STS AssumeRole actions.',
    ],
    [document(statement({ Principal: undefined })), 'Statement[0]', 'Missing required field Principal'],
    [document(statement({ NotPrincipal: '*' })), 'Statement[0].NotPrincipal', 'Has prohibited field NotPrincipal'],
    [
      document(statement({ Principal: { Federated: '*' } })),
      'Statement[0].Principal.Federated',
      'Invalid principal in policy: "Federated":"*"',
    ],
    [
      document(statement({ Principal: { Federated: ['accounts.google.com', 'arn:aws:iam::1:saml-provider/x'] } })),
      'Statement[0].Principal.Federated[1]',
      'Invalid principal in policy: "Federated":"arn:aws:iam::1:saml-provider/x"',
    ],
    [
      document(statement({ Sid: 'Allow corp' })),
      'Statement[0].Sid',
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
    ],
    [
      document(statement({ Sid: 'A' }), statement({ Sid: 'A' })),
      'Statement[1].Sid',
      'Statement IDs (SID) in a single policy must be unique.',
    ],
  ])('a trust policy is refused as IAM refuses it (E.6): %j', (policy, path, iamMessage) => {
    expect(problems(policy)).toMatchObject([{ path, iamMessage }])
  })

  it.each([
    ['an operator that does not exist', { StringEqual: { a: 'b' } }, 'StringEqual.a'],
    ['an operator in another case', { stringequals: { a: 'b' } }, 'stringequals.a'],
    [
      'a set operator that does not exist',
      { 'ForSomeValues:StringEquals': { a: 'b' } },
      'ForSomeValues:StringEquals.a',
    ],
    ['IfExists on Null', { NullIfExists: { a: 'true' } }, 'NullIfExists.a'],
    ['an operator named like a member of every object', { constructor: { a: 'b' } }, 'constructor.a'],
    ['an object where a value belongs', { StringEquals: { a: {} } }, 'StringEquals.a'],
    ['a text where keys belong', { StringEquals: 'a' }, 'StringEquals'],
    ['a number that is none', { NumericEquals: { a: 'five' } }, 'NumericEquals.a'],
    ['a date that is none', { DateLessThan: { a: 'tomorrow' } }, 'DateLessThan.a'],
    ['a range that is none', { IpAddress: { a: '203.0.113.0/33' } }, 'IpAddress.a'],
    ['an ARN of too few parts', { ArnLike: { a: 'arn:aws:*:role/Dev' } }, 'ArnLike.a'],
    ['a Bool that is none', { Bool: { a: 'yes' } }, 'Bool.a'],
  ])('a trust policy with %s is malformed and never passes', (_, condition, path) => {
    expect(problems(withCondition(condition))).toMatchObject([{ path: `Statement[0].Condition.${path}` }])
  })

  it('a trust policy has all its problems named at once', () => {
    const policy = document(statement({ Effect: 'No', Condition: { Like: { a: 'b' } } }), statement({ Resource: '*' }))
    expect(problems(policy).map(({ path }) => path)).toEqual([
      'Statement[0].Effect',
      'Statement[0].Condition.Like.a',
      'Statement[1].Resource',
    ])
  })
})
