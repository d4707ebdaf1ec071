/** The same journey without JavaScript, on a narrow screen, in the dark, and by keyboard alone. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestGateway, type TestGateway } from '../harness/test-gateway.ts'
import { requireTool } from '../tools.ts'
import { CHROMIUM, chooseAndSignIn, launchChromium, newBrowserUser, signOutAtProvider } from './chromium.ts'

describe.skipIf(!requireTool(CHROMIUM))('in Chromium', () => {
  let testGateway: TestGateway
  let browser: Browser
  beforeAll(async () => {
    ;[testGateway, browser] = await Promise.all([startTestGateway(), launchChromium()])
  })
  afterAll(async () => {
    await browser.close()
    await testGateway.close()
  })

  const visit = async (options: BrowserContextOptions, journey: (page: Page) => Promise<void>): Promise<void> => {
    const user = await newBrowserUser(browser, options)
    try {
      await journey(user.page)
      expect(user.complaints).toEqual([])
    } finally {
      await user.context.close()
    }
  }

  describe('without JavaScript', () => {
    const withoutScript = { javaScriptEnabled: false }

    it.each(['Example Corp', 'Example ID'])('alice goes the whole way by %s', (label) =>
      visit(withoutScript, async (page) => {
        await page.goto(testGateway.gateway)
        await chooseAndSignIn(page, label, 'alice')
        // The SAML provider's form that posts itself has a button for those.
        if (label === 'Example Corp') await page.getByRole('button', { name: 'Continue' }).click()
        await page.waitForURL(`${testGateway.gateway}/roles`)
        await page.getByRole('searchbox').fill('sandbox')
        await page.getByRole('button', { name: 'Search' }).click()
        await page.getByText('1 of 2 roles').waitFor()
        await page.getByLabel('Duration for Developer').selectOption('15m')
        await page.getByRole('button', { name: 'Credentials for Developer' }).click()
        expect(await page.locator('pre').first().isVisible()).toBe(false)
        await page.getByText('Show the values').first().click()
        expect(await page.locator('pre').first().textContent()).toContain('AWS_SESSION_TOKEN')
        await page.getByText('JSON', { exact: true }).click()
        await page.locator('.format:visible').getByText('Show the values').click()
        expect(await page.locator('pre').last().textContent()).toContain('"SessionToken"')
        await page.getByRole('button', { name: 'Open the console in this role' }).click()
        await page.waitForURL(`${testGateway.localAws}/console`)
        await page.goto(`${testGateway.gateway}/logout`)
        await page.getByRole('main').getByRole('button', { name: 'Sign out' }).click()
        if (label === 'Example ID') await signOutAtProvider(page)
        await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
      }),
    )

    it('shows nothing that only JavaScript could do', () =>
      visit(withoutScript, async (page) => {
        await page.goto(testGateway.gateway)
        await chooseAndSignIn(page, 'Example ID', 'alice')
        await page.getByRole('button', { name: 'Credentials for Developer' }).first().click()
        await page.getByText('Show the values').first().waitFor()
        expect(await page.getByRole('button', { name: 'Copy' }).count()).toBe(0)
      }))
  })

  describe.each(['light', 'dark'] as const)('320 pixels wide, %s', (colorScheme) => {
    const narrow = { viewport: { width: 320, height: 640 }, colorScheme }

    const expectNoSideways = async (page: Page): Promise<void> => {
      const width = await page.evaluate('document.documentElement.scrollWidth')
      expect(width, page.url()).toBeLessThanOrEqual(320)
    }

    it('no page scrolls sideways', () =>
      visit(narrow, async (page) => {
        await page.goto(testGateway.gateway)
        await expectNoSideways(page)
        await chooseAndSignIn(page, 'Example Corp', 'alice')
        await page.waitForURL(`${testGateway.gateway}/roles`)
        await expectNoSideways(page)
        for (const path of ['/identity', '/logout', '/nowhere', '/login', '/roles?q=nothing-like-it']) {
          await page.goto(`${testGateway.gateway}${path}`)
          await expectNoSideways(page)
        }
        await page.goto(`${testGateway.gateway}/roles`)
        await page.getByRole('button', { name: 'Credentials for Developer' }).first().click()
        await page.getByText('Show the values').first().click()
        await expectNoSideways(page)
      }))

    it('no page of a user without roles scrolls sideways', () =>
      visit(narrow, async (page) => {
        await page.goto(testGateway.gateway)
        await chooseAndSignIn(page, 'Example Corp', 'carol')
        await page.getByRole('heading', { name: 'You don’t have any roles yet' }).waitFor()
        await expectNoSideways(page)
      }))
  })

  describe('by keyboard alone', () => {
    /** Tabs until what has the focus is called that; fails when it never is. */
    const tabTo = async (page: Page, name: string): Promise<void> => {
      const focused = page.locator(':focus')
      for (let n = 0; n < 40; n += 1) {
        await page.keyboard.press('Tab')
        const said = await focused.evaluate(
          (element: { getAttribute(name: string): string | null; textContent: string | null }) =>
            element.getAttribute('aria-label') ?? element.textContent ?? '',
        )
        if (said.includes(name)) return
      }
      throw new Error(`the keyboard does not get to ${name} on ${page.url()}`)
    }

    /** Something is drawn around what has the focus. */
    const expectVisibleFocus = async (page: Page): Promise<void> => {
      const style = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')
      expect(style, page.url()).not.toBe('none')
    }

    it('alice signs in, takes credentials, shows and copies them, and signs out', async () => {
      const options = { permissions: ['clipboard-read', 'clipboard-write'] }
      await visit(options, async (page) => {
        await page.goto(testGateway.gateway)
        await page.keyboard.press('Tab')
        expect(await page.locator(':focus').textContent()).toBe('Skip to content')
        await tabTo(page, 'Example Corp')
        await expectVisibleFocus(page)
        await page.keyboard.press('Enter')
        await page.getByRole('heading', { name: 'Sign in', exact: true }).waitFor()
        await tabTo(page, 'Alice Archer')
        await page.keyboard.press('Enter')
        await page.waitForURL(`${testGateway.gateway}/roles`)
        await tabTo(page, 'Credentials for Developer')
        await expectVisibleFocus(page)
        await page.keyboard.press('Enter')
        await page.getByRole('heading', { name: 'Developer' }).waitFor()
        await tabTo(page, 'Show the values')
        await expectVisibleFocus(page)
        await page.keyboard.press('Enter')
        expect(await page.locator('pre').first().isVisible()).toBe(true)
        // Past the button that saves them.
        await page.keyboard.press('Shift+Tab')
        await page.keyboard.press('Shift+Tab')
        await page.keyboard.press('Enter')
        await page.getByRole('status').filter({ hasText: 'Copied' }).waitFor({ state: 'attached' })
        await page.goto(`${testGateway.gateway}/logout`)
        await tabTo(page, 'Sign out')
        await page.keyboard.press('Enter')
        await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
      })
    })
  })
})
