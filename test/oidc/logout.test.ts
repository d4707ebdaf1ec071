import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Secret } from '../../src/core/secret.ts'
import { firstFailure } from '../../src/core/verdict.ts'
import { OidcError } from '../../src/oidc/errors.ts'
import { createRelyingParty } from '../../src/oidc/relying-party.ts'
import type { OidcSettings } from '../../src/oidc/settings.ts'
import { logoutTokenChecks } from '../../src/oidc/tokens/logout-token-checks.ts'
import { settingsFor } from './login-attempt.ts'
import {
  encode,
  good,
  hmacWith,
  type Json,
  jwkOf,
  KID,
  publicPem,
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

const NOW = new Date('2026-11-22T12:00:00Z')
const seconds = NOW.getTime() / 1000
const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

interface Forged {
  readonly header?: Json
  readonly claims?: Json
  readonly seal?: (signingInput: string) => string
}

const forge = ({ header = {}, claims = {}, seal = signedBy(good.privateKey) }: Forged): string => {
  const goodHeader = { alg: 'RS256', kid: KID, typ: 'logout+jwt' }
  const goodClaims = {
    iss: provider.issuer,
    aud: 'fedgate',
    iat: seconds,
    exp: seconds + 120,
    jti: 'notice-1',
    sub: 'alice',
    sid: 'session-1',
    events: { [EVENT]: {} },
  }
  return seal(`${encode({ ...goodHeader, ...header })}.${encode({ ...goodClaims, ...claims })}`)
}

const party = (settings: Partial<OidcSettings> = {}) => {
  provider.behave({})
  return createRelyingParty(settingsFor(provider.issuer, settings), { clock: () => NOW })
}

const notice = (forged: Forged, settings: Partial<OidcSettings> = {}) =>
  party(settings).verifyLogoutToken(forge(forged), NOW)

const refusal = async (forged: Forged, settings: Partial<OidcSettings> = {}): Promise<OidcError> => {
  const outcome = await notice(forged, settings).catch((error: unknown) => error)
  if (outcome instanceof OidcError) return outcome
  throw new Error('the logout token was not refused with an OidcError', { cause: outcome })
}

/** Back-Channel Logout 1.0, 2.4 and 2.6. One broken thing each. */
const broken: ReadonlyArray<readonly [name: string, code: string, check: string, claims: Json, header?: Json]> = [
  ['from another issuer', 'oidc.issuer_mismatch', 'issuerIsTheProvider', { iss: 'https://evil.example' }],
  ['for another audience', 'oidc.audience_mismatch', 'audienceIsUs', { aud: ['somebody'] }],
  [
    'for a stranger too',
    'oidc.audience_untrusted',
    'audienceHasNoStrangers',
    { aud: ['fedgate', 'x'], azp: 'fedgate' },
  ],
  ['given to another party', 'oidc.authorized_party_mismatch', 'authorizedPartyIsUs', { azp: 'somebody' }],
  ['from the future', 'oidc.issued_in_future', 'isNotFromTheFuture', { iat: seconds + 61 }],
  ['without a time of issue', 'oidc.issued_in_future', 'isNotFromTheFuture', { iat: undefined }],
  ['of long ago', 'oidc.issued_too_long_ago', 'isFresh', { iat: seconds - 3661 }],
  ['that is not valid yet', 'oidc.token_not_yet_valid', 'isValidAlready', { nbf: seconds + 61 }],
  ['that has expired', 'oidc.token_expired', 'isNotExpired', { exp: seconds - 60 }],
  ['with an end as text', 'oidc.token_expired', 'isNotExpired', { exp: String(seconds + 120) }],
  ['of another type', 'oidc.logout_token_type', 'typeIsLogout', {}, { typ: 'at+jwt' }],
  ['without events', 'oidc.logout_event_missing', 'eventIsLogout', { events: undefined }],
  ['with another event', 'oidc.logout_event_missing', 'eventIsLogout', { events: { 'urn:other': {} } }],
  ['with an event that is no object', 'oidc.logout_event_missing', 'eventIsLogout', { events: { [EVENT]: true } }],
  ['with a list of events', 'oidc.logout_event_missing', 'eventIsLogout', { events: [EVENT] }],
  ['of nobody', 'oidc.logout_subject_missing', 'someoneIsNamed', { sub: undefined, sid: undefined }],
  ['of a number', 'oidc.logout_subject_missing', 'someoneIsNamed', { sub: 7 }],
  ['of an empty session', 'oidc.logout_subject_missing', 'someoneIsNamed', { sid: '' }],
  ['with a nonce', 'oidc.logout_nonce_present', 'nonceIsAbsent', { nonce: 'x' }],
  ['with a nonce of nothing', 'oidc.logout_nonce_present', 'nonceIsAbsent', { nonce: null }],
  ['without an id', 'oidc.logout_id_missing', 'tokenHasAnId', { jti: undefined }],
  ['with an id that is no text', 'oidc.logout_id_missing', 'tokenHasAnId', { jti: 7 }],
]

describe('a logout token is refused', () => {
  for (const [name, code, check, claims, header = {}] of broken) {
    it(`a logout token is refused ${name}: ${code}`, async () => {
      const error = await refusal({ claims, header })
      expect(error.code).toBe(code)
      expect(firstFailure(error.verdict)?.name).toBe(check)
    })
  }

  it('every check has a case in which a logout token is refused', () => {
    expect(new Set(broken.map(([, , check]) => check))).toEqual(new Set(Object.keys(logoutTokenChecks)))
  })

  it.each([
    ['by another key', 'oidc.signature_invalid', { seal: signedBy(rogue.privateKey) }],
    [
      'by a key it brings along',
      'oidc.signature_invalid',
      { header: { jwk: jwkOf(rogue.publicKey, KID) }, seal: signedBy(rogue.privateKey) },
    ],
    ['by an unknown key', 'oidc.key_unknown', { header: { kid: 'made-up' }, seal: signedBy(rogue.privateKey) }],
    ['by none', 'oidc.algorithm_refused', { header: { alg: 'none' }, seal: (input: string) => `${input}.` }],
    ['by HS256 with the public key', 'oidc.algorithm_refused', { header: { alg: 'HS256' }, seal: hmacWith(publicPem) }],
    ['with an unknown critical header', 'oidc.critical_header', { header: { crit: ['x'], x: 1 } }],
  ])('a logout token is refused signed %s: %s', async (_, code, forged) => {
    expect((await refusal(forged)).code).toBe(code)
  })

  it('a logout token is refused that is an ID token', async () => {
    const claims = { nonce: 'n', events: undefined, jti: undefined }
    expect((await refusal({ claims, header: { typ: 'JWT' } })).code).toBe('oidc.logout_event_missing')
  })

  it.each(['', 'x', 'a.b.c', '.'.repeat(100_000)])('a logout token is refused that is no token', async (text) => {
    await expect(party().verifyLogoutToken(text, NOW)).rejects.toMatchObject({ code: 'oidc.id_token_malformed' })
  })
})

describe('a logout token says', () => {
  it('a logout token says whose session ended, under which id, and how long to remember that', async () => {
    expect(await notice({})).toEqual({
      issuer: provider.issuer,
      sub: 'alice',
      sid: 'session-1',
      jti: 'notice-1',
      issuedAt: expect.any(Date),
      acceptedUntil: new Date((seconds + 120 + 60 + 1) * 1000),
    })
  })

  it('a logout token may name only a session, or only a user', async () => {
    expect(await notice({ claims: { sub: undefined } })).not.toHaveProperty('sub')
    expect(await notice({ claims: { sid: undefined } })).not.toHaveProperty('sid')
  })

  it('a logout token says when it ends, where it has no end of its own: as late as it would be taken', async () => {
    const { acceptedUntil } = await notice({ claims: { exp: undefined } })
    expect(acceptedUntil).toEqual(new Date((seconds + 3600 + 60 + 1) * 1000))
  })

  it.each(['logout+jwt', 'application/logout+jwt', 'JWT', undefined])(
    'a logout token says all that with a type of %s',
    async (typ) => {
      await expect(notice({ header: { typ } })).resolves.toBeDefined()
    },
  )
})

it('a storm of logout tokens with made-up keys has the keys fetched once', async () => {
  const relyingParty = party()
  for (let times = 0; times < 20; times++) {
    const token = forge({ header: { kid: `made-up-${times}` } })
    await expect(relyingParty.verifyLogoutToken(token, NOW)).rejects.toMatchObject({ code: 'oidc.key_unknown' })
  }
  expect(provider.requests.get('/jwks')).toBe(1)
})

describe('the way to the end of the session at the provider', () => {
  const session = {
    idToken: new Secret('a.b.c'),
    hint: 'session-1',
    postLogoutRedirectUri: 'https://gateway.example/signed-out',
    state: 'a-state',
  }

  it('the logout request to the provider is a form that names the sign-in, the client and the way back: AWS accepts the token, so no address holds it', async () => {
    expect(await party().endSession(session, NOW)).toEqual({
      method: 'post',
      action: `${provider.issuer}/end-session?theme=dark`,
      fields: {
        client_id: 'fedgate',
        id_token_hint: 'a.b.c',
        post_logout_redirect_uri: 'https://gateway.example/signed-out',
        state: 'a-state',
      },
    })
  })

  it('the logout request to the provider is an address without the token where that is configured', async () => {
    const request = await party({ endSessionMethod: 'get' }).endSession(session, NOW)
    if (request?.method !== 'get') throw new Error('no address')
    const url = new URL(request.url)
    expect(url.pathname).toBe('/end-session')
    expect(Object.fromEntries(url.searchParams)).toEqual({
      theme: 'dark',
      client_id: 'fedgate',
      logout_hint: 'session-1',
      post_logout_redirect_uri: 'https://gateway.example/signed-out',
      state: 'a-state',
    })
    expect(request.url).not.toContain('a.b.c')
  })

  const answering = (
    status: number,
    headers: Record<string, string>,
    body: string,
  ): NonNullable<Tampering['endSession']> => ({
    answer: (_, response) => void response.writeHead(status, headers).end(body),
  })

  it.each([
    [200, { 'content-type': 'text/html' }, 'post'],
    [302, { location: '/signed-out' }, 'post'],
    [400, { 'content-type': 'text/html' }, 'post'],
    [403, { 'content-type': 'application/json' }, 'post'],
    [404, { 'content-type': 'text/html' }, 'get'],
    [404, { 'content-type': 'application/json' }, 'get'],
    [405, {}, 'get'],
    [501, {}, 'get'],
    [503, {}, 'post'],
  ] as const)(
    'found out by a POST that holds our client id alone: answered %i %o, it is %s',
    async (status, headers, method) => {
      const relyingParty = party()
      provider.behave({ endSession: answering(status, headers, '{}') })
      expect(await relyingParty.endSession(session, NOW)).toMatchObject({ method })
      expect(await relyingParty.endSession(session, NOW)).toMatchObject({ method })
      expect(provider.requests.get('/end-session')).toBe(1)
      expect(provider.posted.get('/end-session')?.parameters.toString()).toBe('client_id=fedgate')
    },
  )

  it('the logout request to the provider is a form where the provider does not answer that in time, or where configured', async () => {
    const silent = party()
    provider.behave({ endSession: { answer: () => undefined } })
    expect(await silent.endSession(session, NOW)).toMatchObject({ method: 'post' })
    const told = party({ endSessionMethod: 'post' })
    expect(await told.endSession(session, NOW)).toMatchObject({ method: 'post' })
    expect(provider.requests.get('/end-session')).toBeUndefined()
  })

  it('the logout request to the provider is not there where the provider has none', async () => {
    const relyingParty = party()
    provider.behave({ discovery: ({ end_session_endpoint: _, ...document }) => document })
    expect(await relyingParty.endSession(session, NOW)).toBeUndefined()
  })

  it('the logout request to the provider is refused on plain http', async () => {
    const relyingParty = party()
    provider.behave({ discovery: (document) => ({ ...document, end_session_endpoint: 'http://op.example/out' }) })
    await expect(relyingParty.endSession(session, NOW)).rejects.toMatchObject({ code: 'oidc.insecure_url' })
  })
})

describe('a front-channel logout', () => {
  const query = (changes: Record<string, string | undefined> = {}) => {
    const parameters = { iss: provider.issuer, sid: 'session-1', ...changes }
    return new URLSearchParams(
      Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    )
  }

  it('names the session that ends', () => {
    expect(party().checkFrontchannelLogout(query())).toEqual({ sid: 'session-1' })
  })

  it.each([
    ['of another issuer', 'oidc.logout_issuer_mismatch', { iss: 'https://evil.example' }],
    ['of no issuer', 'oidc.logout_issuer_mismatch', { iss: undefined }],
    ['of no session', 'oidc.logout_session_missing', { sid: undefined }],
    ['of an empty session', 'oidc.logout_session_missing', { sid: '' }],
  ])('%s is refused: %s', (_, code, changes) => {
    expect(() => party().checkFrontchannelLogout(query(changes))).toThrow(expect.objectContaining({ code }))
  })

  it('a front-channel logout of two sessions is refused', () => {
    const parameters = query()
    parameters.append('sid', 'session-2')
    const refused = expect.objectContaining({ code: 'oidc.parameter_repeated' })
    expect(() => party().checkFrontchannelLogout(parameters)).toThrow(refused)
  })
})
