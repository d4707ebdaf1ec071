import { describe, expect, it } from 'vitest'
import { checkTrustPolicies } from '../../src/check/trust-policies.ts'
import type { Verdict } from '../../src/core/verdict.ts'
import { configWith, portsOf } from './check-fixtures.ts'

const ROLE = 'arn:aws:iam::111122223333:role/Admin'

const policy = (over: object = {}, condition: object = { 'saml:aud': 'https://signin.aws.amazon.com/saml' }) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: 'arn:aws:iam::111122223333:saml-provider/fedgate' },
      Action: 'sts:AssumeRoleWithSAML',
      Condition: { StringEquals: condition },
      ...over,
    },
  ],
})

const checked = (trustPolicy: object, more = '', match = 'arn:aws:iam::*:role/Admin') => {
  const config = configWith(
    'accounts:',
    `roles: [{ match: "${match}", trustPolicy: ${JSON.stringify(trustPolicy)} }]
access: [{ when: { provider: corp, groups: a }, roles: ["${ROLE}"] }]
${more}accounts:`,
  )
  return checkTrustPolicies(config, portsOf())
}

const verdictOf = (trustPolicy: object, more = ''): Verdict => checked(trustPolicy, more)[0]?.verdict ?? []

describe('The trust policy of a role in the configuration', () => {
  it('passes where it admits only the provider of its rules', () => {
    expect(checked(policy())).toEqual([
      { subject: `role ${ROLE}`, verdict: [{ name: 'trustPolicyIsSound', outcome: 'pass' }] },
    ])
  })

  it('fails where it admits another provider', () => {
    const other = { Federated: 'arn:aws:iam::999988887777:saml-provider/fedgate' }
    expect(verdictOf(policy({ Principal: other }))).toEqual([
      {
        name: 'trustPolicyIsSound',
        outcome: 'fail',
        found: expect.stringContaining('but it is in account 999988887777.'),
        source: 'Statement[0].Principal.Federated',
      },
    ])
  })

  it("a role's trust policy is warned about where it cannot be read: what AWS will say is unknown", () => {
    expect(verdictOf(policy({ NotPrincipal: '*' }))).toEqual([
      {
        name: 'trustPolicyIsSound',
        outcome: 'pass',
        warning: expect.stringContaining('cannot be read, so whether AWS will allow this role is unknown'),
        source: 'Statement[0].NotPrincipal',
      },
    ])
  })

  it("a role's trust policy is warned about where it names a role that was deleted", () => {
    const [provider] = policy().Statement
    const stale = {
      ...policy(),
      Statement: [provider, { ...provider, Principal: { AWS: 'AROACKCEVSQ6C2EXAMPLE' }, Action: 'sts:AssumeRole' }],
    }
    expect(verdictOf(stale)).toMatchObject([
      { outcome: 'pass', warning: expect.stringContaining('AROACKCEVSQ6C2EXAMPLE was a role that has been deleted') },
    ])
  })

  it('fails where it asks for another recipient than the one in use', () => {
    const verdict = verdictOf(policy({}, { 'saml:aud': 'https://aws.example.com/saml/corp/acs' }))
    expect(verdict).toMatchObject([{ outcome: 'fail', source: 'Statement[0].Condition.StringEquals.saml:aud' }])
  })

  it('fails where the session will carry tags that it does not permit', () => {
    const verdict = verdictOf(policy(), 'sessionTags: { CostCenter: "{costCenter}" }\n')
    expect(verdict).toMatchObject([{ outcome: 'fail', found: expect.stringContaining('sts:TagSession') }])
  })

  it('warns of what is loose', () => {
    const verdict = verdictOf(policy({}, { 'saml:iss': 'https://aws.example.com/idp/metadata' }))
    expect(verdict).toMatchObject([{ outcome: 'pass', warning: expect.stringContaining('saml:aud') }])
  })

  it("a role's trust policy is judged by itself where no rule names its role", () => {
    const judged = checked(policy({ Principal: '*' }), '', 'arn:aws:iam::*:role/Other')
    expect(judged).toMatchObject([{ subject: 'role arn:aws:iam::*:role/Other', verdict: [{ outcome: 'fail' }] }])
  })
})
