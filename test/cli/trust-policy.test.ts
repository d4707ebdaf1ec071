import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseTrustPolicy } from '../../src/iam/policy.ts'
import { createKeyPem } from '../../src/issuer/keys.ts'
import { createTokenKeyPem } from '../../src/issuer/token-keys.ts'
import { buildIdpMetadata } from '../../src/saml/idp-metadata.ts'
import { parseIdpMetadata } from '../../src/saml/metadata.ts'
import { readTerraform } from '../iam/terraform-json.ts'
import { PROGRAM } from '../setup/built.ts'

interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

const config = `baseUrl: https://aws.example.com
session: { secret: 0123456789abcdef0123456789abcdef }
signing: { key: ./signing.key, certificate: ./signing.crt }
issuer: { key: ./issuer.key }
providers:
  - { id: corp, protocol: saml, metadata: ./idp.xml }
  - { id: original, protocol: saml, metadata: ./idp.xml, exchange: { via: saml, evidence: original, provider: theirs } }
  - { id: tokens, protocol: saml, metadata: ./idp.xml, exchange: { via: web-identity, evidence: reissued } }
  - { id: google, protocol: oidc, issuer: "https://accounts.google.com", clientId: client-1 }
  - { id: gitlab, protocol: oidc, issuer: "https://gitlab.com", clientId: client-2 }
  - { id: idle, protocol: oidc, issuer: "https://op.example.com", clientId: client-3 }
  - { id: pattern, protocol: saml, metadata: ./idp.xml }
  - { id: odd, protocol: saml, metadata: ./idp.xml, exchange: { via: saml, evidence: original, provider: odd } }
accounts:
  "111122223333": { name: Production, region: eu-west-1 }
  "444455556666": { name: Sandbox }
  "777788889999": { name: China, region: cn-north-1 }
roles:
  - { match: "arn:aws:iam::*:role/Developer", maxSessionDuration: 4h }
access:
  - when: { provider: [corp, tokens], groups: dev }
    roles: ["arn:aws:iam::111122223333:role/Developer", "arn:aws:iam::444455556666:role/Developer"]
  - { when: { provider: corp, mail: bob@example.com }, roles: ["arn:aws-cn:iam::777788889999:role/team/Admin"] }
  - { when: { provider: tokens, groups: ops }, roles: ["arn:aws:iam::{account}:role/Ops"] }
  - { when: { provider: pattern, groups: audit }, roles: ["arn:aws:iam::{account}:role/Audit"] }
  - { when: { provider: pattern, groups: free }, roles: ["arn:aws:iam::{account}:role/{role}"] }
  - { when: { provider: [google, gitlab], email: bob@example.com }, roles: ["arn:aws:iam::111122223333:role/Bob"] }
  - { when: { provider: odd, eduPersonEntitlement: "\\x7f\\x85\\u2028: # '" }, roles: ["arn:aws:iam::111122223333:role/Odd"] }
sessionTags: { CostCenter: "{costCenter}" }
`
  .replace('groups: ops }', "groups: '/ops-(?<account>[0-9]+)/' }")
  .replace('groups: audit }', "groups: '/audit-(?<account>[0-9]+)/' }")
  .replace('groups: free }', "groups: '/aws-(?<account>[0-9]+)-(?<role>[a-z]+)/' }")

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fedgate-trust-policy-'))
  const { privateKey, certificate } = await createKeyPem('fedgate', new Date('2026-01-01'))
  const idp = { entityId: 'https://idp.example.com', ssoUrl: 'https://idp.example.com/sso', signer: { certificate } }
  const files = {
    'fedgate.yaml': config,
    'slash.yaml': config.replace('https://accounts.google.com', 'https://tenant.example.com/'),
    'tags.yaml': config.replace('CostCenter: "{costCenter}"', String.raw`"A\u2028B": fixed`),
    'other.yaml': config
      .replace('"arn:aws:iam::{account}:role/Audit"', '"arn:aws:iam::{number}:role/Audit-{number}"')
      .replace('/audit-(?<account>', '/audit-(?<number>')
      .replace(/^.*-\(\?<role>.*\n/m, ''),
    'open.yaml': config.replace(/^.*role\/Audit.*\n/m, ''),
    'nowhere.yaml': config.replace(/^accounts:\n( {2}"\d.*\n)+/m, ''),
    'signing.key': privateKey,
    'signing.crt': certificate,
    'issuer.key': await createTokenKeyPem('RS256'),
    'idp.xml': buildIdpMetadata(idp),
  }
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)))
})
afterAll(() => rm(folder, { recursive: true }))

const trustPolicy = (...args: string[]): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const command = [PROGRAM, 'trust-policy', '--config', 'fedgate.yaml', ...args]
    const child = spawn(process.execPath, command, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    const written = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      written.stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      written.stderr += text
    })
    child.once('error', reject).once('close', (exitCode) => resolve({ exitCode, ...written }))
  })

interface Document {
  readonly identityProviders: readonly Readonly<Record<string, unknown>>[]
  readonly roles: readonly { readonly arn: string; readonly trustPolicy: { readonly Statement: readonly unknown[] } }[]
}

interface Resource {
  readonly Properties: Readonly<Record<string, unknown>>
}

const documentOf = async (...args: string[]): Promise<Document> => {
  const { exitCode, stdout } = await trustPolicy(...args)
  expect(exitCode).toBe(0)
  return JSON.parse(stdout) as Document
}

const DEVELOPER = 'arn:aws:iam::111122223333:role/Developer'

describe('fedgate trust-policy', () => {
  it('prints the provider and the policy of one role, and on stderr what they leave open', async () => {
    const { exitCode, stdout, stderr } = await trustPolicy('--provider', 'corp', '--role', DEVELOPER)
    const { identityProviders, roles } = JSON.parse(stdout) as Document
    expect(exitCode).toBe(0)
    const who = { Effect: 'Allow', Principal: { Federated: 'arn:aws:iam::111122223333:saml-provider/fedgate' } }
    const from = {
      'saml:aud': 'https://signin.aws.amazon.com/saml',
      'saml:iss': 'https://aws.example.com/idp/metadata',
    }
    expect(roles).toEqual([
      {
        arn: DEVELOPER,
        maxSessionDuration: 14_400,
        trustPolicy: {
          Version: '2012-10-17',
          Statement: [
            { ...who, Action: 'sts:AssumeRoleWithSAML', Condition: { StringEquals: from } },
            {
              ...who,
              Action: 'sts:TagSession',
              Condition: {
                StringEquals: from,
                'ForAllValues:StringEquals': { 'aws:TagKeys': ['CostCenter'] },
                Null: { 'aws:TagKeys': 'false', 'sts:TransitiveTagKeys': 'true' },
              },
            },
          ],
        },
      },
    ])
    const create = identityProviders[0]?.['create-saml-provider'] as Record<string, string>
    expect(create.Name).toBe('fedgate')
    expect(parseIdpMetadata(create.SAMLMetadataDocument ?? '', { now: new Date() }).entityId).toBe(
      'https://aws.example.com/idp/metadata',
    )
    expect(stderr).toBe(
      `Note: AWS cannot check \`groups\` (rules for corp); only the gateway enforces it.
Users of tokens, pattern also assume ${DEVELOPER}: keep their statements in its policy.
`,
    )
  })

  it('prints every role that a rule names for the provider', async () => {
    const { identityProviders, roles } = await documentOf('--provider', 'corp')
    expect(roles.map(({ arn }) => arn)).toEqual([
      DEVELOPER,
      'arn:aws:iam::444455556666:role/Developer',
      'arn:aws-cn:iam::777788889999:role/team/Admin',
    ])
    expect(identityProviders.map(({ arn }) => arn)).toEqual([
      'arn:aws:iam::111122223333:saml-provider/fedgate',
      'arn:aws:iam::444455556666:saml-provider/fedgate',
      'arn:aws-cn:iam::777788889999:saml-provider/fedgate',
    ])
    expect(JSON.stringify(roles[2])).toContain('"saml:aud":"https://signin.amazonaws.cn/saml"')
  })

  it('prints one role for all accounts of the configuration, each in its partition', async () => {
    const { roles } = await documentOf('--provider', 'corp', '--role', DEVELOPER, '--all-accounts')
    expect(roles.map(({ arn }) => arn)).toEqual([
      DEVELOPER,
      'arn:aws:iam::444455556666:role/Developer',
      'arn:aws-cn:iam::777788889999:role/Developer',
    ])
  })

  it('fills in the account of rules that leave only that open', async () => {
    const { roles } = await documentOf('--provider', 'tokens', '--all-accounts')
    expect(roles.map(({ arn }) => arn)).toEqual([
      DEVELOPER,
      'arn:aws:iam::444455556666:role/Developer',
      'arn:aws:iam::111122223333:role/Ops',
      'arn:aws:iam::444455556666:role/Ops',
    ])
  })

  it("fedgate trust-policy has the identity provider's own metadata where its own response is shown", async () => {
    const { identityProviders, roles } = await documentOf('--provider', 'original', '--role', DEVELOPER)
    const create = identityProviders[0]?.['create-saml-provider'] as Record<string, string>
    expect(create.Name).toBe('theirs')
    expect(parseIdpMetadata(create.SAMLMetadataDocument ?? '', { now: new Date() }).entityId).toBe(
      'https://idp.example.com',
    )
    expect(JSON.stringify(roles)).toContain('"saml:aud":"https://aws.example.com/saml/original/acs"')
  })

  it('prints Terraform in its JSON syntax', async () => {
    const { exitCode, stdout } = await trustPolicy('--provider', 'tokens', '--role', DEVELOPER, '--format', 'terraform')
    expect(exitCode).toBe(0)
    const resources = readTerraform(stdout, () => 'arn:aws:iam::111122223333:oidc-provider/aws.example.com')
    expect([...resources.keys()]).toEqual(['aws_iam_openid_connect_provider.fedgate', 'aws_iam_role.developer'])
    const { roles } = await documentOf('--provider', 'tokens', '--role', DEVELOPER)
    expect(JSON.parse(String(resources.get('aws_iam_role.developer')?.assume_role_policy))).toEqual(
      roles[0]?.trustPolicy,
    )
  })

  it('prints CloudFormation, in the YAML that it reads', async () => {
    const args = ['--provider', 'corp', '--role', DEVELOPER, '--all-accounts', '--format', 'cloudformation']
    const { exitCode, stdout } = await trustPolicy(...args)
    expect(exitCode).toBe(0)
    expect(stdout).not.toMatch(/[&*][a-z]\d/)
    const { Resources: resources } = parse(stdout, { version: '1.1' }) as { Resources: Record<string, Resource> }
    const document = resources.RoleDeveloper?.Properties.AssumeRolePolicyDocument
    const text = JSON.stringify(document).replaceAll(
      '{"Ref":"IdentityProvider"}',
      '"arn:aws:iam::111122223333:saml-provider/fedgate"',
    )
    const { roles } = await documentOf('--provider', 'corp', '--role', DEVELOPER)
    expect(JSON.parse(text)).toEqual(roles[0]?.trustPolicy)
    expect(() => parseTrustPolicy(text)).not.toThrow()
  })

  it('prints CloudFormation with characters that YAML 1.1 has no room for by their numbers', async () => {
    const { stdout } = await trustPolicy('--provider', 'odd', '--format', 'cloudformation')
    expect(stdout).toContain(String.raw`"\u007f\u0085\u2028: # '"`)
    const [role] = Object.values(parse(stdout, { version: '1.1' }).Resources as object).slice(1)
    expect(JSON.stringify(role)).toContain(JSON.stringify("\x7f\x85\u2028: # '"))
  })

  it('prints CloudFormation with such characters in the names of tags', async () => {
    const { stdout } = await trustPolicy('--config', 'tags.yaml', '--provider', 'corp', '--format', 'cloudformation')
    expect(stdout).toContain(String.raw`"aws:RequestTag/A\u2028B": "fixed"`)
    const { Resources: resources } = parse(stdout, { version: '1.1' }) as { Resources: Record<string, Resource> }
    const document = JSON.stringify(resources.RoleDeveloper?.Properties.AssumeRolePolicyDocument)
    expect(document).toContain(JSON.stringify('aws:RequestTag/A\u2028B'))
  })

  it('says for an issuer that ends in a slash what is unknown, and what to try', async () => {
    const { exitCode, stdout, stderr } = await trustPolicy('--config', 'slash.yaml', '--provider', 'google')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('"tenant.example.com:aud"')
    expect(stderr).toContain('https://tenant.example.com/ ends in a slash.')
    expect(stderr).toContain('use tenant.example.com/:aud instead')
  })

  it('warns where anyone may have an account', async () => {
    const { exitCode, stdout, stderr } = await trustPolicy('--provider', 'google')
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ identityProviders: [] })
    expect(stderr).toContain(
      "only the gateway enforces it. A user who sends the provider's own evidence directly to AWS bypasses this.",
    )
    expect(stderr).toContain('Anyone can have an account at accounts.google.com')
  })

  it.each([
    [
      ['--provider', 'copr'],
      2,
      'The configuration has no provider with the id copr. Did you mean corp?\nChoose one with --provider: corp, original, tokens, google, gitlab, idle, pattern, odd.\n',
    ],
    [
      ['--provider', 'corp', '--role', 'arn:aws:iam::111122223333:role/Develper'],
      2,
      `No access rule grants users of corp the role arn:aws:iam::111122223333:role/Develper. Did you mean ${DEVELOPER}?\nChoose a role that a rule under \`access\` names, or add a rule.\n`,
    ],
    [
      ['--provider', 'corp', '--role', 'Developer'],
      2,
      'Developer is not a role ARN.\nSpecify one with --role, such as arn:aws:iam::111122223333:role/Developer; with --all-accounts, the name is enough.\n',
    ],
    [
      ['--provider', 'pattern'],
      2,
      'No access rule names a role for users of pattern.\nThese rules match any role; name roles with --role (or use --all-accounts): arn:aws:iam::{account}:role/Audit, arn:aws:iam::{account}:role/{role}.\n',
    ],
    [['--provider', 'idle'], 2, 'No access rule names a role for users of idle.\nSpecify a role with --role.\n'],
    [
      ['--provider', 'gitlab'],
      1,
      `The access rules make the trust policy of arn:aws:iam::111122223333:role/Bob too permissive: gitlab.com is shared by all its customers, and nothing asks for gitlab.com:sub.
Name the users in a rule (\`subject\`), or set exchange.evidence to reissued.
`,
    ],
  ] as const)('refuses %j with exit %i and a next step', async (args, exitCode, stderr) => {
    expect(await trustPolicy(...args)).toEqual({ exitCode, stdout: '', stderr })
  })

  it('says which roles are still open in every account', async () => {
    const { stdout, stderr } = await trustPolicy('--provider', 'pattern', '--all-accounts')
    expect(stdout).toContain('arn:aws:iam::111122223333:role/Audit')
    expect(stderr).toContain(
      'These rules match any role; name roles with --role NAME, which means that role in every account: arn:aws:iam::{account}:role/{role}.',
    )
  })

  it('fedgate trust-policy did not answer for roles whose names rules leave open, though they were named', async () => {
    const args = ['--provider', 'pattern', '--all-accounts', '--role', 'Deploy', '--role', 'Audit']
    const { stdout, stderr } = await trustPolicy(...args)
    const { roles } = JSON.parse(stdout) as Document
    expect(roles.map(({ arn }) => arn)).toEqual([
      'arn:aws:iam::111122223333:role/Deploy',
      'arn:aws:iam::444455556666:role/Deploy',
      'arn:aws:iam::111122223333:role/Audit',
      'arn:aws:iam::444455556666:role/Audit',
    ])
    expect(stderr).not.toContain('match any role')
  })

  it('fedgate trust-policy did not answer for an account that a rule calls something else', async () => {
    const { roles } = await documentOf('--config', 'other.yaml', '--provider', 'pattern', '--all-accounts')
    expect(roles.map(({ arn }) => arn)).toEqual([
      'arn:aws:iam::111122223333:role/Audit-111122223333',
      'arn:aws:iam::444455556666:role/Audit-444455556666',
    ])
  })

  it.each([
    [
      ['--config', 'open.yaml', '--provider', 'pattern', '--all-accounts'],
      2,
      'The access rules for pattern match any role.\nThese rules match any role; name roles with --role NAME, which means that role in every account: arn:aws:iam::{account}:role/{role}.\n',
    ],
    [
      ['--config', 'nowhere.yaml', '--provider', 'pattern', '--all-accounts'],
      1,
      'The access rules for pattern match any account, and the configuration lists no accounts.\nList the accounts under `accounts` or in a file (--accounts), or specify each role by its ARN with --role.\n',
    ],
    [
      ['--config', 'nowhere.yaml', '--provider', 'pattern', '--all-accounts', '--role', 'Audit'],
      1,
      'The access rules for pattern match any account, and the configuration lists no accounts.\nList the accounts under `accounts` or in a file (--accounts), or specify each role by its ARN with --role.\n',
    ],
    [
      ['--provider', 'tokens', '--all-accounts', '--role', 'Nobody'],
      2,
      'No access rule grants users of tokens a role Nobody in 111122223333, 444455556666, 777788889999.\nChoose a role that a rule under `access` names, or add a rule.\n',
    ],
  ] as const)('says for %j what is missing', async (args, exitCode, stderr) => {
    expect(await trustPolicy(...args)).toEqual({ exitCode, stdout: '', stderr })
  })

  it('ends with 78 where the configuration is wrong', async () => {
    const { exitCode, stdout } = await trustPolicy('--provider', 'corp', '--config', 'signing.crt')
    expect({ exitCode, stdout }).toEqual({ exitCode: 78, stdout: '' })
  })
})
