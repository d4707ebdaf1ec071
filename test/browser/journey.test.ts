/** The whole journey in Chromium, with the identity providers on another site than the gateway, as in life. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestGateway, type TestGateway } from '../harness/test-gateway.ts'
import { requireTool } from '../tools.ts'
import {
  type BrowserUser,
  CHROMIUM,
  chooseAndSignIn,
  launchChromium,
  newBrowserUser,
  newTabFrom,
  providerLink,
  signOutAtProvider,
  whoIs,
} from './chromium.ts'

const providers = [
  { provider: 'corp', label: 'Example Corp' },
  { provider: 'openid', label: 'Example ID' },
]

describe.skipIf(!requireTool(CHROMIUM))('in Chromium', () => {
  let testGateway: TestGateway
  let browser: Browser
  let alice: BrowserUser
  let page: Page

  beforeAll(async () => {
    ;[testGateway, browser] = await Promise.all([startTestGateway(), launchChromium()])
  })
  afterAll(async () => {
    await browser.close()
    await testGateway.close()
  })
  beforeEach(async () => {
    alice = await newBrowserUser(browser, { permissions: ['clipboard-read', 'clipboard-write'] })
    page = alice.page
  })
  afterEach(async () => {
    await alice.context.close()
    expect(alice.complaints).toEqual([])
  })

  const signIn = async (label: string, username = 'alice', user = alice): Promise<void> => {
    await user.page.goto(testGateway.gateway)
    await chooseAndSignIn(user.page, label, username)
    await user.page.waitForURL(`${testGateway.gateway}/roles`)
  }

  const takeCredentials = async (): Promise<void> => {
    await page.getByRole('button', { name: 'Credentials for Developer' }).first().click()
    await page.getByRole('heading', { name: 'Developer' }).waitFor()
  }

  describe.each(providers)('by $label', ({ label }) => {
    it('alice signs in, takes credentials that are hidden until she asks, and copies them', async () => {
      await signIn(label)
      expect(await page.getByRole('button', { name: /^Console as Developer in / }).count()).toBe(2)
      await takeCredentials()
      const values = page.locator('pre').first()
      expect(await values.isVisible()).toBe(false)
      await page.getByText('Show the values').first().click()
      expect(await values.isVisible()).toBe(true)
      const shown = await values.textContent()
      expect(shown).toMatch(/^export AWS_ACCESS_KEY_ID='ASIA/)
      await page.getByRole('button', { name: 'Copy', exact: true }).first().click()
      await page.getByRole('status').filter({ hasText: 'Copied' }).waitFor({ state: 'attached' })
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe(shown)
    })

    it('alice sees the other format, and the copy button gives that', async () => {
      await signIn(label)
      await takeCredentials()
      await page.getByText('JSON', { exact: true }).click()
      await page.getByRole('button', { name: 'Copy', exact: true }).click()
      await page.getByRole('status').filter({ hasText: 'Copied' }).waitFor({ state: 'attached' })
      const copied = JSON.parse(String(await page.evaluate('navigator.clipboard.readText()')))
      expect(copied).toMatchObject({ Version: 1, AccessKeyId: expect.stringMatching(/^ASIA/) })
    })

    it('alice opens the console from the picker', async () => {
      await signIn(label)
      const console = page.getByRole('button', { name: 'Console as Developer' }).first()
      const tab = await newTabFrom(page, () => console.click())
      await tab.waitForURL(`${testGateway.localAws}/console`)
      await tab.getByText('assumed-role/Developer/alice@example.com').waitFor()
      expect(await tab.evaluate('window.opener')).toBeNull()
      // The picker stays for the next one.
      expect(page.url()).toBe(`${testGateway.gateway}/roles`)
    })

    it('alice opens the console from the page with the credentials', async () => {
      await signIn(label)
      await takeCredentials()
      await page.getByRole('button', { name: 'Open the console in this role' }).click()
      await page.waitForURL(`${testGateway.localAws}/console`)
    })

    it('carol sees what to tell her administrator', async () => {
      await signIn(label, 'carol')
      await page.getByRole('heading', { name: 'You don’t have any roles yet' }).waitFor()
      expect(await page.getByRole('button', { name: /Credentials/ }).count()).toBe(0)
      expect(await page.getByRole('main').textContent()).toContain('carol@example.com')
    })

    it('alice signs out, and going back shows no page of hers', async () => {
      await signIn(label)
      await page.goto(`${testGateway.gateway}/identity`)
      await page.getByRole('button', { name: 'Sign out' }).click()
      if (label === 'Example ID') await signOutAtProvider(page)
      await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
      // Between the two pages lies the provider's own question, which is not ours to go back to.
      if (label === 'Example ID') await page.goto(`${testGateway.gateway}/identity`)
      else await page.goBack()
      await page.waitForURL(/\/login/)
      expect(await page.getByRole('main').textContent()).not.toContain('alice@example.com')
      expect(await whoIs(alice, testGateway.gateway)).toBeUndefined()
    })

    it('two tabs that started finish in either order', async () => {
      for (const [first, second] of [
        [0, 1],
        [1, 0],
      ] as const) {
        const user = await newBrowserUser(browser)
        const tabs = [user.page, await user.context.newPage()]
        for (const [n, tab] of tabs.entries()) {
          await tab.goto(`${testGateway.gateway}/login?return_to=/${['roles', 'identity'][n]}`)
          await providerLink(tab, label).click()
          await tab.getByLabel('Name').waitFor()
        }
        for (const n of [first, second]) {
          const tab = tabs[n]
          await tab?.bringToFront()
          await tab?.getByLabel('Name').fill('alice')
          await tab?.getByLabel('Password').fill('demo')
          await tab?.getByRole('button', { name: 'Sign in', exact: true }).click()
          await tab?.waitForURL(`${testGateway.gateway}/${['roles', 'identity'][n]}`)
        }
        expect(await whoIs(user, testGateway.gateway)).toBe('alice')
        expect(user.complaints).toEqual([])
        await user.context.close()
      }
    })

    it('going back at each step and on again ends well', async () => {
      await page.goto(testGateway.gateway)
      await providerLink(page, label).click()
      await page.getByLabel('Name').waitFor()
      await page.goBack()
      await page.getByRole('heading', { name: 'Sign in to AWS' }).waitFor()
      await chooseAndSignIn(page, label, 'alice')
      await page.waitForURL(`${testGateway.gateway}/roles`)
      await page.goto(`${testGateway.gateway}/identity`)
      await page.goBack()
      await page.getByRole('heading', { name: 'Roles' }).waitFor()
      await takeCredentials()
      await page.goBack()
      await page.getByRole('heading', { name: 'Roles' }).waitFor()
      expect(await whoIs(alice, testGateway.gateway)).toBe('alice')
    })

    it('reloading at each step ends well', async () => {
      await page.goto(testGateway.gateway)
      await page.reload()
      await providerLink(page, label).click()
      await page.getByLabel('Name').waitFor()
      await page.reload()
      await page.getByLabel('Name').fill('alice')
      await page.getByLabel('Password').fill('demo')
      await page.getByRole('button', { name: 'Sign in', exact: true }).click()
      await page.waitForURL(`${testGateway.gateway}/roles`)
      await page.reload()
      await takeCredentials()
      await page.reload()
      await page.getByRole('heading', { name: 'Developer' }).waitFor()
      expect(await whoIs(alice, testGateway.gateway)).toBe('alice')
    })

    it('a second browser with the finish address gets nothing, and the first goes on', async () => {
      let stolen = ''
      page.on('response', (response) => {
        const location = response.headers().location ?? ''
        if (location.includes('/login/finish')) stolen = new URL(location, testGateway.gateway).href
      })
      await signIn(label)
      const thief = await newBrowserUser(browser)
      await thief.page.goto(stolen)
      await thief.page.getByText('login.used').first().waitFor()
      expect(await whoIs(thief, testGateway.gateway)).toBeUndefined()
      expect(thief.complaints).toEqual([])
      await thief.context.close()
      await page.goto(stolen)
      await page.waitForURL(`${testGateway.gateway}/roles`)
    })
  })

  describe('the answer of the SAML provider, posted again by a reload because the line broke', () => {
    /** The gateway got the answer; the browser never learned what it said to it. */
    const breakTheLine = async (): Promise<void> => {
      const answer = page.waitForResponse(/\/acs$/)
      await page.route(
        /\/acs$/,
        async (route) => {
          await route.fetch({ maxRedirects: 0 })
          await route.fulfill({ status: 200, contentType: 'text/html', body: '<h1>The line broke</h1>' })
        },
        { times: 1 },
      )
      await page.goto(`${testGateway.gateway}/login`)
      await chooseAndSignIn(page, 'Example Corp', 'alice')
      await answer
      await page.getByText('The line broke').waitFor()
      await page.reload()
    }

    it('a SAML response that is posted again is refused, and signing in again does', async () => {
      await breakTheLine()
      await page.getByText('saml.replayed').first().waitFor()
      expect(await whoIs(alice, testGateway.gateway)).toBeUndefined()
      await page.getByRole('link', { name: 'Sign in again' }).click()
      await providerLink(page, 'Example Corp').click()
      await page.waitForURL(`${testGateway.gateway}/roles`)
    })

    it('a SAML response that is posted again is refused to one who is signed in as well, and Continue leads on', async () => {
      await signIn('Example ID')
      await breakTheLine()
      await page.getByText('saml.replayed').first().waitFor()
      await page.getByRole('link', { name: 'Continue' }).click()
      await page.waitForURL(`${testGateway.gateway}/roles`)
    })
  })

  it('a wrong password is reported by the provider and signs no user in', async () => {
    await page.goto(testGateway.gateway)
    await providerLink(page, 'Example Corp').click()
    await page.getByLabel('Name').fill('alice')
    await page.getByLabel('Password').fill('wrong')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('alert').waitFor()
    expect(await whoIs(alice, testGateway.gateway)).toBeUndefined()
  })

  it('an answer that was changed on its way is refused with a page that leads on', async () => {
    await page.route(/\/acs$/, (route) => {
      const form = new URLSearchParams(route.request().postData() ?? '')
      const xml = Buffer.from(form.get('SAMLResponse') ?? '', 'base64').toString()
      form.set('SAMLResponse', Buffer.from(xml.replace('aws-dev', 'aws-admin')).toString('base64'))
      return route.continue({ postData: form.toString() })
    })
    await page.goto(testGateway.gateway)
    await chooseAndSignIn(page, 'Example Corp', 'alice')
    await page.getByText('saml.signature_digest').first().waitFor()
    expect(await whoIs(alice, testGateway.gateway)).toBeUndefined()
    await page.getByRole('link', { name: 'Sign in again' }).click()
    await page.getByRole('heading', { name: 'Sign in to AWS' }).waitFor()
  })

  it('what a page does against its policy would not go unseen', async () => {
    const careless = await newBrowserUser(browser)
    const headers = { 'content-security-policy': "default-src 'none'", 'content-type': 'text/html' }
    await careless.page.route('http://careless.example/', (route) =>
      route.fulfill({ headers, body: '<!doctype html><script>1</script>' }),
    )
    await careless.page.goto('http://careless.example/')
    expect(careless.complaints).toEqual([expect.stringContaining('Content Security Policy')])
    await careless.context.close()
  })

  it('the list narrows while typing, and the address keeps what was looked for', async () => {
    await signIn('Example Corp')
    await page.keyboard.press('/')
    await page.keyboard.type('sandbox')
    await page.getByText('1 of 2 roles').waitFor()
    expect(await page.getByText('111122223333', { exact: true }).isVisible()).toBe(false)
  })
})
