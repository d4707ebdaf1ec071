/** When and how a user signed in, as far as an answer must say: its age, its authentication context, what of it is read. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusalIn } from '../harness/html.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { postAnswer, whoIs } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { answerOf, answerTo, createTestIdp, requestOn, type Says, type TestIdp } from '../harness/test-idp.ts'

const MFA = 'https://refeds.org/profile/mfa'
const TIMESYNC = 'urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken'
const PASSWORD = 'urn:oasis:names:tc:SAML:2.0:ac:classes:Password'
const AWS = 'https://aws.amazon.com/SAML/Attributes/'
const ACCOUNT = 'arn:aws:iam::111122223333'
const ROLE = `${ACCOUNT}:role/Developer`
const MINUTE = 60_000

let gateway: ReservedGateway
let corp: TestIdp
let startedAt: Date
let ahead = 0
const now = (): Date => new Date(Date.now() + ahead)

beforeAll(async () => {
  const url = await reserveGateway()
  corp = await createTestIdp('corp')
  const saml = (id: string, more: object) => ({ id, protocol: 'saml', metadata: './corp.xml', ...more })
  startedAt = new Date()
  gateway = await startConfiguredGateway(
    url,
    {
      providers: [
        saml('plain', { allowIdpInitiated: true }),
        saml('patient', { maxAssertionAge: '1h' }),
        saml('mfa', { authnContext: [MFA, TIMESYNC], allowIdpInitiated: true }),
        saml('passes', { authnContext: [MFA], exchange: { via: 'saml', evidence: 'original' } }),
      ],
      access: [{ when: { provider: 'plain', groups: 'dev' }, roles: [ROLE] }],
      sessionName: '{mail}',
    },
    { files: { 'corp.xml': corp.metadata }, now },
  )
})
afterAll(() => gateway.close())

const says = (more: Partial<Says> = {}): Says => ({ subject: 'dora', attributes: {}, now: now(), ...more })

const answered = async (provider: string, more: Partial<Says>, edit = (xml: string): string => xml) => {
  const browser = new HttpBrowser()
  const answer = await answerOf(corp, browser, gateway.url, provider, says(more))
  const SAMLResponse = Buffer.from(edit(Buffer.from(answer.SAMLResponse, 'base64').toString())).toString('base64')
  const page = await postAnswer(browser, { ...answer, SAMLResponse })
  return { browser, page, who: await whoIs(browser, gateway.url) }
}

const unasked = async (provider: string, more: Partial<Says>): Promise<Page> => {
  const place = { issuer: `${gateway.url}/saml/${provider}/metadata`, acsUrl: `${gateway.url}/saml/${provider}/acs` }
  return postAnswer(new HttpBrowser(), await answerTo(corp, place, says(more)), { stopBefore: /\/login\// })
}

describe('an assertion', () => {
  const kept = (minutes: number) => ({ now: new Date(now().getTime() - minutes * MINUTE), lifetimeSeconds: 7200 })

  it('an assertion was accepted hours after it was issued, as long as it said so itself', async () => {
    const { page, who } = await answered('plain', kept(12))
    expect(refusalIn(page.body)).toMatchObject({ status: 403, code: 'saml.assertion_too_old' })
    expect(who).toBeUndefined()
    expect((await answered('plain', kept(9))).who).toBe('dora')
  })

  it('an assertion may be as old as the configuration says', async () => {
    expect((await answered('patient', kept(12))).who).toBe('dora')
    expect(refusalIn((await answered('patient', kept(62))).page.body).code).toBe('saml.assertion_too_old')
  })

  it('an unsolicited assertion was accepted a second time after a restart', async () => {
    const before = await unasked('plain', { now: new Date(startedAt.getTime() - MINUTE) })
    expect(refusalIn(before.body)).toMatchObject({ status: 403, code: 'saml.assertion_before_start' })
    expect((await unasked('plain', {})).location).toContain('/login/plain')
  })
})

describe('an authentication context that is asked for', () => {
  it('an authentication context was asked for, and a password was as good', async () => {
    const { page, who } = await answered('mfa', { authnContextClassRef: PASSWORD })
    expect(refusalIn(page.body)).toMatchObject({ status: 403, code: 'saml.authn_context_mismatch' })
    expect(who).toBeUndefined()
  })

  it.each([MFA, TIMESYNC])(
    'an authentication context is accepted if it is one of those requested: %s',
    async (authnContextClassRef) => {
      expect((await answered('mfa', { authnContextClassRef })).who).toBe('dora')
    },
  )

  it('an authentication context is required of an unsolicited response too', async () => {
    const page = await unasked('mfa', { authnContextClassRef: PASSWORD })
    expect(refusalIn(page.body).code).toBe('saml.authn_context_mismatch')
    expect((await unasked('mfa', { authnContextClassRef: MFA })).location).toContain('/login/mfa')
  })

  it('an authentication context is required of the response that renews a sign-in too', async () => {
    const attributes = {
      [`${AWS}Role`]: [`${ROLE},${ACCOUNT}:saml-provider/passes`],
      [`${AWS}RoleSessionName`]: ['dora@corp'],
    }
    const { browser, page } = await answered('passes', { attributes, authnContextClassRef: MFA })
    ahead = 5 * MINUTE
    const renewing = await browser.submit(page, {
      ...formWith(page, 'role', ROLE),
      action: `${gateway.url}/roles/credentials`,
    })
    const path = /<meta http-equiv="refresh" content="0; url=([^"]*)">/.exec(renewing.body)?.[1] ?? ''
    const atIdp = await browser.open(`${gateway.url}${path.replaceAll('&amp;', '&')}`, {
      stopBefore: /^https:\/\/corp/,
    })
    const weaker = await answerTo(corp, requestOn(atIdp), says({ attributes, authnContextClassRef: PASSWORD }))
    expect(refusalIn((await postAnswer(browser, weaker)).body).code).toBe('saml.authn_context_mismatch')
    ahead = 0
  })

  it('a context that the identity provider does not have has its own refusal', async () => {
    const noContext = (xml: string): string =>
      xml
        .replace(/<saml:Assertion .*<\/saml:Assertion>/s, '')
        .replace(/<ds:Signature .*?<\/ds:Signature>/s, '')
        .replace(
          /<samlp:StatusCode [^>]*\/>/,
          '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext"/></samlp:StatusCode>',
        )
    const { page } = await answered('mfa', { authnContextClassRef: MFA }, noContext)
    expect(refusalIn(page.body)).toMatchObject({ status: 403, code: 'saml.no_authn_context' })
  })
})
