// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written so
import { describe, expect, it } from 'vitest'
import { list, single } from '../../src/iam/condition-keys/context.ts'
import { MalformedPolicyError } from '../../src/iam/errors.ts'
import { operators } from '../../src/iam/operators.ts'
import { allows, decide, denies, statement } from './support.ts'

/**
 * Each family is headed by the section of "IAM JSON policy elements: Condition operators" (IAM User Guide) that its
 * expected values are from; a row that another page decides names it. Rows: operator, policy value, request value, met?
 */
type Row = readonly [operator: string, wanted: unknown, found: string, met: boolean]

const families: Readonly<Record<string, readonly Row[]>> = {
  'String condition operators': [
    // "Exact matching, case sensitive"
    ['StringEquals', 'alice', 'alice', true],
    ['StringEquals', 'alice', 'Alice', false],
    ['StringEquals', 'alice', 'alice ', false],
    ['StringEquals', 'straße', 'STRASSE', false],
    ['StringEquals', '', '', true],
    // Wildcards are those of StringLike only.
    ['StringEquals', 'al*', 'alice', false],
    ['StringEquals', 'al*', 'al*', true],
    ['StringEquals', 'al?ce', 'alice', false],
    // Numbers and booleans are compared as text: "Condition values in a policy can be strings, numbers and booleans".
    ['StringEquals', 4711, '4711', true],
    ['StringEquals', true, 'true', true],
    ['StringNotEquals', 'alice', 'bob', true],
    ['StringNotEquals', 'alice', 'alice', false],
    ['StringNotEquals', 'alice', 'Alice', true],
    // "Exact matching, ignoring case"
    ['StringEqualsIgnoreCase', 'ALICE', 'alice', true],
    ['StringEqualsIgnoreCase', 'ALICE', 'alic', false],
    ['StringEqualsIgnoreCase', 'ÄRGER', 'ärger', true],
    ['StringEqualsIgnoreCase', 'ΟΔΟΣ', 'οδος', true],
    ['StringEqualsIgnoreCase', 'ΟΔΟΣ', 'οδοσ', true],
    ['StringNotEqualsIgnoreCase', 'ALICE', 'alice', false],
    ['StringNotEqualsIgnoreCase', 'ALICE', 'bob', true],
    // "Case-sensitive matching. The values can include multi-character match wildcards (*) and single-character (?)"
    ['StringLike', 'repo:acme/*:ref:refs/heads/main', 'repo:acme/shop:ref:refs/heads/main', true],
    ['StringLike', 'repo:acme/*:ref:refs/heads/main', 'repo:acme/shop:ref:refs/heads/dev', false],
    ['StringLike', '*', '', true],
    ['StringLike', '?', '', false],
    ['StringLike', 'a?c', 'abc', true],
    ['StringLike', 'a?c', 'ac', false],
    ['StringLike', 'a?c', 'a😀c', true],
    ['StringLike', 'A*', 'abc', false],
    ['StringLike', '*a*a*b', 'aaaaab', true],
    ['StringLike', 'ab*ba', 'aba', false],
    ['StringLike', 'ab**ba', 'abba', true],
    ['StringLike', '*b*', 'abc', true],
    ['StringLike', 'a*b*c', 'acb', false],
    ['StringLike', 'a*', 'ba', false],
    ['StringLike', '*a', 'ab', false],
    ['StringLike', 'a.c', 'abc', false],
    ['StringLike', 'a*\n*c', 'a\nc', true],
    ['StringNotLike', 'al*', 'alice', false],
    ['StringNotLike', 'al*', 'bob', true],
  ],
  'Numeric condition operators': [
    ['NumericEquals', '5', '5.0', true],
    ['NumericEquals', 5, '5', true],
    ['NumericEquals', '5', '05', true],
    ['NumericEquals', '-5', '-5', true],
    ['NumericEquals', '0.5', '.5', true],
    ['NumericEquals', '5', 'five', false],
    ['NumericEquals', '5', '', false],
    ['NumericEquals', '5', ' 5', false],
    ['NumericEquals', '16', '0x10', false],
    ['NumericNotEquals', '5', '6', true],
    ['NumericNotEquals', '5', '5', false],
    // What is no number matches nothing: aws-facts E.4.
    ['NumericNotEquals', '5', 'five', false],
    ['NumericLessThan', '5', '4', true],
    ['NumericLessThan', '5', '5', false],
    ['NumericLessThan', '10', '9', true],
    ['NumericLessThanEquals', '5', '5', true],
    ['NumericLessThanEquals', '5', '5.1', false],
    ['NumericGreaterThan', '5', '5', false],
    ['NumericGreaterThan', '5', '10', true],
    ['NumericGreaterThanEquals', '5', '5', true],
    ['NumericGreaterThanEquals', '5', '4', false],
  ],
  'Date condition operators': [
    // "one of the W3C implementations of the ISO 8601 date formats or in epoch (UNIX) time"
    ['DateEquals', '2026-11-22T00:00:00Z', '1795305600', true],
    ['DateEquals', '1795305600', '2026-11-22T00:00:00Z', true],
    ['DateEquals', 1795305600, '2026-11-22T00:00:00.000Z', true],
    ['DateEquals', '2026-11', '2026-11-01T00:00:00Z', true],
    ['DateEquals', '2026-11-22T00:00Z', '2026-11-22T00:00:00Z', true],
    ['DateEquals', '2026-11-22T02:00:00+02:00', '2026-11-22T00:00:00Z', true],
    ['DateNotEquals', '2026-11-22T00:00:00Z', '2026-11-23T00:00:00Z', true],
    ['DateNotEquals', '2026-11-22T00:00:00Z', '2026-11-22T00:00:00Z', false],
    ['DateLessThan', '2026-11-22T00:00:00Z', '2026-11-21T23:59:59Z', true],
    ['DateLessThan', '2026-11-22T00:00:00Z', '2026-11-22T00:00:00Z', false],
    ['DateLessThanEquals', '2026-11-22T00:00:00Z', '2026-11-22T01:00:00+01:00', true],
    ['DateGreaterThan', '2026', '2026-01-01T00:00:01Z', true],
    ['DateGreaterThan', '2026-11-22T00:00:00Z', 'tomorrow', false],
    ['DateGreaterThan', '2026-11-22T00:00:00Z', '2027-02-30T00:00:00Z', false],
    ['DateGreaterThan', '2026-11-22T00:00:00Z', '2028-02-29T00:00:00Z', true],
    ['DateGreaterThanEquals', '2026-11-22', '2026-11-22T00:00:00Z', true],
    ['DateGreaterThanEquals', '2026-11-22T00:00:00.500Z', '2026-11-22T00:00:00.499Z', false],
  ],
  'Boolean condition operators': [
    ['Bool', 'true', 'true', true],
    ['Bool', true, 'true', true],
    ['Bool', 'false', 'false', true],
    ['Bool', 'True', 'true', true],
    ['Bool', 'true', 'false', false],
    ['Bool', 'true', 'yes', false],
  ],
  'Binary condition operators': [
    // "byte for byte against a base-64 encoded representation of the binary value in the policy"
    ['BinaryEquals', 'QmluYXJ5VmFsdWVJbkJhc2U2NA==', 'QmluYXJ5VmFsdWVJbkJhc2U2NA==', true],
    ['BinaryEquals', 'QmluYXJ5', 'QmluYXJ6', false],
    ['BinaryEquals', 'QmluYXJ5', 'qmluyxj5', false],
    ['BinaryEquals', 'QmluYXJ5', 'no base64', false],
  ],
  'IP address condition operators': [
    ['IpAddress', '203.0.113.0/24', '203.0.113.7', true],
    ['IpAddress', '203.0.113.0/24', '203.0.114.7', false],
    // "If you specify an IP address without the associated routing prefix, IAM uses the default prefix value of /32."
    ['IpAddress', '203.0.113.7', '203.0.113.7', true],
    ['IpAddress', '203.0.113.7', '203.0.113.8', false],
    ['IpAddress', '203.0.113.7/24', '203.0.113.200', true],
    ['IpAddress', '0.0.0.0/0', '198.51.100.1', true],
    ['IpAddress', '203.0.113.128/25', '203.0.113.127', false],
    ['IpAddress', '2001:DB8:1234:5678::/64', '2001:db8:1234:5678::1', true],
    ['IpAddress', '2001:db8::/32', '2001:db8:1::1', true],
    ['IpAddress', '2001:db8::1', '2001:db8:0:0:0:0:0:1', true],
    ['IpAddress', '::/0', '2001:db8::1', true],
    ['IpAddress', '2001:db8::/32', '203.0.113.7', false],
    ['IpAddress', '::/0', '203.0.113.7', false],
    ['NotIpAddress', '::/0', '203.0.113.7', true],
    // RFC 4291 2.5.5.2: the same IPv4 address.
    ['IpAddress', '203.0.113.0/24', '::ffff:203.0.113.7', true],
    ['IpAddress', '203.0.113.0/24', 'localhost', false],
    ['NotIpAddress', '203.0.113.0/24', '203.0.114.7', true],
    ['NotIpAddress', '203.0.113.0/24', '203.0.113.7', false],
    ['NotIpAddress', '203.0.113.0/24', '::ffff:203.0.113.7', false],
    ['NotIpAddress', '203.0.113.0/24', '2001:db8::1', true],
    ['NotIpAddress', '203.0.113.0/24', 'localhost', false],
  ],
  'Amazon Resource Name (ARN) condition operators': [
    // "Each of the six colon-delimited components of the ARN is checked separately", ArnEquals and ArnLike alike
    ['ArnEquals', 'arn:aws:iam::111122223333:role/*', 'arn:aws:iam::111122223333:role/a/b', true],
    ['ArnLike', 'arn:aws:iam::*:role/Dev', 'arn:aws:iam::111122223333:role/Dev', true],
    ['ArnLike', 'arn:aws:*:*:*:role/Dev', 'arn:aws:iam::111122223333:role/Dev', true],
    ['ArnLike', 'arn:*:iam::111122223333:role/Dev', 'arn:aws:x:iam::111122223333:role/Dev', false],
    ['ArnLike', 'arn:aws:iam::111122223333:role/Dev', 'no ARN', false],
    ['ArnLike', 'arn:aws:iam::11112222333?:role/Dev', 'arn:aws:iam::111122223333:role/Dev', true],
    ['ArnLike', 'arn:aws:sns:*:*:*', 'arn:aws:sns:eu-west-1:111122223333:a:b', true],
    ['ArnLike', 'arn:aws:sns:eu-west-1:*:b', 'arn:aws:sns:eu-west-1:111122223333:a:b', false],
    ['ArnEquals', 'arn:aws:sns:eu-west-1:111122223333:a:b', 'arn:aws:sns:eu-west-1:111122223333:a:b', true],
    ['ArnEquals', 'arn:aws:sns:eu-west-1:111122223333:a', 'arn:aws:sns:eu-west-1:111122223333:a:b', false],
    ['ArnLike', 'arn:aws:iam::111122223333:role/dev', 'arn:aws:iam::111122223333:role/Dev', false],
    ['ArnNotEquals', 'arn:aws:iam::111122223333:role/*', 'arn:aws:iam::444455556666:role/a', true],
    ['ArnNotLike', 'arn:aws:iam::111122223333:role/*', 'arn:aws:iam::111122223333:role/a', false],
  ],
}

const table = Object.values(families).flat()

describe.each(Object.entries(families))('%s', (_, rows) => {
  it.each(rows)('%s of %j meets %j: %s', (operator, wanted, found, met) => {
    expect(allows({ [operator]: { 'test:key': wanted } }, [single('test:key', found)])).toBe(met)
  })

  it.each(rows)('%s of %j meets %j in a Deny just the same: %s', (operator, wanted, found, met) => {
    expect(denies({ [operator]: { 'test:key': wanted } }, [single('test:key', found)])).toBe(met)
  })
})

it('Every operator has rows', () => {
  expect(new Set(table.map(([operator]) => operator))).toEqual(new Set(operators.keys()))
})

/** Each operator with its suffix, and with its prefixes over one value, comes to the same where the key is there. */
describe('With the key there', () => {
  it.each(['IfExists', 'ForAnyValue:', 'ForAllValues:'])('%s changes nothing about one value', (affix) => {
    // Under ForAnyValue and ForAllValues an empty text is no value: below.
    const rows = table.filter(([, , found]) => found !== '' || !affix.endsWith(':'))
    for (const [operator, wanted, found, met] of rows) {
      const name = affix.endsWith(':') ? `${affix}${operator}` : `${operator}${affix}`
      expect(allows({ [name]: { 'test:key': wanted } }, [single('test:key', found)]), `${name} ${found}`).toBe(met)
    }
  })
})

describe('With the key absent (Condition operators: ...IfExists; Multivalued context keys)', () => {
  it.each([...operators.keys()])('%s is false, negated true, with IfExists true', (operator) => {
    const [, wanted] = table.find(([name]) => name === operator) ?? []
    const isMet = (name: string): boolean => allows({ [name]: { 'test:key': wanted } }, [])
    expect(isMet(operator)).toBe(/Not/.test(operator))
    expect(isMet(`${operator}IfExists`)).toBe(true)
    expect(isMet(`ForAllValues:${operator}`)).toBe(true)
    expect(isMet(`ForAnyValue:${operator}`)).toBe(false)
    // By a published trial, and as AWS's own example of a Deny with a second one beside it has it.
    expect(isMet(`ForAnyValue:${operator}IfExists`)).toBe(false)
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

  it('a key that the request does not have is what a key without values is', () => {
    expect(allows({ Null: { 'test:key': 'true' } }, [list('test:key', [])])).toBe(true)
  })

  it('a key that the request does not have is what an empty text is to ForAllValues, ForAnyValue and Null ("a null dataset, such as an empty string")', () => {
    for (const context of [[list('test:key', [''])], [single('test:key', '')]]) {
      expect(allows({ 'ForAllValues:StringEquals': { 'test:key': 'a' } }, context)).toBe(true)
      expect(denies({ 'ForAllValues:StringEquals': { 'test:key': 'a' } }, context)).toBe(true)
      expect(allows({ 'ForAnyValue:StringLike': { 'test:key': '*' } }, context)).toBe(false)
      expect(allows({ 'ForAnyValue:StringNotEquals': { 'test:key': 'a' } }, context)).toBe(false)
      expect(allows({ Null: { 'test:key': 'false' } }, context)).toBe(false)
    }
    expect(allows({ 'ForAllValues:StringEquals': { 'test:key': 'a' } }, [list('test:key', ['', 'a'])])).toBe(false)
  })

  it('a key that the request does not have is distinguished from a present one by Null', () => {
    expect(allows({ Null: { 'test:key': 'false' } }, [single('test:key', 'a')])).toBe(true)
    expect(allows({ Null: { 'test:key': true } }, [single('test:key', 'a')])).toBe(false)
  })
})

describe('Several values, keys and operators (E.3)', () => {
  const context = [single('test:a', '1'), single('test:b', '2')]

  it('several values of one key are alternatives', () => {
    expect(allows({ StringEquals: { 'test:a': ['0', '1'] } }, context)).toBe(true)
  })

  it('several values of one key under a negated operator must all be different', () => {
    expect(allows({ StringNotEquals: { 'test:a': ['0', '1'] } }, context)).toBe(false)
    expect(allows({ StringNotEquals: { 'test:a': ['0', '2'] } }, context)).toBe(true)
  })

  it('conditions on several keys must all hold', () => {
    expect(allows({ StringEquals: { 'test:a': '1', 'test:b': '2' } }, context)).toBe(true)
    expect(allows({ StringEquals: { 'test:a': '1', 'test:b': '0' } }, context)).toBe(false)
  })

  it('conditions of several operators must all hold', () => {
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
  ])('a key that holds a list under %s of %j: %s', (operator, wanted, met) => {
    expect(allows({ [operator]: { 'test:groups': wanted } }, groups)).toBe(met)
  })

  it('a key that holds a list without ForAnyValue or ForAllValues allows only with exactly one value', () => {
    expect(allows({ StringEquals: { 'test:groups': 'dev' } }, groups)).toBe(false)
    expect(allows({ StringEquals: { 'test:groups': 'dev' } }, [list('test:groups', ['dev'])])).toBe(true)
  })

  it('a key that holds a list without ForAnyValue or ForAllValues denies with any value', () => {
    expect(denies({ StringEquals: { 'test:groups': 'ops' } }, groups)).toBe(true)
  })
})

describe('A policy variable (D.6)', () => {
  const context = [single('saml:sub', 'alice'), single('test:key', 'home/alice'), list('test:list', ['alice'])]
  context.push(single('aws:PrincipalTag/first name', 'alice'))

  it.each([
    ['stands for the value of its key', 'home/${saml:sub}', true],
    ['names its key without regard to case', 'home/${SAML:Sub}', true],
    ['without a value lets nothing match', 'home/${saml:mail}', false],
    ['takes its default when the key is absent', "home/${saml:mail, 'alice'}", true],
    // D.1: keys of tags may have spaces.
    ['takes its default for a tag whose key has a space', "home/${aws:PrincipalTag/given name, 'alice'}", true],
    ['stands for a tag whose key has a space', 'home/${aws:PrincipalTag/first name}', true],
    ['of a key with a list lets nothing match', 'home/${test:list}', false],
  ])('a policy variable: %s', (_, wanted, met) => {
    expect(allows({ StringEquals: { 'test:key': wanted } }, context)).toBe(met)
  })

  it('a policy variable is literal text before Version 2012-10-17', () => {
    const literal = [single('test:key', '${saml:sub}'), single('saml:sub', 'alice')]
    expect(allows({ StringEquals: { 'test:key': '${saml:sub}' } }, literal, '2008-10-17')).toBe(true)
    expect(allows({ StringEquals: { 'test:key': '${saml:sub}' } }, literal)).toBe(false)
  })

  it('a policy variable is literal text in a document that names no Version at all', () => {
    const policy = { Statement: [statement({ Condition: { StringEquals: { 'test:key': '${saml:sub}' } } })] }
    expect(decide(policy, { context: [single('test:key', '${saml:sub}')] }).effect).toBe('allow')
  })

  it.each<[operator: string, wanted: string, found: string, met: boolean]>([
    ['StringLike', '*/${saml:sub}/*', 'home/alice/x', true],
    ['StringEqualsIgnoreCase', '${saml:sub}', 'ALICE', true],
    ['StringEqualsIgnoreCase', '${test:street}', 'οδος', true],
    ['StringEqualsIgnoreCase', '${test:town}', 'İZMIR', true],
    ['ArnLike', 'arn:aws:iam::111122223333:role/${saml:sub}-*', 'arn:aws:iam::111122223333:role/alice-dev', true],
    ['ArnLike', 'arn:aws:iam::111122223333:role/${test:arn}', 'arn:aws:iam::111122223333:role/a:b', true],
    ['ArnLike', 'arn:aws:${test:arn}::111122223333:role/x', 'arn:aws:a:b::111122223333:role/x', false],
    ['Bool', '${test:flag}', 'true', true],
    ['Bool', '${test:flag}', 'false', false],
    ['StringEquals', 'a${$}b', 'a$b', true],
    ['StringLike', 'a${?}', 'a?', true],
    ['StringLike', 'a${?}', 'ab', false],
    ['StringEquals', "${test:none, 'everybody'}", 'everybody', true],
    ['StringEquals', "${saml:sub, 'everybody'}", 'everybody', false],
  ])('works in %s of %j: %j %s', (operator, wanted, found, met) => {
    const more = [...context.slice(0, 1), single('test:arn', 'a:b'), single('test:flag', 'true')]
    more.push(single('test:street', 'ΟΔΟΣ'), single('test:town', 'İzmir'))
    expect(allows({ [operator]: { 'test:found': wanted } }, [...more, single('test:found', found)])).toBe(met)
  })

  it.each(['NumericEquals', 'DateEquals', 'IpAddress', 'BinaryEquals'])(
    'a policy variable is not one in %s',
    (operator) => {
      expect(() => allows({ [operator]: { 'test:key': '${saml:sub}' } }, context)).toThrow(MalformedPolicyError)
    },
  )

  it('brings no wildcards with its value', () => {
    expect(
      allows({ StringLike: { 'test:key': '${saml:sub}' } }, [single('saml:sub', '*'), single('test:key', 'x')]),
    ).toBe(false)
  })

  const nothing = '${saml:mail}'

  it.each([
    ['StringNotEquals', nothing],
    ['StringNotLike', `home/${nothing}`],
    ['StringNotEqualsIgnoreCase', nothing],
    ['StringNotEquals', ['bob', nothing]],
    ['StringNotEquals', '${test:list}'],
    ['ArnNotLike', `arn:aws:iam::111122223333:role/${nothing}`],
    ['ForAllValues:StringNotEquals', nothing],
    ['ForAnyValue:StringNotEquals', nothing],
    ['StringNotEqualsIfExists', nothing],
  ])(
    'a policy variable without a value is null, so that %s of %j matches and a Deny with it applies',
    (operator, wanted) => {
      expect(denies({ [operator]: { 'test:key': wanted } }, context)).toBe(true)
      expect(allows({ [operator]: { 'test:key': wanted } }, context)).toBe(true)
    },
  )

  it('a policy variable without a value leaves the other values of a negated operator as they are', () => {
    expect(denies({ StringNotEquals: { 'test:key': ['home/alice', nothing] } }, context)).toBe(false)
  })

  it.each([
    ['StringEquals', nothing],
    ['StringLike', `*${nothing}*`],
    ['ForAllValues:StringLike', `*${nothing}`],
    ['ForAnyValue:StringLike', `*${nothing}`],
    ['StringEqualsIfExists', nothing],
  ])('a policy variable without a value is null, so that %s of %j does not match', (operator, wanted) => {
    expect(allows({ [operator]: { 'test:key': wanted } }, context)).toBe(false)
    expect(denies({ [operator]: { 'test:key': wanted } }, context)).toBe(false)
  })

  it.each([
    ['StringEquals', false],
    ['StringNotEquals', true],
    ['StringEqualsIfExists', true],
    ['ForAllValues:StringEquals', true],
    ['ForAnyValue:StringEquals', false],
  ])(
    'a policy variable without a value refuses more of an absent key under %s than any other value: %s',
    (operator, met) => {
      expect(allows({ [operator]: { 'test:absent': nothing } }, context)).toBe(met)
    },
  )

  it('writes wildcards that mean themselves', () => {
    expect(allows({ StringLike: { 'test:key': 'a${*}' } }, [single('test:key', 'a*')])).toBe(true)
    expect(allows({ StringLike: { 'test:key': 'a${*}' } }, [single('test:key', 'ab')])).toBe(false)
  })
})
