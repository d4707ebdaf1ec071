// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written so
import { describe, expect, it } from 'vitest'
import { list, single } from '../../src/iam/context.ts'
import { allows, denies } from './support.ts'

/**
 * Expected values: aws-sts-semantics E.4, which cites AWS's "IAM JSON policy elements: Condition operators" and
 * "Conditions with multiple context keys or values". Each row: operator, policy value, request value, met?
 */
const table: readonly (readonly [operator: string, wanted: unknown, found: string, met: boolean])[] = [
  ['StringEquals', 'alice', 'alice', true],
  ['StringEquals', 'alice', 'Alice', false],
  ['StringEquals', 'al*', 'alice', false],
  ['StringEquals', 'al*', 'al*', true],
  ['StringEquals', 4711, '4711', true],
  ['StringEquals', true, 'true', true],
  ['StringNotEquals', 'alice', 'bob', true],
  ['StringNotEquals', 'alice', 'alice', false],
  ['StringEqualsIgnoreCase', 'ALICE', 'alice', true],
  ['StringEqualsIgnoreCase', 'ALICE', 'alic', false],
  ['StringNotEqualsIgnoreCase', 'ALICE', 'alice', false],
  ['StringNotEqualsIgnoreCase', 'ALICE', 'bob', true],
  ['StringLike', 'repo:acme/*:ref:refs/heads/main', 'repo:acme/shop:ref:refs/heads/main', true],
  ['StringLike', 'repo:acme/*:ref:refs/heads/main', 'repo:acme/shop:ref:refs/heads/dev', false],
  ['StringLike', '*', '', true],
  ['StringLike', 'a?c', 'abc', true],
  ['StringLike', 'a?c', 'ac', false],
  ['StringLike', 'a?c', 'a😀c', true],
  ['StringLike', 'A*', 'abc', false],
  ['StringLike', '*a*a*b', 'aaaaab', true],
  ['StringLike', 'a.c', 'abc', false],
  ['StringNotLike', 'al*', 'alice', false],
  ['StringNotLike', 'al*', 'bob', true],
  ['NumericEquals', '5', '5.0', true],
  ['NumericEquals', 5, '5', true],
  ['NumericEquals', '5', 'five', false],
  ['NumericNotEquals', '5', '6', true],
  ['NumericNotEquals', '5', 'five', false],
  ['NumericLessThan', '5', '4', true],
  ['NumericLessThan', '5', '5', false],
  ['NumericLessThanEquals', '5', '5', true],
  ['NumericGreaterThan', '5', '5', false],
  ['NumericGreaterThan', '5', '10', true],
  ['NumericGreaterThanEquals', '5', '5', true],
  ['DateEquals', '2026-11-22T00:00:00Z', '1795305600', true],
  ['DateNotEquals', '2026-11-22T00:00:00Z', '2026-11-23T00:00:00Z', true],
  ['DateLessThan', '2026-11-22T00:00:00Z', '2026-11-21T23:59:59Z', true],
  ['DateLessThan', '2026-11-22T00:00:00Z', '2026-11-22T00:00:00Z', false],
  ['DateLessThanEquals', '2026-11-22T00:00:00Z', '2026-11-22T01:00:00+01:00', true],
  ['DateGreaterThan', '2026', '2026-01-01T00:00:01Z', true],
  ['DateGreaterThan', '2026-11-22T00:00:00Z', 'tomorrow', false],
  ['DateGreaterThanEquals', '2026-11-22', '2026-11-22T00:00:00Z', true],
  ['Bool', 'true', 'true', true],
  ['Bool', true, 'true', true],
  ['Bool', 'true', 'false', false],
  ['Bool', 'true', 'yes', false],
  ['BinaryEquals', 'QmluYXJ5', 'QmluYXJ5', true],
  ['BinaryEquals', 'QmluYXJ5', 'QmluYXJ6', false],
  ['IpAddress', '203.0.113.0/24', '203.0.113.7', true],
  ['IpAddress', '203.0.113.0/24', '203.0.114.7', false],
  ['IpAddress', '203.0.113.7', '203.0.113.7', true],
  ['IpAddress', '2001:db8::/32', '2001:db8:1::1', true],
  ['IpAddress', '2001:db8::/32', '203.0.113.7', false],
  ['IpAddress', '203.0.113.0/24', 'localhost', false],
  ['NotIpAddress', '203.0.113.0/24', '203.0.114.7', true],
  ['NotIpAddress', '203.0.113.0/24', '203.0.113.7', false],
  ['ArnEquals', 'arn:aws:iam::111122223333:role/*', 'arn:aws:iam::111122223333:role/a/b', true],
  ['ArnLike', 'arn:aws:iam::*:role/Dev', 'arn:aws:iam::111122223333:role/Dev', true],
  ['ArnLike', 'arn:aws:*:*:*:role/Dev', 'arn:aws:iam::111122223333:role/Dev', true],
  ['ArnLike', 'arn:*:iam::111122223333:role/Dev', 'arn:aws:x:iam::111122223333:role/Dev', false],
  ['ArnLike', 'arn:aws:iam::111122223333:role/Dev', 'no ARN', false],
  ['ArnLike', 'arn:aws:sns:*:*:*', 'arn:aws:sns:eu-west-1:111122223333:a:b', true],
  ['ArnEquals', 'arn:aws:sns:eu-west-1:111122223333:a:b', 'arn:aws:sns:eu-west-1:111122223333:a:b', true],
  ['ArnEquals', 'arn:aws:sns:eu-west-1:111122223333:a', 'arn:aws:sns:eu-west-1:111122223333:a:b', false],
  ['ArnLike', 'arn:aws:iam::111122223333:role/dev', 'arn:aws:iam::111122223333:role/Dev', false],
  ['ArnNotEquals', 'arn:aws:iam::111122223333:role/*', 'arn:aws:iam::444455556666:role/a', true],
  ['ArnNotLike', 'arn:aws:iam::111122223333:role/*', 'arn:aws:iam::111122223333:role/a', false],
]

describe('A condition operator', () => {
  it.each(table)('%s of %j meets %j: %s', (operator, wanted, found, met) => {
    expect(allows({ [operator]: { 'test:key': wanted } }, [single('test:key', found)])).toBe(met)
  })

  it.each(table)('%s of %j meets %j in a Deny just the same: %s', (operator, wanted, found, met) => {
    expect(denies({ [operator]: { 'test:key': wanted } }, [single('test:key', found)])).toBe(met)
  })
})

describe('A key that the request does not have (E.4)', () => {
  it.each([
    ['StringEquals', 'a', false],
    ['StringLike', '*', false],
    ['StringNotEquals', 'a', true],
    ['StringNotLike', 'a', true],
    ['NumericLessThan', '5', false],
    ['NumericNotEquals', '5', true],
    ['Bool', 'false', false],
    ['IpAddress', '203.0.113.0/24', false],
    ['NotIpAddress', '203.0.113.0/24', true],
    ['ArnNotLike', 'arn:aws:iam::111122223333:role/a', true],
    ['StringEqualsIfExists', 'a', true],
    ['StringNotEqualsIfExists', 'a', true],
    ['ForAllValues:StringEquals', 'a', true],
    ['ForAnyValue:StringEquals', 'a', false],
    ['ForAnyValue:StringNotEquals', 'a', false],
    ['ForAllValues:StringEqualsIfExists', 'a', true],
    ['Null', 'true', true],
    ['Null', 'false', false],
  ])('makes %s of %j %s', (operator, wanted, met) => {
    expect(allows({ [operator]: { 'test:key': wanted } }, [])).toBe(met)
  })

  it('is what a key without values is', () => {
    expect(allows({ Null: { 'test:key': 'true' } }, [list('test:key', [])])).toBe(true)
  })

  it('is told from a present one by Null', () => {
    expect(allows({ Null: { 'test:key': 'false' } }, [single('test:key', 'a')])).toBe(true)
    expect(allows({ Null: { 'test:key': true } }, [single('test:key', 'a')])).toBe(false)
  })
})

describe('Several values, keys and operators (E.3)', () => {
  const context = [single('test:a', '1'), single('test:b', '2')]

  it('of one key are alternatives', () => {
    expect(allows({ StringEquals: { 'test:a': ['0', '1'] } }, context)).toBe(true)
  })

  it('of one key under a negated operator must all be different', () => {
    expect(allows({ StringNotEquals: { 'test:a': ['0', '1'] } }, context)).toBe(false)
    expect(allows({ StringNotEquals: { 'test:a': ['0', '2'] } }, context)).toBe(true)
  })

  it('of keys must all hold', () => {
    expect(allows({ StringEquals: { 'test:a': '1', 'test:b': '2' } }, context)).toBe(true)
    expect(allows({ StringEquals: { 'test:a': '1', 'test:b': '0' } }, context)).toBe(false)
  })

  it('of operators must all hold', () => {
    expect(allows({ StringEquals: { 'test:a': '1' }, StringLike: { 'test:b': '2*' } }, context)).toBe(true)
    expect(allows({ StringEquals: { 'test:a': '1' }, StringLike: { 'test:b': '3*' } }, context)).toBe(false)
  })

  it('name keys without regard to case', () => {
    expect(allows({ StringEquals: { 'SAML:AUD': 'x' } }, [single('saml:aud', 'x')])).toBe(true)
  })
})

describe('A key that holds a list (E.4)', () => {
  const groups = [list('test:groups', ['dev', 'ops'])]

  it.each([
    ['ForAnyValue:StringEquals', ['ops', 'qa'], true],
    ['ForAnyValue:StringEquals', ['qa'], false],
    ['ForAllValues:StringEquals', ['dev', 'ops', 'qa'], true],
    ['ForAllValues:StringEquals', ['dev'], false],
    ['ForAllValues:StringNotEquals', ['qa'], true],
    ['ForAllValues:StringNotEquals', ['ops'], false],
    ['ForAnyValue:StringNotEquals', ['ops'], true],
    ['ForAnyValue:StringNotEquals', ['ops', 'dev'], false],
    ['ForAnyValue:StringLike', ['o*'], true],
  ])('under %s of %j: %s', (operator, wanted, met) => {
    expect(allows({ [operator]: { 'test:groups': wanted } }, groups)).toBe(met)
  })

  it('without ForAnyValue or ForAllValues allows only with exactly one value', () => {
    expect(allows({ StringEquals: { 'test:groups': 'dev' } }, groups)).toBe(false)
    expect(allows({ StringEquals: { 'test:groups': 'dev' } }, [list('test:groups', ['dev'])])).toBe(true)
  })

  it('without ForAnyValue or ForAllValues denies with any value', () => {
    expect(denies({ StringEquals: { 'test:groups': 'ops' } }, groups)).toBe(true)
  })
})

describe('A policy variable (D.6)', () => {
  const context = [single('saml:sub', 'alice'), single('test:key', 'home/alice'), list('test:list', ['alice'])]

  it.each([
    ['stands for the value of its key', 'home/${saml:sub}', true],
    ['names its key without regard to case', 'home/${SAML:Sub}', true],
    ['without a value lets nothing match', 'home/${saml:mail}', false],
    ['takes its default when the key is absent', "home/${saml:mail, 'alice'}", true],
    ['of a key with a list lets nothing match', 'home/${test:list}', false],
  ])('%s', (_, wanted, met) => {
    expect(allows({ StringEquals: { 'test:key': wanted } }, context)).toBe(met)
  })

  it('is literal text before Version 2012-10-17', () => {
    const literal = [single('test:key', '${saml:sub}'), single('saml:sub', 'alice')]
    expect(allows({ StringEquals: { 'test:key': '${saml:sub}' } }, literal, '2008-10-17')).toBe(true)
    expect(allows({ StringEquals: { 'test:key': '${saml:sub}' } }, literal)).toBe(false)
  })

  it('brings no wildcards with its value', () => {
    expect(
      allows({ StringLike: { 'test:key': '${saml:sub}' } }, [single('saml:sub', '*'), single('test:key', 'x')]),
    ).toBe(false)
  })

  it('without a value keeps a negated operator from matching too', () => {
    expect(allows({ StringNotEquals: { 'test:key': '${saml:mail}' } }, context)).toBe(false)
  })

  it('writes wildcards that mean themselves', () => {
    expect(allows({ StringLike: { 'test:key': 'a${*}' } }, [single('test:key', 'a*')])).toBe(true)
    expect(allows({ StringLike: { 'test:key': 'a${*}' } }, [single('test:key', 'ab')])).toBe(false)
  })
})
