/** Rules over what a role is: by its tags, path, name and account, as the catalogue has them. */

import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { catalogNotes } from '../../src/access/catalog-notes.ts'
import { grantedRoles } from '../../src/access/entitlement.ts'
import { roleSettingsOf } from '../../src/access/role-settings.ts'
import { isGranted, rolesNamedFor, roleTrust } from '../../src/access/role-trust.ts'
import { readCatalog } from '../../src/catalog/read.ts'
import { gatewayIdentifiers } from '../../src/cli/load-config.ts'
import type { Config } from '../../src/config/types.ts'
import { parse } from '../config/sample.ts'
import { identity } from './identities.ts'

const arnOf = (account: string, role: string): string => `arn:aws:iam::${account}:role/${role}`
const [PROD, TEST, CLOSED] = ['111122223333', '444455556666', '777788889999']

const role = (account: string, name: string, groups?: string, tags: Readonly<Record<string, string>> = {}) => ({
  Arn: arnOf(account, name),
  Tags: Object.entries({ ...tags, ...(groups === undefined ? {} : { 'fedgate:groups': groups }) }).map(
    ([Key, Value]) => ({ Key, Value }),
  ),
})

const catalog = readCatalog([
  [
    'accounts.json',
    JSON.stringify({
      Accounts: [
        { Id: PROD, Name: 'Production', ParentId: 'ou-ab12-22222222', Tags: [{ Key: 'env', Value: 'prod' }] },
        { Id: TEST, Name: 'Test', ParentId: 'ou-ab12-11111111' },
        { Id: CLOSED, Name: 'Old', Status: 'SUSPENDED', ParentId: 'ou-ab12-11111111' },
      ],
      OrganizationalUnits: [
        { Id: 'ou-ab12-11111111', Name: 'Workloads', ParentId: 'r-ab12' },
        { Id: 'ou-ab12-22222222', Name: 'Live', ParentId: 'ou-ab12-11111111' },
      ],
    }),
  ],
  [
    'roles.json',
    JSON.stringify({
      RoleDetailList: [
        role(PROD, 'Admin', 'ops  platform', { tier: '1' }),
        role(PROD, 'team-a/Deploy', 'dev'),
        role(TEST, 'Admin', 'dev ops'),
        role(TEST, 'Plain'),
        role(CLOSED, 'Admin', 'dev ops'),
      ],
    }),
  ],
])

const configOf = (access: readonly object[]): Config =>
  parse(
    stringify({
      baseUrl: 'https://aws.example.com',
      session: { secret: '0123456789abcdef0123456789abcdef' },
      signing: { key: './certs/signing.key', certificate: './certs/signing.crt' },
      providers: [{ id: 'corp', protocol: 'saml', metadata: './idp.xml' }],
      catalog: './catalog/*.json',
      access,
    }),
  )

const granted = (selector: object, groups: readonly string[] = ['dev'], when: object = {}) => {
  const { providers, access } = configOf([{ when: { provider: 'corp', ...when }, roles: [selector] }])
  const [provider] = providers
  return provider ? grantedRoles(provider, identity({ groups }), access, catalog) : []
}
const arns = (...given: Parameters<typeof granted>) => granted(...given).map((one) => one.role.arn)

describe("A role's own tag names who may take it", () => {
  it('a tag grants the role to each group that it names, and to no other', () => {
    const byTag = { tag: 'fedgate:groups' }
    expect(arns(byTag, ['dev'])).toEqual([arnOf(PROD, 'team-a/Deploy'), arnOf(TEST, 'Admin')])
    expect(arns(byTag, ['platform'])).toEqual([arnOf(PROD, 'Admin')])
    expect(arns(byTag, ['op', 'Dev', 'dev ops', ''])).toEqual([])
  })

  it('a tag grants nothing where the rule is not met', () => {
    expect(arns({ tag: 'fedgate:groups' }, ['dev'], { groups: 'staff' })).toEqual([])
    const { providers, access } = configOf([{ when: { provider: 'corp' }, roles: [{ tag: 'fedgate:groups' }] }])
    const stranger = identity({ groups: ['dev'] }, { provider: 'partner' })
    expect(providers.flatMap((one) => grantedRoles(one, stranger, access, catalog))).toEqual([])
    expect(providers.flatMap((one) => grantedRoles(one, identity({ groups: ['dev'] }), access))).toEqual([])
  })

  it('a tag is compared with the attribute and by the separator of the rule', () => {
    expect(arns({ tag: 'fedgate:groups', attribute: 'subject', separator: '+' }, [])).toEqual([])
    expect(arns({ tag: 'fedgate:groups', separator: '+' }, ['dev ops'])).toEqual([arnOf(TEST, 'Admin')])
  })

  it('a grant says which tag, file and rule gave it', () => {
    const [deploy] = granted({ tag: 'fedgate:groups' })
    expect(deploy?.grantedBy).toMatch(/^groups = dev \(tag fedgate:groups in roles\.json:1, rule at line \d+\)$/)
  })
})

describe('A rule selects roles by what they are', () => {
  it.each([
    ['path', { path: '/team-*/' }, [arnOf(PROD, 'team-a/Deploy')]],
    ['name', { name: ['Adm?n', 'none'] }, [arnOf(PROD, 'Admin'), arnOf(TEST, 'Admin')]],
    ['account', { account: TEST, name: 'Plain' }, [arnOf(TEST, 'Plain')]],
    ['tags', { tag: { tier: ['1', '2'] } }, [arnOf(PROD, 'Admin')]],
    ['a unit', { ou: 'Workloads/Live', name: 'Admin' }, [arnOf(PROD, 'Admin')]],
    ['a unit around the account', { ou: 'Workloads', name: 'Admin' }, [arnOf(PROD, 'Admin'), arnOf(TEST, 'Admin')]],
    ['the ID of a unit', { ou: 'ou-ab12-22222222', name: 'Admin' }, [arnOf(PROD, 'Admin')]],
    ['tags of the account', { accountTag: { env: 'pr*' }, name: 'Admin' }, [arnOf(PROD, 'Admin')]],
  ])('a rule selects roles by %s', (_, selector, expected) => {
    expect(arns(selector)).toEqual(expected)
  })

  it('trust policies are made for the roles that a rule selects', () => {
    const config = { ...configOf([{ when: { provider: 'corp' }, roles: [{ tag: 'fedgate:groups' }] }]), known: catalog }
    const [provider] = config.providers
    if (!provider) throw new Error('no provider')
    const roles = rolesNamedFor(provider, config)
    expect(roles.map(({ arn }) => arn)).not.toContain(arnOf(CLOSED, 'Admin'))
    expect(roles.every((one) => isGranted(provider, config, one))).toBe(true)
    const [first] = roles
    if (!first) throw new Error('no role')
    expect(roleTrust(config, gatewayIdentifiers(config), provider, first).unseen).toEqual(['groups'])
  })
})

describe('What the catalogue knows of roles', () => {
  const literal = configOf([
    {
      when: { provider: 'corp', groups: 'dev' },
      roles: [arnOf(PROD, 'Admin'), arnOf(PROD, 'Gone'), arnOf(CLOSED, 'Admin'), arnOf('123456789012', 'Unknown')],
    },
    { when: { provider: 'corp' }, roles: [{ path: '/none/' }] },
  ])

  it('a role that no longer exists is not granted, nor one of a closed account', () => {
    const [provider] = literal.providers
    const roles = provider ? grantedRoles(provider, identity({ groups: ['dev'] }), literal.access, catalog) : []
    expect(roles.map((one) => one.role.arn)).toEqual([arnOf(PROD, 'Admin'), arnOf('123456789012', 'Unknown')])
  })

  it('operators are told which roles are hidden and which rules match nothing', () => {
    const notes = catalogNotes(literal, catalog).join('\n')
    for (const word of [CLOSED, arnOf(PROD, 'Gone'), 'path /none/']) expect(notes).toContain(word)
    expect(catalogNotes(literal, catalog)).toHaveLength(3)
  })

  it('what the operator wrote comes before the catalogue', () => {
    const known = readCatalog([
      [
        'a.json',
        JSON.stringify({ Roles: [{ Arn: arnOf(PROD, 'Admin'), MaxSessionDuration: 7200, Description: 'All' }] }),
      ],
      ['b.json', JSON.stringify({ Accounts: [{ Id: PROD, Name: 'From Organizations' }] })],
    ])
    const admin = known.roles.get(arnOf(PROD, 'Admin'))
    if (!admin) throw new Error('no role')
    const settings = { ...literal, accounts: new Map([[PROD, { name: 'Mine' }]]) }
    expect(roleSettingsOf(literal, admin, known)).toMatchObject({
      accountName: 'From Organizations',
      maxSessionSeconds: 7200,
      description: 'All',
    })
    expect(roleSettingsOf(settings, admin, known).accountName).toBe('Mine')
    expect(roleSettingsOf(literal, admin)).toMatchObject({ accountName: PROD, maxSessionSeconds: 3600 })
  })
})
