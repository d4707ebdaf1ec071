import { describe, expect, it } from 'vitest'
import { LocalAwsError } from '../../src/local-aws/errors.ts'
import { parseLocalAwsState } from '../../src/local-aws/state/file.ts'
import { openState } from '../../src/local-aws/state/open.ts'

const NOW = new Date('2026-11-22T12:00:00Z')
const GOOD = `
accounts:
  - { id: "111122223333", name: Production }
users:
  - { arn: "arn:aws:iam::111122223333:user/dora", accessKeyId: AKIAY34FZKBOEXAMPLE1, secretAccessKey: hush }
roles:
  - arn: arn:aws:iam::111122223333:role/Dev
    maxSessionDuration: 7200
    trustPolicy:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Principal: { Federated: "arn:aws:iam::111122223333:oidc-provider/127.0.0.1:8083" }
          Action: sts:AssumeRoleWithWebIdentity
oidcProviders:
  - { arn: "arn:aws:iam::111122223333:oidc-provider/127.0.0.1:8083", url: "http://127.0.0.1:8083", clientIds: [fedgate] }
`

const problems = (read: () => unknown): readonly string[] => {
  try {
    read()
  } catch (error) {
    if (error instanceof LocalAwsError) return error.problems
    throw error
  }
  return []
}

describe('The state of the local AWS', () => {
  it('is read from YAML and opened', () => {
    const iam = openState(parseLocalAwsState(GOOD), NOW)
    expect(iam.accountName('111122223333')).toBe('Production')
    expect(iam.role('arn:aws:iam::111122223333:role/Dev')).toMatchObject({ maxSessionDuration: 7200 })
    expect(iam.user('AKIAY34FZKBOEXAMPLE1')?.arn).toBe('arn:aws:iam::111122223333:user/dora')
  })

  it('keeps secrets as secrets', () => {
    expect(JSON.stringify(parseLocalAwsState(GOOD))).not.toContain('hush')
  })

  it.each([
    ['http://127.0.0.1:8083', true],
    ['http://127.0.0.1:8083/', true],
    ['https://127.0.0.1:8083', false],
    ['http://127.0.0.1:8084', false],
  ])('finds the OpenID provider of issuer %s: %s', (issuer, found) => {
    const iam = openState(parseLocalAwsState(GOOD), NOW)
    expect(iam.oidcProvider('111122223333', issuer) !== undefined).toBe(found)
    expect(iam.oidcProvider('444455556666', issuer)).toBeUndefined()
  })

  it('names all that is wrong with the file at once, each with its place', () => {
    const yaml = 'accounts: [{ id: 111122223333 }]\nroles:\n  - arn: x\n    trustPolicy: {}\nbuckets: []\n'
    expect(problems(() => parseLocalAwsState(yaml))).toEqual([
      expect.stringMatching(/^1:18 accounts\.0\.id: /),
      '3:10 roles.0.arn: expected the ARN of a role',
      expect.stringMatching(/^1:1 .*buckets/),
    ])
  })

  it('names every trust policy and document that does not parse', () => {
    const state = {
      ...parseLocalAwsState(GOOD),
      roles: [{ arn: 'arn:aws:iam::111122223333:role/Dev', trustPolicy: { Statement: [{ Effect: 'Allow' }] } }],
      samlProviders: [{ arn: 'arn:aws:iam::111122223333:saml-provider/x', metadata: '<a/>' }],
    }
    expect(problems(() => openState(state, NOW)).map((problem) => problem.split(' ')[0])).toEqual([
      'roles.0:',
      'roles.0:',
      'samlProviders.0:',
    ])
  })

  it('is refused where it is no YAML', () => {
    expect(problems(() => parseLocalAwsState('a: [')).length).toBeGreaterThan(0)
  })
})
