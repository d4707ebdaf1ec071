/** The organization's own name, logo, colour and words on every page; a notice is seen before anyone signs in. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HttpBrowser } from '../harness/http-browser.ts'
import { postAnswer } from '../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../harness/test-gateway.ts'
import { answerOf, createTestIdp, type TestIdp } from '../harness/test-idp.ts'

const LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><script>alert(1)</script></svg>'

let gateway: ReservedGateway
let idp: TestIdp

beforeAll(async () => {
  const url = await reserveGateway()
  idp = await createTestIdp('corp')
  gateway = await startConfiguredGateway(
    url,
    {
      providers: [{ id: 'corp', protocol: 'saml', metadata: './corp.xml' }],
      branding: {
        name: 'Example <Cloud>',
        logo: './logo.svg',
        color: '#0b5',
        support: 'https://help.example.com/aws',
        notice: './notice.md',
        legal: { text: 'Example Corp, Zurich', links: { Privacy: 'https://example.com/privacy' } },
      },
    },
    {
      files: {
        'corp.xml': idp.metadata,
        'logo.svg': LOGO,
        'notice.md': '# Authorized use only\n\nYou are **watched**.',
      },
    },
  )
})
afterAll(() => gateway.close())

describe('branding', () => {
  it('branding has its name, links and legal text on every page, also on errors', async () => {
    for (const path of ['/login', '/nowhere']) {
      const { body } = await new HttpBrowser().open(`${gateway.url}${path}`)
      expect(body).toContain('· Example &lt;Cloud&gt;</title>')
      for (const text of ['Example Corp, Zurich', 'https://example.com/privacy', 'https://help.example.com/aws'])
        expect(body).toContain(text)
    }
  })

  it('the logo and the colours are served under URLs with their hash, and scripts in the logo cannot run', async () => {
    const { body } = await new HttpBrowser().open(`${gateway.url}/login`)
    const urls = [/src="(\/branding\/logo\?v=[0-9a-f]{16})"/, /href="(\/branding\/colors\.css\?v=[0-9a-f]{16})"/]
    const [logo, css] = await Promise.all(urls.map((url) => fetch(`${gateway.url}${url.exec(body)?.[1]}`)))
    expect(await logo?.text()).toBe(LOGO)
    expect(logo?.headers.get('content-type')).toBe('image/svg+xml')
    expect(logo?.headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
    )
    expect(logo?.headers.get('x-content-type-options')).toBe('nosniff')
    expect(logo?.headers.get('cache-control')).toContain('immutable')
    expect(await css?.text()).toMatch(/^:root \{ --accent: #[0-9a-f]{6};[\s\S]*prefers-color-scheme: dark/)
  })
})

describe('a notice', () => {
  it('the notice is shown before sign-in, although there is one provider', async () => {
    const page = await new HttpBrowser().open(`${gateway.url}/roles`)
    expect(page.url).toBe(`${gateway.url}/login?return_to=%2Froles`)
    expect(page.body).toContain('<h2>Authorized use only</h2>')
    expect(page.body).toContain('<strong>watched</strong>')
  })

  it('the notice comes first where a bookmark starts the sign-in', async () => {
    const browser = new HttpBrowser()
    const stop = { stopBefore: new RegExp(`^(?!${gateway.url}/login/corp)`) }
    const first = await browser.open(`${gateway.url}/login/corp?return_to=%2Factivity`, stop)
    expect([first.status, first.location]).toEqual([302, `${gateway.url}/login?return_to=%2Factivity`])
  })

  it('the user who has seen the notice signs in', async () => {
    const browser = new HttpBrowser()
    await browser.open(`${gateway.url}/login`)
    const answer = await answerOf(idp, browser, gateway.url, 'corp', { subject: 'alice', attributes: {} })
    const page = await postAnswer(browser, answer)
    expect([page.status, page.url]).toEqual([200, `${gateway.url}/roles`])
  })
})
