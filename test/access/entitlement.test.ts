import { describe, expect, it } from 'vitest'
import { assertedRoles, entitledRoles } from '../../src/access/entitlement.ts'
import type { AccessRule, ValueMatch } from '../../src/config/types.ts'
import { linearPattern } from '../../src/core/patterns/linear.ts'
import { identity } from './identities.ts'

const text = (value: string): ValueMatch => ({ kind: 'text', value })
const pattern = (source: string): ValueMatch => ({ kind: 'pattern', pattern: linearPattern(source) })
const DEV = 'arn:aws:iam::111122223333:role/Dev'

const rule = (
  conditions: Readonly<Record<string, readonly ValueMatch[]>>,
  roles: readonly string[] = [DEV],
  provider: readonly string[] | undefined = ['corp'],
): AccessRule => ({
  when: {
    ...(provider ? { provider } : {}),
    conditions: Object.entries(conditions).map(([attribute, anyOf]) => ({ attribute, anyOf })),
  },
  roles,
  line: 7,
})

const arns = (access: readonly AccessRule[], who = identity({ groups: ['aws-dev'] }), rolesFromAssertion = false) =>
  entitledRoles(who, { access, rolesFromAssertion }).map(({ role }) => role.arn)

describe('access rules', () => {
  it('grant where the attribute has the value, and say why', () => {
    const [granted] = entitledRoles(identity({ groups: ['x', 'aws-dev'] }), {
      access: [rule({ groups: [text('aws-dev')] })],
      rolesFromAssertion: false,
    })
    expect(granted).toMatchObject({ role: { arn: DEV }, grantedBy: 'groups = aws-dev (rule at line 7)' })
  })

  it('access rules may name the subject, which no attribute of that name can claim', () => {
    const forAlice = [rule({ subject: [text('alice')] })]
    expect(arns(forAlice, identity({ subject: ['bob'] }, { subject: 'alice' }))).toEqual([DEV])
    expect(arns(forAlice, identity({ subject: ['alice'] }, { subject: 'bob' }))).toEqual([])
  })

  it('grant nothing to another provider with the same groups', () => {
    const partner = identity({ groups: ['aws-dev'] }, { provider: 'partner' })
    expect(arns([rule({ groups: [text('aws-dev')] })], partner)).toEqual([])
  })

  it('grant nothing to another identity provider of the same federation', () => {
    const granted = rule({ groups: [text('aws-dev')] })
    const forOne = (idp: string): AccessRule => ({ ...granted, when: { ...granted.when, idp: [idp] } })
    const who = identity({ groups: ['aws-dev'] }, { issuer: 'https://idp.example.org' })
    expect(arns([forOne('https://idp.example.org')], who)).toEqual([DEV])
    expect(arns([forOne('https://other.example.org')], who)).toEqual([])
  })

  it('need every condition, and any one value of a condition', () => {
    const both = rule({ groups: [text('aws-dev'), text('aws-ops')], dept: [text('42')] })
    expect(arns([both])).toEqual([])
    expect(arns([both], identity({ groups: ['aws-ops'], dept: ['42'] }))).toEqual([DEV])
  })

  it('match a pattern against the whole value only', () => {
    expect(arns([rule({ groups: [pattern('aws-d')] })])).toEqual([])
    expect(arns([rule({ groups: [pattern('aws-d.*')] })])).toEqual([DEV])
  })

  it('fill named groups into the ARN, once for every value that matches', () => {
    const template = rule({ groups: [pattern(String.raw`aws-(?<account>\d{12})-(?<role>[\w+=,.@-]+)`)] }, [
      'arn:aws:iam::{account}:role/{role}',
    ])
    const who = identity({ groups: ['aws-111122223333-Dev', 'everyone', 'aws-444455556666-ReadOnly'] })
    expect(arns([template], who)).toEqual([DEV, 'arn:aws:iam::444455556666:role/ReadOnly'])
  })

  it('grant nothing where the filled-in text is no role ARN', () => {
    const template = rule({ groups: [pattern('(?<role>.*)')] }, ['arn:aws:iam::111122223333:role/{role}'])
    expect(arns([template], identity({ groups: ['a b', '', '../x/', '*', 'é'] }))).toEqual([])
  })

  it('grant nothing where a named group took no part in the match', () => {
    const template = rule({ groups: [pattern('a|b(?<role>.+)')] }, ['arn:aws:iam::111122223333:role/{role}'])
    expect(arns([template], identity({ groups: ['a'] }))).toEqual([])
  })

  it('stay bounded where several patterns meet thousands of values', () => {
    const values = Array.from({ length: 3000 }, (_, n) => `x${n}`)
    const many = rule({ a: [pattern('x(?<role>.+)')], b: [pattern('x(?<path>.+)')] }, [
      'arn:aws:iam::111122223333:role/{path}/{role}',
    ])
    const granted = arns([many], identity({ a: values, b: values }))
    expect(granted.length).toBeGreaterThan(0)
    expect(granted.length).toBeLessThanOrEqual(15_000)
  })

  it('access rules do not confuse attributes with what every object has', () => {
    expect(arns([rule({ constructor: [pattern('.*')] })])).toEqual([])
  })

  it('list a role once, by the first rule that grants it', () => {
    const access = [rule({ groups: [text('aws-dev')] }), { ...rule({}), line: 9 }]
    const granted = entitledRoles(identity({ groups: ['aws-dev'] }), { access, rolesFromAssertion: false })
    expect(granted).toHaveLength(1)
    expect(granted[0]?.grantedBy).toBe('groups = aws-dev (rule at line 7)')
  })
})

describe("the identity provider's own Role attribute", () => {
  const PROVIDER = 'arn:aws:iam::111122223333:saml-provider/corp'
  const withRoles = (...values: string[]) => identity({ 'https://aws.amazon.com/SAML/Attributes/Role': values })

  it("the identity provider's own Role attribute is not believed unless the configuration says so", () => {
    expect(arns([], withRoles(`${DEV},${PROVIDER}`))).toEqual([])
  })

  it("the identity provider's own Role attribute is read in either order of its two ARNs, with spaces around them", () => {
    const values = [`${DEV},${PROVIDER}`, ` ${PROVIDER} , arn:aws:iam::111122223333:role/team/x/Ops `]
    expect(arns([], withRoles(...values), true)).toEqual([DEV, 'arn:aws:iam::111122223333:role/team/x/Ops'])
  })

  it("the identity provider's own Role attribute may name a role that has a comma in its name, as IAM allows", () => {
    const role = 'arn:aws:iam::111122223333:role/Ops,EU'
    expect(arns([], withRoles(`${role},${PROVIDER}`, `${PROVIDER} , ${role}`), true)).toEqual([role])
  })

  it('grants nothing by values that are no pair of a role and a SAML provider', () => {
    const values = [DEV, `${DEV},${DEV}`, `${DEV},${PROVIDER},${PROVIDER}`, `x,${PROVIDER}`, ',']
    expect(arns([], withRoles(...values), true)).toEqual([])
  })
})

describe("the provider's own word, where AWS sees it", () => {
  const PROVIDER = 'arn:aws:iam::111122223333:saml-provider/corp'
  const ADMIN = 'arn:aws:iam::111122223333:role/Admin'
  const ROLE = 'https://aws.amazon.com/SAML/Attributes/Role'
  const who = identity({ [ROLE]: [`${DEV},${PROVIDER}`, `${PROVIDER}, ${ADMIN}`, 'nonsense'], groups: ['aws-dev'] })
  const asserted = (access: readonly AccessRule[], identity = who) =>
    assertedRoles(identity, access).map(({ role, providerArn }) => [role.arn, providerArn])

  it('grants exactly its pairs where no rule reaches it', () => {
    const others = [rule({ groups: [text('aws-dev')] }, [DEV], ['partner'])]
    for (const access of [[], others]) {
      expect(asserted(access)).toEqual([
        [DEV, PROVIDER],
        [ADMIN, PROVIDER],
      ])
    }
  })

  it.each([[['corp']], [undefined]])(
    "the provider's own Role attribute in original evidence is narrowed by a rule for %s",
    (provider) => {
      const narrowed = (group: string) =>
        asserted([
          {
            ...rule({ groups: [text(group)] }),
            when: { ...(provider ? { provider } : {}), conditions: [{ attribute: 'groups', anyOf: [text(group)] }] },
          },
        ])
      expect(narrowed('aws-dev')).toEqual([[DEV, PROVIDER]])
      expect(narrowed('other')).toEqual([])
    },
  )

  it("the provider's own Role attribute in original evidence is never widened", () => {
    const other = 'arn:aws:iam::111122223333:role/Other'
    expect(asserted([rule({ groups: [text('aws-dev')] }, [DEV, other])])).toEqual([[DEV, PROVIDER]])
  })

  it("the provider's own Role attribute in original evidence is nothing without the attribute", () => {
    expect(asserted([], identity({ groups: ['aws-dev'] }))).toEqual([])
  })
})

/** This pattern with 41 characters stopped the server for good. */
it('a value cannot keep a pattern busy', () => {
  const started = performance.now()
  const groups = Array.from({ length: 50 }, (_, n) => `${'a'.repeat(40 + n * 19)}!`)
  expect(arns([rule({ groups: [pattern('(\\w+\\s?)+')] })], identity({ groups }))).toEqual([])
  expect(performance.now() - started).toBeLessThan(5000)
})
