import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { outcomeOf } from '../../src/core/verdict.ts'
import { type ContextValue, list, requestContext, single } from '../../src/iam/condition-keys/context.ts'
import { evaluate } from '../../src/iam/evaluate.ts'
import { operators } from '../../src/iam/operators.ts'
import { parseTrustPolicy } from '../../src/iam/policy.ts'
import { ACTION, allows, decide, document, SAML_PROVIDER, statement } from './support.ts'

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

/** Lists without a set operator, unquoted numbers, wildcards and everybody: what is in doubt beside what is certain. */
const doubtfulStatement = fc.record({
  Effect: fc.constantFrom('Allow', 'Deny'),
  Principal: fc.constantFrom({ Federated: SAML_PROVIDER }, '*'),
  Action: fc.constantFrom('sts:AssumeRoleWithSAML', 'sts:*', 'sts:Tag*'),
  Condition: fc.oneof(
    condition,
    fc.array(fc.oneof(text, fc.constantFrom(1, true)), { minLength: 1, maxLength: 2 }).map((values) => ({
      StringEquals: { 'test:list': values },
    })),
  ),
})
const doubtfulContext = fc
  .tuple(context, fc.array(fc.constantFrom('a', 'b', '1', 'true'), { maxLength: 3 }))
  .map(([entries, values]) => [...entries, list('test:list', values)])

const inMode = (statements: readonly unknown[], entries: readonly ContextValue[], unconfirmed: 'apply' | 'unknown') =>
  evaluate(
    parseTrustPolicy(document(...statements)),
    { principal: { federated: SAML_PROVIDER }, action: ACTION, context: requestContext(entries) },
    { unconfirmed },
  )

describe('Whatever is in doubt', () => {
  const policies = fc.array(doubtfulStatement, { minLength: 1, maxLength: 4 })

  it('an answer that is certain is the one that is applied', () => {
    fc.assert(
      fc.property(policies, doubtfulContext, (statements, entries) => {
        const { effect } = inMode(statements, entries, 'unknown')
        const applied = inMode(statements, entries, 'apply').effect
        if (effect === 'explicit-deny' || effect === 'allow') expect(applied).toBe(effect)
        // A Deny in doubt is no matter where nothing allows, and may yet be the one that is applied.
        if (effect === 'implicit-deny') expect(applied).not.toBe('allow')
      }),
    )
  })

  it('an added Deny never makes an answer more certain to allow', () => {
    fc.assert(
      fc.property(policies, doubtfulStatement, doubtfulContext, (statements, more, entries) => {
        const before = inMode(statements, entries, 'unknown').effect
        const after = inMode([...statements, { ...more, Effect: 'Deny' }], entries, 'unknown').effect
        expect(after === 'allow' && before !== 'allow').toBe(false)
        expect(after === 'unknown' && before.endsWith('deny')).toBe(false)
      }),
    )
  })

  it('the order of statements is irrelevant', () => {
    fc.assert(
      fc.property(policies, doubtfulContext, (statements, entries) => {
        const there = inMode(statements, entries, 'unknown').effect
        expect(inMode(statements.toReversed(), entries, 'unknown').effect).toBe(there)
      }),
    )
  })

  it('a verdict says the same as its effect', () => {
    fc.assert(
      fc.property(policies, doubtfulContext, fc.constantFrom('apply', 'unknown'), (statements, entries, mode) => {
        const { effect, verdict } = inMode(statements, entries, mode)
        const said = { allow: 'pass', unknown: 'unknown', 'explicit-deny': 'fail', 'implicit-deny': 'fail' }[effect]
        expect(outcomeOf(verdict)).toBe(said)
      }),
    )
  })
})

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

  it('more values only widen an Allow, and narrow a negated one', () => {
    fc.assert(
      fc.property(
        stringOperator,
        fc.array(text, { minLength: 1, maxLength: 3 }),
        text,
        context,
        (name, values, more, request) => {
          const fewer = allows({ [name]: { 'test:a': values } }, request)
          const wider = allows({ [name]: { 'test:a': [...values, more] } }, request)
          expect(name.includes('Not') ? wider && !fewer : fewer && !wider).toBe(false)
        },
      ),
    )
  })

  it('one more condition only narrows an Allow', () => {
    fc.assert(
      fc.property(condition, condition, context, (some, more, request) => {
        const both = decide(document(statement({ Condition: { ...more, ...some } })), { context: request }).effect
        const one = decide(document(statement({ Condition: some })), { context: request }).effect
        expect(both === 'allow' && one !== 'allow').toBe(false)
      }),
    )
  })

  it('the case of keys and of actions is irrelevant', () => {
    const upper = (block: Readonly<Record<string, Readonly<Record<string, unknown>>>>) =>
      Object.fromEntries(
        Object.entries(block).map(([name, keys]) => [
          name,
          Object.fromEntries(Object.entries(keys).map(([key, values]) => [key.toUpperCase(), values])),
        ]),
      )
    fc.assert(
      fc.property(condition, context, (some, request) => {
        const asked = { context: request }
        const plain = decide(document(statement({ Condition: some })), asked).effect
        expect(decide(document(statement({ Condition: upper(some) })), asked).effect).toBe(plain)
        expect(decide(document(statement({ Condition: some, Action: ACTION.toUpperCase() })), asked).effect).toBe(plain)
      }),
    )
  })

  it('StringEqualsIgnoreCase asks of texts in lower case what StringEquals asks', () => {
    fc.assert(
      fc.property(text, text, (wanted, found) => {
        const ignoring = allows({ StringEqualsIgnoreCase: { 'test:a': wanted } }, [single('test:a', found)])
        const asked = { StringEquals: { 'test:a': wanted.toLowerCase() } }
        expect(ignoring).toBe(allows(asked, [single('test:a', found.toLowerCase())]))
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
