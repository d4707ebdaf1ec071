/** Roles that require a way of signing in: what the provider is asked for, what it may answer, and where users stand after. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorizationUrl, callApi, newVerifier, signInDevice } from '../harness/command-line.ts'
import { refusalIn } from '../harness/html.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { postAnswer, whoIs } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { answerOf, answerTo, createTestIdp, requestOn, type TestIdp } from '../harness/test-idp.ts'
import { answerAtOp, askedOf, openAtOp, signInAtOp } from '../harness/test-op.ts'
import { holds } from '../held/holds.ts'
import { type Json, startTamperingProvider, type TamperingProvider } from '../oidc/tampering-provider.ts'

const MFA = 'https://refeds.org/profile/mfa'
const MULTIPLE = 'http://schemas.microsoft.com/claims/multipleauthn'
const PASSWORD = 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport'
const SMARTCARD = 'urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI'
const roleOf = (name: string): string => `arn:aws:iam::111122223333:role/${name}`
const [DEVELOPER, GUARDED, GOLD, BY_CONTEXT, BY_METHOD] = [
  roleOf('Developer'),
  roleOf('Guarded'),
  roleOf('Gold'),
  roleOf('ByContext'),
  roleOf('ByMethod'),
]

let gateway: ReservedGateway
let idp: TestIdp
let op: TamperingProvider
let ahead = 0
const now = (): Date => new Date(Date.now() + ahead)

beforeAll(async () => {
  idp = await createTestIdp('corp')
  op = await startTamperingProvider()
  const saml = (id: string, more: object = {}) => ({ id, protocol: 'saml', metadata: './corp.xml', ...more })
  const openid = (id: string, more: object = {}) => ({
    id,
    protocol: 'oidc',
    issuer: op.issuer,
    clientId: 'fedgate',
    clientSecret: 's',
    allowInsecureHttp: true,
    exchange: { via: 'web-identity', evidence: 'reissued' },
    ...more,
  })
  const providers = [
    saml('corp'),
    saml('ranked', {
      authnContext: [PASSWORD],
      authnContextComparison: 'minimum',
      authnContextRanking: [PASSWORD, MFA, SMARTCARD],
    }),
    saml('weak', { authnContext: [PASSWORD] }),
    saml('original', { exchange: { via: 'saml', evidence: 'original' } }),
    openid('openid'),
    openid('levels', { acrValues: ['1'], acrComparison: 'minimum', acrRanking: ['1', '2', '3'] }),
  ]
  const provider = providers.map(({ id }) => id)
  gateway = await startConfiguredGateway(
    await reserveGateway(),
    {
      providers,
      roles: [
        { match: GUARDED, authnContext: ['mfa', '2'] },
        { match: GOLD, authnContext: ['urn:example:gold'] },
      ],
      access: [
        { when: { provider }, roles: [DEVELOPER, GUARDED, GOLD] },
        { when: { provider, authnContext: 'mfa' }, roles: [BY_CONTEXT] },
        { when: { provider, amr: 'hwk' }, roles: [BY_METHOD] },
      ],
      sessionTags: { AuthnContext: '{authnContext}' },
    },
    { files: { 'corp.xml': idp.metadata }, now },
  )
})
afterAll(async () => {
  await gateway.close()
  await op.close()
})

const csrfOf = (page: Page): string => formWith(page, 'csrf').fields.csrf ?? ''

const take = (browser: HttpBrowser, page: Page, ...roles: readonly string[]): Promise<Page> =>
  browser.post(`${gateway.url}/roles/credentials`, { csrf: csrfOf(page), role: roles }, { from: page.url })

const refreshOf = ({ body }: Page): string => {
  const path = /<meta http-equiv="refresh" content="0; url=([^"]*)">/.exec(body)?.[1]
  if (path === undefined) throw new Error(`nothing leads on: ${body.slice(0, 500)}`)
  return `${gateway.url}${path.replaceAll('&amp;', '&')}`
}

const atAws = { stopBefore: /amazonaws\.com|aws\.amazon\.com/ }
const atIdp = { stopBefore: /^https:\/\/corp/ }

describe('a role with authnContext, by SAML', holds('10.6'), () => {
  const says = (authnContextClassRef = PASSWORD, subject = 'dora') => ({
    subject,
    attributes: {},
    authnContextClassRef,
  })
  const signedIn = async (context?: string, provider = 'corp') => {
    const browser = new HttpBrowser()
    const page = await postAnswer(browser, await answerOf(idp, browser, gateway.url, provider, says(context)))
    return { browser, page }
  }
  const steppingUp = async (provider = 'corp', role = GUARDED) => {
    const { browser, page } = await signedIn(PASSWORD, provider)
    const asked = requestOn(await browser.open(refreshOf(await take(browser, page, role)), atIdp))
    return { browser, asked }
  }

  it('a role with authnContext says before it is picked what it requires, and whether this sign-in qualifies', async () => {
    expect((await signedIn()).page.body).toContain(
      'Requires you to sign in again with multi-factor authentication or 2.',
    )
    expect((await signedIn(MFA)).page.body).toContain(
      'Requires a sign-in with multi-factor authentication or 2. Yours qualifies.',
    )
  })

  it('a role with authnContext is assumed at once after a sign-in of that class', async () => {
    const { browser, page } = await signedIn(MULTIPLE)
    expect((await take(browser, page, GUARDED)).body).toContain('assumed-role/Guarded/dora')
  })

  it('a role with authnContext is assumed at once where Entra ID names the second factor in an attribute', async () => {
    const browser = new HttpBrowser()
    const methods = ['http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password', MULTIPLE]
    const attributes = { 'http://schemas.microsoft.com/claims/authnmethodsreferences': methods }
    const answer = await answerOf(idp, browser, gateway.url, 'corp', { ...says(PASSWORD), attributes })
    const page = await postAnswer(browser, answer)
    expect(page.body).toContain(`AuthnContext=${PASSWORD}`)
    expect((await take(browser, page, GUARDED)).body).toContain('assumed-role/Guarded/dora')
  })

  it('a role with authnContext asks for its classes, without ForceAuthn, and returns to the same pick', async () => {
    const { browser, asked } = await steppingUp()
    expect(asked).toMatchObject({ forceAuthn: false, isPassive: false, requestedContext: { comparison: 'exact' } })
    expect(asked.requestedContext?.classes).toEqual(expect.arrayContaining([MFA, MULTIPLE]))
    expect(asked.requestedContext?.classes).not.toContain('2')
    const confirm = await postAnswer(browser, await answerTo(idp, asked, says(MFA)))
    expect((await take(browser, confirm, GUARDED)).body).toContain('assumed-role/Guarded/dora')
  })

  it('a role with authnContext is refused where the provider answers with another class, and asks nobody twice', async () => {
    const { browser, asked } = await steppingUp()
    const refused = await postAnswer(browser, await answerTo(idp, asked, says(PASSWORD)))
    expect(refusalIn(refused.body)).toMatchObject({ status: 403, code: 'saml.authn_context_mismatch' })
    expect(refused.url).toMatch(/\/saml\/corp\/acs$/)
    expect(gateway.audit().findLast(({ eventName }) => eventName === 'login')).toMatchObject({
      authnContext: [PASSWORD],
    })
    expect(await whoIs(browser, gateway.url)).toBe('dora')
  })

  it('an answer for another role of a sign-in with authnContext is refused with the class of the request', async () => {
    const { browser, asked } = await steppingUp('corp', GOLD)
    const refused = await postAnswer(browser, await answerTo(idp, asked, says(MFA)))
    expect(gateway.audit().at(-1)).toMatchObject({
      errorCode: 'saml.authn_context_mismatch',
      expected: 'urn:example:gold',
      found: MFA,
    })
    expect(refusalIn(refused.body).code).toBe('saml.authn_context_mismatch')
  })

  it('a role with authnContext accepts a stronger class where the provider ranks them', async () => {
    const { browser, asked } = await steppingUp('ranked')
    expect(asked.requestedContext).toEqual({ comparison: 'exact', classes: [MFA, SMARTCARD] })
    const confirm = await postAnswer(browser, await answerTo(idp, asked, says(SMARTCARD)))
    expect((await take(browser, confirm, GUARDED)).body).toContain('assumed-role/Guarded/dora')
  })

  it('a role that the provider cannot be asked for is refused at once, without a redirect', async () => {
    const { browser, page } = await signedIn(PASSWORD, 'weak')
    expect(refusalIn((await take(browser, page, GUARDED)).body)).toMatchObject({
      status: 403,
      code: 'role.authn_context_unavailable',
    })
  })

  it('roles whose authnContext no single sign-in has are refused together', async () => {
    const { browser, page } = await signedIn()
    expect(refusalIn((await take(browser, page, GUARDED, GOLD)).body).code).toBe('role.authn_contexts_differ')
  })

  it.each([
    ['beside a role that requires nothing', '/roles/credentials', [DEVELOPER, GUARDED]],
    ['named twice', '/roles/credentials', [GUARDED, GUARDED]],
    ['in capital letters', '/roles/credentials', [GUARDED.replace('Guarded', 'GUARDED')]],
    ['with a space', '/roles/credentials', [`${GUARDED} `]],
    ['in the console', '/roles/console', [GUARDED]],
    ['in the console, beside a role that requires nothing', '/roles/console', [DEVELOPER, GUARDED]],
  ])('a role with authnContext was not assumed with a password: %s', async (_, path, roles) => {
    const { browser, page } = await signedIn()
    const before = gateway.audit().length
    await browser.post(`${gateway.url}${path}`, { csrf: csrfOf(page), role: roles }, { from: page.url, ...atAws })
    const taken = gateway
      .audit()
      .slice(before)
      .filter(({ eventName }) => ['exchange', 'console'].includes(eventName))
    expect(taken.filter((line) => /role\/guarded/i.test(JSON.stringify(line)))).toEqual([])
  })

  it("a second factor of another user is not the first one's", async () => {
    const { browser, page } = await signedIn()
    const tokens = await signInDevice(browser, gateway.url)
    const asked = requestOn(await browser.open(refreshOf(await take(browser, page, GUARDED)), atIdp))
    await postAnswer(browser, await answerTo(idp, asked, says(MFA, 'eve')))
    expect(await whoIs(browser, gateway.url)).toBe('eve')
    for (const path of ['credentials', 'console'])
      expect(await callApi(`${gateway.url}/api/${path}`, tokens, { body: { role: GUARDED } })).toMatchObject({
        status: 409,
        body: { code: 'role.authn_context_required' },
      })
  })

  it('a role with authnContext is renewed silently with its class, and once with a page if that gives another', async () => {
    const aws = 'https://aws.amazon.com/SAML/Attributes/'
    const said = (context: string) => ({
      subject: 'dora',
      attributes: {
        [`${aws}Role`]: [`${GUARDED},arn:aws:iam::111122223333:saml-provider/original`],
        [`${aws}RoleSessionName`]: ['dora'],
      },
      authnContextClassRef: context,
      now: now(),
    })
    const browser = new HttpBrowser()
    const page = await postAnswer(browser, await answerOf(idp, browser, gateway.url, 'original', said(MFA)))
    ahead = 5 * 60_000
    const renewing = await browser.submit(page, {
      ...formWith(page, 'role', GUARDED),
      action: `${gateway.url}/roles/credentials`,
    })
    const silent = requestOn(await browser.open(refreshOf(renewing), atIdp))
    expect([silent.isPassive, silent.requestedContext?.classes.includes(MFA)]).toEqual([true, true])
    const again = requestOn(await postAnswer(browser, await answerTo(idp, silent, said(PASSWORD)), atIdp))
    expect([again.isPassive, again.requestedContext?.classes.includes(MFA)]).toEqual([false, true])
    const refused = await postAnswer(browser, await answerTo(idp, again, said(PASSWORD)))
    ahead = 0
    expect(refusalIn(refused.body).code).toBe('saml.authn_context_mismatch')
  })

  it('other roles ask for nothing', async () => {
    const { browser, page } = await signedIn()
    expect((await take(browser, page, DEVELOPER)).body).toContain('assumed-role/Developer/dora')
  })

  it('a rule reads the authentication context, and a session tag has it', async () => {
    expect((await signedIn(MULTIPLE)).page.body).toContain(BY_CONTEXT)
    const { page } = await signedIn(PASSWORD)
    expect(page.body).not.toContain(BY_CONTEXT)
    expect(page.body).toContain(`AuthnContext=${PASSWORD}`)
  })

  it.each([
    ['minimum', 'ranked', PASSWORD, 'dora'],
    ['minimum, stronger', 'ranked', SMARTCARD, 'dora'],
    ['minimum, unranked', 'ranked', MULTIPLE, undefined],
  ])('a sign-in is compared by %s', async (_, provider, context, subject) => {
    const { browser } = await signedIn(context, provider)
    expect(await whoIs(browser, gateway.url)).toBe(subject)
  })

  it('a request names the comparison of the configuration', async () => {
    const { requestedContext } = requestOn(await new HttpBrowser().open(`${gateway.url}/login/ranked`, atIdp))
    expect(requestedContext).toEqual({ comparison: 'minimum', classes: [PASSWORD] })
  })

  it('a command line is told how to sign in for a role with authnContext, and gets there', async () => {
    const { browser } = await signedIn()
    const tokens = await signInDevice(browser, gateway.url)
    expect(await callApi(`${gateway.url}/api/credentials`, tokens, { body: { role: GUARDED } })).toMatchObject({
      status: 409,
      body: { code: 'role.authn_context_required', hint: expect.stringContaining(`fedgate login --role ${GUARDED}`) },
    })
    const asked = await browser.open(authorizationUrl(gateway.url, newVerifier(), { role: GUARDED }), atIdp)
    expect(requestOn(asked).requestedContext?.classes).toContain(MFA)
    const page = await postAnswer(browser, await answerTo(idp, requestOn(asked), says(MFA)))
    expect(page.url).toContain('/oauth/consent/')
    const { body } = await callApi(`${gateway.url}/api/roles`, tokens)
    expect((body as { roles: Json[] }).roles.find(({ arn }) => arn === GUARDED)).toMatchObject({ needsStepUp: false })
  })
})

describe('a role with authnContext, by OpenID Connect', holds('10.6'), () => {
  const fresh = (more: Json = {}) => ({ claims: (claims: Json) => ({ ...claims, ...more }) })
  const signedIn = async (claims: Json, provider = 'openid') => {
    const browser = new HttpBrowser()
    const page = await signInAtOp(op, browser, `${gateway.url}/login/${provider}`, fresh(claims))
    return { browser, page }
  }
  const steppingUp = async (provider: string, acr: string) => {
    const { browser, page } = await signedIn({ acr }, provider)
    return { browser, asked: askedOf(await browser.open(refreshOf(await take(browser, page, GUARDED)), openAtOp)) }
  }

  it.each([{ acr: '2' }, { acr: MFA }, { amr: ['pwd', 'mfa'] }])(
    'a role with authnContext is assumed at once with %o',
    async (claims) => {
      const { browser, page } = await signedIn(claims)
      expect((await take(browser, page, GUARDED)).body).toContain('assumed-role/Guarded/')
    },
  )

  it('a role with authnContext is requested by acr_values, and another acr is refused once', async () => {
    const { browser, asked } = await steppingUp('openid', '1')
    expect(asked.get('acr_values')?.split(' ')).toEqual(expect.arrayContaining([MFA, '2']))
    expect(asked.get('acr_values')).not.toContain('amr:')
    const refused = await answerAtOp(op, browser, asked, fresh({ acr: '1', amr: ['pwd'] }))
    expect(refusalIn(refused.body)).toMatchObject({ status: 403, code: 'oidc.acr_mismatch' })
    expect(await whoIs(browser, gateway.url)).toBeDefined()
  })

  it('a role with authnContext accepts a stronger acr where the provider ranks them', async () => {
    const { browser, asked } = await steppingUp('levels', '1')
    expect(asked.get('acr_values')).toBe('2 3')
    const confirm = await answerAtOp(op, browser, asked, fresh({ acr: '3' }))
    expect((await take(browser, confirm, GUARDED)).body).toContain('assumed-role/Guarded/')
  })

  it('a method that only userinfo names is no authentication context', async () => {
    const browser = new HttpBrowser()
    const userinfo = (document: Json) => ({ ...document, amr: ['mfa'], acr: MFA })
    const page = await signInAtOp(op, browser, `${gateway.url}/login/openid`, { ...fresh({ acr: '1' }), userinfo })
    expect(page.body).not.toContain(BY_CONTEXT)
  })

  it('a rule reads amr as an attribute', async () => {
    expect((await signedIn({ amr: ['pwd', 'hwk'] })).page.body).toContain(BY_METHOD)
    expect((await signedIn({ amr: ['pwd'] })).page.body).not.toContain(BY_METHOD)
  })

  it('an acr below the minimum of a provider signs nobody in', async () => {
    const { browser, page } = await signedIn({ acr: '0' }, 'levels')
    expect(refusalIn(page.body).code).toBe('oidc.acr_mismatch')
    expect(await whoIs(browser, gateway.url)).toBeUndefined()
  })
})
