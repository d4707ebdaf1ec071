/** `fedgate rehearse`: which roles and users a change would break, with what AWS has registered staying as it is. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { rehearsalLines } from '../../src/cli/rehearse/lines.ts'
import type { Rehearsal } from '../../src/cli/rehearse/rehearsal.ts'
import { rehearsalOf } from '../../src/cli/rehearse/rehearse.ts'
import { createKeyPem } from '../../src/issuer/keys.ts'
import { fedgate } from '../harness/command.ts'
import { metadata } from '../local-aws/support.ts'

const ACCOUNT = '111122223333'
const arnOf = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`
const policy = (...Statement: readonly object[]) => ({ Version: '2012-10-17', Statement })
const trust = (name: string, condition: object = {}) =>
  policy({
    Effect: 'Allow',
    Principal: { Federated: `arn:aws:iam::${ACCOUNT}:saml-provider/${name}` },
    Action: ['sts:AssumeRoleWithSAML', 'sts:TagSession'],
    Condition: { StringEquals: { 'saml:aud': 'https://signin.aws.amazon.com/saml', ...condition } },
  })
const ourIssuer = { 'saml:iss': 'https://aws.example.com/idp/metadata' }

let folder: string
const at = (name: string): string => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fedgate-rehearse-'))
  const [first, second, idp, nextIdp] = await Promise.all(
    ['first', 'second', 'idp', 'next-idp'].map((name) => createKeyPem(name, new Date())),
  )
  if (!first || !second || !idp || !nextIdp) throw new Error('no keys')
  const roles = {
    Developer: trust('fedgate', ourIssuer),
    Administrator: trust('fedgate', ourIssuer),
    Alice: trust('fedgate', { ...ourIssuer, 'saml:sub': 'alice' }),
    Partner: trust('partner', { 'saml:aud': 'https://aws.example.com/saml/partner/acs' }),
  }
  const written: readonly (readonly [string, string])[] = [
    ['first.crt', first.certificate],
    ['first.key', first.privateKey],
    ['second.crt', second.certificate],
    ['second.key', second.privateKey],
    ['idp.xml', metadata(idp)],
    ['next-idp.xml', metadata(nextIdp)],
    [
      'catalog.json',
      JSON.stringify({
        RoleDetailList: Object.entries(roles).map(([name, AssumeRolePolicyDocument]) => ({
          Arn: arnOf(name),
          AssumeRolePolicyDocument,
        })),
      }),
    ],
    [
      'fedgate.yaml',
      stringify({
        baseUrl: 'https://aws.example.com',
        session: { secret: '0123456789abcdef0123456789abcdef' },
        signing: { key: './first.key', certificate: './first.crt' },
        providers: [
          { id: 'corp', protocol: 'saml', metadata: './idp.xml' },
          {
            id: 'partner',
            protocol: 'saml',
            metadata: './idp.xml',
            spEntityId: 'urn:amazon:webservices',
            exchange: { via: 'saml', evidence: 'original', provider: 'partner' },
          },
        ],
        catalog: './catalog.json',
        access: [
          { when: { provider: 'corp', groups: ['dev', 'ops'] }, roles: [arnOf('Developer')] },
          {
            when: { provider: 'corp', groups: '/^aws-(?<role>[\\w]+)$/' },
            roles: [`arn:aws:iam::${ACCOUNT}:role/{role}`],
          },
          { when: { provider: 'corp', subject: 'alice' }, roles: [arnOf('Alice')] },
        ],
      }),
    ],
  ]
  await Promise.all(written.map(([name, text]) => writeFile(at(name), text)))
})
afterAll(() => rm(folder, { recursive: true }))

const rehearsed = async (change: object, more: object = {}): Promise<Rehearsal> => {
  await writeFile(at('change.yaml'), stringify(change))
  return rehearsalOf({ config: at('fedgate.yaml'), change: at('change.yaml'), ...more }, new Date(), () => {})
}
const broken = ({ changes }: Rehearsal): readonly string[] =>
  changes
    .filter(({ breaks }) => breaks)
    .map(({ who, role, before, after }) => [who, role.slice(role.lastIndexOf('/') + 1), before, after].join(' | '))

describe('fedgate rehearse', () => {
  it('fedgate rehearse finds nothing where nothing changes', async () => {
    const rehearsal = await rehearsed({ 'sts.region': 'eu-west-1' })
    expect(rehearsal.changes).toEqual([])
    expect(rehearsal.counts.users).toBeGreaterThanOrEqual(6)
  })

  it('a new signing certificate breaks every role of reissued evidence, until IAM has both', async () => {
    const rotated = await rehearsed({ 'signing.key': './second.key', 'signing.certificate': './second.crt' })
    expect(broken(rotated)).toContain('groups = dev | Developer | allowed | denied')
    expect(broken(rotated)).toContain('groups = aws-Administrator | Administrator | allowed | denied')
    expect(rotated.changes.some(({ provider }) => provider === 'partner')).toBe(false)
    const announced = await rehearsed({
      signing: [
        { key: './first.key', certificate: './first.crt' },
        { key: './second.key', certificate: './second.crt' },
      ],
    })
    expect(announced.changes).toEqual([])
  })

  it('another name of the provider in IAM breaks the roles whose trust policies have the old one', async () => {
    const change = { providers: { corp: { exchange: { via: 'saml', evidence: 'reissued', provider: 'new-name' } } } }
    const rehearsal = await rehearsed(change)
    expect(broken(rehearsal)).toContain('subject = alice | Alice | allowed | denied')
    expect(rehearsal.changes[0]?.reason).toContain('saml-provider/new-name')
    const trustPolicies = { [arnOf('Alice')]: trust('new-name', ourIssuer) }
    expect(broken(await rehearsed({ ...change, trustPolicies }))).not.toContain(
      'subject = alice | Alice | allowed | denied',
    )
  })

  it('another base URL breaks roles by the entityID of the gateway', async () => {
    const rehearsal = await rehearsed({ baseUrl: 'https://login.example.com' })
    expect(broken(rehearsal)).toContain('groups = ops | Developer | allowed | denied')
    expect(rehearsal.changes[0]?.reason).toContain('https://login.example.com/idp/metadata')
  })

  it('a renamed claim, other values and a claim that is gone take the roles of the users who have it', async () => {
    expect(broken(await rehearsed({ claims: { groups: 'memberOf' } }))).toContain(
      'groups = dev | Developer | allowed | not granted',
    )
    const mapped = broken(await rehearsed({ claims: { corp: { groups: { dev: 'developers' } } } }))
    expect(mapped).toEqual(['groups = dev | Developer | allowed | not granted'])
    expect(broken(await rehearsed({ claims: { groups: null } }))).toContain(
      'groups = ops | Developer | allowed | not granted',
    )
    const both = {
      claims: { groups: 'memberOf' },
      access: [{ when: { provider: 'corp', memberOf: ['dev', 'ops'] }, roles: [arnOf('Developer')] }],
    }
    expect(broken(await rehearsed(both))).not.toContain('groups = dev | Developer | allowed | not granted')
  })

  it('a trust policy that asks for more breaks the role for those who do not have it', async () => {
    await writeFile(at('strict.json'), JSON.stringify(trust('fedgate', { ...ourIssuer, 'saml:sub': 'bob' })))
    const rehearsal = await rehearsed({ trustPolicies: { [arnOf('Alice')]: './strict.json' } })
    expect(broken(rehearsal)).toEqual(['subject = alice | Alice | allowed | denied'])
    expect(rehearsalLines(rehearsal).join('\n')).toContain('saml:sub')
  })

  it('metadata without the entityID that the configuration names lets nobody sign in', async () => {
    const rehearsal = await rehearsed({ 'providers.corp.entityId': 'https://elsewhere.example.com' })
    expect(broken(rehearsal)).toContain('groups = dev | Developer | allowed | denied')
    expect(rehearsal.changes[0]?.reason).toContain('Nobody can sign in with corp')
  })

  it('a new key of an identity provider breaks the roles that its own assertions open, and no others', async () => {
    await writeFile(
      at('paul.json'),
      JSON.stringify({
        nameId: 'paul',
        attributes: {
          'https://aws.amazon.com/SAML/Attributes/Role': `${arnOf('Partner')},arn:aws:iam::${ACCOUNT}:saml-provider/partner`,
          'https://aws.amazon.com/SAML/Attributes/RoleSessionName': 'paul',
        },
      }),
    )
    const change = { providers: { corp: { metadata: './next-idp.xml' }, partner: { metadata: './next-idp.xml' } } }
    const paul = await rehearsed(change, { claims: [at('paul.json')], provider: 'partner' })
    expect(broken(paul)).toEqual([`${at('paul.json')} | Partner | allowed | denied`])
    expect((await rehearsed(change)).changes.filter(({ provider }) => provider === 'corp')).toEqual([])
  })

  it('a provider that is removed takes all roles of its users', async () => {
    const change = { 'providers.corp': null, access: [{ when: { provider: 'partner' }, roles: [arnOf('Partner')] }] }
    expect(broken(await rehearsed(change))).toContain('groups = dev | Developer | allowed | not granted')
  })

  it.each([
    ['no mapping', 'just text', 'rehearse.change_unreadable'],
    ['an unknown provider', { 'providers.nobody.entityId': 'x' }, 'rehearse.setting_unknown'],
    [
      'a broken trust policy',
      { trustPolicies: { [arnOf('Alice')]: { Version: '2012-10-17', Statement: [] } } },
      'rehearse.policy_unreadable',
    ],
    ['a claim that is a number', { claims: { groups: 3 } }, 'rehearse.change_unreadable'],
  ])('a change with %s is refused with its code', async (_, change, code) => {
    await writeFile(at('change.yaml'), stringify(change))
    await expect(
      rehearsalOf({ config: at('fedgate.yaml'), change: at('change.yaml') }, new Date(), () => {}),
    ).rejects.toMatchObject({ code })
  })

  it('fedgate rehearse exits with 1 where something breaks, and prints JSON', async () => {
    await writeFile(at('change.yaml'), stringify({ claims: { groups: null } }))
    const args = ['rehearse', '--config', at('fedgate.yaml'), '--change', at('change.yaml')]
    const json = fedgate([...args, '--json'])
    expect(await json.ended).toBe(1)
    expect(JSON.parse(json.stdout())).toMatchObject({ version: 1, counts: { users: expect.any(Number) } })
    const table = fedgate(args)
    await table.ended
    expect(table.stdout()).toContain('BEFORE')
  }, 60_000)
})
