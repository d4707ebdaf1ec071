/** What a form_post leaves behind before the browser's cookie has said whose it is: one small record for each state. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusalIn } from '../harness/html.ts'
import { HttpBrowser } from '../harness/http-browser.ts'
import { CALLBACK, whoIs } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { askedOf, openAtOp } from '../harness/test-op.ts'
import { startTamperingProvider, type TamperingProvider } from '../oidc/tampering-provider.ts'

let gateway: ReservedGateway
let op: TamperingProvider

beforeAll(async () => {
  op = await startTamperingProvider()
  const posting = {
    id: 'corp',
    protocol: 'oidc',
    issuer: op.issuer,
    clientId: 'fedgate',
    clientSecret: 's',
    allowInsecureHttp: true,
    responseMode: 'form_post',
  }
  gateway = await startConfiguredGateway(await reserveGateway(), { providers: [posting] })
})
afterAll(async () => {
  await gateway.close()
  await op.close()
})

const started = async () => {
  const browser = new HttpBrowser()
  const asked = askedOf(await browser.open(`${gateway.url}/login/corp`, openAtOp))
  op.behave({}, asked.get('nonce') ?? '')
  const state = asked.get('state') ?? ''
  const post = (fields: Readonly<Record<string, string | readonly string[]>>, by = browser) =>
    by.post(
      `${gateway.url}/oidc/corp/callback`,
      { state, iss: op.issuer, ...fields },
      { from: `${op.issuer}/authorize`, stopBefore: CALLBACK },
    )
  return { browser, post }
}

describe('a form for a state that waits', () => {
  // A stranger's 20,000 forms under one state took 500 MB.
  it('a form for a pending state is kept once: any other for it leads to the same place and changes nothing', async () => {
    const { browser, post } = await started()
    const first = await post({ code: 'first' })
    const others = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        post({ code: `other-${n}`, padding: 'x'.repeat(15_000) }, new HttpBrowser()),
      ),
    )
    expect(new Set(others.map(({ location }) => location))).toEqual(new Set([first.location]))
    expect((await browser.open(first.location ?? '')).url).toBe(`${gateway.url}/roles`)
    expect(op.posted.get('/token')?.parameters.get('code')).toBe('first')
  })

  it('shows the state in no address', async () => {
    const { browser, post } = await started()
    const { location = '' } = await post({ code: 'first' })
    const { searchParams } = new URL(location)
    expect([...searchParams.keys()]).toEqual(['handle'])
    expect((await browser.open(location)).url).toBe(`${gateway.url}/roles`)
  })

  it('a form for a pending state may be sent by another browser but not fetched', async () => {
    const { browser, post } = await started()
    const stranger = new HttpBrowser()
    const { location = '' } = await post({ code: 'first' }, stranger)
    expect(refusalIn((await stranger.open(location)).body).code).toBe('login.other_browser')
    expect((await browser.open(location)).url).toBe(`${gateway.url}/roles`)
  })

  it('a form for a pending state is refused with a code that no provider needs, and a shorter one still signs in', async () => {
    const { browser, post } = await started()
    const refused = await post({ code: 'x'.repeat(4097) })
    expect(refusalIn(refused.body).code).toBe('oidc.parameter_too_long')
    const { location = '' } = await post({ code: 'x'.repeat(4096) })
    expect((await browser.open(location)).url).toBe(`${gateway.url}/roles`)
  })

  it('a form for a pending state is refused with a parameter that comes twice', async () => {
    const { browser, post } = await started()
    const { location = '' } = await post({ code: ['a', 'b'] })
    expect(refusalIn((await browser.open(location)).body).code).toBe('oidc.parameter_repeated')
    expect(op.requests.get('/token')).toBeUndefined()
    expect(await whoIs(browser, gateway.url)).toBeUndefined()
  })

  it.each(['id_token', 'response'])(
    'a form for a pending state is refused with %s, which was not requested',
    async (name) => {
      const { browser, post } = await started()
      const { location = '' } = await post({ code: 'a', [name]: 'a.b.c' })
      expect(refusalIn((await browser.open(location)).body).code).toBe('oidc.token_answer_invalid')
      expect(await whoIs(browser, gateway.url)).toBeUndefined()
    },
  )

  it('counts once, also when it is sent again afterwards', async () => {
    const { browser, post } = await started()
    const { location = '' } = await post({ code: 'a' })
    expect((await browser.open(location)).url).toBe(`${gateway.url}/roles`)
    const again = await post({ code: 'b' })
    expect(refusalIn((await browser.open(again.location ?? '')).body).code).toBe('login.used')
  })
})
