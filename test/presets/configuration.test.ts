import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { roleTrust } from '../../src/access/role-trust.ts'
import { evidenceFromClaims, identityOf } from '../../src/cli/explain/sign-in-from-claims.ts'
import { gatewayIdentifiers } from '../../src/cli/load-config.ts'
import { ConfigError } from '../../src/config/errors.ts'
import type { OidcProviderConfig } from '../../src/config/types.ts'
import { parseRoleArn } from '../../src/core/arn.ts'
import { presentEvidence } from '../../src/evidence/presented-evidence.ts'
import { oidcPresetNames, oidcPresets } from '../../src/presets/oidc-presets.ts'
import { parse } from '../config/sample.ts'

const TENANT = '0c1d2e3f-1111-4222-8333-444455556666'

/** A configuration with this provider, and this rule for its users. */
const text = (settings: string, when = '', list = 'access'): string => `baseUrl: https://aws.example.com
session: { secret: 0123456789abcdef0123456789abcdef }
sts: { endpoint: local }
providers:
  - { id: op, protocol: oidc, clientId: client-1, ${settings} }
${list}:
  - when: { provider: op${when} }
${list === 'access' ? '    roles: ["arn:aws:iam::111122223333:role/Developer"]' : ''}
`

const provider = (settings: string, when = ', subject: alice, groups: a, tid: b'): OidcProviderConfig => {
  const [found] = parse(text(settings, when)).providers
  if (found?.protocol !== 'oidc') throw new Error('no OpenID provider')
  return found
}

const problems = (...args: Parameters<typeof text>): readonly string[] => {
  try {
    parse(text(...args))
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems.map(({ line, path }) => `${line} ${path.join('.')}`)
  }
}

describe('a preset', () => {
  it.each([
    ['google', '', 'https://accounts.google.com'],
    ['cognito', ', userPoolId: eu-west-1_AbCdEfGhI', 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI'],
    ['cognito', ', userPoolId: cn-north-1_AbC', 'https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_AbC'],
    ['entra', `, tenant: ${TENANT}`, `https://login.microsoftonline.com/${TENANT}/v2.0`],
    ['entra', `, tenant: ${TENANT}, tokenVersion: v1`, `https://sts.windows.net/${TENANT}/`],
    ['okta', ', domain: example.okta.com', 'https://example.okta.com'],
    ['okta', ', domain: example.okta.com, authorizationServer: default', 'https://example.okta.com/oauth2/default'],
    ['auth0', ', domain: example.eu.auth0.com', 'https://example.eu.auth0.com/'],
    ['gitlab', '', 'https://gitlab.com'],
    ['gitlab', ', domain: git.example.com', 'https://git.example.com'],
    ['keycloak', ', domain: sso.example.com, realm: example', 'https://sso.example.com/realms/example'],
    ['amazon', '', 'https://www.amazon.com'],
    ['facebook', '', 'https://graph.facebook.com'],
  ])('a preset %s derives the issuer%s: %s', (preset, settings, issuer) => {
    expect(provider(`preset: ${preset}${settings}`)).toMatchObject({ preset, issuer })
  })

  it('a preset gives way to what the operator wrote', () => {
    const settings = 'preset: okta, domain: example.okta.com, scopes: [openid], userinfo: false'
    expect(provider(settings)).toMatchObject({ scopes: ['openid'], userinfo: false })
    expect(provider('preset: okta, domain: example.okta.com').scopes).toContain('groups')
    const written = `issuer: https://login.microsoftonline.us/${TENANT}/v2.0`
    expect(provider(`preset: entra, ${written}`).issuer).toBe(`https://login.microsoftonline.us/${TENANT}/v2.0`)
  })

  it('a preset of all tenants compares issuers by a template, and reissues evidence', () => {
    expect(provider('preset: entra, tenant: organizations')).toMatchObject({
      issuerTemplate: 'https://login.microsoftonline.com/{tenantid}/v2.0',
      exchange: { via: 'saml', evidence: 'reissued' },
    })
    expect(provider('preset: entra, tenant: common, tokenVersion: v1').issuerTemplate).toBe(
      'https://sts.windows.net/{tenantid}/',
    )
    expect(provider(`preset: entra, tenant: ${TENANT}`).issuerTemplate).toBeUndefined()
  })

  it('a preset accepts a stand-in on loopback with an issuer of any shape', () => {
    const settings = 'issuer: "http://127.0.0.1:9000", allowInsecureHttp: true'
    const names = oidcPresetNames.filter((name) => name !== 'amazon' && name !== 'facebook')
    expect(names.filter((name) => problems(`preset: ${name}, ${settings}`).length > 0)).toEqual([])
  })

  it('a preset without ID tokens has endpoints that the operator may replace', () => {
    const europe = 'authorization: "https://eu.account.amazon.com", api: "https://api.amazon.co.uk"'
    expect(provider(`preset: amazon, endpoints: { ${europe} }`)).toMatchObject({
      issuer: 'https://www.amazon.com',
      scopes: ['profile'],
      accessTokens: {
        providerId: 'www.amazon.com',
        authorization: 'https://eu.account.amazon.com',
        api: 'https://api.amazon.co.uk',
      },
    })
    const loopback = 'authorization: "http://127.0.0.1:1", api: "http://127.0.0.1:1"'
    expect(problems(`preset: facebook, endpoints: { ${loopback} }, allowInsecureHttp: true`)).toEqual([])
    expect(problems(`preset: facebook, allowInsecureHttp: true`)).toEqual(['5 providers.0.allowInsecureHttp'])
  })
})

describe('a rule for a provider at which strangers can sign in', () => {
  it.each([
    ['google', '', ', hd: example.com'],
    ['entra', ', tenant: organizations', `, tid: ${TENANT}`],
    ['entra', ', tenant: organizations', `, idp: "https://login.microsoftonline.com/${TENANT}/v2.0"`],
    ['gitlab', '', ', groups: example/aws'],
    ['amazon', '', ', subject: amzn1.account.A'],
    ['facebook', '', ', email: alice@example.com'],
  ])('a rule for users of %s%s asks for something that strangers do not have: %s', (preset, settings, when) => {
    const written = `preset: ${preset}${settings}`
    expect(problems(written, when)).toEqual([])
    expect(problems(written, ', name: alice')).toEqual(['7 access.0.when'])
    expect(problems(written, '', 'operators')).toEqual(['7 operators.0.when'])
  })

  it('a rule with a pattern for the tenant is refused', () => {
    expect(problems('preset: entra, tenant: common', ', tid: "/.*/"')).toEqual(['7 access.0.when'])
  })

  it('a rule for users of one tenant needs no more', () => {
    expect(problems(`preset: entra, tenant: ${TENANT}`)).toEqual([])
  })
})

describe('fedgate explain', () => {
  it('fedgate explain asks for no times of an access token, whose provider keeps them', async () => {
    const config = parse(text('preset: amazon', ', subject: amzn1.account.1'))
    const [amazon] = config.providers
    if (!amazon) throw new Error('no provider')
    const claims = { iss: 'https://www.amazon.com', aud: 'client-1', sub: 'amzn1.account.1' }
    const original = await evidenceFromClaims({ kind: 'web-identity', claims }, amazon, config)
    const issuers = { samlEntityId: 'https://aws.example.com/idp/metadata', webIdentity: undefined }
    const identity = identityOf(original, amazon, config)
    const role = parseRoleArn('arn:aws:iam::111122223333:role/Developer')
    if (!role) throw new Error('no role')
    const presented = presentEvidence({ provider: amazon, identity, original, issuers })(role)
    expect(presented).toMatchObject({ principal: 'www.amazon.com', providerId: 'www.amazon.com' })
    expect(presented).not.toHaveProperty('times')
  })
})

describe('a trust policy for an identity pool', () => {
  const POOL = 'eu-west-1:0a1b2c3d-3333-4444-8555-666677778888'

  it.each([
    ['an OpenID provider', 'protocol: oidc, issuer: "https://op.example.com", clientId: c', 'original'],
    ['an OpenID provider, reissued', 'protocol: oidc, issuer: "https://op.example.com", clientId: c', 'reissued'],
    ['a SAML provider', 'protocol: saml, metadata: ./idp.xml', 'reissued'],
  ])('a trust policy for an identity pool admits the users of %s, and no guests', (_what, written, evidence) => {
    const config = parse(`baseUrl: https://aws.example.com
session: { secret: 0123456789abcdef0123456789abcdef }
sts: { endpoint: local }
providers:
  - { id: op, ${written}, exchange: { via: web-identity, evidence: ${evidence}, identityPoolId: "${POOL}" } }
access:
  - { when: { provider: op, subject: alice }, roles: ["arn:aws:iam::111122223333:role/Developer"] }
sessionTags: { Team: blue }
`)
    const [op] = config.providers
    const role = parseRoleArn('arn:aws:iam::111122223333:role/Developer')
    if (!op || !role) throw new Error('no provider')
    const { statements, unseen } = roleTrust(config, gatewayIdentifiers(config), op, role)
    expect(statements).toEqual([
      {
        Effect: 'Allow',
        Principal: { Federated: 'cognito-identity.amazonaws.com' },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: { 'cognito-identity.amazonaws.com:aud': POOL },
          'ForAnyValue:StringEquals': { 'cognito-identity.amazonaws.com:amr': 'authenticated' },
        },
      },
    ])
    expect(unseen).toEqual(['subject'])
  })
})

describe('a guide in docs/providers', () => {
  const folder = join(import.meta.dirname, '../../docs/providers')
  const guides = Object.values(oidcPresets).map(({ guide }) => guide)

  /** The configurations that a guide shows, with what it leaves out. */
  const shown = (guide: string): readonly string[] =>
    [...readFileSync(join(folder, guide), 'utf8').matchAll(/^```yaml\n(providers:\n.*?)^```$/gms)].map(
      ([, text = '']) => `baseUrl: https://aws.example.com
session: { secret: 0123456789abcdef0123456789abcdef }
sts: { endpoint: local }
${text.replace(/\$\{[A-Z0-9]+_SECRET\}/, 'a-secret-of-the-client')}`,
    )

  /** How the trust policy that it needs names the provider. */
  const principals: Readonly<Record<string, string>> = {
    'google.md': 'accounts.google.com',
    'cognito.md': 'arn:aws:iam::111122223333:oidc-provider/cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI',
    'entra.md': `arn:aws:iam::111122223333:oidc-provider/login.microsoftonline.com/${TENANT}/v2.0`,
    'okta.md': 'arn:aws:iam::111122223333:oidc-provider/example.okta.com',
    'auth0.md': 'arn:aws:iam::111122223333:oidc-provider/example.eu.auth0.com',
    'gitlab.md': 'arn:aws:iam::111122223333:saml-provider/fedgate',
    'keycloak.md': 'arn:aws:iam::111122223333:oidc-provider/sso.example.com/realms/example',
    'amazon.md': 'www.amazon.com',
    'facebook.md': 'graph.facebook.com',
    'identity-pools.md': 'cognito-identity.amazonaws.com',
  }

  it.each(Object.entries(principals))('a guide shows a configuration that is one: %s, for %s', (guide, principal) => {
    const [config, ...more] = shown(guide).map((text) => parse(text))
    const [first] = config?.providers ?? []
    const role = parseRoleArn('arn:aws:iam::111122223333:role/Developer')
    if (!config || !first || !role) throw new Error(`nothing in ${guide}`)
    const { statements } = roleTrust(config, gatewayIdentifiers(config), first, role)
    expect(statements.map(({ Principal }) => Principal.Federated)).toEqual([principal])
    expect(more).toHaveLength(guide === 'entra.md' ? 1 : 0)
  })

  it('a guide is there for every preset, and tells of the redirect URI', () => {
    const there = readdirSync(folder)
    expect(guides.filter((guide) => !there.includes(guide))).toEqual([])
    const untold = guides.filter((guide) => !readFileSync(join(folder, guide), 'utf8').includes('/callback`'))
    expect(untold).toEqual([])
  })
})
