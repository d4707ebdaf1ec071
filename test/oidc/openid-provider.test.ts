import type { ClientMetadata } from 'oidc-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SignIn } from '../../src/core/identity.ts'
import { Secret } from '../../src/core/secret.ts'
import type { LoginWishes } from '../../src/oidc/authorization-request.ts'
import { createRelyingParty, type RelyingParty } from '../../src/oidc/relying-party.ts'
import type { OidcSettings } from '../../src/oidc/settings.ts'
import { settingsFor } from './login-attempt.ts'
import {
  clientKeys,
  type OpenIdProvider,
  publicJwk,
  REDIRECT_URI,
  SIGNED_OUT_URI,
  startOpenIdProvider,
} from './openid-provider.ts'

const SECRET = 'a secret+with/every=kind:of%character-that._matters'

const clients: ClientMetadata[] = [
  { client_id: 'basic', client_secret: SECRET },
  { client_id: 'post', client_secret: SECRET, token_endpoint_auth_method: 'client_secret_post' },
  { client_id: 'public', token_endpoint_auth_method: 'none' },
  { client_id: 'mac', client_secret: SECRET, id_token_signed_response_alg: 'HS256' },
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'EdDSA'] as const).map((algorithm) => ({
    client_id: algorithm,
    client_secret: SECRET,
    id_token_signed_response_alg: algorithm,
  })),
  ...Object.entries(clientKeys).map(([type, { publicKey }]) => ({
    client_id: `key-${type}`,
    token_endpoint_auth_method: 'private_key_jwt' as const,
    jwks: { keys: [publicJwk(publicKey, `${type}-1`, 'sig')] } as unknown as NonNullable<ClientMetadata['jwks']>,
  })),
  ...(['RSA-OAEP', 'RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW'] as const).map((algorithm) => ({
    client_id: algorithm,
    client_secret: SECRET,
    id_token_encrypted_response_alg: algorithm,
    id_token_encrypted_response_enc: algorithm === 'ECDH-ES' ? ('A128CBC-HS256' as const) : ('A256GCM' as const),
    jwks: {
      keys: [publicJwk((algorithm.startsWith('RSA') ? clientKeys.rsa : clientKeys.ec).publicKey, 'enc-1', 'enc')],
    } as unknown as NonNullable<ClientMetadata['jwks']>,
  })),
]

let provider: OpenIdProvider
beforeAll(async () => {
  provider = await startOpenIdProvider(clients)
})
afterAll(() => provider.close())

const party = (clientId: string, settings: Partial<OidcSettings> = {}, at = provider): RelyingParty =>
  createRelyingParty(
    settingsFor(at.issuer, { clientId, clientSecret: new Secret(SECRET), redirectUri: REDIRECT_URI, ...settings }),
  )

const signIn = async (relyingParty: RelyingParty, wishes: LoginWishes = {}, at = provider): Promise<SignIn> => {
  const { url, ...secrets } = await relyingParty.start(new Date(), wishes)
  const { parameters } = await at.visit(url)
  return relyingParty.finish(parameters, secrets, new Date())
}

const withoutSecret = ({ issuer }: OpenIdProvider, clientId: string, settings: Partial<OidcSettings>) => {
  const { clientSecret: _, ...others } = settingsFor(issuer, { clientId, redirectUri: REDIRECT_URI, ...settings })
  return createRelyingParty(others)
}

const headerOf = ({ evidence }: SignIn) => {
  if (evidence.kind !== 'web-identity') throw new Error('no ID token')
  return JSON.parse(Buffer.from(evidence.token.reveal().split('.')[0] ?? '', 'base64url').toString())
}

describe("at panva's oidc-provider alice signs in", () => {
  it.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'EdDSA'])(
    "at panva's oidc-provider alice signs in with an ID token signed by %s",
    async (algorithm) => {
      const done = await signIn(party(algorithm))
      expect(done.identity).toMatchObject({ subject: 'alice', issuer: provider.issuer })
      expect(headerOf(done).alg).toBe(algorithm)
    },
  )

  it('alice signs in with an ID token signed by the client secret, where that is configured and not otherwise', async () => {
    const done = await signIn(party('mac', { idTokenAlgs: ['HS256'] }))
    expect(headerOf(done).alg).toBe('HS256')
    await expect(signIn(party('mac'))).rejects.toMatchObject({ code: 'oidc.algorithm_refused' })
  })

  it.each(['RSA-OAEP', 'RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW'])(
    "at panva's oidc-provider alice signs in with an ID token encrypted by %s, of which the signed one inside is passed on",
    async (algorithm) => {
      const { privateKey } = algorithm.startsWith('RSA') ? clientKeys.rsa : clientKeys.ec
      const done = await signIn(party(algorithm, { decryptionKeys: [{ privateKey, kid: 'enc-1' }] }))
      expect(done.identity.subject).toBe('alice')
      expect(headerOf(done)).toMatchObject({ alg: 'RS256' })
      expect(done.logoutRef).toMatchObject({ kind: 'oidc', idToken: expect.any(Secret) })
    },
  )

  it.each([
    ['client_secret_basic', 'basic'],
    ['client_secret_post', 'post'],
  ] as const)(
    "at panva's oidc-provider alice signs in where this gateway proves itself by %s with a secret of all characters",
    async (method, clientId) => {
      const done = await signIn(party(clientId, { tokenEndpointAuthMethod: method }))
      expect(done.identity.subject).toBe('alice')
    },
  )

  it.each(['rsa', 'ec', 'ed25519'] as const)(
    "at panva's oidc-provider alice signs in where this gateway proves itself by a key (%s)",
    async (type) => {
      const clientKey = { privateKey: clientKeys[type].privateKey, kid: `${type}-1` }
      const done = await signIn(withoutSecret(provider, `key-${type}`, { clientKey }))
      expect(done.identity.subject).toBe('alice')
    },
  )

  it("at panva's oidc-provider alice does not sign in where this gateway authenticates with another key", async () => {
    const clientKey = { privateKey: clientKeys.ec.privateKey, kid: 'rsa-1' }
    const relyingParty = withoutSecret(provider, 'key-rsa', { clientKey })
    await expect(signIn(relyingParty)).rejects.toMatchObject({ code: 'oidc.client_refused' })
  })

  it("at panva's oidc-provider alice signs in where this gateway is a public client", async () => {
    const done = await signIn(withoutSecret(provider, 'public', {}))
    expect(done.identity.subject).toBe('alice')
  })

  it('alice signs in by an answer that is posted, read like one in a query', async () => {
    const relyingParty = party('basic', { responseMode: 'form_post' })
    const { url, ...secrets } = await relyingParty.start(new Date())
    const { method, parameters } = await provider.visit(url)
    expect(method).toBe('POST')
    const { identity } = await relyingParty.finish(parameters, secrets, new Date())
    expect(identity.subject).toBe('alice')
  })

  it('alice signs in with an age and a context that were asked for', async () => {
    const done = await signIn(party('basic', { maxAgeSeconds: 60, acrValues: ['mfa'] }), { prompt: 'login' })
    expect(done.identity.attributes.get('acr')).toEqual(['mfa'])
    expect(Date.now() - done.identity.authenticatedAt.getTime()).toBeLessThan(10_000)
  })

  it("at panva's oidc-provider alice does not sign in with a context that she does not have", async () => {
    const wishes = { acrValues: ['phr'] }
    await expect(signIn(party('basic'), wishes)).rejects.toMatchObject({ code: 'oidc.acr_mismatch' })
  })

  it('silently once she is signed in, and not before', async () => {
    const other = await startOpenIdProvider(clients)
    try {
      const relyingParty = party('basic', {}, other)
      const silently = () => signIn(relyingParty, { prompt: 'none' }, other)
      await expect(silently()).rejects.toMatchObject({ code: 'oidc.interaction_required' })
      await signIn(relyingParty, {}, other)
      await expect(silently()).resolves.toMatchObject({ identity: { subject: 'alice' } })
    } finally {
      await other.close()
    }
  })
})

describe('pushed authorization requests', () => {
  it('pushed authorization requests are made where this gateway always wants them', async () => {
    const relyingParty = party('basic', { par: 'always' })
    const { url } = await relyingParty.start(new Date(), { prompt: 'login' })
    expect([...url.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri'])
    expect((await signIn(relyingParty)).identity.subject).toBe('alice')
  })

  it('pushed authorization requests are made where the provider requires them', async () => {
    const other = await startOpenIdProvider(clients, { requirePar: true })
    try {
      const { identity } = await signIn(party('basic', {}, other), {}, other)
      expect(identity.subject).toBe('alice')
    } finally {
      await other.close()
    }
  })
})

describe('a sign-in is renewed', () => {
  it('a sign-in is renewed by its refresh token, again and again, with fresh evidence for the same user', async () => {
    const relyingParty = party('ES256')
    const first = await signIn(relyingParty)
    const later = new Date(Date.now() + 1_000)
    const second = await relyingParty.refresh(first, later)
    const third = await relyingParty.refresh(second, later)
    expect(third.identity).toEqual(first.identity)
    const tokens = [first, second, third].map(
      ({ evidence }) => evidence.kind === 'web-identity' && evidence.token.reveal(),
    )
    expect(new Set(tokens).size).toBe(3)
  })

  it('a sign-in is not renewed where the provider gave no refresh token', async () => {
    const other = await startOpenIdProvider(clients, { refreshes: false })
    try {
      const relyingParty = party('basic', {}, other)
      const done = await signIn(relyingParty, {}, other)
      expect(done.renewal).toBeUndefined()
      await expect(relyingParty.refresh(done, new Date())).rejects.toMatchObject({ code: 'oidc.refresh_refused' })
    } finally {
      await other.close()
    }
  })

  it('a sign-in is not renewed with a refresh token that the provider does not know', async () => {
    const relyingParty = party('basic')
    const done = await signIn(relyingParty)
    const renewal = { refreshToken: new Secret('made-up'), nonce: 'x' }
    await expect(relyingParty.refresh({ ...done, renewal }, new Date())).rejects.toMatchObject({
      code: 'oidc.refresh_refused',
    })
  })
})

describe('a sign-out', () => {
  it.each(['basic', 'RSA-OAEP-256'])(
    'ends the session there, comes back, and is reported to us (%s)',
    async (clientId) => {
      const decryptionKeys = [{ privateKey: clientKeys.rsa.privateKey }]
      const relyingParty = party(clientId, { decryptionKeys })
      const { logoutRef } = await signIn(relyingParty)
      if (logoutRef.kind !== 'oidc' || !logoutRef.idToken) throw new Error('no OpenID sign-in')
      const { idToken } = logoutRef
      const session = { idToken, hint: 'alice', postLogoutRedirectUri: SIGNED_OUT_URI, state: 'a-state' }
      const request = await relyingParty.endSession(session, new Date())
      // Unless it is told otherwise, this provider accepts GET alone there.
      if (request?.method !== 'get') throw new Error('no place to sign out')
      expect(request.url).not.toContain('id_token_hint')
      const { parameters } = await provider.visit(new URL(request.url))
      expect(parameters.get('state')).toBe('a-state')

      const told = provider.logoutRequests.map((body) => new URLSearchParams(body).get('logout_token') ?? '')
      const notices = await Promise.all(
        told.map((token) => relyingParty.verifyLogoutToken(token, new Date()).catch(() => undefined)),
      )
      expect(notices).toContainEqual(
        expect.objectContaining({ issuer: provider.issuer, sid: logoutRef.sid, jti: expect.any(String) }),
      )
    },
  )
})
