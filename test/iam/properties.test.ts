import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { single } from '../../src/iam/context.ts'
import { operators } from '../../src/iam/operators.ts'
import { allows, decide, document, SAML_PROVIDER, statement } from './support.ts'

const text = fc.constantFrom('', 'a', 'A', 'ab', 'a*', '*', 'a?', 'b')
const stringOperator = fc.constantFrom(...[...operators.keys()].filter((name) => name.startsWith('String')))
const condition = fc
  .tuple(stringOperator, fc.constantFrom('test:a', 'test:b'), fc.array(text, { minLength: 1, maxLength: 3 }))
  .map(([operator, key, values]) => ({ [operator]: { [key]: values } }))
const anyStatement = fc.record({
  Effect: fc.constantFrom('Allow', 'Deny'),
  Principal: fc.constantFrom({ Federated: SAML_PROVIDER }, { Federated: 'accounts.google.com' }, '*'),
  Action: fc.constantFrom('sts:AssumeRoleWithSAML', 'sts:*', 'sts:TagSession'),
  Condition: condition,
})
const statements = fc.array(anyStatement, { minLength: 1, maxLength: 4 })
const context = fc
  .tuple(fc.option(text, { nil: undefined }), fc.option(text, { nil: undefined }))
  .map(([a, b]) => [single('test:a', a), single('test:b', b)])

describe('Whatever the policy', () => {
  it('an added Deny never allows', () => {
    fc.assert(
      fc.property(statements, condition, context, (list, more, request) => {
        const before = decide(document(...list), { context: request }).effect
        const deny = statement({ Effect: 'Deny', Condition: more })
        const after = decide(document(...list, deny), { context: request }).effect
        expect(before !== 'allow' && after === 'allow').toBe(false)
      }),
    )
  })

  it('an added Allow never takes away', () => {
    fc.assert(
      fc.property(statements, condition, context, (list, more, request) => {
        const before = decide(document(...list), { context: request }).effect
        const after = decide(document(...list, statement({ Condition: more })), { context: request }).effect
        expect(before === 'allow' && after !== 'allow').toBe(false)
      }),
    )
  })

  it('the order of statements is irrelevant', () => {
    fc.assert(
      fc.property(statements, context, (list, request) => {
        const there = decide(document(...list), { context: request }).effect
        const back = decide(document(...list.toReversed()), { context: request }).effect
        expect(there).toBe(back)
      }),
    )
  })

  it('IfExists only widens', () => {
    fc.assert(
      fc.property(stringOperator, text, context, (operator, value, request) => {
        const plain = allows({ [operator]: { 'test:a': value } }, request)
        const ifExists = allows({ [`${operator}IfExists`]: { 'test:a': value } }, request)
        expect(plain && !ifExists).toBe(false)
      }),
    )
  })

  it('a negated operator is true exactly when the operator is false', () => {
    const pairs = fc.constantFrom('Equals', 'EqualsIgnoreCase', 'Like')
    fc.assert(
      fc.property(pairs, fc.array(text, { maxLength: 3 }), context, (name, values, request) => {
        const positive = allows({ [`String${name}`]: { 'test:a': values } }, request)
        const negative = allows({ [`StringNot${name}`]: { 'test:a': values } }, request)
        expect(positive).toBe(!negative)
      }),
    )
  })

  it('StringLike agrees with a regular expression of the same meaning', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 })
    const subject = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 })
    fc.assert(
      fc.property(letters, subject, (wanted, found) => {
        const regular = new RegExp(`^${wanted.replaceAll('?', '.').replaceAll('*', '.*')}$`, 's')
        expect(allows({ StringLike: { 'test:a': wanted } }, [single('test:a', found)])).toBe(regular.test(found))
      }),
    )
  })
})
