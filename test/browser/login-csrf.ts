/** Login CSRF: bob starts a sign-in, stops before its last step, and has alice's browser take that step. */
import type { Browser } from 'playwright-core'
import { HttpBrowser } from '../harness/http-browser.ts'
import { FINISH, samlAnswer, signIn } from '../harness/sign-in.ts'
import type { TestGateway } from '../harness/test-gateway.ts'
import { type BrowserUser, newBrowserUser, whoIs } from './chromium.ts'

/** The ways to have another browser finish what this one started. */
export const lures = {
  'the finish address': (testGateway: TestGateway) => finishAddress(testGateway, 'corp'),
  'the finish address of a sign-in by OpenID': (testGateway: TestGateway) => finishAddress(testGateway, 'openid'),
  'the answer of the SAML provider in a form that posts itself': async (testGateway: TestGateway) => {
    const { acs, SAMLResponse, RelayState } = await samlAnswer(new HttpBrowser(), attempt(testGateway, 'corp'))
    const fields = Object.entries({ SAMLResponse, RelayState })
    const inputs = fields.map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`)
    return { form: `<form method="post" action="${acs}">${inputs.join('')}<button>Win a prize</button></form>` }
  },
} as const

export type Lure = keyof typeof lures

const attempt = ({ gateway }: TestGateway, provider: string) => ({ gateway, provider, username: 'bob' })

const finishAddress = async (testGateway: TestGateway, provider: string) => {
  const { location } = await signIn(new HttpBrowser(), attempt(testGateway, provider), { stopBefore: FINISH })
  return { form: `<a href="${location}">Win a prize</a>` }
}

/** Alice follows the lure on a page of another site. Returns whom the gateway takes her for afterwards. */
export const lureAlice = async (
  browser: Browser,
  testGateway: TestGateway,
  lure: Lure,
): Promise<string | undefined> => {
  const alice: BrowserUser = await newBrowserUser(browser)
  try {
    const { form } = await lures[lure](testGateway)
    // A page of its own site, which is neither the gateway's nor a provider's.
    await alice.page.route('http://evil.example/', (route) =>
      route.fulfill({ contentType: 'text/html', body: `<!doctype html><title>Prizes</title>${form}` }),
    )
    await alice.page.goto('http://evil.example/')
    await alice.page.getByText('Win a prize').click()
    await alice.page.waitForURL((url) => url.origin === testGateway.gateway)
    await alice.page.waitForLoadState()
    return await whoIs(alice, testGateway.gateway)
  } finally {
    await alice.context.close()
  }
}
