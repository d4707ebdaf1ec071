import { describe, expect, it } from 'vitest'
import { LocalAwsError } from '../../src/local-aws/errors.ts'
import { parseLocalAwsState } from '../../src/local-aws/state/file.ts'
import { buildIamStore } from '../../src/local-aws/state/open.ts'

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

const FULL = `
accounts:
  - id: "111122223333"
    root: { accessKeyId: AKIAY34FZKBOEXAMPLE9, secretAccessKey: hush }
    deactivatedRegions: [eu-west-3]
    enabledRegions: [af-south-1]
users:
  - arn: arn:aws:iam::111122223333:user/dora
    accessKeyId: AKIAY34FZKBOEXAMPLE1
    secretAccessKey: hush
    moreAccessKeys: [{ accessKeyId: AKIAY34FZKBOEXAMPLE2, secretAccessKey: hush }]
    mfa: [{ serial: "arn:aws:iam::111122223333:mfa/dora", code: "123456" }]
    policies:
      everything: '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'
roles:
  - arn: arn:aws:iam::111122223333:role/Dev
    description: Developers
    tags: { team: blue }
    trustPolicy:
      Version: "2012-10-17"
      Statement:
        - { Effect: Allow, Principal: { AWS: "111122223333" }, Action: "sts:AssumeRole" }
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
  it('the state of the local AWS is read from YAML and opened', () => {
    const iam = buildIamStore(parseLocalAwsState(GOOD), NOW)
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
    const iam = buildIamStore(parseLocalAwsState(GOOD), NOW)
    expect(iam.oidcProvider('111122223333', issuer) !== undefined).toBe(found)
    expect(iam.oidcProvider('444455556666', issuer)).toBeUndefined()
  })

  it('names all that is wrong with the file at once, each with its place', () => {
    const yaml = 'accounts: [{ id: 111122223333 }]\nroles:\n  - arn: x\n    trustPolicy: {}\nqueues: []\n'
    expect(problems(() => parseLocalAwsState(yaml))).toEqual([
      expect.stringMatching(/^1:18 accounts\.0\.id: /),
      '3:10 roles.0.arn: expected the ARN of a role',
      expect.stringMatching(/^4:18 roles\.0\.trustPolicy\.Statement\.0: /),
      expect.stringMatching(/^1:1 .*queues/),
    ])
  })

  it('names every trust policy and document that does not parse', () => {
    const state = {
      ...parseLocalAwsState(GOOD),
      roles: [{ arn: 'arn:aws:iam::111122223333:role/Dev', trustPolicy: { Statement: [{ Effect: 'Allow' }] } }],
      samlProviders: [{ arn: 'arn:aws:iam::111122223333:saml-provider/x', metadata: '<a/>' }],
    }
    expect(problems(() => buildIamStore(state, NOW)).map((problem) => problem.split(' ')[0])).toEqual([
      'roles.0:',
      'roles.0:',
      'samlProviders.0:',
    ])
  })

  it('the state of the local AWS is refused where it is not YAML', () => {
    expect(problems(() => parseLocalAwsState('a: [')).length).toBeGreaterThan(0)
  })

  it('the state of the local AWS is refused where its aliases multiply, or stand for nothing, and tells no value', () => {
    const lists = [...'abcdef'].map((name, n) => `${name}: &${name} [${`*${'zabcde'[n]},`.repeat(9)}]`)
    const bomb = ['z: &z [x]', ...lists].join('\n')
    expect(problems(() => parseLocalAwsState(bomb))).toEqual([expect.stringContaining('aliases')])
    const secret = 'users: [{ secretAccessKey: *hush }]'
    expect(problems(() => parseLocalAwsState(secret))).toEqual([expect.not.stringContaining('hush')])
  })

  it('names the place of a mistake inside a policy', () => {
    const yaml = `
roles:
  - arn: arn:aws:iam::111122223333:role/Dev
    trustPolicy:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Principal: { Federated: "arn:aws:iam::111122223333:saml-provider/corp" }
          Action: sts:AssumeRoleWithSAML
          Condition: { StringEqual: { "saml:aud": x } }
    policies:
      broken: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "s3:*" }] }
`
    expect(problems(() => parseLocalAwsState(yaml))).toEqual([
      expect.stringMatching(/^10:51 roles\.0\.trustPolicy\.Statement\.0\.Condition/),
      expect.stringMatching(/^12:52 roles\.0\.policies\.broken\.Statement\.0: /),
    ])
  })

  it.each([
    ['a secret that is no base32', '{ serial: "arn:aws:iam::111122223333:mfa/dora", secret: "089" }', '4:'],
    ['neither secret nor code', '{ serial: "arn:aws:iam::111122223333:mfa/dora" }', '4:'],
    ['a secret and a code', '{ serial: "arn:aws:iam::111122223333:mfa/dora", secret: AAAA, code: "000000" }', '4:'],
  ])('refuses an MFA device with %s', (_, device, place) => {
    const yaml = `users:
  - arn: arn:aws:iam::111122223333:user/dora
    accessKeyId: AKIAY34FZKBOEXAMPLE1
    mfa: [${device}]
    secretAccessKey: hush
`
    const [problem, ...more] = problems(() => parseLocalAwsState(yaml))
    expect([problem?.startsWith(place), more]).toEqual([true, []])
  })

  it('knows the root user, users with several keys, MFA devices, policies and tags', () => {
    const iam = buildIamStore(
      parseLocalAwsState(FULL, () => ''),
      NOW,
    )
    expect(iam.user('AKIAY34FZKBOEXAMPLE9')).toMatchObject({ kind: 'root', arn: 'arn:aws:iam::111122223333:root' })
    const dora = iam.user('AKIAY34FZKBOEXAMPLE2')
    expect(dora).toMatchObject({ kind: 'user', name: 'dora', policies: [{ name: 'everything' }] })
    expect(dora?.mfaDevices.map(({ accepts }) => accepts('123456', NOW))).toEqual([true])
    expect(iam.userByArn('arn:aws:iam::111122223333:user/dora')?.accessKeyId).toBe('AKIAY34FZKBOEXAMPLE1')
    expect(iam.role('arn:aws:iam::111122223333:role/Dev')).toMatchObject({ description: 'Developers' })
    expect(iam.role('arn:aws:iam::111122223333:role/Dev')?.tags).toEqual(new Map([['team', 'blue']]))
    expect(iam.stsRegions('111122223333')).toEqual({ deactivated: ['eu-west-3'], enabled: ['af-south-1'] })
  })

  it('reads metadata and keys from files that it names', () => {
    const files = new Map([
      ['./idp.xml', '<md/>'],
      ['./key.pem', '-----BEGIN PRIVATE KEY-----'],
    ])
    const yaml = `samlProviders:
  - { arn: "arn:aws:iam::111122223333:saml-provider/corp", metadata: ./idp.xml, privateKeys: [./key.pem] }
`
    const [provider] = parseLocalAwsState(yaml, (path) => files.get(path) ?? '').samlProviders
    expect([provider?.metadata, provider?.privateKeys?.[0]?.reveal()]).toEqual([...files.values()])
  })

  it('names the place of a file that is not there', () => {
    const yaml = `samlProviders:
  - arn: arn:aws:iam::111122223333:saml-provider/corp
    metadata: ./nowhere.xml
`
    const missing = () => {
      throw new Error('no such file')
    }
    expect(problems(() => parseLocalAwsState(yaml, missing))).toEqual([
      '3:15 samlProviders.0.metadata: cannot be read: no such file',
    ])
  })
})
