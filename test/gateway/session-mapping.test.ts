import { describe, expect, it } from 'vitest'
import type { Identity, SignIn } from '../../src/core/identity.ts'
import { Secret } from '../../src/core/secret.ts'
import { type SessionPorts, sessionFor } from '../../src/gateway/roles/session-mapping.ts'
import { identity } from '../access/identities.ts'
import { oidcProvider, samlProvider } from './configured.ts'

const NOW = new Date('2026-11-22T12:00:00Z')

const providers = {
  reissuedSaml: samlProvider(),
  reissuedToken: samlProvider({ exchange: { via: 'web-identity', evidence: 'reissued' } }),
  originalSaml: samlProvider({ exchange: { via: 'saml', evidence: 'original', provider: 'corp', stsDecrypts: false } }),
  originalToken: oidcProvider('corp', { exchange: { via: 'web-identity', evidence: 'original' } }),
}

const gatewayWith = (provider: keyof typeof providers): SessionPorts => ({
  providers: new Map([['corp', providers[provider]]]),
  settings: {
    baseUrl: 'https://aws.example.com',
    sessionName: '{subject}',
    sourceIdentity: '{subject}',
    sessionTags: new Map([['Team', '{team}']]),
    transitiveTags: [],
  },
})

const unsigned = (claims: unknown): string => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`

const signInOf = (who: Identity, token?: unknown): SignIn => ({
  identity: who,
  evidence:
    token === undefined
      ? {
          kind: 'saml',
          response: new Secret('x'),
          issuedAt: NOW,
          expiresAt: NOW,
          confirmationCount: 1,
          isEncrypted: false,
        }
      : { kind: 'web-identity', token: new Secret(unsigned(token)), issuedAt: NOW, expiresAt: NOW },
  logoutRef: { kind: 'saml', nameId: { value: 'alice' } },
})

const alice = identity({
  team: ['blue'],
  'https://aws.amazon.com/SAML/Attributes/RoleSessionName': ['alice@corp'],
  'https://aws.amazon.com/SAML/Attributes/PrincipalTag:Team': ['red'],
})

describe('what a session carries', () => {
  it.each(['reissuedSaml', 'reissuedToken'] as const)(
    'what a session carries is what the gateway says: %s',
    (provider) => {
      expect(sessionFor(gatewayWith(provider), signInOf(alice))).toMatchObject({
        roleSessionName: 'alice',
        sourceIdentity: 'alice',
        tags: new Map([['Team', 'blue']]),
        leftOut: [],
        warnings: [],
      })
    },
  )

  it('what a session carries is what the identity provider says in its own assertion, and what we would add is left out', () => {
    const reason = 'AWS sees only what corp itself has signed'
    expect(sessionFor(gatewayWith('originalSaml'), signInOf(alice))).toMatchObject({
      roleSessionName: 'alice@corp',
      sourceIdentity: undefined,
      tags: new Map([['Team', 'red']]),
      leftOut: [
        { what: 'sourceIdentity', reason },
        { what: 'sessionTags.Team', reason },
      ],
    })
  })

  it('what a session carries is what the provider says in its own token, not what its userinfo says; the name alone is ours', () => {
    const token = { 'https://aws.amazon.com/tags': { principal_tags: { Team: ['green'] } } }
    expect(sessionFor(gatewayWith('originalToken'), signInOf(alice, token))).toMatchObject({
      roleSessionName: 'alice',
      tags: new Map([['Team', 'green']]),
    })
  })

  it.each([
    ['urn:oasis:names:tc:SAML:2.0:nameid-format:transient', 1],
    ['urn:oasis:names:tc:SAML:2.0:nameid-format:persistent', 0],
    [undefined, 0],
  ])('comes with a warning where nothing follows the user: subject format %s', (subjectFormat, count) => {
    const who = identity({}, subjectFormat === undefined ? {} : { subjectFormat })
    const { warnings } = sessionFor(gatewayWith('reissuedSaml'), signInOf(who))
    expect(warnings).toHaveLength(count)
    if (count > 0) expect(warnings[0]).toContain('a transient NameID')
  })
})
