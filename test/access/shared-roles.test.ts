/** Two providers, one subject: whether AWS can tell their users apart. */
import { describe, expect, it } from 'vitest'
import { sharedRoleWarnings } from '../../src/access/shared-roles.ts'
import { awsFacts } from '../../src/cli/load-config.ts'
import { parseConfig } from '../../src/config/load.ts'
import type { Config } from '../../src/config/types.ts'

const ADMIN = 'arn:aws:iam::111122223333:role/Admin'
const saml = (id: string, more = {}) => ({ id, protocol: 'saml', metadata: './idp.xml', ...more })
const oidc = (id: string, more = {}) => ({
  id,
  protocol: 'oidc',
  issuer: `https://${id}.example.com`,
  clientId: 'client',
  ...more,
})
const rule = (provider: string | readonly string[], role = ADMIN, more = {}) => ({
  when: { provider, ...more },
  roles: [role],
})
const byGroup = { groups: '/^aws-(?<account>\\d{12})-(?<role>\\w+)$/' }

const configOf = (parts: object): Config =>
  parseConfig(
    JSON.stringify({
      baseUrl: 'https://aws.example.com',
      session: { secret: '0123456789abcdef0123456789abcdef' },
      sts: { endpoint: 'aws', region: 'eu-west-1' },
      signing: { key: './signing.key', certificate: './signing.crt' },
      issuer: { key: './issuer.key' },
      ...parts,
    }),
    { file: '/etc/fedgate/fedgate.yaml', env: {}, readFile: () => '<xml/>', aws: awsFacts },
  )

const warningsOf = (parts: object): readonly string[] => sharedRoleWarnings(configOf(parts))
const original = { exchange: { via: 'web-identity', evidence: 'original' } }
const reissued = { exchange: { via: 'web-identity', evidence: 'reissued' } }
const both = [rule('corp'), rule('partner')]

describe('two providers that can reach one role, with no template that holds {provider}', () => {
  it('two providers that can reach one role are named, with the role', () => {
    const [warning, ...more] = warningsOf({ providers: [saml('corp'), saml('partner')], access: both })
    expect(warning).toMatch(/^corp and partner can both reach arn:aws:iam::111122223333:role\/Admin, .*\{provider\}/)
    expect(more).toEqual([])
  })

  it.each<[string, object]>([
    ['by one rule for both', { access: [rule(['corp', 'partner'])] }],
    [
      'one of them by groups',
      { access: [rule('corp'), rule('partner', 'arn:aws:iam::{account}:role/{role}', byGroup)] },
    ],
    [
      'each by groups of its own',
      {
        access: [
          rule('corp', 'arn:aws:iam::{account}:role/Ad{role}', byGroup),
          rule('partner', 'arn:aws:iam::111122223333:role/{role}', {
            groups: '/^(?<role>\\w+)$/',
          }),
        ],
      },
    ],
    ['by tokens that the gateway signs', { providers: [oidc('corp', reissued), saml('partner')], access: both }],
    ['by their own tokens', { providers: [oidc('corp', original), oidc('partner', original)], access: both }],
    [
      'one of them by its own Role attribute',
      { providers: [saml('corp', { rolesFromAssertion: true }), saml('partner')], access: [rule('partner')] },
    ],
    [
      'both by their own Role attributes',
      {
        providers: ['corp', 'partner'].map((id) => saml(id, { rolesFromAssertion: true })),
        access: [],
      },
    ],
    [
      'with a tag that does not get into their own tokens',
      {
        providers: [oidc('corp', original), oidc('partner', original)],
        access: both,
        sessionTags: { Provider: '{provider}' },
      },
    ],
  ])('two providers that can reach one role are reported: %s', (_, parts) => {
    expect(warningsOf({ providers: [saml('corp'), saml('partner')], ...parts })).toHaveLength(1)
  })

  it('two providers that can reach one role are reported pair by pair', () => {
    const providers = ['a', 'b', 'c'].map((id) => saml(id))
    expect(warningsOf({ providers, access: [rule(['a', 'b', 'c'])] })).toHaveLength(3)
  })
})

describe('no warning', () => {
  it.each<[string, object]>([
    ['where the session name holds {provider}', { sessionName: '{provider}.{subject}' }],
    ['where the source identity does', { sourceIdentity: '{provider}.{subject}' }],
    ['where a tag does', { sessionTags: { Team: '{provider}/{department}' } }],
    ['where a tag names who vouched', { sessionTags: { Idp: '{issuer}' } }],
    ['where they reach roles of their own', { access: [rule('corp'), rule('partner', `${ADMIN}2`)] }],
    [
      'where their groups name roles of different accounts',
      {
        access: [
          rule('corp'),
          rule('partner', 'arn:aws:iam::444455556666:role/{role}', { groups: '/^(?<role>\\w+)$/' }),
        ],
      },
    ],
    ['where one of them reaches none', { access: [rule('corp')] }],
    ['for one provider', { providers: [saml('corp')], access: [rule('corp')] }],
    [
      'where one passes on its own assertion, session name and all',
      {
        providers: [
          saml('corp', { exchange: { via: 'saml', evidence: 'original', provider: 'corp' } }),
          saml('partner'),
        ],
      },
    ],
  ])('no warning is given: %s', (_, parts) => {
    expect(warningsOf({ providers: [saml('corp'), saml('partner')], access: both, ...parts })).toEqual([])
  })

  it('no warning is given for a thousand roles each, none of them shared', () => {
    const roles = (name: string) =>
      Array.from({ length: 1000 }, (__, n) => `arn:aws:iam::111122223333:role/${name}${n}`)
    const access = ['corp', 'partner'].map((id) => ({ when: { provider: id }, roles: roles(id) }))
    expect(warningsOf({ providers: [saml('corp'), saml('partner')], access })).toEqual([])
  })
})
