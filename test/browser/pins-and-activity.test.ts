/** Links, activity and status in a real browser: by button and by keyboard, light and dark, narrow and wide. */
import { mkdir } from 'node:fs/promises'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { zoneAtHour } from '../harness/clock.ts'
import { startTestGateway, type TestGateway } from '../harness/test-gateway.ts'
import { requireTool } from '../tools.ts'
import { axeViolations } from './axe.ts'
import { CHROMIUM, chooseAndSignIn, launchChromium, newBrowserUser } from './chromium.ts'

const PRODUCTION = 'arn:aws:iam::111122223333:role/Developer'
const SHOTS = new URL('shots/', import.meta.url)

const appearances = [
  ['light, wide', { colorScheme: 'light', viewport: { width: 1440, height: 900 } }],
  ['dark, wide', { colorScheme: 'dark', viewport: { width: 1440, height: 900 } }],
  ['light, narrow', { colorScheme: 'light', viewport: { width: 320, height: 640 } }],
  ['dark, narrow', { colorScheme: 'dark', viewport: { width: 320, height: 640 } }],
] as const satisfies readonly (readonly [string, BrowserContextOptions])[]

describe.skipIf(!requireTool(CHROMIUM))('what the pages know of a user', () => {
  let testGateway: TestGateway
  let browser: Browser
  beforeAll(async () => {
    await mkdir(SHOTS, { recursive: true })
    ;[testGateway, browser] = await Promise.all([startTestGateway(), launchChromium()])
  })
  afterAll(async () => {
    await browser.close()
    await testGateway.close()
  })

  const visit = async (
    options: BrowserContextOptions,
    path: string,
    username: string,
    journey: (page: Page) => Promise<void>,
  ): Promise<void> => {
    const user = await newBrowserUser(browser, { permissions: ['clipboard-read', 'clipboard-write'], ...options })
    try {
      await user.page.goto(`${testGateway.gateway}${path}`)
      await chooseAndSignIn(user.page, 'Example Corp', username)
      // The provider's form posts itself, or waits for a press where there is no script.
      if (options.javaScriptEnabled === false) await user.page.getByRole('button', { name: 'Continue' }).click()
      await user.page.waitForURL(`${testGateway.gateway}${path}`)
      await journey(user.page)
      expect(user.complaints).toEqual([])
    } finally {
      await user.context.close()
    }
  }

  const link = (destination: string): string => `/go?${new URLSearchParams({ role: PRODUCTION, destination })}`

  it.each([true, false])(
    'a link that is followed leads through the sign-in to the console, with JavaScript: %s',
    (on) =>
      visit({ javaScriptEnabled: on }, link('s3'), 'alice', async (page) => {
        await page.getByRole('heading', { name: 'Open the console as Developer?' }).waitFor()
        await page.getByRole('button', { name: 'Open the console' }).click()
        await page.waitForURL(`${testGateway.localAws}/console`)
        expect(await page.textContent('body')).toContain('Developer')
      }),
  )

  it('the button is reached and pressed by keyboard alone', () =>
    visit({}, link(''), 'alice', async (page) => {
      const button = page.getByRole('button', { name: 'Open the console' })
      for (let presses = 0; presses < 20; presses += 1) {
        await page.keyboard.press('Tab')
        if (await button.evaluate((element) => element === document.activeElement)) break
      }
      await page.keyboard.press('Enter')
      await page.waitForURL(`${testGateway.localAws}/console`)
    }))

  it('a console that was signed out of leads back to the same role and page', () =>
    visit({}, link('s3'), 'alice', async (page) => {
      await page.getByRole('button', { name: 'Open the console' }).click()
      await page.waitForURL(`${testGateway.localAws}/console`)
      await page.getByRole('button', { name: /sign out/i }).click()
      await page.locator('a[href*="/go?"]').click()
      await page.getByRole('heading', { name: 'Open the console as Developer?' }).waitFor()
      expect(await page.getByLabel('Opens at').inputValue()).toBe(
        'https://console.aws.amazon.com/s3/home?region=eu-west-1',
      )
    }))

  it('a duration until six o’clock is offered by the clock of the browser', () =>
    visit({ timezoneId: zoneAtHour(15) }, '/roles', 'alice', async (page) => {
      await page.reload()
      const select = page.getByLabel('Duration for Developer in Production')
      await select.selectOption('until 18:00')
      await page.getByRole('button', { name: 'Credentials for Developer in Production' }).click()
      await page.waitForURL(`${testGateway.gateway}/roles/credentials`)
      await page.getByRole('link', { name: 'All roles' }).click()
      expect(await page.getByLabel('Duration for Developer in Production').inputValue()).toBe('until 18:00')
    }))

  describe.each(appearances)('%s', (name, options) => {
    const look = async (page: Page, called: string): Promise<void> => {
      expect(await axeViolations(page)).toEqual([])
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      expect(overflow).toBeLessThanOrEqual(0)
      const path = new URL(`${called}-${name.replace(', ', '-')}.png`, SHOTS).pathname
      await page.screenshot({ path, fullPage: true })
    }

    it('a link, its list and the way to copy are well', () =>
      visit(options, link('s3'), 'alice', async (page) => {
        await look(page, 'go')
        await page.goto(`${testGateway.gateway}/go?destination=s3`)
        await look(page, 'go-pick')
        await page.goto(`${testGateway.gateway}/roles`)
        await page.getByRole('link', { name: 'Developer', exact: true }).first().click()
        await page.getByRole('link', { name: 'Open a specific console page…, as Developer in Production' }).click()
        await page.getByLabel('Opens at').fill('https://s3.console.aws.amazon.com/s3/buckets')
        await page.getByRole('button', { name: 'Copy a link instead' }).click()
        await page.getByRole('heading', { name: 'Console link for Developer' }).waitFor()
        await look(page, 'console-link')
      }))

    it('activity and status are well', () =>
      visit(options, '/roles', 'bob', async (page) => {
        await page.getByRole('button', { name: 'Credentials for Administrator' }).first().click()
        await page.waitForURL(`${testGateway.gateway}/roles/credentials`)
        await page.getByRole('link', { name: 'Activity' }).click()
        await page.getByRole('heading', { name: 'My activity' }).waitFor()
        await look(page, 'activity')
        await page.getByRole('link', { name: 'Status' }).click()
        await page.getByRole('heading', { name: 'Status', exact: true }).waitFor()
        await look(page, 'status')
      }))
  })
})
