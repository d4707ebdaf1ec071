/** ID tokens that are too old for AWS, and roles that want to know that somebody proved lately who they are. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { refusalIn } from '../harness/html.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { postAnswer, whoIs } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { answerOf, answerTo, createTestIdp, requestOn, type TestIdp } from '../harness/test-idp.ts'
import { answerAtOp, askedOf, openAtOp, signInAtOp } from '../harness/test-op.ts'
import {
  type Json,
  startTamperingProvider,
  type Tampering,
  type TamperingProvider,
} from '../oidc/tampering-provider.ts'

const ACCOUNT = 'arn:aws:iam::111122223333'
const DEVELOPER = `${ACCOUNT}:role/Developer`
const GUARDED = `${ACCOUNT}:role/Guarded`
const MINUTE = 60_000

let gateway: ReservedGateway
let op: TamperingProvider
let idp: TestIdp
let ahead = 0
const now = (): Date => new Date(Date.now() + ahead)
const seconds = (): number => Math.floor(now().getTime() / 1000)

beforeAll(async () => {
  const url = await reserveGateway()
  op = await startTamperingProvider()
  idp = await createTestIdp('corp')
  const openid = {
    protocol: 'oidc',
    issuer: op.issuer,
    clientId: 'fedgate',
    clientSecret: 's',
    allowInsecureHttp: true,
  }
  const providers = [
    { id: 'openid', ...openid },
    { id: 'posting', ...openid, responseMode: 'form_post' },
    { id: 'corp', protocol: 'saml', metadata: './corp.xml' },
  ]
  gateway = await startConfiguredGateway(
    url,
    {
      providers,
      roles: [{ match: GUARDED, maxAuthAge: '10m' }],
      access: [{ when: { provider: providers.map(({ id }) => id) }, roles: [DEVELOPER, GUARDED] }],
    },
    { files: { 'corp.xml': idp.metadata }, now },
  )
})
afterAll(async () => {
  await gateway.close()
  await op.close()
})
afterEach(() => {
  ahead = 0
})

/** An answer of this moment, of somebody who proved who they are now. */
const fresh = (changes: Json = {}, refreshToken?: string): Tampering => ({
  claims: (claims) => ({
    ...claims,
    iat: seconds(),
    exp: seconds() + 300,
    auth_time: seconds(),
    ...changes,
  }),
  userinfo: () => ({ sub: changes.sub ?? 'alice' }),
  ...(refreshToken === undefined ? {} : { token: (document: Json) => ({ ...document, refresh_token: refreshToken }) }),
})

const signedIn = async (tampering = fresh()) => {
  const browser = new HttpBrowser()
  const page = await signInAtOp(op, browser, `${gateway.url}/login/openid`, tampering)
  return { browser, page }
}

const take = (browser: HttpBrowser, page: Page, role = DEVELOPER): Promise<Page> =>
  browser.submit(page, { ...formWith(page, 'role', role), action: `${gateway.url}/roles/credentials` })

const refreshOf = ({ body }: Page): string => {
  const path = /<meta http-equiv="refresh" content="0; url=([^"]*)">/.exec(body)?.[1]
  if (path === undefined) throw new Error(`nothing leads on: ${body.slice(0, 500)}`)
  return `${gateway.url}${path.replaceAll('&amp;', '&')}`
}

const nonceOf = (issued: readonly Page[]): string => issued.map((page) => askedOf(page).get('nonce') ?? '').join('')

describe('with a refresh token, an ID token that is too old for AWS', () => {
  const late = async (refreshToken = 'refresh-1') => {
    const browser = new HttpBrowser()
    const start = await browser.open(`${gateway.url}/login/openid`, openAtOp)
    const page = await answerAtOp(op, browser, askedOf(start), fresh({}, refreshToken))
    ahead = 6 * MINUTE
    return { browser, page, nonce: nonceOf([start]) }
  }

  it('an ID token that is too old for AWS is renewed on the way to AWS, without the user', async () => {
    const { browser, page, nonce } = await late()
    op.behave(fresh({}, 'refresh-2'), nonce)
    expect((await take(browser, page)).body).toContain('assumed-role/Developer/alice')
    expect(op.posted.get('/token')?.parameters.get('refresh_token')).toBe('refresh-1')
    ahead = 12 * MINUTE
    op.behave(fresh(), nonce)
    expect((await take(browser, page)).body).toContain('assumed-role/Developer/alice')
    expect(op.posted.get('/token')?.parameters.get('refresh_token')).toBe('refresh-2')
  })

  it('an ID token that is too old for AWS is renewed once, however many ask at once', async () => {
    const { browser, page, nonce } = await late()
    op.behave(fresh(), nonce)
    const taken = await Promise.all([1, 2, 3, 4].map(() => take(browser, page)))
    for (const { body } of taken) expect(body).toContain('assumed-role/Developer/alice')
    expect(op.requests.get('/token')).toBe(1)
  })

  it("an ID token that is too old for AWS is not renewed by another user's, and the login stays as it was", async () => {
    const { browser, page, nonce } = await late()
    op.behave(fresh({ sub: 'eve' }), nonce)
    expect(refusalIn((await take(browser, page)).body).code).toBe('oidc.subject_changed')
    expect(await whoIs(browser, gateway.url)).toBe('alice')
  })

  it('a sign-in that the provider no longer renews leads through the provider', async () => {
    const { browser, page } = await late()
    op.behave({
      token: {
        answer: (_, response) => {
          response.writeHead(400, { 'content-type': 'application/json' })
          response.end('{"error":"invalid_grant"}')
        },
      },
    })
    const renewing = await take(browser, page)
    expect(askedOf(await browser.open(refreshOf(renewing), openAtOp)).get('prompt')).toBe('none')
  })

  it('a renewed ID token does not sign a user in again who signed out meanwhile', async () => {
    const { browser, page, nonce } = await late()
    await browser.submit(page, { ...formWith(page, 'csrf'), action: `${gateway.url}/logout` })
    op.behave(fresh(), nonce)
    expect((await take(browser, page)).status).not.toBe(200)
    expect(await whoIs(browser, gateway.url)).toBeUndefined()
  })
})

describe('without a refresh token, an ID token that is too old for AWS', () => {
  const late = async () => {
    const { browser, page } = await signedIn()
    ahead = 6 * MINUTE
    return { browser, page, silent: await browser.open(refreshOf(await take(browser, page)), openAtOp) }
  }

  const refuse = (browser: HttpBrowser, asked: Page, error: string): Promise<Page> => {
    const answer = new URLSearchParams({ error, state: askedOf(asked).get('state') ?? '', iss: op.issuer })
    return browser.open(`${askedOf(asked).get('redirect_uri')}?${answer}`, openAtOp)
  }

  it('an ID token that is too old for AWS is renewed through the provider unseen, and comes back to one button for the same pick', async () => {
    const { browser, silent } = await late()
    expect(askedOf(silent).get('prompt')).toBe('none')
    const confirm = await answerAtOp(op, browser, askedOf(silent), fresh())
    expect(confirm.url).toContain('/roles/confirm?')
    expect((await take(browser, confirm)).body).toContain('assumed-role/Developer/alice')
    expect(gateway.audit().some(({ eventName }) => eventName === 'login.renewed')).toBe(true)
  })

  it.each(['login_required', 'interaction_required', 'consent_required'])(
    'an ID token that is too old for AWS is renewed visibly where the provider answers %s, once',
    async (error) => {
      const { browser, silent } = await late()
      const visible = await refuse(browser, silent, error)
      expect(visible.status).toBe(303)
      expect(askedOf(visible).get('prompt')).toBeNull()
      expect(refusalIn((await refuse(browser, silent, error)).body).code).toBe('login.used')
      const confirm = await answerAtOp(op, browser, askedOf(visible), fresh())
      expect((await take(browser, confirm)).body).toContain('assumed-role/Developer/alice')
    },
  )

  it('an ID token that is too old for AWS is refused, not asked for again and again, where the provider refuses the visible question too', async () => {
    const { browser, silent } = await late()
    const visible = await refuse(browser, silent, 'login_required')
    expect(refusalIn((await refuse(browser, visible, 'login_required')).body).code).toBe('oidc.interaction_required')
    expect(await whoIs(browser, gateway.url)).toBe('alice')
  })
})

describe('a role with maxAuthAge', () => {
  const guarded = async (tampering: Tampering) => {
    const { browser, page } = await signedIn(tampering)
    return { browser, page, answer: await take(browser, page, GUARDED) }
  }
  const old = (changes: Json = {}) => fresh({ auth_time: seconds() - 15 * 60, ...changes })

  it('a role with maxAuthAge is assumed at once after a sign-in that is recent enough', async () => {
    expect((await guarded(fresh())).answer.body).toContain('assumed-role/Guarded/alice')
  })

  it.each([
    ['is older', () => old()],
    ['does not say when it was', () => old({ auth_time: undefined })],
  ])('asks for a new proof after a sign-in that %s', async (_, tampering) => {
    const { browser, answer } = await guarded(tampering())
    const asked = askedOf(await browser.open(refreshOf(answer), openAtOp))
    expect(asked.get('prompt')).toBe('login')
    expect(asked.get('max_age')).toBe('600')
    const confirm = await answerAtOp(op, browser, asked, fresh())
    expect((await take(browser, confirm, GUARDED)).body).toContain('assumed-role/Guarded/alice')
  })

  it('says before it is picked that it asks for a recent sign-in, and whether this one is', async () => {
    expect((await signedIn(fresh())).page.body).toContain(
      'Requires a sign-in within the last 10 minutes. Yours qualifies.',
    )
    const { body } = (await signedIn(old())).page
    expect(body).toContain('Requires you to sign in again (your last sign-in was over 10 minutes ago).')
    expect(body.split('Requires you to sign in again')).toHaveLength(2)
  })

  it('a role with maxAuthAge is offered for a quarter of an hour first', async () => {
    const { page } = await signedIn(fresh())
    expect(formWith(page, 'role', GUARDED).fields.duration).toBe('15m')
    expect(formWith(page, 'role', DEVELOPER).fields.duration).toBe('1h')
  })

  it('comes back to the very pick: the duration, the page of the console, and that a link is wanted', async () => {
    const { browser, page } = await signedIn(old())
    const picked = { duration: '1800', destination: 's3', as: 'link' }
    const form = { ...formWith(page, 'role', GUARDED), action: `${gateway.url}/roles/console` }
    const asked = askedOf(await browser.open(refreshOf(await browser.submit(page, form, picked)), openAtOp))
    const confirm = await answerAtOp(op, browser, asked, fresh())
    expect(formWith(confirm, 'role', GUARDED).fields).toMatchObject(picked)
    expect((await browser.submit(confirm, formWith(confirm, 'role', GUARDED))).body).toContain('valid for 15 minutes')
  })

  it('leaves other roles alone', async () => {
    const { browser, page } = await signedIn(old())
    expect((await take(browser, page)).body).toContain('assumed-role/Developer/alice')
  })

  it('a role with maxAuthAge is refused where the provider did not ask the user again', async () => {
    const { browser, answer } = await guarded(old())
    const asked = askedOf(await browser.open(refreshOf(answer), openAtOp))
    const refused = await answerAtOp(op, browser, asked, old())
    expect(refusalIn(refused.body).code).toBe('oidc.authentication_too_old')
    expect(await whoIs(browser, gateway.url)).toBe('alice')
  })

  it('a role with maxAuthAge is not granted for a refreshed token: that proves nothing new', async () => {
    const browser = new HttpBrowser()
    const start = await browser.open(`${gateway.url}/login/openid`, openAtOp)
    const page = await answerAtOp(op, browser, askedOf(start), fresh({}, 'refresh-1'))
    ahead = 12 * MINUTE
    op.behave(fresh({}, 'refresh-2'), nonceOf([start]))
    expect(refreshOf(await take(browser, page, GUARDED))).toContain('/roles/reauthenticate?')
  })

  describe('by SAML', () => {
    const says = (minutesAgo: number) => ({
      subject: 'dora',
      attributes: {},
      now: now(),
      authnInstant: new Date(now().getTime() - minutesAgo * MINUTE),
    })
    const signedInBySaml = async (minutesAgo: number) => {
      const browser = new HttpBrowser()
      const answer = await answerOf(idp, browser, gateway.url, 'corp', says(minutesAgo))
      return { browser, page: await postAnswer(browser, answer) }
    }
    const renewed = async (minutesAgo: number): Promise<Page & { browser: HttpBrowser }> => {
      const { browser, page } = await signedInBySaml(15)
      const atIdp = { stopBefore: /^https:\/\/corp/ }
      const asked = requestOn(await browser.open(refreshOf(await take(browser, page, GUARDED)), atIdp))
      expect(asked).toMatchObject({ forceAuthn: true, isPassive: false })
      return { ...(await postAnswer(browser, await answerTo(idp, asked, says(minutesAgo)))), browser }
    }

    it('a role with maxAuthAge is assumed at once after a sign-in that is recent enough', async () => {
      const { browser, page } = await signedInBySaml(9)
      expect((await take(browser, page, GUARDED)).body).toContain('assumed-role/Guarded/dora')
    })

    it('asks with ForceAuthn after an older one, and comes back to the same pick', async () => {
      const { browser, ...confirm } = await renewed(0)
      expect((await take(browser, confirm, GUARDED)).body).toContain('assumed-role/Guarded/dora')
    })

    it('a role with maxAuthAge is refused where the identity provider did not ask the user again', async () => {
      const { browser, ...refused } = await renewed(14)
      expect(refusalIn(refused.body).code).toBe('login.authentication_too_old')
      expect(await whoIs(browser, gateway.url)).toBe('dora')
    })
  })
})

describe('an answer that is posted', () => {
  const asked = async (browser: HttpBrowser) => askedOf(await browser.open(`${gateway.url}/login/posting`, openAtOp))
  const answerTo = (query: URLSearchParams) => ({ code: 'a-code', state: query.get('state') ?? '', iss: op.issuer })
  const post = (browser: HttpBrowser, query: URLSearchParams, navigation = {}): Promise<Page> =>
    browser.post(query.get('redirect_uri') ?? '', answerTo(query), { from: op.issuer, ...navigation })

  it('an answer that is posted is asked for, parked without a cookie and redeemed by the GET that follows', async () => {
    const browser = new HttpBrowser()
    const query = await asked(browser)
    expect(query.get('response_mode')).toBe('form_post')
    op.behave(fresh(), query.get('nonce') ?? '')
    const parked = await post(browser, query, { stopBefore: /callback\?/ })
    expect(parked.status).toBe(303)
    expect(parked.location).toMatch(/\/oidc\/posting\/callback\?handle=[\w-]+$/)
    expect(op.requests.get('/token')).toBeUndefined()
    expect((await browser.open(parked.location ?? '')).url).toBe(`${gateway.url}/roles`)
    expect(await whoIs(browser, gateway.url)).toBe('alice')
    expect(refusalIn((await browser.open(parked.location ?? '')).body)).toMatchObject({
      status: 409,
      code: 'login.used',
    })
  })

  it('an answer that is posted is not redeemed in another browser', async () => {
    const [browser, other] = [new HttpBrowser(), new HttpBrowser()]
    const query = await asked(browser)
    op.behave(fresh(), query.get('nonce') ?? '')
    expect(refusalIn((await post(other, query)).body).code).toBe('login.other_browser')
    expect(op.requests.get('/token')).toBeUndefined()
  })

  it('an answer to no question is not even parked', async () => {
    const refused = await post(
      new HttpBrowser(),
      new URLSearchParams({ redirect_uri: `${gateway.url}/oidc/posting/callback` }),
    )
    expect(refusalIn(refused.body)).toMatchObject({ status: 403, code: 'oidc.state_mismatch' })
  })

  it('a callback with a parameter twice is refused', async () => {
    const browser = new HttpBrowser()
    const query = await asked(browser)
    const body = `${new URLSearchParams(answerTo(query))}&code=another`
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const { headers: parked } = await fetch(query.get('redirect_uri') ?? '', {
      method: 'POST',
      redirect: 'manual',
      headers,
      body,
    })
    const page = await browser.open(new URL(parked.get('location') ?? '', gateway.url).href)
    expect(refusalIn(page.body).code).toBe('oidc.parameter_repeated')
  })

  it('an answer that is posted whose handle is not known is refused', async () => {
    const page = await new HttpBrowser().open(`${gateway.url}/oidc/posting/callback?handle=guessed`)
    expect(refusalIn(page.body)).toMatchObject({ status: 400, code: 'login.expired' })
  })
})
