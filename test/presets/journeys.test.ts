/**
 * Each preset with a stand-in of its provider, from the sign-in to credentials of the local AWS, which verifies tokens by
 * the keys and answers of the same stand-ins. Issuers, endpoints and condition keys are the real ones.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { checkOpenIdProvider } from '../../src/check/openid-provider.ts'
import { firstFailure } from '../../src/core/verdict.ts'
import { portsOf } from '../check/check-fixtures.ts'
import { parse } from '../config/sample.ts'
import { refusalIn } from '../harness/html.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { hmacWith, type Json, rogue, signedBy } from '../oidc/tampering-provider.ts'
import * as published from './published.ts'
import {
  amazonApi,
  amazonUser,
  type Change,
  facebookApi,
  facebookUser,
  SECRET,
  type StandIns,
  startStandIns,
} from './stand-ins.ts'

const { GROUP, OTHER_TENANT, POOL, TENANT } = published
const MULTI_FACTOR = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor'
/** Knows another client of Google. */
const OTHER_POOL = 'eu-west-1:ffffffff-3333-4444-8555-666677778888'
const ORIGINAL = { via: 'web-identity', evidence: 'original' }

/** A provider as an operator writes it, and what its rule asks for. */
const configured: Readonly<Record<string, { readonly provider: Json; readonly when: Json }>> = {
  google: { provider: { preset: 'google', clientId: published.google.clientId }, when: { hd: 'example.com' } },
  'google-pool': {
    provider: {
      preset: 'google',
      clientId: published.google.clientId,
      exchange: { ...ORIGINAL, identityPoolId: POOL },
    },
    when: { email: 'alice@example.com' },
  },
  'google-other-pool': {
    provider: {
      preset: 'google',
      clientId: published.google.clientId,
      exchange: { ...ORIGINAL, identityPoolId: OTHER_POOL },
    },
    when: { email: 'alice@example.com' },
  },
  'amazon-pool': {
    provider: {
      preset: 'amazon',
      clientId: 'amzn1.application-oa2-client.example',
      exchange: { ...ORIGINAL, identityPoolId: POOL },
    },
    when: { subject: amazonUser },
  },
  cognito: {
    provider: { preset: 'cognito', userPoolId: 'eu-west-1_AbCdEfGhI', clientId: published.cognito.clientId },
    when: { 'cognito:groups': 'aws-dev' },
  },
  entra: { provider: { preset: 'entra', tenant: TENANT, clientId: published.entra.clientId }, when: { groups: GROUP } },
  'entra-v1': {
    provider: { preset: 'entra', tenant: TENANT, tokenVersion: 'v1', clientId: published.entra.clientId },
    when: { groups: GROUP, amr: 'mfa' },
  },
  'entra-all': {
    provider: { preset: 'entra', tenant: 'organizations', clientId: published.entra.clientId },
    when: { tid: TENANT, groups: GROUP },
  },
  okta: {
    provider: { preset: 'okta', domain: 'example.okta.com', clientId: published.okta.clientId },
    when: { groups: 'aws-dev' },
  },
  'okta-default': {
    provider: {
      preset: 'okta',
      domain: 'example.okta.com',
      authorizationServer: 'default',
      clientId: published.okta.clientId,
    },
    when: { groups: 'aws-dev' },
  },
  'okta-scope': {
    provider: {
      preset: 'okta',
      domain: 'example.okta.com',
      authorizationServer: 'default',
      clientId: published.okta.clientId,
      scopes: ['openid', 'groups'],
    },
    when: { groups: 'aws-dev' },
  },
  'okta-mfa': {
    provider: {
      preset: 'okta',
      domain: 'example.okta.com',
      clientId: published.okta.clientId,
      acrValues: ['urn:okta:loa:2fa:any'],
    },
    when: { groups: 'aws-dev' },
  },
  auth0: {
    provider: {
      preset: 'auth0',
      domain: 'example.eu.auth0.com',
      clientId: published.auth0.clientId,
      acrValues: [MULTI_FACTOR],
    },
    when: { 'https://example.com/groups': 'aws-dev' },
  },
  gitlab: {
    provider: { preset: 'gitlab', clientId: published.gitlab.clientId },
    when: { groups: 'example/aws-dev' },
  },
  keycloak: {
    provider: { preset: 'keycloak', domain: 'sso.example.com', realm: 'example', clientId: 'fedgate' },
    when: { groups: '/aws-dev' },
  },
  amazon: {
    provider: { preset: 'amazon', clientId: 'amzn1.application-oa2-client.example' },
    when: { subject: amazonUser },
  },
  facebook: { provider: { preset: 'facebook', clientId: '138483919580948' }, when: { subject: facebookUser } },
}

const roleOf = (id: string): string => `arn:aws:iam::111122223333:role/${id}`

const trusting = (id: string, federated: string, condition: Json, more: readonly string[] = []): Json => ({
  arn: roleOf(id),
  trustPolicy: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: federated },
        Action: ['sts:AssumeRoleWithWebIdentity', ...more],
        Condition: condition,
      },
    ],
  },
})

const oidcArn = (path: string): string => `arn:aws:iam::111122223333:oidc-provider/${path}`

/** Roles whose trust policy has the condition keys of the provider, written by hand. The others have a generated one. */
const roles: readonly Json[] = [
  trusting('google', 'accounts.google.com', {
    StringEquals: {
      'accounts.google.com:aud': published.google.clientId,
      'accounts.google.com:oaud': published.google.clientId,
      'accounts.google.com:sub': String(published.google.claims.sub),
    },
  }),
  trusting('google-pool', 'cognito-identity.amazonaws.com', {
    StringEquals: { 'cognito-identity.amazonaws.com:aud': POOL },
    StringLike: { 'cognito-identity.amazonaws.com:sub': 'eu-west-1:*' },
    'ForAllValues:StringLike': {
      'cognito-identity.amazonaws.com:amr': ['authenticated', 'accounts.google.com', 'accounts.google.com:*'],
    },
    Null: { 'cognito-identity.amazonaws.com:amr': 'false' },
  }),
  trusting(
    'entra',
    oidcArn(`login.microsoftonline.com/${TENANT}/v2.0`),
    {
      StringEquals: {
        [`login.microsoftonline.com/${TENANT}/v2.0:aud`]: published.entra.clientId,
      },
      StringEqualsIfExists: { 'aws:RequestTag/CostCenter': '4711' },
    },
    ['sts:TagSession'],
  ),
  trusting(
    'entra-v1',
    oidcArn(`sts.windows.net/${TENANT}`),
    {
      StringEquals: { [`sts.windows.net/${TENANT}:aud`]: published.entra.clientId },
      'ForAnyValue:StringEquals': { [`sts.windows.net/${TENANT}:amr`]: 'mfa' },
    },
    ['sts:TagSession'],
  ),
  trusting(
    'okta-default',
    oidcArn('example.okta.com/oauth2/default'),
    { StringEquals: { 'example.okta.com/oauth2/default:aud': published.okta.clientId } },
    ['sts:TagSession'],
  ),
  trusting('amazon', 'www.amazon.com', {
    StringEquals: {
      'www.amazon.com:app_id': 'amzn1.application-oa2-client.example',
      'www.amazon.com:user_id': amazonUser,
    },
  }),
  trusting('facebook', 'graph.facebook.com', {
    StringEquals: { 'graph.facebook.com:app_id': '138483919580948', 'graph.facebook.com:id': facebookUser },
  }),
]

const identityPools = [
  { id: OTHER_POOL, account: '111122223333', logins: { 'accounts.google.com': ['4321.apps.googleusercontent.com'] } },
]

let internet: StandIns
let gateway: ReservedGateway

beforeAll(async () => {
  const { GROUP: _, OTHER_TENANT: __, POOL: ___, TENANT: ____, ...all } = published
  internet = await startStandIns(Object.values(all), {
    'api.amazon.com': amazonApi,
    'graph.facebook.com': facebookApi,
  })
  vi.stubGlobal('fetch', internet.fetch)
  gateway = await startConfiguredGateway(
    await reserveGateway(),
    {
      providers: Object.entries(configured).map(([id, { provider }]) => ({
        id,
        protocol: 'oidc',
        clientSecret: SECRET,
        ...provider,
      })),
      access: Object.entries(configured).map(([id, { when }]) => ({
        when: { provider: id, ...when },
        roles: [roleOf(id)],
      })),
    },
    { state: { roles, identityPools }, standIns: internet.origins },
  )
})
afterAll(async () => {
  vi.unstubAllGlobals()
  await gateway.close()
  await internet.close()
})

interface SignedIn {
  readonly browser: HttpBrowser
  readonly page: Page
}

/** Starts at the gateway; the provider then answers, as changed. */
const signIn = async (id: string, change: Change = {}): Promise<SignedIn> => {
  const browser = new HttpBrowser()
  const { location = '' } = await browser.open(`${gateway.url}/login/${id}`, { stopBefore: /^https:/ })
  const asked = new URL(location).searchParams
  internet.behave(change)
  const [, service] = /^(amazon|facebook)/.exec(id) ?? []
  const answer = service
    ? new URLSearchParams({ code: `${service}-code`, state: asked.get('state') ?? '' })
    : internet.authorize(location, change)
  return { browser, page: await browser.open(`${asked.get('redirect_uri')}?${answer}`) }
}

const take = ({ browser, page }: SignedIn, id: string): Promise<Page> =>
  browser.submit(page, { ...formWith(page, 'role', roleOf(id)), action: `${gateway.url}/roles/credentials` })

const claiming =
  (changes: Json): NonNullable<Change['claims']> =>
  (claims) => ({ ...claims, ...changes })

describe('a user of a provider with a preset', () => {
  it.each([
    'google',
    'google-pool',
    'amazon-pool',
    'cognito',
    'entra',
    'entra-v1',
    'entra-all',
    'okta',
    'okta-default',
    'auth0',
    'gitlab',
    'keycloak',
    'amazon',
    'facebook',
  ])('a user of %s gets credentials', async (id) => {
    const arrived = await signIn(id)
    expect(arrived.page.url).toBe(`${gateway.url}/roles`)
    expect((await take(arrived, id)).body).toContain(`assumed-role/${id}/`)
  })

  it('a token of Google that names its issuer without a scheme is accepted, by AWS too', async () => {
    const arrived = await signIn('google', { claims: claiming({ iss: 'accounts.google.com' }) })
    expect((await take(arrived, 'google')).body).toContain('assumed-role/google/')
  })

  it('a user whom Entra ID has in too many groups is told so', async () => {
    const { page } = await signIn('entra', {
      claims: ({ groups: _, ...claims }) => ({
        ...claims,
        _claim_names: { groups: 'src1' },
        _claim_sources: { src1: { endpoint: 'https://graph.windows.net/x/users/y/getMemberObjects' } },
      }),
    })
    expect(page.url).toBe(`${gateway.url}/roles`)
    const line = gateway.audit().findLast(({ eventName }) => eventName === 'login')
    expect(JSON.stringify(line)).toContain('too many')
    expect(page.body).not.toContain(roleOf('entra'))
  })

  it('a user of another tenant gets no role', async () => {
    const iss = `https://login.microsoftonline.com/${OTHER_TENANT}/v2.0`
    const { browser, page } = await signIn('entra-all', { claims: claiming({ tid: OTHER_TENANT, iss }) })
    expect(page.url).toBe(`${gateway.url}/roles`)
    expect(page.body).not.toContain(roleOf('entra-all'))
    const { body } = await browser.open(`${gateway.url}/api/session`)
    expect(JSON.parse(body)).toMatchObject({ roles: [] })
  })
})

describe('a sign-in at a provider with a preset', () => {
  const toOther = { sub: 'someone', user_id: 'amzn1.account.OTHER', aud: 'amzn1.application-oa2-client.example' }

  it.each<readonly [what: string, id: string, change: Change, code: string]>([
    [
      'with the issuer of another host',
      'google',
      { claims: claiming({ iss: 'https://accounts.google.com.example' }) },
      'oidc.issuer_mismatch',
    ],
    [
      "with another tenant's issuer than its tid",
      'entra-all',
      { claims: claiming({ tid: OTHER_TENANT }) },
      'oidc.issuer_mismatch',
    ],
    ['without a tenant', 'entra-all', { claims: ({ tid: _, ...claims }) => claims }, 'oidc.issuer_mismatch'],
    [
      'with a tenant that leads elsewhere',
      'entra-all',
      { claims: claiming({ tid: '../evil', iss: 'https://login.microsoftonline.com/../evil/v2.0' }) },
      'oidc.issuer_mismatch',
    ],
    [
      'with a v1 token where v2 is configured',
      'entra',
      { claims: claiming({ iss: `https://sts.windows.net/${TENANT}/` }) },
      'oidc.issuer_mismatch',
    ],
    ['with a scope that the authorization server does not have', 'okta-scope', {}, 'oidc.provider_refused'],
    [
      'without the requested second factor',
      'okta-mfa',
      { claims: claiming({ acr: 'urn:okta:loa:1fa:any' }) },
      'oidc.acr_mismatch',
    ],
    [
      'with a token that is signed with the secret',
      'auth0',
      { header: { alg: 'HS256' }, seal: hmacWith(SECRET) },
      'oidc.algorithm_refused',
    ],
    [
      'for another client of the user pool',
      'cognito',
      { claims: claiming({ aud: 'another' }) },
      'oidc.audience_mismatch',
    ],
    ['with the key of another realm', 'keycloak', { seal: signedBy(rogue.privateKey) }, 'oidc.signature_invalid'],
    [
      'for another client of the realm',
      'keycloak',
      { claims: claiming({ azp: 'account' }) },
      'oidc.authorized_party_mismatch',
    ],
    [
      'with the userinfo of another user',
      'gitlab',
      { claims: claiming({ sub: '7654321' }) },
      'oidc.userinfo_subject_mismatch',
    ],
    [
      'with a token for another application',
      'amazon',
      { api: { '/auth/o2/tokeninfo': { ...toOther, aud: 'amzn1.application-oa2-client.other', exp: 3000 } } },
      'access_token.other_application',
    ],
    ['with a token that Amazon rejects', 'amazon', { api: { '/auth/o2/tokeninfo': 400 } }, 'access_token.rejected'],
    [
      'with a token that has expired',
      'amazon',
      { api: { '/auth/o2/tokeninfo': { ...toOther, exp: 0 } } },
      'access_token.expired',
    ],
    [
      'with the profile of another user',
      'amazon',
      { api: { '/user/profile': { user_id: 'amzn1.account.OTHER' } } },
      'access_token.other_user',
    ],
    [
      'with a token that Facebook has ended',
      'facebook',
      { api: { '/debug_token': { data: { is_valid: false, error: { message: 'The session was invalidated' } } } } },
      'access_token.rejected',
    ],
    [
      'with a token of no user',
      'facebook',
      { api: { '/debug_token': { data: { is_valid: true, app_id: '138483919580948', expires_at: 4_000_000_000 } } } },
      'access_token.user_missing',
    ],
    ['with a client that the identity pool does not know', 'google-other-pool', {}, 'cognito.refused'],
  ])('a sign-in %s is refused: %s', async (_what, id, change, code) => {
    const { page } = await signIn(id, change)
    expect(refusalIn(page.body).code).toBe(code)
    expect(page.url).not.toBe(`${gateway.url}/roles`)
  })

  it('an access token that Amazon rejects at the exchange gives no credentials', async () => {
    const arrived = await signIn('amazon')
    internet.behave({ api: { '/auth/o2/tokeninfo': 400 } })
    expect(refusalIn((await take(arrived, 'amazon')).body).code).toBe('sts.identity_rejected')
  })
})

describe('fedgate check of a provider with a preset', () => {
  const checked = async (settings: string) => {
    const config = parse(`baseUrl: https://aws.example.com
session: { secret: 0123456789abcdef0123456789abcdef }
sts: { endpoint: local }
providers:
  - { id: op, protocol: oidc, clientId: client-1, ${settings} }
`)
    const [provider] = config.providers
    if (provider?.protocol !== 'oidc') throw new Error('no OpenID provider')
    const ask = async (url: string) => {
      const [at, response] = [new Date(), await internet.fetch(url)]
      return { status: response.status, text: await response.text(), date: at, sentAt: at, answeredAt: at }
    }
    return checkOpenIdProvider(provider, { ...portsOf({}), ask })
  }

  it.each([
    ['google', 'preset: google'],
    ['cognito', 'preset: cognito, userPoolId: eu-west-1_AbCdEfGhI'],
    ['entra', `preset: entra, tenant: ${TENANT}`],
    ['entra', 'preset: entra, tenant: organizations'],
    ['entra', `preset: entra, tenant: ${TENANT}, tokenVersion: v1`],
    ['okta', 'preset: okta, domain: example.okta.com'],
    ['okta', 'preset: okta, domain: example.okta.com, authorizationServer: default'],
    ['auth0', 'preset: auth0, domain: example.eu.auth0.com'],
    ['gitlab', 'preset: gitlab'],
    ['keycloak', 'preset: keycloak, domain: sso.example.com, realm: example'],
  ])('fedgate check finds what the preset %s expects: %s', async (preset, settings) => {
    internet.behave({})
    const verdict = await checked(settings)
    expect(firstFailure(verdict)).toBeUndefined()
    const [first, ...facts] = verdict.filter(({ name }) => name === 'providerIsAsPresetExpects')
    expect(first?.found).toContain(`preset ${preset}`)
    expect(facts.length).toBeGreaterThan(1)
    expect(facts.filter(({ warning }) => warning !== undefined)).toEqual([])
  })

  it('fedgate check warns of a provider that is not of the family', async () => {
    const verdict = await checked('preset: okta, issuer: "https://gitlab.com"')
    expect(verdict.filter(({ warning }) => warning?.includes('preset okta')).map(({ source }) => source)).toEqual([
      'claims_supported',
    ])
  })

  it.each(['amazon', 'facebook'])('fedgate check asks the API of %s about a false token', async (preset) => {
    internet.behave({})
    expect((await checked(`preset: ${preset}`)).map(({ name, outcome }) => [name, outcome])).toEqual([
      ['apiRejectsFalseTokens', 'pass'],
    ])
  })
})
