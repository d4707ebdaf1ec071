import { describe, expect, it } from 'vitest'
import { firstFailure, outcomeOf } from '../../src/core/verdict.ts'
import { list, single } from '../../src/iam/condition-keys/context.ts'
import { ACTION, decide, document, SAML_PROVIDER, statement } from './support.ts'

describe('Evaluating a trust policy (E.2)', () => {
  it('allows what a statement allows', () => {
    expect(decide(document(statement())).effect).toBe('allow')
  })

  it('denies by default', () => {
    expect(decide(document(statement({ Action: 'sts:TagSession' }))).effect).toBe('implicit-deny')
  })

  it.each([
    ['before', [statement({ Effect: 'Deny' }), statement()]],
    ['after', [statement(), statement({ Effect: 'Deny' })]],
  ])('lets a Deny %s the Allow win', (_, statements) => {
    expect(decide(document(...statements)).effect).toBe('explicit-deny')
  })

  it('leaves out a Deny whose condition does not hold', () => {
    const deny = statement({ Effect: 'Deny', Condition: { StringEquals: { 'saml:sub': 'mallory' } } })
    expect(decide(document(statement(), deny), { context: [single('saml:sub', 'alice')] }).effect).toBe('allow')
  })
})

describe('The principal (E.1)', () => {
  it.each([
    ['another provider', { Federated: 'arn:aws:iam::111122223333:saml-provider/corp2' }, 'implicit-deny'],
    [
      'the same name in another account',
      { Federated: 'arn:aws:iam::444455556666:saml-provider/corp' },
      'implicit-deny',
    ],
    ['one of a list', { Federated: ['accounts.google.com', SAML_PROVIDER] }, 'allow'],
    ['an AWS principal', { AWS: 'arn:aws:iam::111122223333:root' }, 'implicit-deny'],
    ['a service', { Service: 'ec2.amazonaws.com' }, 'implicit-deny'],
    ['everybody', '*', 'allow'],
    ['everybody by the AWS form', { AWS: '*' }, 'allow'],
  ])('the principal that is %s: %j %s', (_, Principal, effect) => {
    expect(decide(document(statement({ Principal }))).effect).toBe(effect)
  })
})

describe('The action (E.1)', () => {
  it.each([
    'sts:AssumeRoleWithSAML',
    'sts:assumerolewithsaml',
    'STS:AssumeRoleWithSAML',
    'sts:AssumeRole*',
    'sts:*',
    'sts:AssumeRoleWith????',
  ])('%s covers AssumeRoleWithSAML', (Action) => {
    expect(decide(document(statement({ Action }))).effect).toBe('allow')
  })

  it.each(['sts:AssumeRole', 'sts:AssumeRoleWithWebIdentity', 'sts:TagSession', 'sts:AssumeRoleWith???'])(
    '%s does not',
    (Action) => {
      expect(decide(document(statement({ Action }))).effect).toBe('implicit-deny')
    },
  )

  it('the action can be all but some, by NotAction', () => {
    const policy = document({ ...statement({ NotAction: 'sts:TagSession' }), Action: undefined })
    expect(decide(policy).effect).toBe('allow')
    expect(decide(policy, { action: 'sts:TagSession' }).effect).toBe('implicit-deny')
  })
})

describe('The verdict', () => {
  const policy = document(
    statement({ Sid: 'Far', Principal: { Federated: 'accounts.google.com' } }),
    statement({ Sid: 'Near', Condition: { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } } }),
  )
  const context = [single('saml:aud', 'https://gateway/acs', 'SubjectConfirmationData/@Recipient')]

  it('the verdict of an implicit deny begins with the condition of the nearest statement that failed', () => {
    expect(firstFailure(decide(policy, { context }).verdict)).toEqual({
      name: 'Statement[1] (Near).Condition.StringEquals.SAML:aud',
      outcome: 'fail',
      expected: 'https://signin.aws.amazon.com/saml',
      found: 'https://gateway/acs',
      source: 'SubjectConfirmationData/@Recipient',
    })
  })

  it('says when the key was not there at all', () => {
    expect(firstFailure(decide(policy).verdict)).toMatchObject({ found: 'no such key in the request' })
  })

  it('the verdict of an allow names the statement that allowed, and passes', () => {
    const { verdict, statement: decided } = decide(document(statement({ Sid: 'Yes' })))
    expect(outcomeOf(verdict)).toBe('pass')
    expect(decided?.sid).toBe('Yes')
    expect(verdict.map(({ name }) => name)).toEqual(['Statement[0] (Yes).Principal', 'Statement[0] (Yes).Action'])
  })

  it('the verdict of an explicit deny names the statement that denied, and fails', () => {
    const { verdict } = decide(document(statement(), statement({ Sid: 'Never', Effect: 'Deny' })))
    expect(firstFailure(verdict)).toMatchObject({
      name: 'Statement[1] (Never)',
      found: 'a Deny whose every part matches',
    })
  })

  it('the verdict of a policy that allows nothing says so', () => {
    expect(
      firstFailure(decide(document(statement({ Effect: 'Deny', Action: 'sts:TagSession' }))).verdict),
    ).toMatchObject({
      found: 'none',
    })
  })

  it('the verdict of a wrong action names the action', () => {
    const failure = firstFailure(decide(document(statement({ Action: 'sts:AssumeRoleWithWebIdentity' }))).verdict)
    expect(failure).toMatchObject({ name: 'Statement[0].Action', found: ACTION })
  })
})

describe('A value that is nearly right', () => {
  it.each([
    ['https://signin.aws.amazon.com/saml/', 'only a trailing slash differs'],
    ['https://signin.AWS.amazon.com/saml', 'only case differs'],
    [' https://signin.aws.amazon.com/saml', 'only spaces differ'],
  ])('%j is said to be', (wanted, remark) => {
    const policy = document(statement({ Condition: { StringEquals: { 'saml:aud': wanted } } }))
    const context = [single('saml:aud', 'https://signin.aws.amazon.com/saml')]
    expect(firstFailure(decide(policy, { context }).verdict)?.found).toBe(
      `https://signin.aws.amazon.com/saml; ${remark}`,
    )
  })

  it('a value that is nearly right in a list without a set operator is said to lack one', () => {
    const policy = document(statement({ Condition: { StringEquals: { 'saml:cn': 'a' } } }))
    expect(firstFailure(decide(policy, { context: [list('saml:cn', ['a', 'b'])] }).verdict)).toMatchObject({
      found: 'a, b; a list needs ForAnyValue or ForAllValues',
    })
  })

  it('a variable without a value is named as the reason', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: policy variables are written so
    const policy = document(statement({ Condition: { StringEquals: { 'sts:RoleSessionName': '${saml:sub}' } } }))
    expect(firstFailure(decide(policy, { context: [single('sts:RoleSessionName', 'alice')] }).verdict)).toMatchObject({
      found: 'alice; nothing to put in for saml:sub',
    })
  })
})

describe('What a condition wanted, in words', () => {
  it.each([
    [{ StringNotEquals: { 'saml:sub': 'alice' } }, 'not alice'],
    [{ StringNotLike: { 'saml:sub': ['a*', 'alice'] } }, 'neither a* nor alice'],
    [{ 'ForAllValues:StringEquals': { 'saml:sub': ['a', 'b'] } }, 'every value: a or b'],
    [{ 'ForAnyValue:StringLike': { 'saml:sub': 'b*' } }, 'some value: b*'],
    [{ Null: { 'saml:sub': 'true' } }, 'no such key'],
    [{ Null: { 'saml:mail': false } }, 'a value'],
    [{ StringEquals: { 'saml:sub': [] } }, 'nothing'],
  ])('what a condition wanted, in words: %j: %s', (Condition, expected) => {
    const context = [single('saml:sub', 'alice')]
    expect(firstFailure(decide(document(statement({ Condition })), { context }).verdict)).toMatchObject({ expected })
  })
})
