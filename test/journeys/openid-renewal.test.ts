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
  const visitor = new HttpBrowser()
  const page = await signInAtOp(op, visitor, `${gateway.url}/login/openid`, tampering)
  return { visitor, page }
}

const take = (visitor: HttpBrowser, page: Page, role = DEVELOPER): Promise<Page> =>
  visitor.submit(page, { ...formWith(page, 'role', role), action: `${gateway.url}/roles/credentials` })

const refreshOf = ({ body }: Page): string => {
  const path = /<meta http-equiv="refresh" content="0; url=([^"]*)">/.exec(body)?.[1]
  if (path === undefined) throw new Error(`nothing leads on: ${body.slice(0, 500)}`)
  return `${gateway.url}${path.replaceAll('&amp;', '&')}`
}

const nonceOf = (issued: readonly Page[]): string => issued.map((page) => askedOf(page).get('nonce') ?? '').join('')

describe('with a refresh token, an ID token that is too old for AWS', () => {
  const late = async (refreshToken = 'refresh-1') => {
    const visitor = new HttpBrowser()
    const start = await visitor.open(`${gateway.url}/login/openid`, openAtOp)
    const page = await answerAtOp(op, visitor, askedOf(start), fresh({}, refreshToken))
    ahead = 6 * MINUTE
    return { visitor, page, nonce: nonceOf([start]) }
  }

  it('is renewed on the way to AWS, without the person', async () => {
    const { visitor, page, nonce } = await late()
    op.behave(fresh({}, 'refresh-2'), nonce)
    expect((await take(visitor, page)).body).toContain('assumed-role/Developer/alice')
    expect(op.posted.get('/token')?.parameters.get('refresh_token')).toBe('refresh-1')
    ahead = 12 * MINUTE
    op.behave(fresh(), nonce)
    expect((await take(visitor, page)).body).toContain('assumed-role/Developer/alice')
    expect(op.posted.get('/token')?.parameters.get('refresh_token')).toBe('refresh-2')
  })

  it('is renewed once, however many ask at once', async () => {
    const { visitor, page, nonce } = await late()
    op.behave(fresh(), nonce)
    const taken = await Promise.all([1, 2, 3, 4].map(() => take(visitor, page)))
    for (const { body } of taken) expect(body).toContain('assumed-role/Developer/alice')
    expect(op.requests.get('/token')).toBe(1)
  })

  it("is not renewed by somebody else's, and the login stays as it was", async () => {
    const { visitor, page, nonce } = await late()
    op.behave(fresh({ sub: 'eve' }), nonce)
    expect(refusalIn((await take(visitor, page)).body).code).toBe('oidc.subject_changed')
    expect(await whoIs(visitor, gateway.url)).toBe('alice')
  })

  it('a sign-in that the provider no longer renews leads through the provider', async () => {
    const { visitor, page } = await late()
    op.behave({
      token: {
        answer: (_, response) => {
          response.writeHead(400, { 'content-type': 'application/json' })
          response.end('{"error":"invalid_grant"}')
        },
      },
    })
    const renewing = await take(visitor, page)
    expect(askedOf(await visitor.open(refreshOf(renewing), openAtOp)).get('prompt')).toBe('none')
  })

  it('does not bring back who signed out meanwhile', async () => {
    const { visitor, page, nonce } = await late()
    await visitor.submit(page, { ...formWith(page, 'csrf'), action: `${gateway.url}/logout` })
    op.behave(fresh(), nonce)
    expect((await take(visitor, page)).status).not.toBe(200)
    expect(await whoIs(visitor, gateway.url)).toBeUndefined()
  })
})

describe('without a refresh token, an ID token that is too old for AWS', () => {
  const late = async () => {
    const { visitor, page } = await signedIn()
    ahead = 6 * MINUTE
    return { visitor, page, silent: await visitor.open(refreshOf(await take(visitor, page)), openAtOp) }
  }

  const refuse = (visitor: HttpBrowser, asked: Page, error: string): Promise<Page> => {
    const answer = new URLSearchParams({ error, state: askedOf(asked).get('state') ?? '', iss: op.issuer })
    return visitor.open(`${askedOf(asked).get('redirect_uri')}?${answer}`, openAtOp)
  }

  it('is renewed through the provider unseen, and comes back to one button for the same pick', async () => {
    const { visitor, silent } = await late()
    expect(askedOf(silent).get('prompt')).toBe('none')
    const confirm = await answerAtOp(op, visitor, askedOf(silent), fresh())
    expect(confirm.url).toContain('/roles/confirm?')
    expect((await take(visitor, confirm)).body).toContain('assumed-role/Developer/alice')
    expect(gateway.audit().some(({ eventName }) => eventName === 'login.renewed')).toBe(true)
  })

  it.each(['login_required', 'interaction_required', 'consent_required'])(
    'is renewed visibly where the provider answers %s, once',
    async (error) => {
      const { visitor, silent } = await late()
      const visible = await refuse(visitor, silent, error)
      expect(visible.status).toBe(303)
      expect(askedOf(visible).get('prompt')).toBeNull()
      expect(refusalIn((await refuse(visitor, silent, error)).body).code).toBe('login.used')
      const confirm = await answerAtOp(op, visitor, askedOf(visible), fresh())
      expect((await take(visitor, confirm)).body).toContain('assumed-role/Developer/alice')
    },
  )

  it('is refused, not asked for again and again, where the provider refuses the visible question too', async () => {
    const { visitor, silent } = await late()
    const visible = await refuse(visitor, silent, 'login_required')
    expect(refusalIn((await refuse(visitor, visible, 'login_required')).body).code).toBe('oidc.interaction_required')
    expect(await whoIs(visitor, gateway.url)).toBe('alice')
  })
})

describe('a role with maxAuthAge', () => {
  const guarded = async (tampering: Tampering) => {
    const { visitor, page } = await signedIn(tampering)
    return { visitor, page, answer: await take(visitor, page, GUARDED) }
  }
  const old = (changes: Json = {}) => fresh({ auth_time: seconds() - 15 * 60, ...changes })

  it('is taken at once after a sign-in that is recent enough', async () => {
    expect((await guarded(fresh())).answer.body).toContain('assumed-role/Guarded/alice')
  })

  it.each([
    ['is older', () => old()],
    ['does not say when it was', () => old({ auth_time: undefined })],
  ])('asks for a new proof after a sign-in that %s', async (_, tampering) => {
    const { visitor, answer } = await guarded(tampering())
    const asked = askedOf(await visitor.open(refreshOf(answer), openAtOp))
    expect(asked.get('prompt')).toBe('login')
    expect(asked.get('max_age')).toBe('600')
    const confirm = await answerAtOp(op, visitor, asked, fresh())
    expect((await take(visitor, confirm, GUARDED)).body).toContain('assumed-role/Guarded/alice')
  })

  it('says before it is picked that it asks for a recent sign-in, and whether this one is', async () => {
    expect((await signedIn(fresh())).page.body).toContain(
      'Requires a sign-in within the last 10 minutes. Yours qualifies.',
    )
    const { body } = (await signedIn(old())).page
    expect(body).toContain('Requires you to sign in again (your last sign-in was over 10 minutes ago).')
    expect(body.split('Requires you to sign in again')).toHaveLength(2)
  })

  it('is offered for a quarter of an hour first', async () => {
    const { page } = await signedIn(fresh())
    expect(formWith(page, 'role', GUARDED).fields.duration).toBe('15m')
    expect(formWith(page, 'role', DEVELOPER).fields.duration).toBe('1h')
  })

  it('comes back to the very pick: the duration, the page of the console, and that a link is wanted', async () => {
    const { visitor, page } = await signedIn(old())
    const picked = { duration: '1800', destination: 's3', as: 'link' }
    const form = { ...formWith(page, 'role', GUARDED), action: `${gateway.url}/roles/console` }
    const asked = askedOf(await visitor.open(refreshOf(await visitor.submit(page, form, picked)), openAtOp))
    const confirm = await answerAtOp(op, visitor, asked, fresh())
    expect(formWith(confirm, 'role', GUARDED).fields).toMatchObject(picked)
    expect((await visitor.submit(confirm, formWith(confirm, 'role', GUARDED))).body).toContain('valid for 15 minutes')
  })

  it('leaves other roles alone', async () => {
    const { visitor, page } = await signedIn(old())
    expect((await take(visitor, page)).body).toContain('assumed-role/Developer/alice')
  })

  it('is refused where the provider did not ask the person again', async () => {
    const { visitor, answer } = await guarded(old())
    const asked = askedOf(await visitor.open(refreshOf(answer), openAtOp))
    const refused = await answerAtOp(op, visitor, asked, old())
    expect(refusalIn(refused.body).code).toBe('oidc.authentication_too_old')
    expect(await whoIs(visitor, gateway.url)).toBe('alice')
  })

  it('is not to be had by a refreshed token: that proves nothing new', async () => {
    const visitor = new HttpBrowser()
    const start = await visitor.open(`${gateway.url}/login/openid`, openAtOp)
    const page = await answerAtOp(op, visitor, askedOf(start), fresh({}, 'refresh-1'))
    ahead = 12 * MINUTE
    op.behave(fresh({}, 'refresh-2'), nonceOf([start]))
    expect(refreshOf(await take(visitor, page, GUARDED))).toContain('/roles/reauthenticate?')
  })

  describe('by SAML', () => {
    const says = (minutesAgo: number) => ({
      subject: 'dora',
      attributes: {},
      now: now(),
      authnInstant: new Date(now().getTime() - minutesAgo * MINUTE),
    })
    const signedInBySaml = async (minutesAgo: number) => {
      const visitor = new HttpBrowser()
      const answer = await answerOf(idp, visitor, gateway.url, 'corp', says(minutesAgo))
      return { visitor, page: await postAnswer(visitor, answer) }
    }
    const renewed = async (minutesAgo: number): Promise<Page & { visitor: HttpBrowser }> => {
      const { visitor, page } = await signedInBySaml(15)
      const atIdp = { stopBefore: /^https:\/\/corp/ }
      const asked = requestOn(await visitor.open(refreshOf(await take(visitor, page, GUARDED)), atIdp))
      expect(asked).toMatchObject({ forceAuthn: true, isPassive: false })
      return { ...(await postAnswer(visitor, await answerTo(idp, asked, says(minutesAgo)))), visitor }
    }

    it('is taken at once after a sign-in that is recent enough', async () => {
      const { visitor, page } = await signedInBySaml(9)
      expect((await take(visitor, page, GUARDED)).body).toContain('assumed-role/Guarded/dora')
    })

    it('asks with ForceAuthn after an older one, and comes back to the same pick', async () => {
      const { visitor, ...confirm } = await renewed(0)
      expect((await take(visitor, confirm, GUARDED)).body).toContain('assumed-role/Guarded/dora')
    })

    it('is refused where the identity provider did not ask the person again', async () => {
      const { visitor, ...refused } = await renewed(14)
      expect(refusalIn(refused.body).code).toBe('login.authentication_too_old')
      expect(await whoIs(visitor, gateway.url)).toBe('dora')
    })
  })
})

describe('an answer that is posted', () => {
  const asked = async (visitor: HttpBrowser) => askedOf(await visitor.open(`${gateway.url}/login/posting`, openAtOp))
  const answerTo = (query: URLSearchParams) => ({ code: 'a-code', state: query.get('state') ?? '', iss: op.issuer })
  const post = (visitor: HttpBrowser, query: URLSearchParams, navigation = {}): Promise<Page> =>
    visitor.post(query.get('redirect_uri') ?? '', answerTo(query), { from: op.issuer, ...navigation })

  it('is asked for, parked without a cookie and redeemed by the GET that follows', async () => {
    const visitor = new HttpBrowser()
    const query = await asked(visitor)
    expect(query.get('response_mode')).toBe('form_post')
    op.behave(fresh(), query.get('nonce') ?? '')
    const parked = await post(visitor, query, { stopBefore: /callback\?/ })
    expect(parked.status).toBe(303)
    expect(parked.location).toMatch(/\/oidc\/posting\/callback\?handle=[\w-]+$/)
    expect(op.requests.get('/token')).toBeUndefined()
    expect((await visitor.open(parked.location ?? '')).url).toBe(`${gateway.url}/roles`)
    expect(await whoIs(visitor, gateway.url)).toBe('alice')
    expect(refusalIn((await visitor.open(parked.location ?? '')).body)).toMatchObject({
      status: 409,
      code: 'login.used',
    })
  })

  it('is not redeemed in another browser', async () => {
    const [visitor, other] = [new HttpBrowser(), new HttpBrowser()]
    const query = await asked(visitor)
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
    const visitor = new HttpBrowser()
    const query = await asked(visitor)
    const body = `${new URLSearchParams(answerTo(query))}&code=another`
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const { headers: parked } = await fetch(query.get('redirect_uri') ?? '', {
      method: 'POST',
      redirect: 'manual',
      headers,
      body,
    })
    const page = await visitor.open(new URL(parked.get('location') ?? '', gateway.url).href)
    expect(refusalIn(page.body).code).toBe('oidc.parameter_repeated')
  })

  it('whose handle is not known is refused', async () => {
    const page = await new HttpBrowser().open(`${gateway.url}/oidc/posting/callback?handle=guessed`)
    expect(refusalIn(page.body)).toMatchObject({ status: 400, code: 'login.expired' })
  })
})
