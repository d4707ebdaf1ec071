/** Signing out at OpenID providers, from either end and by each channel. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { whoIs } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { signInAtOp, tokenOfOp } from '../harness/test-op.ts'
import {
  type Json,
  startTamperingProvider,
  type Tampering,
  type TamperingProvider,
} from '../oidc/tampering-provider.ts'

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

let gateway: ReservedGateway
let op: TamperingProvider
/** Has no end of session. */
let endless: TamperingProvider

beforeAll(async () => {
  const url = await reserveGateway()
  op = await startTamperingProvider()
  const settings = {
    protocol: 'oidc',
    issuer: op.issuer,
    clientId: 'fedgate',
    clientSecret: 's',
    allowInsecureHttp: true,
  }
  endless = await startTamperingProvider()
  endless.behave({ discovery: withoutEnd })
  const label = 'Example Corp'
  gateway = await startConfiguredGateway(url, {
    providers: [
      { id: 'corp', ...settings, label },
      { id: 'other', ...settings },
      { id: 'getter', ...settings, label, endSessionMethod: 'get' },
      { id: 'endless', ...settings, label, issuer: endless.issuer },
    ],
  })
})
afterAll(async () => {
  await gateway.close()
  await op.close()
  await endless.close()
})

const withoutEnd = ({ end_session_endpoint: _, ...document }: Json): Json => document

const sessionOf = (sub: string, sid: string): Tampering => ({
  claims: (claims) => ({ ...claims, sub, sid }),
  userinfo: () => ({ sub }),
})

const signedIn = async (sub: string, sid: string, provider = 'corp') => {
  const browser = new HttpBrowser()
  const tampering = provider === 'endless' ? { ...sessionOf(sub, sid), discovery: withoutEnd } : sessionOf(sub, sid)
  const at = provider === 'endless' ? endless : op
  const page = await signInAtOp(at, browser, `${gateway.url}/login/${provider}`, tampering)
  expect(page.url).toBe(`${gateway.url}/roles`)
  return { browser, page }
}

const isSignedIn = async ({ browser }: { browser: HttpBrowser }): Promise<boolean> =>
  (await whoIs(browser, gateway.url)) !== undefined

describe('signing out here', () => {
  const TOKEN = /[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/

  const signOut = async ({ browser, page }: { browser: HttpBrowser; page: Page }) =>
    browser.submit(page, { ...formWith(page, 'csrf'), action: `${gateway.url}/logout` })

  it('continues at the provider by a form, as AWS accepts the ID token: no address holds it', async () => {
    const one = await signedIn('alice', 'session-1')
    const out = await signOut(one)
    expect(out.status).toBe(200)
    expect(out.headers.get('cache-control')).toBe('no-store')
    expect(out.body).toContain('Signing out at Example Corp')
    expect(out.headers.get('content-security-policy')).toMatch(new RegExp(`form-action 'self' .*${op.issuer}`))
    const { action, fields } = formWith(out, 'id_token_hint')
    expect(action).toBe(`${op.issuer}/end-session?theme=dark`)
    expect(action).not.toMatch(TOKEN)
    expect(fields).toEqual({
      id_token_hint: expect.stringMatching(TOKEN),
      client_id: 'fedgate',
      post_logout_redirect_uri: `${gateway.url}/logout`,
      state: expect.any(String),
    })
    expect(out.body.replaceAll(fields.id_token_hint ?? '', '')).not.toMatch(TOKEN)
    expect(await isSignedIn(one)).toBe(false)
  })

  it('continues by an address without the token where the provider accepts no POST', async () => {
    const one = await signedIn('alice', 'session-1', 'getter')
    const out = await signOut(one)
    const href = /<meta http-equiv="refresh" content="0; url=([^"]*)">/.exec(out.body)?.[1]?.replaceAll('&amp;', '&')
    const url = new URL(href ?? '')
    expect(`${url.origin}${url.pathname}`).toBe(`${op.issuer}/end-session`)
    expect(Object.fromEntries(url.searchParams)).toEqual({
      theme: 'dark',
      client_id: 'fedgate',
      logout_hint: 'session-1',
      post_logout_redirect_uri: `${gateway.url}/logout`,
      state: expect.any(String),
    })
    expect(out.body).not.toMatch(TOKEN)
    expect(await isSignedIn(one)).toBe(false)
  })

  it('the logout names the user by a login_hint of the provider, where its tokens have one (Entra ID)', async () => {
    const browser = new HttpBrowser()
    const withHint: Tampering = { claims: (claims) => ({ ...claims, login_hint: 'O.opaque' }) }
    const page = await signInAtOp(op, browser, `${gateway.url}/login/getter`, withHint)
    expect((await signOut({ browser, page })).body).toContain('logout_hint=O.opaque')
  })

  it('says that the provider sent the browser back, to who comes with the state of this logout', async () => {
    const one = await signedIn('alice', 'session-1')
    const { fields } = formWith(await signOut(one), 'id_token_hint')
    const SENT_BACK = 'sent you back here, but did not confirm it. You may still be signed in there.'
    const back = `${gateway.url}/logout?${new URLSearchParams({ state: fields.state ?? '' })}`
    expect((await one.browser.open(back)).body).toContain(SENT_BACK)
    for (const state of ['', 'made-up'])
      expect((await one.browser.open(`${gateway.url}/logout?state=${state}`)).body).toContain(
        'You may still be signed in at Example Corp.',
      )
    expect((await new HttpBrowser().open(back)).body).not.toContain('Example Corp')
    const other = await signedIn('alice', 'session-2')
    await signOut(other)
    expect((await other.browser.open(back)).body).not.toContain(SENT_BACK)
  })

  it('offers to sign in there as another user, who is asked for even if the provider has a session', async () => {
    const one = await signedIn('alice', 'session-1')
    await signOut(one)
    const out = await one.browser.open(`${gateway.url}/logout`)
    const href = /href="(\/login\/corp\?other_user=yes)"/.exec(out.body)?.[1] ?? ''
    const asked = await one.browser.open(`${gateway.url}${href}`, { stopBefore: /^(?!.*\/login\/)/ })
    expect(new URL(asked.location ?? '').searchParams.get('prompt')).toBe('login')
    const again = await one.browser.open(`${gateway.url}/login/corp`, { stopBefore: /^(?!.*\/login\/)/ })
    expect(new URL(again.location ?? '').searchParams.get('prompt')).toBeNull()
  })

  it('ends here also where the provider cannot be asked', async () => {
    const one = await signedIn('alice', 'session-1', 'endless')
    const out = await signOut(one)
    expect(out.url).toBe(`${gateway.url}/logout`)
    expect(out.body).toContain('You may still be signed in at Example Corp.')
    expect(await isSignedIn(one)).toBe(false)
  })
})

describe('a back-channel logout', () => {
  let count = 0
  const claims = (changes: Json = {}): Json => {
    const iat = Math.floor(Date.now() / 1000)
    count += 1
    return {
      iss: op.issuer,
      aud: 'fedgate',
      iat,
      exp: iat + 60,
      jti: `jti-${count}`,
      events: { [EVENT]: {} },
      ...changes,
    }
  }
  const notify = (token: string, provider = 'corp'): Promise<Response> =>
    fetch(`${gateway.url}/oidc/${provider}/backchannel-logout`, {
      method: 'POST',
      body: new URLSearchParams({ logout_token: token }),
    })
  const notifyOf = (changes: Json, provider?: string) => notify(tokenOfOp(claims(changes), 'logout+jwt'), provider)

  it('ends the login of that session at once and no other, and is not to be cached', async () => {
    const [one, two] = [await signedIn('bc-1', 'sid-1'), await signedIn('bc-1', 'sid-2')]
    const answer = await notifyOf({ sub: 'bc-1', sid: 'sid-1' })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await answer.text()).toBe('')
    expect([await isSignedIn(one), await isSignedIn(two)]).toEqual([false, true])
    const logouts = gateway.audit().filter(({ eventName }) => eventName === 'logout')
    expect(logouts.at(-1)).toMatchObject({ reason: 'provider', subject: 'bc-1' })
  })

  it('a logout token that names the subject alone ends all of their logins, and no other user’s', async () => {
    const [one, two, other] = [await signedIn('bc-2', 'a'), await signedIn('bc-2', 'b'), await signedIn('bc-3', 'c')]
    expect((await notifyOf({ sub: 'bc-2' })).status).toBe(200)
    expect([await isSignedIn(one), await isSignedIn(two), await isSignedIn(other)]).toEqual([false, false, true])
  })

  it('a logout token that names the session alone ends its logins', async () => {
    const one = await signedIn('bc-4', 'sid-4')
    expect((await notifyOf({ sid: 'sid-4' })).status).toBe(200)
    expect(await isSignedIn(one)).toBe(false)
  })

  it('a logout token for one provider leaves the logins of another alone', async () => {
    const other = await signedIn('bc-5', 'sid-5', 'other')
    expect((await notifyOf({ sub: 'bc-5', sid: 'sid-5' })).status).toBe(200)
    expect(await isSignedIn(other)).toBe(true)
  })

  it.each([
    ['session', { sub: 'bc-8', sid: 'another' }, 'sid'],
    ['session, by its sid alone', { sid: 'another' }, 'sid'],
    ['subject', { sub: 'nobody' }, 'sub'],
  ])(
    'a logout token of another %s ends nothing, is no error to the provider, and is recorded',
    async (_, changes, source) => {
      const one = await signedIn('bc-8', 'sid-8')
      expect((await notifyOf(changes)).status).toBe(200)
      expect(await isSignedIn(one)).toBe(true)
      expect(gateway.audit().at(-1)).toMatchObject({
        eventName: 'logout.refused',
        provider: 'corp',
        errorCode: 'oidc.logout_ended_nothing',
        source,
      })
    },
  )

  it.each([
    ['the session', { sid: 'mine' }],
    ['the subject', { sub: 'bc-9' }],
  ])('that names %s of a logout that began here confirms it, in the browser that began it', async (_, changes) => {
    const one = await signedIn('bc-9', 'mine')
    await one.browser.submit(one.page, { ...formWith(one.page, 'csrf'), action: `${gateway.url}/logout` })
    expect((await notifyOf({ sub: 'someone-else' })).status).toBe(200)
    const before = await one.browser.open(`${gateway.url}/logout`)
    expect(before.body).toContain('You may still be signed in at Example Corp.')
    const refusals = () => gateway.audit().filter(({ eventName }) => eventName === 'logout.refused').length
    const refusedBefore = refusals()
    expect((await notifyOf(changes)).status).toBe(200)
    expect(refusals()).toBe(refusedBefore)
    const after = await one.browser.open(`${gateway.url}/logout`)
    expect(after.body).toContain('You are signed out at Example Corp as well.')
    expect((await new HttpBrowser().open(`${gateway.url}/logout`)).body).not.toContain('Example Corp')
  })

  it('counts once', async () => {
    const token = tokenOfOp(claims({ sub: 'bc-6' }), 'logout+jwt')
    expect((await notify(token)).status).toBe(200)
    const again = await notify(token)
    expect(again.status).toBe(400)
    expect(again.headers.get('cache-control')).toBe('no-store')
    expect(await again.json()).toMatchObject({
      error: 'invalid_request',
      error_description: expect.stringMatching(/^oidc\.logout_replayed: /),
    })
  })

  it.each([
    ['without a token', '', 'oidc.id_token_malformed'],
    ['that is no token', 'x.y.z', 'oidc.id_token_malformed'],
  ])('%s is answered 400', async (_, token, code) => {
    const answer = await notify(token)
    expect(answer.status).toBe(400)
    expect(((await answer.json()) as Json).error_description).toContain(code)
  })

  it.each([
    ['for another client', { aud: 'another' }, 'oidc.audience_mismatch'],
    ['with a nonce', { nonce: 'n' }, 'oidc.logout_nonce_present'],
    ['without the event', { events: {} }, 'oidc.logout_event_missing'],
  ])('%s is answered 400 and ends nothing', async (_, changes, code) => {
    const one = await signedIn('bc-7', 'sid-7')
    const answer = await notifyOf({ sub: 'bc-7', ...changes })
    expect(answer.status).toBe(400)
    expect(((await answer.json()) as Json).error_description).toContain(code)
    expect(await isSignedIn(one)).toBe(true)
  })

  it('a back-channel logout at an unknown provider is answered 400', async () => {
    expect((await notifyOf({ sub: 'x' }, 'nobody')).status).toBe(400)
  })
})

describe('a front-channel logout', () => {
  const open = (query: Record<string, string>, cookie = '') =>
    fetch(`${gateway.url}/oidc/corp/frontchannel-logout?${new URLSearchParams(query)}`, { headers: { cookie } })

  it("ends the logins of its session, in a frame of that provider's pages only", async () => {
    const [one, two] = [await signedIn('fc-1', 'fc-sid-1'), await signedIn('fc-1', 'fc-sid-2')]
    const answer = await open({ iss: op.issuer, sid: 'fc-sid-1' })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-security-policy')).toContain(`frame-ancestors ${op.issuer}`)
    expect(answer.headers.get('x-frame-options')).toBeNull()
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect([await isSignedIn(one), await isSignedIn(two)]).toEqual([false, true])
  })

  describe.each([
    ['without a session', () => ({ iss: op.issuer }), 'oidc.logout_session_missing'],
    ['without the issuer', () => ({ sid: 'fc-sid-3' }), 'oidc.logout_issuer_mismatch'],
    ['of another issuer', () => ({ iss: 'https://evil.example', sid: 'fc-sid-3' }), 'oidc.logout_issuer_mismatch'],
  ])('%s', (_, query, code) => {
    let one: Awaited<ReturnType<typeof signedIn>>
    beforeEach(async () => {
      one = await signedIn('fc-3', 'fc-sid-3')
    })

    it('ends nothing, whatever cookie comes along', async () => {
      const cookie = `fedgate_session=${one.browser.cookies.value('fedgate_session')}`
      const answer = await open(query(), cookie)
      expect(answer.status).toBe(403)
      expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
      expect(await answer.text()).toContain(code)
      expect(await isSignedIn(one)).toBe(true)
    })
  })
})
