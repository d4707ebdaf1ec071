/** By what `fedgate revoke` recognizes a user's sessions in AWS, how it writes the policies, and what it cannot reach. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SessionMapping } from '../../src/access/session.ts'
import { formats } from '../../src/cli/revoke/formats.ts'
import { revoke } from '../../src/cli/revoke/revoke.ts'
import { type KnownSessions, selectorFor } from '../../src/cli/revoke/selector.ts'
import type { ProviderConfig } from '../../src/config/types.ts'
import { parseRoleArn } from '../../src/core/arn.ts'
import { denyOlderSessions } from '../../src/iam/generate/deny-older-sessions.ts'
import { parsePolicy } from '../../src/iam/policy.ts'

const NOON = new Date('2026-11-22T12:00:00Z')

const mapping = (said: Partial<SessionMapping> = {}): SessionMapping => ({
  roleSessionName: 'alice@example.org',
  sourceIdentity: undefined,
  tags: new Map(),
  transitiveTagKeys: [],
  packedSizePercent: 0,
  leftOut: [],
  ...said,
})

const providerWith = (via: 'saml' | 'web-identity', evidence: 'original' | 'reissued') =>
  ({ id: 'corp', protocol: 'saml', exchange: { via, evidence, provider: 'fedgate' } }) as unknown as ProviderConfig

const known = (said: Partial<KnownSessions> = {}): KnownSessions => ({
  provider: providerWith('saml', 'reissued'),
  templates: {
    sessionName: '{email}',
    sourceIdentity: '{subject}',
    sessionTags: new Map([
      ['User', '{subject}'],
      ['CostCenter', '{costCenter}'],
    ]),
    transitiveTags: [],
  },
  subject: 'alice',
  mappings: [mapping()],
  isAssumed: false,
  names: [],
  ...said,
})

const costCenter = new Map([['CostCenter', '4711']])
const withoutMapping = { sessionTags: new Map<string, string>(), transitiveTags: [] }

describe('the sessions of a user', () => {
  it.each<[string, Partial<KnownSessions>, unknown]>([
    [
      'their source identity',
      { mappings: [mapping({ sourceIdentity: 'alice' }), mapping({ sourceIdentity: 'alice' })] },
      { kind: 'source-identity', values: ['alice'] },
    ],
    [
      'a tag with the subject, where there is no source identity',
      { mappings: [mapping({ tags: new Map([...costCenter, ['User', 'alice']]) })] },
      { kind: 'tag', key: 'User', values: ['alice'] },
    ],
    [
      'their names, where no tag names the user',
      { mappings: [mapping({ tags: costCenter })], names: ['alice@old.example.org'] },
      { kind: 'name', values: ['alice@example.org', 'alice@old.example.org'] },
    ],
    [
      'nothing, where one sign-in has a source identity and the other has none, and the name is not the user’s own',
      {
        templates: { ...withoutMapping, sessionName: '{provider}' },
        mappings: [mapping({ sourceIdentity: 'alice' }), mapping()],
      },
      { kind: 'role' },
    ],
    [
      'nothing, where an attribute decides the name and no sign-in is known',
      {
        templates: { ...withoutMapping, sessionName: '{email}' },
        mappings: [mapping({ roleSessionName: 'alice', leftOut: [{ what: 'sessionName', reason: 'no email' }] })],
        isAssumed: true,
      },
      { kind: 'role' },
    ],
    [
      'nothing, where the user sends AWS the provider’s own token and chooses the name',
      { provider: providerWith('web-identity', 'original'), names: ['alice@example.org'] },
      { kind: 'role' },
    ],
    [
      'the name in the provider’s own assertion',
      { provider: providerWith('saml', 'original'), mappings: [], names: ['alice@example.org'] },
      { kind: 'name', values: ['alice@example.org'] },
    ],
  ])('are recognized by %s', (_, said, selector) => {
    expect(selectorFor(known(said)).selector).toEqual(selector)
  })

  it('get a policy of one name, whose statements AWS can read', () => {
    const selector = { kind: 'source-identity', values: ['alice'] } as const
    const { name, document } = denyOlderSessions(selector, NOON)
    expect(denyOlderSessions(selector, new Date()).name).toBe(name)
    expect(denyOlderSessions({ ...selector, values: ['bert'] }, NOON).name).not.toBe(name)
    expect(parsePolicy(JSON.stringify(document), 'identity').statements).toHaveLength(2)
    const older = { DateLessThan: { 'aws:TokenIssueTime': '2026-11-22T12:00:00.000Z' } }
    expect(document.Statement.map(({ Condition }) => Condition)).toEqual([
      { ...older, StringEquals: { 'aws:SourceIdentity': ['alice'] } },
      { ...older, StringEquals: { 'sts:SourceIdentity': ['alice'] } },
    ])
  })
})

describe('the policies', () => {
  const roles = [
    'arn:aws:iam::111122223333:role/team/Admin',
    'arn:aws:iam::111122223333:role/Dev',
    'arn:aws:iam::444455556666:role/Dev',
  ].flatMap((arn) => parseRoleArn(arn) ?? [])
  const policy = denyOlderSessions({ kind: 'tag', key: 'User', values: ['$' + '{alice}', "o'hara"] }, NOON)
  const plan = { policy, roles, accountNames: new Map([['444455556666', 'Sandbox\nrm -rf']]) }

  it('are written for Terraform, with no text that it would read as a template', () => {
    const { locals, resource } = JSON.parse(formats.terraform(plan))
    expect(locals.fedgate_revoked_roles).toEqual({ '111122223333': ['Admin', 'Dev'], '444455556666': ['Dev'] })
    expect(JSON.stringify(locals.fedgate_deny_older_sessions)).toContain('"$$' + '{alice}"')
    expect(resource.aws_iam_role_policy.fedgate_deny_older_sessions.name).toBe(policy.name)
  })

  it('are written as commands, account by account and quoted for a shell', () => {
    const lines = formats.cli(plan).split('\n')
    expect(lines.filter((line) => line.startsWith('#'))).toHaveLength(2)
    expect(lines.filter((line) => line.startsWith('aws iam put-role-policy --role-name '))).toHaveLength(3)
    expect(lines.filter((line) => line !== '' && !/^(#|aws )/.test(line))).toEqual([])
    expect(formats.cli(plan)).toContain(String.raw`o'\''hara`)
  })
})

describe('fedgate revoke with a store in memory', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fedgate-revoke-'))
    const config = `baseUrl: https://aws.example.com
session: { secret: 0123456789abcdef0123456789abcdef, store: memory }
sts: { endpoint: local }
providers:
  - { id: google, protocol: oidc, issuer: "https://accounts.google.com", clientId: client-1 }
accounts:
  "444455556666": { name: Sandbox }
access:
  - { when: { provider: google, email: bob@example.com }, roles: ["arn:aws:iam::111122223333:role/Bob"] }
`
    await writeFile(join(folder, 'fedgate.yaml'), config)
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('prints the policies, says that it cannot reach the running gateway, and is not complete', async () => {
    const audit = new Writable({ write: (_chunk, _encoding, done) => done() })
    const options = { config: join(folder, 'fedgate.yaml'), user: 'bob', provider: 'google', format: 'json' } as const
    const { text, notes, isComplete } = await revoke(options, { env: {}, now: () => NOON, audit })
    expect(JSON.parse(text)).toMatchObject({ roles: ['arn:aws:iam::111122223333:role/Bob'] })
    expect(notes.join('\n')).toContain('https://aws.example.com/status/sessions')
    expect(isComplete).toBe(false)
  })
})
