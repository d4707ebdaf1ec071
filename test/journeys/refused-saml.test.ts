/** SAML answers that must not sign anybody in: each is refused with its own code and changes nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DemoSamlIdp, startDemoSamlIdp } from '../../src/demo/saml-idp.ts'
import { demoUsers } from '../../src/demo/users.ts'
import { makeKeyPair } from '../demo/keys.ts'
import { refusalIn } from '../harness/html.ts'
import { HttpBrowser } from '../harness/http-browser.ts'
import { postAnswer, type SamlAnswer, samlAnswer, signIn, whoIs } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { holds } from '../held/holds.ts'

let gateway: ReservedGateway
let idps: readonly DemoSamlIdp[]

beforeAll(async () => {
  const url = await reserveGateway()
  const startIdp = async (id: string) =>
    startDemoSamlIdp({
      host: '127.0.0.1',
      port: 0,
      keys: await makeKeyPair(),
      users: demoUsers,
      serviceProviders: [{ entityId: `${url}/saml/${id}/metadata`, acsUrl: `${url}/saml/${id}/acs` }],
    })
  idps = [await startIdp('corp'), await startIdp('partner')]
  const [corp, partner] = idps
  gateway = await startConfiguredGateway(url, {
    providers: [
      { id: 'corp', protocol: 'saml', metadata: corp?.metadataUrl },
      { id: 'partner', protocol: 'saml', metadata: partner?.metadataUrl },
    ],
  })
})
afterAll(async () => {
  await gateway.close()
  for (const idp of idps) await idp.close()
})

const answerFor = (browser: HttpBrowser, provider = 'corp'): Promise<SamlAnswer> =>
  samlAnswer(browser, { gateway: gateway.url, provider, username: 'alice' })

const edited = (answer: SamlAnswer, edit: (xml: string) => string): SamlAnswer => {
  const xml = Buffer.from(answer.SAMLResponse, 'base64').toString()
  return { ...answer, SAMLResponse: Buffer.from(edit(xml)).toString('base64') }
}

const loginsSoFar = (): number => gateway.audit().filter(({ eventName }) => eventName === 'login').length

const elementOf = (xml: string, name: string): string =>
  new RegExp(`<${name}[ >].*</${name}>`, 's').exec(xml)?.[0] ?? ''

interface Refused {
  readonly what: string
  readonly status: number
  readonly code: string
  readonly answer: (browser: HttpBrowser) => Promise<SamlAnswer>
}

const refused: readonly Refused[] = [
  {
    what: 'an answer with a group that nobody signed',
    status: 403,
    code: 'saml.signature_digest',
    answer: async (browser) => edited(await answerFor(browser), (xml) => xml.replace(/aws-(dev|admin)/, 'aws-root')),
  },
  {
    what: 'an answer without its signatures',
    status: 403,
    code: 'saml.signature_missing',
    answer: async (browser) =>
      edited(await answerFor(browser), (xml) => xml.replace(/<(\w+:)?Signature[ >].*?<\/(\w+:)?Signature>/gs, '')),
  },
  {
    what: 'an answer with a second assertion',
    status: 403,
    code: 'saml.assertion_repeated',
    answer: async (browser) =>
      edited(await answerFor(browser), (xml) => {
        const assertion = elementOf(xml, 'saml:Assertion')
        return xml.replace(assertion, `${assertion.replace(/ ID="_?/, '$&other')}${assertion}`)
      }),
  },
  {
    what: 'an answer under a RelayState that names no sign-in',
    status: 403,
    code: 'saml.request_unknown',
    answer: async (browser) => ({ ...(await answerFor(browser)), RelayState: 'nothing-we-gave-out' }),
  },
  {
    what: 'an answer under the RelayState of another sign-in',
    status: 403,
    code: 'saml.response_request_mismatch',
    answer: async (browser) => {
      const [first, second] = [await answerFor(browser), await answerFor(browser)]
      return { ...first, RelayState: second.RelayState }
    },
  },
  {
    what: 'an answer at the address of another provider',
    status: 403,
    code: 'login.other_provider',
    answer: async (browser) => ({ ...(await answerFor(browser)), acs: `${gateway.url}/saml/partner/acs` }),
  },
  {
    what: 'an answer of another provider at this one and under its RelayState',
    status: 403,
    // By its key: what it says of its issuer is not read before the signature holds.
    code: 'saml.signature_invalid',
    answer: async (browser) => {
      const [own, other] = [await answerFor(browser), await answerFor(browser, 'partner')]
      return { ...own, SAMLResponse: other.SAMLResponse }
    },
  },
  {
    what: 'an answer for a provider that does not exist',
    status: 404,
    code: 'provider.unknown',
    answer: async (browser) => ({ ...(await answerFor(browser)), acs: `${gateway.url}/saml/nobody/acs` }),
  },
]

describe.each(refused)('$what', holds('5.1', '5.5'), ({ status, code, answer }) => {
  it(`the request is refused with ${code}`, async () => {
    const browser = new HttpBrowser()
    const page = await postAnswer(browser, await answer(browser))
    expect(refusalIn(page.body)).toMatchObject({ status, code })
    expect(page.status).toBe(status)
    expect(page.body).toContain('Sign in again')
  })

  it('makes no session', async () => {
    const browser = new HttpBrowser()
    await postAnswer(browser, await answer(browser))
    expect(browser.cookies.value('fedgate_session')).toBeUndefined()
    expect(await whoIs(browser, gateway.url)).toBeUndefined()
  })

  it('leaves an existing session as it was', async () => {
    const browser = new HttpBrowser()
    await signIn(browser, { gateway: gateway.url, provider: 'corp', username: 'bob' })
    const session = browser.cookies.value('fedgate_session')
    await postAnswer(browser, await answer(browser))
    expect(browser.cookies.value('fedgate_session')).toBe(session)
    expect(await whoIs(browser, gateway.url)).toBe('bob')
  })

  it('the request is in the audit log under the reference that the page shows', async () => {
    const browser = new HttpBrowser()
    const { reference } = refusalIn((await postAnswer(browser, await answer(browser))).body)
    const lines = gateway.audit().filter(({ referenceId }) => referenceId === reference)
    expect(lines).toEqual([expect.objectContaining({ eventName: 'login.refused', errorCode: code })])
  })
})

it('the gateway does not use the sign-in up when an answer is refused: the real one still counts', async () => {
  const browser = new HttpBrowser()
  const answer = await answerFor(browser)
  await postAnswer(
    browser,
    edited(answer, (xml) => xml.replace(/aws-(dev|admin)/, 'aws-root')),
  )
  await postAnswer(browser, answer)
  expect(await whoIs(browser, gateway.url)).toBe('alice')
})

describe('an answer that has been used', holds('5.3'), () => {
  it('an answer that has been used is refused at the ACS with 409, also where it was used a moment ago by the same browser', async () => {
    const browser = new HttpBrowser()
    const answer = await answerFor(browser)
    await postAnswer(browser, answer)
    const page = await postAnswer(browser, answer)
    expect(page.status).toBe(409)
    expect(refusalIn(page.body)).toMatchObject({ status: 409, code: 'saml.replayed' })
  })

  it('leads on by Continue where the session is live, and to a new sign-in', async () => {
    const browser = new HttpBrowser()
    const answer = await answerFor(browser)
    await postAnswer(browser, answer)
    const { body } = await postAnswer(browser, answer)
    expect(body).toMatch(/href="\/roles"[^>]*>Continue</)
    expect(body).toMatch(/href="\/login"[^>]*>Sign in again</)
    expect(await whoIs(browser, gateway.url)).toBe('alice')
  })

  it('an answer that has been used is refused in another encoding too', async () => {
    const browser = new HttpBrowser()
    const answer = await answerFor(browser)
    await postAnswer(browser, answer)
    const folded = answer.SAMLResponse.replace(/.{76}/g, '$&\r\n')
    expect(refusalIn((await postAnswer(browser, { ...answer, SAMLResponse: folded })).body).code).toBe('saml.replayed')
  })

  it('an answer that has been used is known as used also where the sign-in is not, or no longer', async () => {
    const browser = new HttpBrowser()
    const answer = await answerFor(browser)
    await postAnswer(browser, answer)
    const page = await postAnswer(browser, { ...answer, RelayState: 'nothing-we-gave-out' })
    expect(refusalIn(page.body)).toMatchObject({ status: 409, code: 'saml.replayed' })
  })

  it('gives a thief no session', async () => {
    const [owner, thief] = [new HttpBrowser(), new HttpBrowser()]
    const answer = await answerFor(owner)
    await postAnswer(owner, answer)
    await postAnswer(thief, answer)
    expect(await whoIs(thief, gateway.url)).toBeUndefined()
  })

  it('makes one session when it is posted ten times at once', async () => {
    const browser = new HttpBrowser()
    const answer = await answerFor(browser)
    const loginsBefore = loginsSoFar()
    const pages = await Promise.all(Array.from({ length: 10 }, () => postAnswer(browser, answer)))
    expect(pages.map(({ status }) => status).toSorted()).toEqual([200, ...Array(9).fill(409)])
    expect(loginsSoFar() - loginsBefore).toBe(1)
  })
})
