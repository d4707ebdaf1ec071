/** The client of a provider without ID tokens, without a gateway around it: the request, errors, renewal. */
import { afterEach, describe, expect, it } from 'vitest'
import { Secret } from '../../src/core/secret.ts'
import { createAccessTokenParty } from '../../src/oauth/access-token-party.ts'
import type { AccessTokenSettings } from '../../src/oauth/settings.ts'

const settings: AccessTokenSettings = {
  id: 'amazon',
  issuer: 'https://www.amazon.com',
  providerId: 'www.amazon.com',
  authorization: 'https://www.amazon.com',
  api: 'https://api.amazon.com',
  clientId: 'client-1',
  clientSecret: new Secret('a-secret'),
  scopes: ['profile'],
  redirectUri: 'https://gateway.example/oidc/amazon/callback',
}

type Answers = Readonly<Record<string, readonly [status: number, body: unknown]>>

const good: Answers = {
  '/auth/o2/token': [200, { access_token: 'Atza|1', refresh_token: 'Atzr|1', token_type: 'bearer', expires_in: 3600 }],
  '/auth/o2/tokeninfo': [200, { aud: 'client-1', user_id: 'amzn1.account.1', exp: 3500, iat: 1 }],
  '/user/profile': [200, { user_id: 'amzn1.account.1', email: 'alice@example.com', name: 'Alice' }],
}

const asked: { readonly url: string; readonly body: string }[] = []
afterEach(() => {
  asked.length = 0
})

const party = (answers: Answers = {}, changes: Partial<AccessTokenSettings> = {}) =>
  createAccessTokenParty(
    { ...settings, ...changes },
    {
      fetch: async (url, init) => {
        asked.push({ url, body: String(init.body ?? '') })
        const [status, body] = { ...good, ...answers }[new URL(url).pathname] ?? [404, {}]
        return Response.json(body, { status })
      },
    },
  )

const signIn = async (answers: Answers = {}, callback: Readonly<Record<string, string>> = {}) => {
  const one = party(answers)
  const { url: _, ...secrets } = await one.start(new Date())
  return one.finish(new URLSearchParams({ code: 'a-code', state: secrets.state, ...callback }), secrets, new Date())
}

describe('a sign-in with an access token', () => {
  it('a sign-in asks for a code, with PKCE and a state', async () => {
    const { url, state } = await party().start(new Date(), { prompt: 'none' })
    expect(`${url.origin}${url.pathname}`).toBe('https://www.amazon.com/ap/oa')
    const { code_challenge: challenge, ...rest } = Object.fromEntries(url.searchParams)
    expect(challenge).toMatch(/^[\w-]{43}$/)
    expect(rest).toEqual({
      client_id: 'client-1',
      scope: 'profile',
      response_type: 'code',
      redirect_uri: settings.redirectUri,
      state,
      code_challenge_method: 'S256',
    })
  })

  it('a sign-in gives identity and evidence, and no session to end at the provider', async () => {
    const signedIn = await signIn()
    expect(signedIn.identity).toMatchObject({
      issuer: 'https://www.amazon.com',
      subject: 'amzn1.account.1',
      isTimeAssumed: true,
    })
    expect(signedIn.identity.attributes.get('email')).toEqual(['alice@example.com'])
    expect(signedIn.evidence).toMatchObject({
      accessToken: { providerId: 'www.amazon.com', application: 'client-1', user: 'amzn1.account.1' },
    })
    expect(signedIn.logoutRef).toEqual({ kind: 'oidc', subject: 'amzn1.account.1' })
    expect(JSON.stringify(signedIn)).not.toContain('Atza|1')
  })

  it('a sign-in that is not for this application asks for no profile', async () => {
    const others = { '/auth/o2/tokeninfo': [200, { aud: 'other', user_id: 'x', exp: 3500 }] } as const
    await expect(signIn(others)).rejects.toMatchObject({ code: 'access_token.other_application' })
    expect(asked.map(({ url }) => new URL(url).pathname)).not.toContain('/user/profile')
  })

  it.each<readonly [what: string, answers: Answers, code: string]>([
    ['a used code', { '/auth/o2/token': [400, { error: 'invalid_grant' }] }, 'oidc.code_refused'],
    ['a false secret', { '/auth/o2/token': [401, { error: 'invalid_client' }] }, 'oidc.client_refused'],
    ['an error of the provider', { '/auth/o2/token': [503, {}] }, 'oidc.provider_failed'],
    ['no access token', { '/auth/o2/token': [200, { token_type: 'bearer' }] }, 'access_token.missing'],
    [
      'no end of the token',
      { '/auth/o2/tokeninfo': [200, { aud: 'client-1', user_id: 'x' }] },
      'access_token.rejected',
    ],
    ['no JSON', { '/user/profile': [200, 'text'] }, 'access_token.rejected'],
  ])('a sign-in with %s is refused: %s', async (_what, answers, code) => {
    await expect(signIn(answers)).rejects.toMatchObject({ code })
  })

  it.each([
    ['another state', { state: 'another' }, 'oidc.state_mismatch'],
    ['a refusal of the user', { error: 'access_denied' }, 'oidc.access_denied'],
    ['a token beside the code', { access_token: 'Atza|x' }, 'oidc.token_answer_invalid'],
  ])('a callback with %s is refused before anything is redeemed: %s', async (_what, callback, code) => {
    await expect(signIn({}, callback)).rejects.toMatchObject({ code })
    expect(asked).toEqual([])
  })

  it.each([
    ['a second factor', { acrValues: ['mfa'] }, 'oidc.acr_mismatch'],
    ['a recent sign-in', { maxAgeSeconds: 300 }, 'oidc.authentication_too_old'],
  ])('a sign-in that a role asked for %s is refused, as nothing in it says so', async (_, wishes, code) => {
    const one = party()
    const { url: __, ...secrets } = await one.start(new Date(), wishes)
    const answer = new URLSearchParams({ code: 'a-code', state: secrets.state })
    await expect(one.finish(answer, secrets, new Date())).rejects.toMatchObject({ code })
    expect(asked).toEqual([])
  })

  it('an error names no token', async () => {
    const error = await signIn({ '/auth/o2/tokeninfo': [400, { error: 'invalid_token' }] }).catch((one: unknown) => one)
    expect(JSON.stringify(error)).toContain('/auth/o2/tokeninfo')
    expect(JSON.stringify(error)).not.toContain('Atza')
  })
})

describe('a renewal with a refresh token', () => {
  it('a renewal gives new evidence for the same user', async () => {
    const signedIn = await signIn()
    const renewed = await party({ '/auth/o2/token': [200, { access_token: 'Atza|2' }] }).refresh(signedIn, new Date())
    expect(renewed.evidence.kind === 'web-identity' && renewed.evidence.token.reveal()).toBe('Atza|2')
    expect(renewed.renewal?.refreshToken.reveal()).toBe('Atzr|1')
    expect(asked.at(-3)?.body).toContain('grant_type=refresh_token')
  })

  it('a renewal for another user is refused', async () => {
    const other: Answers = {
      '/auth/o2/tokeninfo': [200, { aud: 'client-1', user_id: 'amzn1.account.2', exp: 3500 }],
      '/user/profile': [200, { user_id: 'amzn1.account.2' }],
    }
    const signedIn = await signIn()
    await expect(party(other).refresh(signedIn, new Date())).rejects.toMatchObject({ code: 'oidc.subject_changed' })
  })

  it('a renewal that the provider refuses ends as one', async () => {
    const signedIn = await signIn()
    const refused = party({ '/auth/o2/token': [400, { error: 'invalid_grant' }] })
    await expect(refused.refresh(signedIn, new Date())).rejects.toMatchObject({ code: 'oidc.refresh_refused' })
  })
})
