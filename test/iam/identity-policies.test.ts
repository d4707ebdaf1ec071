// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written so
/** Expected values: the IAM User Guide on the elements Resource, NotResource and Action, on variables (aws-facts D.6, E.4) */
import { describe, expect, it } from 'vitest'
import { firstFailure } from '../../src/core/verdict.ts'
import { type ContextValue, requestContext, single } from '../../src/iam/condition-keys/context.ts'
import { MalformedPolicyError } from '../../src/iam/errors.ts'
import { type Decision, evaluate } from '../../src/iam/evaluate.ts'
import { parsePolicy } from '../../src/iam/policy.ts'
import { document } from './support.ts'

const ROLE = 'arn:aws:iam::111122223333:role/team/Auditor'

const permission = (overrides: Readonly<Record<string, unknown>>) => ({
  Effect: 'Allow',
  Action: 'sts:AssumeRole',
  Resource: ROLE,
  ...overrides,
})

interface Asked {
  readonly action?: string
  readonly resource?: string
  readonly context?: readonly ContextValue[]
}

const decide = (policy: unknown, { action = 'sts:AssumeRole', context = [], ...asked }: Asked = {}): Decision =>
  evaluate(parsePolicy(policy, 'identity'), {
    principal: { aws: 'arn:aws:iam::111122223333:user/alice' },
    action,
    resource: ROLE,
    ...asked,
    context: requestContext(context),
  })

describe('A Resource', () => {
  it.each([
    [ROLE, ROLE, true],
    ['*', ROLE, true],
    ['arn:aws:iam::111122223333:role/*', ROLE, true],
    ['arn:aws:iam::*:role/team/Auditor', ROLE, true],
    ['arn:aws:iam::111122223333:role/team/Audit?r', ROLE, true],
    ['arn:aws:iam::111122223333:role/Auditor', ROLE, false],
    ['arn:aws:iam::444455556666:role/*', ROLE, false],
    ['arn:aws:iam::111122223333:role/team/auditor', ROLE, false],
    ['arn:aws:iam::*', ROLE, true],
    ['arn:aws:sns:*', ROLE, false],
    ['arn:aws:*:role/team/Auditor', 'arn:aws:iam::111122223333:role/team/Auditor', undefined],
    ['arn:aws:sqs:eu-central-1:111122223333:*', 'arn:aws:sqs:eu-central-1:111122223333:a', true],
    ['arn:aws:sqs:*:a', 'arn:aws:sqs:eu-central-1:111122223333:a', undefined],
  ])('%s covers %s: %s', (Resource, resource, covers) => {
    const policy = document(permission({ Resource }))
    if (covers === undefined) expect(() => decide(policy, { resource })).toThrow(MalformedPolicyError)
    else expect(decide(policy, { resource }).effect).toBe(covers ? 'allow' : 'implicit-deny')
  })

  it('a Resource may be one of a list', () => {
    const Resource = ['arn:aws:iam::444455556666:role/*', ROLE]
    expect(decide(document(permission({ Resource }))).effect).toBe('allow')
  })

  it('a Resource may be all but some, by NotResource', () => {
    const policy = document({ ...permission({ NotResource: 'arn:aws:iam::*:role/team/*' }), Resource: undefined })
    expect(decide(policy).effect).toBe('implicit-deny')
    expect(decide(policy, { resource: 'arn:aws:iam::111122223333:role/Auditor' }).effect).toBe('allow')
  })

  it('a Resource may hold variables, whose values bring no wildcards', () => {
    const policy = document(permission({ Resource: 'arn:aws:iam::111122223333:role/${aws:PrincipalTag/team}/*' }))
    const team = (value: string) => ({ context: [single('aws:PrincipalTag/team', value)] })
    expect(decide(policy, team('team')).effect).toBe('allow')
    expect(decide(policy, team('*')).effect).toBe('implicit-deny')
    expect(decide(policy).effect).toBe('implicit-deny')
  })

  it('a Resource has variables after its fifth colon only (D.6)', () => {
    const context = [single('aws:PrincipalAccount', '111122223333')]
    const account = permission({ Resource: 'arn:aws:iam::${aws:PrincipalAccount}:role/*' })
    expect(decide(document(account), { context }).effect).toBe('implicit-deny')
    expect(decide(document(permission({ Resource: 'arn:aws:iam::*:role/*' })), { context }).effect).toBe('allow')
  })

  it('a Resource of a call about nothing in particular is only "*"', () => {
    const about = (Resource: string): Decision =>
      evaluate(parsePolicy(document(permission({ Action: 'sts:GetSessionToken', Resource })), 'identity'), {
        principal: { aws: 'arn:aws:iam::111122223333:user/alice' },
        action: 'sts:GetSessionToken',
        context: new Map(),
      })
    expect(about('*').effect).toBe('allow')
    expect(about(ROLE).effect).toBe('implicit-deny')
  })

  it('a Resource that differs is named as the reason', () => {
    const Resource = 'arn:aws:iam::111122223333:role/Other'
    expect(firstFailure(decide(document(permission({ Resource }))).verdict)).toEqual({
      name: 'Statement[0].Resource',
      outcome: 'fail',
      expected: Resource,
      found: ROLE,
      source: 'the call',
    })
  })
})

describe('An Action', () => {
  it.each([
    ['*', true],
    ['sts:*', true],
    ['STS:assumerole', true],
    ['sts:Assume*', true],
    ['iam:*', false],
    ['sts:AssumeRoleWithSAML', false],
  ])('%s covers sts:AssumeRole: %s', (Action, covers) => {
    expect(decide(document(permission({ Action }))).effect).toBe(covers ? 'allow' : 'implicit-deny')
  })

  it('an Action with a wildcard is certain, other than in a trust policy', () => {
    const request = {
      principal: { aws: 'arn:aws:iam::111122223333:user/alice' },
      action: 'sts:AssumeRole',
      resource: ROLE,
      context: new Map(),
    }
    const policy = parsePolicy(document(permission({ Action: 'sts:*' })), 'session')
    expect(evaluate(policy, request, { unconfirmed: 'unknown' }).effect).toBe('allow')
  })
})

describe('A policy of a user or a session that IAM refuses (E.6)', () => {
  it.each([
    [permission({ Principal: '*' }), 'Statement[0].Principal', 'Has prohibited field Principal'],
    [permission({ NotPrincipal: '*' }), 'Statement[0].NotPrincipal', 'Has prohibited field NotPrincipal'],
    [permission({ Resource: undefined }), 'Statement[0]', 'Policy statement must contain resources.'],
    [permission({ NotResource: '*' }), 'Statement[0]', 'Policy statement must contain resources.'],
    [permission({ Resource: 'Auditor' }), 'Statement[0].Resource', 'Resource Auditor must be in ARN format or "*".'],
    [permission({ Resource: ['*', 5] }), 'Statement[0].Resource[1]', 'Resource 5 must be in ARN format or "*".'],
    [
      permission({ Action: 'AssumeRole' }),
      'Statement[0].Action',
      'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
    ],
    [permission({ Action: undefined }), 'Statement[0]', 'Policy statement must contain actions.'],
  ])('a policy of a user or a session that IAM refuses %j', (statement, path, iamMessage) => {
    const error = (() => {
      try {
        return parsePolicy(document(statement), 'session')
      } catch (thrown) {
        return thrown
      }
    })()
    expect(error).toBeInstanceOf(MalformedPolicyError)
    expect((error as MalformedPolicyError).problems).toMatchObject([{ path, iamMessage }])
  })
})
