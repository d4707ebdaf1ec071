import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SignIn } from '../../src/core/identity.ts'
import { Secret } from '../../src/core/secret.ts'
import { firstFailure } from '../../src/core/verdict.ts'
import { OidcError } from '../../src/oidc/errors.ts'
import { createRelyingParty } from '../../src/oidc/relying-party.ts'
import { renewalChecks } from '../../src/oidc/tokens/id-token-checks.ts'
import { seconds, settingsFor, withClaim } from './login-attempt.ts'
import {
  hmacWith,
  type Json,
  rogue,
  signedBy,
  startTamperingProvider,
  type Tampering,
  type TamperingProvider,
} from './tampering-provider.ts'

let provider: TamperingProvider
beforeAll(async () => {
  provider = await startTamperingProvider()
})
afterAll(() => provider.close())

const without =
  (name: string) =>
  (document: Json): Json =>
    Object.fromEntries(Object.entries(document).filter(([member]) => member !== name))
const giving = (refreshToken: string) => ({ token: (answer: Json) => ({ ...answer, refresh_token: refreshToken }) })

/** Signs in at a good provider that gives a refresh token, and renews at one that behaves like this. */
const renew = async (tampering: Tampering, change: (signIn: SignIn) => SignIn = (same) => same) => {
  const relyingParty = createRelyingParty(settingsFor(provider.issuer))
  provider.behave({})
  const { url: _, ...secrets } = await relyingParty.start(new Date())
  provider.behave(giving('first'), secrets.nonce)
  const callback = new URLSearchParams({ code: 'a-code', state: secrets.state, iss: provider.issuer })
  const signIn = await relyingParty.finish(callback, secrets, new Date())
  provider.behave(tampering, secrets.nonce)
  return { signIn, renewed: await relyingParty.refresh(change(signIn), new Date()) }
}

const refusal = async (...parameters: Parameters<typeof renew>): Promise<OidcError> => {
  const outcome = await renew(...parameters).catch((error: unknown) => error)
  if (outcome instanceof OidcError) return outcome
  throw new Error('the renewal was not refused with an OidcError', { cause: outcome })
}

describe('a renewed sign-in', () => {
  it('a renewed sign-in is of the same user, with the new ID token as evidence', async () => {
    const { signIn, renewed } = await renew(withClaim('exp', seconds() + 900))
    expect(renewed.identity).toEqual(signIn.identity)
    expect(renewed.evidence.expiresAt.getTime()).toBeGreaterThan(signIn.evidence.expiresAt.getTime())
    expect(renewed.logoutRef).toMatchObject({ sid: 'session-1' })
  })

  it('a renewed sign-in was asked for by the refresh token, over the back channel', async () => {
    await renew({})
    const { parameters, authorization } = provider.posted.get('/token') ?? {}
    expect(Object.fromEntries(parameters ?? [])).toEqual({ grant_type: 'refresh_token', refresh_token: 'first' })
    expect(authorization).toMatch(/^Basic /)
  })

  it('keeps its refresh token until it is given another', async () => {
    const kept = await renew({})
    expect(kept.renewed.renewal?.refreshToken.reveal()).toBe('first')
    const given = await renew(giving('second'))
    expect(given.renewed.renewal?.refreshToken.reveal()).toBe('second')
  })

  it('a renewed sign-in never shows its refresh token', async () => {
    const { renewed } = await renew(giving('second'))
    expect(JSON.stringify(renewed)).not.toMatch(/second|eyJ/)
  })

  it('keeps the time at which the user signed in', async () => {
    const { signIn, renewed } = await renew(withClaim('auth_time', seconds()))
    expect(renewed.identity.authenticatedAt).toEqual(signIn.identity.authenticatedAt)
  })

  it('needs no nonce', async () => {
    await expect(renew({ claims: without('nonce') })).resolves.toBeDefined()
  })
})

/** OpenID Connect Core 12.2. One broken claim each. */
const broken: ReadonlyArray<readonly [name: string, code: string, check: string, tampering: Tampering]> = [
  ['from another issuer', 'oidc.issuer_mismatch', 'issuerIsTheProvider', withClaim('iss', 'https://evil.example')],
  ['for another audience', 'oidc.audience_mismatch', 'audienceIsUs', withClaim('aud', 'somebody')],
  [
    'for a stranger too',
    'oidc.audience_untrusted',
    'audienceHasNoStrangers',
    { claims: (claims) => ({ ...claims, aud: ['fedgate', 'stranger'], azp: 'fedgate' }) },
  ],
  ['given to another party', 'oidc.authorized_party_mismatch', 'authorizedPartyIsUs', withClaim('azp', 'somebody')],
  ['that has expired', 'oidc.token_expired', 'isNotExpired', withClaim('exp', seconds() - 120)],
  ['from the future', 'oidc.issued_in_future', 'isNotFromTheFuture', withClaim('iat', seconds() + 200)],
  ['of long ago', 'oidc.issued_too_long_ago', 'isFresh', withClaim('iat', seconds() - 7200)],
  ['that is not valid yet', 'oidc.token_not_yet_valid', 'isValidAlready', withClaim('nbf', seconds() + 200)],
  ['of another user', 'oidc.subject_changed', 'subjectIsTheSame', withClaim('sub', 'bob')],
  ['of nobody', 'oidc.subject_changed', 'subjectIsTheSame', { claims: without('sub') }],
  ['of another sign-in', 'oidc.nonce_mismatch', 'nonceIsTheFirst', withClaim('nonce', 'another')],
  ['with a list of nonces', 'oidc.nonce_mismatch', 'nonceIsTheFirst', { claims: (c) => ({ ...c, nonce: [c.nonce] }) }],
  ['of a sign-in to come', 'oidc.auth_time_invalid', 'authTimeIsPast', withClaim('auth_time', seconds() + 200)],
  ['with another access token', 'oidc.access_token_mismatch', 'accessTokenBelongsToIt', withClaim('at_hash', 'AAAA')],
]

describe('a renewed ID token is refused', () => {
  it.each(broken)('a renewed ID token is refused %s: %s', async (_, code, check, tampering) => {
    const error = await refusal(tampering)
    expect(error.code).toBe(code)
    expect(firstFailure(error.verdict)?.name).toBe(check)
  })

  it('every check has a case in which a renewed ID token is refused', () => {
    expect([...new Set(broken.map(([, , check]) => check))]).toEqual(Object.keys(renewalChecks))
  })

  it.each([
    ['by another key', 'oidc.signature_invalid', { seal: signedBy(rogue.privateKey) }],
    [
      'by none',
      'oidc.algorithm_refused',
      { header: (h: Json) => ({ ...h, alg: 'none' }), seal: (i: string) => `${i}.` },
    ],
    [
      'by the client secret',
      'oidc.algorithm_refused',
      { header: (h: Json) => ({ ...h, alg: 'HS256' }), seal: hmacWith('client-secret') },
    ],
  ])('a renewed ID token is refused signed %s: %s', async (_, code, tampering) => {
    expect((await refusal(tampering)).code).toBe(code)
  })
})

describe('a sign-in is not renewed', () => {
  it('a sign-in is not renewed without a refresh token, and no request is sent', async () => {
    const error = await refusal({}, ({ renewal: _, ...signIn }) => signIn)
    expect(error.code).toBe('oidc.refresh_refused')
    expect(provider.requests.has('/token')).toBe(false)
  })

  it.each([
    ['has withdrawn it', 'oidc.refresh_refused', 400, '{"error":"invalid_grant"}'],
    ['refuses this gateway', 'oidc.client_refused', 401, '{"error":"invalid_client"}'],
    ['fails', 'oidc.provider_failed', 500, '{}'],
    ['gives no ID token', 'oidc.id_token_missing', 200, '{"access_token":"a","token_type":"Bearer"}'],
  ])('a sign-in is not renewed where the provider %s: %s', async (_, code, status, body) => {
    const token: Tampering['token'] = {
      answer: (_request, response) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(body)
      },
    }
    expect((await refusal({ token })).code).toBe(code)
  })

  it('a sign-in is not renewed at another provider than its own, and no request is sent', async () => {
    const error = await refusal({}, (signIn) => ({ ...signIn, identity: { ...signIn.identity, provider: 'other' } }))
    expect(error).toMatchObject({ code: 'oidc.refresh_refused', expected: 'corp', found: 'other' })
    expect(provider.requests.has('/token')).toBe(false)
  })

  it('a sign-in is not renewed by the refresh token of another user', async () => {
    const asBob = (signIn: SignIn): SignIn => ({ ...signIn, identity: { ...signIn.identity, subject: 'bob' } })
    expect((await refusal({}, asBob)).code).toBe('oidc.subject_changed')
  })

  it('a sign-in is not renewed and the refusal does not hold the refresh token', async () => {
    const refreshToken = new Secret('very-secret')
    const error = await refusal(withClaim('sub', 'bob'), (signIn) => ({
      ...signIn,
      renewal: { refreshToken, nonce: 'x' },
    }))
    expect(JSON.stringify([error, error.cause])).not.toContain('very-secret')
  })
})
