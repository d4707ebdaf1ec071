/** `fedgate explain`: what it prints, and how it ends. Signatures are of no concern to it. */
import { spawn } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { explained } from '../../src/cli/explain/question.ts'
import { readConfig } from '../../src/cli/load-config.ts'
import type { ExplainOptions } from '../../src/cli/options.ts'
import { writeConfig } from '../harness/test-gateway.ts'
import { answerTo, createTestIdp } from '../harness/test-idp.ts'
import { PROGRAM } from '../setup/built.ts'

const URL_OF_GATEWAY = 'http://localhost:4711'
const ACCOUNT = '111122223333'
const arnOf = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`
const AWS = 'https://aws.amazon.com/SAML/Attributes/'
const NOW = new Date()

interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

const explain = (...args: string[]): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, 'explain', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const written = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        written[name] += text
      })
    child.once('error', reject).once('close', (exitCode) => resolve({ exitCode, ...written }))
  })

const providers = [
  { id: 'corp', protocol: 'saml', metadata: './idp.xml' },
  {
    id: 'original',
    protocol: 'saml',
    metadata: './idp.xml',
    spEntityId: 'urn:amazon:webservices',
    exchange: { via: 'saml', evidence: 'original', provider: 'corp' },
  },
  { id: 'op', protocol: 'oidc', issuer: 'https://id.example.com', clientId: 'fedgate', clientSecret: 's' },
  {
    id: 'own',
    protocol: 'oidc',
    issuer: 'https://id.example.com',
    clientId: 'fedgate',
    clientSecret: 's',
    exchange: { via: 'web-identity', evidence: 'reissued' },
  },
]

let folder: string
let config: string
let SAMLResponse: string

const fileOf = async (name: string, text: string): Promise<string> => {
  const file = join(folder, name)
  await writeFile(file, text)
  return file
}

const ALICE = { nameId: 'alice', attributes: { mail: 'alice@example.com', groups: ['dev'], department: 'Research' } }
const TOKEN = { iss: 'https://id.example.com', aud: 'fedgate', sub: 'alice', email: 'alice@example.com' }

beforeAll(async () => {
  const idp = await createTestIdp('corp')
  const access = providers.map(({ id }) => ({ when: { provider: id, groups: 'dev' }, roles: [arnOf(id)] }))
  const keys = { providers, access, sessionName: '{email}' }
  const written = await writeConfig(URL_OF_GATEWAY, keys, { files: { 'idp.xml': idp.metadata } })
  folder = written.folder
  config = written.file
  const attributes = {
    'urn:oid:1.3.6.1.4.1.5923.1.1.1.1': ['staff'],
    department: ['Research'],
    [`${AWS}Role`]: [`${arnOf('original')},arn:aws:iam::${ACCOUNT}:saml-provider/corp`],
    [`${AWS}RoleSessionName`]: ['alice@example.com'],
    [`${AWS}PrincipalTag:CostCenter`]: ['4711'],
  }
  const request = { id: '_1', acsUrl: `${URL_OF_GATEWAY}/saml/original/acs`, issuer: 'urn:amazon:webservices' }
  const says = { subject: 'alice', attributes, now: new Date('2026-01-01T12:00:00Z') }
  SAMLResponse = (await answerTo(idp, request, says)).SAMLResponse
})
afterAll(() => rm(folder, { recursive: true }))

const asked = async (options: Partial<ExplainOptions> & { readonly text: string }) => {
  const { text, ...rest } = options
  const claims = await fileOf(`claims-${Math.abs(text.length)}`, text)
  const provider = rest.provider ?? 'corp'
  return explained(await readConfig(config, {}), { config, provider, role: arnOf(provider), claims, ...rest }, NOW)
}

describe('the command', () => {
  it('ends with 0 and says so in words where AWS would allow it', async () => {
    const claims = await fileOf('alice.json', JSON.stringify(ALICE))
    const ended = await explain('--config', config, '--provider', 'corp', '--role', arnOf('corp'), '--claims', claims)
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' })
    expect(ended.stdout).toContain(`AWS will let this sign-in take ${arnOf('corp')}`)
    expect(ended.stdout).toMatch(
      /condition keys that AWS sees\n(.*\n)* {2}saml:aud +https:\/\/signin\.aws\.amazon\.com\/saml \(SubjectConfirmationData/,
    )
    expect(ended.stdout).toMatch(/claims that AWS ignores\n {2}groups +dev\n {2}department +Research\n/)
    expect(ended.stdout).toContain('Signatures were not verified')
    expect(ended.stdout).toMatch(/\nThe gateway grants the role because groups = dev \(rule at line \d+\)\.\n$/)
  })

  it('says that the gateway itself would not ask, where no rule grants what AWS would allow', async () => {
    const claims = await fileOf('stranger.json', JSON.stringify({ nameId: 'eve', attributes: { groups: ['other'] } }))
    const ended = await explain('--config', config, '--provider', 'corp', '--role', arnOf('corp'), '--claims', claims)
    expect(ended.exitCode).toBe(0)
    expect(ended.stdout).toContain(`AWS will let this sign-in take ${arnOf('corp')}`)
    expect(ended.stdout).toContain(`The gateway itself does not grant ${arnOf('corp')} to this sign-in`)
  })

  it('ends with 4 and tells the statement, the condition and what to change where AWS would deny it', async () => {
    const claims = await fileOf('token.json', JSON.stringify(TOKEN))
    const Principal = { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/id.example.com` }
    const Condition = { StringEquals: { 'id.example.com:aud': 'fedgate', 'id.example.com:groups': 'dev' } }
    const Statement = [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRoleWithWebIdentity', Condition }]
    const policy = await fileOf('policy.json', JSON.stringify({ Version: '2012-10-17', Statement }))
    const which = ['--config', config, '--provider', 'op', '--role', arnOf('op'), '--claims', claims]
    const ended = await explain(...which, '--trust-policy', policy)
    expect(ended.exitCode).toBe(4)
    expect(ended.stdout).toContain(
      "Statement[0] of the role's trust policy requires id.example.com:groups to be dev (StringEquals), but AWS sees no such key in this call.",
    )
    expect(ended.stdout).toContain('trust.claim_is_no_key')
  })

  it('ends with 1 where it cannot be determined, and answers programs in JSON', async () => {
    const claims = await fileOf('alice.json', JSON.stringify(ALICE))
    const which = ['--config', config, '--provider', 'corp', '--role', arnOf('nobody-knows-it'), '--claims', claims]
    const ended = await explain(...which, '--json')
    expect(ended.exitCode).toBe(1)
    expect(JSON.parse(ended.stdout)).toEqual({
      decision: 'unknown',
      action: 'sts:AssumeRoleWithSAML',
      context: expect.objectContaining({ 'saml:sub': ['alice'], 'sts:RoleSessionName': ['alice@example.com'] }),
      checks: expect.arrayContaining([
        { name: 'signatureIsVerified', outcome: 'not-run', found: 'explain verifies no signature' },
        expect.objectContaining({ name: 'trustPolicyIsKnown', outcome: 'unknown' }),
      ]),
    })
  })

  it('ends with 1 and every place of a trust policy that IAM would not accept', async () => {
    const claims = await fileOf('alice.json', JSON.stringify(ALICE))
    const policy = await fileOf('bad.json', JSON.stringify({ Version: '2012', Statement: [{ Effect: 'allow' }] }))
    const which = ['--config', config, '--provider', 'corp', '--role', arnOf('corp'), '--claims', claims]
    const { exitCode, stderr } = await explain(...which, '--trust-policy', policy)
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`The trust policy in ${policy} is not one that IAM would accept.\n`)
    expect(stderr).toContain('  Version: expected 2012-10-17 or 2008-10-17, found "2012"\n')
    expect(stderr).toContain('  Statement[0].Effect: expected Allow or Deny, found "allow"\n')
  })

  it.each([
    [
      ['--provider', 'nobody'],
      'The configuration has no provider nobody.\nName one with --provider: corp, original, op, own.\n',
    ],
    [['--role', 'admin'], 'admin is not the ARN of a role.\n'],
    [['--claims', '/nowhere'], 'The file /nowhere cannot be read.\n'],
    [['--trust-policy', '/nowhere'], 'The file /nowhere cannot be read.\n'],
  ])('ends with 1 and a sentence for %j', async (args, sentence) => {
    const claims = await fileOf('alice.json', JSON.stringify(ALICE))
    const which = ['--config', config, '--provider', 'corp', '--role', arnOf('corp'), '--claims', claims]
    expect(await explain(...which, ...args)).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringContaining(sentence),
    })
  })
})

const xml = (): string => Buffer.from(SAMLResponse, 'base64').toString()
const assertionXml = (): string => /<saml:Assertion.*<\/saml:Assertion>/s.exec(xml())?.[0] ?? ''

describe('what the session is without', () => {
  const sessionTags = new Map(Object.entries({ Team: '{team}', Fine: '{department}' }))
  const withTemplates = async (provider: string, text: string) => {
    const templates = { ...(await readConfig(config, {})), sourceIdentity: '{subject}', sessionTags }
    const claims = await fileOf('left-out.json', text)
    return explained(templates, { config, provider, role: arnOf(provider), claims }, NOW)
  }

  it('what the session lacks is shown with the reason, where the gateway makes the session', async () => {
    const attributes = { ...ALICE.attributes, team: ['Research & Development'] }
    const { leftOut, session } = await withTemplates('corp', JSON.stringify({ ...ALICE, attributes }))
    expect([...session.tags]).toEqual([['Fine', 'Research']])
    expect(leftOut).toEqual([{ what: 'sessionTags.Team', reason: expect.stringContaining('its value has') }])
  })

  it('what the session lacks is every template, where AWS sees only what the provider signed', async () => {
    const { leftOut } = await withTemplates('op', JSON.stringify(TOKEN))
    expect(leftOut.map(({ what }) => what)).toEqual(['sourceIdentity', 'sessionTags.Team', 'sessionTags.Fine'])
  })
})

describe('claims of a file', () => {
  it.each([
    ['a response in base64', () => SAMLResponse],
    ['a response in base64 with broken lines', () => SAMLResponse.replace(/.{76}/g, '$&\r\n')],
    ['a form field', () => new URLSearchParams({ SAMLResponse }).toString()],
    ['a response as XML', xml],
    ['an assertion as XML', assertionXml],
    ['an assertion in base64', () => Buffer.from(assertionXml()).toString('base64')],
  ])("claims of a file are read from %s, for the provider's own evidence", async (_, textOf) => {
    const { preflight, ignored } = await asked({ provider: 'original', text: textOf() })
    const context = Object.fromEntries(preflight.context.map(({ key, values }) => [key, values]))
    expect(context).toMatchObject({
      'saml:iss': ['https://corp.example/metadata'],
      'saml:aud': [`${URL_OF_GATEWAY}/saml/original/acs`],
      'saml:sub': ['alice'],
      'saml:edupersonaffiliation': ['staff'],
      'aws:RequestTag/CostCenter': ['4711'],
      'sts:RoleSessionName': ['alice@example.com'],
    })
    expect(ignored).toEqual([{ name: 'department', values: ['Research'] }])
  })

  it('claims of a file may be months old, which is said and decides nothing', async () => {
    const { preflight } = await asked({ provider: 'original', text: SAMLResponse })
    const age = preflight.verdict.find(({ name }) => name === 'evidenceIsCurrent')
    expect(age).toMatchObject({ outcome: 'pass', warning: expect.stringContaining('too old for AWS') })
  })

  // B.5: a bearer's SubjectConfirmation, with Recipient and NotOnOrAfter.
  it.each([
    ['NotOnOrAfter', / NotOnOrAfter="[^"]*"(?=[^>]*Recipient)|(?<=Recipient="[^"]*") NotOnOrAfter="[^"]*"/, ''],
    ['Recipient', / Recipient="[^"]*"/, ''],
    ['bearer', 'cm:bearer', 'cm:sender-vouches'],
  ])('without %s are confirmed by nobody', async (_, part, instead) => {
    const text = assertionXml().replace(part, instead)
    expect(text).not.toBe(assertionXml())
    const { preflight } = await asked({ provider: 'original', text })
    expect(preflight.decidedBy).toMatchObject({ name: 'hasOneConfirmation', outcome: 'fail' })
  })

  it('claims of a file are read as a sign-in reads them: the NameID without white space, what nothing reads left alone', async () => {
    const text = assertionXml()
      .replace(/(<saml:NameID[^>]*>)alice/, '$1\n  alice\n  ')
      .replace('Research', 'Re<x/>search')
    const { subject, ignored } = await asked({ provider: 'original', text })
    expect([subject, ignored]).toEqual(['alice', [{ name: 'department', values: [] }]])
  })

  it('claims of a file that a sign-in would be refused for are refused', async () => {
    const text = assertionXml().replace('>4711<', '>47<x/>11<')
    await expect(asked({ provider: 'original', text })).rejects.toMatchObject({
      code: 'explain.claims_unreadable',
      message: expect.stringContaining('PrincipalTag:CostCenter has elements in its text'),
    })
  })

  it('claims of a file that lack the pair of the role are denied by that', async () => {
    const { preflight } = await asked({ provider: 'original', role: arnOf('corp'), text: SAMLResponse })
    expect(preflight).toMatchObject({ outcome: 'denied', decidedBy: { name: 'roleIsInAssertion' } })
  })

  it.each([
    ['JSON', () => JSON.stringify(TOKEN), undefined],
    [
      'a token',
      () =>
        [{ alg: 'PS256' }, TOKEN].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') +
        '.x',
      'algorithmIsTaken',
    ],
  ])('claims of a file of an OpenID provider are read from %s', async (_, textOf, failing) => {
    const { preflight } = await asked({ provider: 'op', text: textOf() })
    expect(preflight.decidedBy?.name).toBe(failing)
    expect(preflight.context).toEqual(
      expect.arrayContaining([expect.objectContaining({ key: 'id.example.com:sub', values: ['alice'] })]),
    )
  })

  it("become the gateway's own token where it issues one", async () => {
    const { preflight } = await asked({ provider: 'own', text: JSON.stringify(TOKEN) })
    expect(preflight.context).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ key: 'localhost:4711:sub', values: ['alice'] }),
        expect.objectContaining({ key: 'localhost:4711:amr', values: ['provider:own'] }),
      ]),
    )
  })

  it.each([
    ['corp', JSON.stringify(TOKEN), 'explain.claims_of_another_kind'],
    ['op', JSON.stringify(ALICE), 'explain.claims_of_another_kind'],
    ['corp', 'hello', 'explain.claims_unreadable'],
    ['corp', '{', 'explain.claims_unreadable'],
    ['corp', '<a', 'explain.claims_unreadable'],
    ['corp', '<a/>', 'explain.claims_unreadable'],
    ['corp', '{"nameId":"a","groups":[]}', 'explain.claims_unreadable'],
    ['corp', '{"attributes":{"groups":[1]}}', 'explain.claims_unreadable'],
    ['op', '{"sub":"alice"}', 'explain.claims_unreadable'],
  ])('claims of a file that %s could not have sent are refused: %s', async (provider, text, code) => {
    await expect(asked({ provider, text })).rejects.toMatchObject({ code })
  })
})
