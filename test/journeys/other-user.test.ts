/** Signing in as another user than the identity provider knows: what it is asked for, and where that is offered. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CommandLineGateway, startCommandLineGateway } from '../harness/command-line-gateway.ts'
import { HttpBrowser } from '../harness/http-browser.ts'
import { createTestIdp, requestOn } from '../harness/test-idp.ts'
import { startTamperingProvider, type TamperingProvider } from '../oidc/tampering-provider.ts'

let gateway: CommandLineGateway
let op: TamperingProvider
beforeAll(async () => {
  op = await startTamperingProvider()
  op.behave({
    discovery: (document) => ({ ...document, prompt_values_supported: ['none', 'login', 'select_account'] }),
  })
  const idp = await createTestIdp('corp')
  gateway = await startCommandLineGateway(
    {
      providers: [
        { id: 'corp', label: 'Example Corp', protocol: 'saml', metadata: './idp.xml' },
        {
          id: 'chooser',
          protocol: 'oidc',
          issuer: op.issuer,
          clientId: 'fedgate',
          clientSecret: 's',
          allowInsecureHttp: true,
          prompt: 'consent',
        },
      ],
    },
    { files: { 'idp.xml': idp.metadata } },
  )
})
afterAll(async () => {
  await gateway.close()
  await op.close()
})

const start = (browser: HttpBrowser, path: string) =>
  browser.open(`${gateway.url}${path}`, { stopBefore: /^(?!.*\/login\/)/ })

describe('a sign-in as another user', () => {
  it('a sign-in as another user asks a SAML identity provider to authenticate again', async () => {
    const browser = new HttpBrowser()
    expect(requestOn(await start(browser, '/login/corp?other_user=yes')).forceAuthn).toBe(true)
    expect(requestOn(await start(browser, '/login/corp')).forceAuthn).toBe(false)
  })

  it('a sign-in as another user asks an OpenID provider for a choice of accounts, where it offers one', async () => {
    const browser = new HttpBrowser()
    const promptOf = async (path: string) =>
      new URL((await start(browser, path)).location ?? '').searchParams.get('prompt')
    expect(await promptOf('/login/chooser?other_user=yes')).toBe('select_account')
    expect(await promptOf('/login/chooser')).toBe('consent')
  })

  it('a sign-in as another user is offered for the provider that this browser used last', async () => {
    const browser = new HttpBrowser()
    expect((await browser.open(`${gateway.url}/login`)).body).not.toContain('other_user')
    await start(browser, '/login/corp')
    const { body } = await browser.open(`${gateway.url}/login?return_to=%2Factivity`)
    expect(body).toContain('href="/login/corp?other_user=yes&amp;return_to=%2Factivity"')
    expect(body).not.toContain('/login/chooser?other_user')
  })
})
