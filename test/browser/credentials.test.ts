/** The page with credentials in a real browser: tabs, copying, saving, naming, and that it is gone when it is left. */
import { readFile } from 'node:fs/promises'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { texts } from '../../src/web/texts.ts'
import { startTestGateway, type TestGateway } from '../harness/test-gateway.ts'
import { requireTool } from '../tools.ts'
import { axeViolations } from './axe.ts'
import { CHROMIUM, chooseAndSignIn, launchChromium, newBrowserUser } from './chromium.ts'

describe.skipIf(!requireTool(CHROMIUM))('the page with credentials', () => {
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
    const user = await newBrowserUser(browser, { permissions: ['clipboard-read', 'clipboard-write'], ...options })
    try {
      await user.page.goto(testGateway.gateway)
      await chooseAndSignIn(user.page, 'Example ID', 'alice')
      await takeDeveloper(user.page)
      await journey(user.page)
      expect(user.complaints).toEqual([])
    } finally {
      await user.context.close()
    }
  }

  const takeDeveloper = async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: 'Credentials for Developer' }).first().click()
    await page.waitForURL(`${testGateway.gateway}/roles/credentials`)
  }

  const savedBy = async (page: Page, click: () => Promise<void>): Promise<{ name: string; text: string }> => {
    const [download] = await Promise.all([page.waitForEvent('download'), click()])
    return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') }
  }

  const accessKeyIn = (text: string | null): string | undefined => /ASIA[A-Z2-7]{16}/.exec(text ?? '')?.[0]

  it('opens with the tab that was looked at last in this browser', () =>
    visit({}, async (page) => {
      await page.getByText('fish', { exact: true }).click()
      await page.getByRole('link', { name: 'All roles' }).click()
      await takeDeveloper(page)
      expect(await page.getByRole('radio', { name: 'fish' }).isChecked()).toBe(true)
    }))

  it('saves what it shows as a file, without taking anything again', () =>
    visit({}, async (page) => {
      const shown = await page.locator('pre').first().textContent()
      const save = page.getByRole('button', { name: 'Download' }).first()
      expect(await savedBy(page, () => save.click())).toEqual({ name: 'aws-credentials.sh', text: shown })
    }))

  it('names the profile as the user types', () =>
    visit({}, async (page) => {
      await page.getByText('Profile', { exact: true }).click()
      await page.getByLabel('Profile name').fill('work')
      await page.getByRole('button', { name: 'Copy', exact: true }).click()
      await page.getByRole('status').filter({ hasText: 'Copied' }).waitFor({ state: 'attached' })
      expect(await page.evaluate('navigator.clipboard.readText()')).toMatch(/^\[work\]\n# expires /)
      await page.getByLabel('Profile name').fill('not a ] name')
      expect(await page.locator('.format[data-format=ini] pre').textContent()).toMatch(/^\[work\]\n/)
    }))

  it('copies and saves nothing under another name than the one typed, and every other tab as ever', () =>
    visit({}, async (page) => {
      await page.evaluate("navigator.clipboard.writeText('before')")
      await page.getByText('Profile', { exact: true }).click()
      await page.getByLabel('Profile name').fill('not a ] name')
      for (const name of ['Copy', 'Download']) {
        await page.getByRole('button', { name, exact: true }).click()
        expect(await page.locator(':focus').getAttribute('id'), name).toBe('profile')
      }
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe('before')
      await page.getByText('fish', { exact: true }).click()
      const save = page.getByRole('button', { name: 'Download', exact: true })
      expect((await savedBy(page, () => save.click())).name).toBe('aws-credentials.fish')
    }))

  it('selects what a browser without a clipboard cannot copy, and says how to', () =>
    visit({}, async (page) => {
      const refuse = () => {
        Object.defineProperty(navigator, 'clipboard', { value: { writeText: () => Promise.reject(new Error('no')) } })
      }
      await page.evaluate(refuse)
      const values = page.locator('pre').first()
      expect(await values.isVisible()).toBe(false)
      await page.getByRole('button', { name: 'Copy', exact: true }).first().click()
      await page.getByRole('status').filter({ hasText: 'Press Ctrl+C' }).waitFor({ state: 'attached' })
      const selected = await page.evaluate('getSelection().toString()')
      expect(String(selected).trim()).toBe((await values.textContent())?.trim())
      expect(await values.isVisible()).toBe(true)
    }))

  it('copies single values, and nothing around them', () =>
    visit({}, async (page) => {
      await page.getByText('Values', { exact: true }).click()
      await page.getByText('Show the values').last().click()
      await page.getByRole('button', { name: 'Copy AWS_ACCESS_KEY_ID' }).click()
      await page.getByRole('status').filter({ hasText: 'Copied' }).waitFor({ state: 'attached' })
      expect(await page.evaluate('navigator.clipboard.readText()')).toMatch(/^ASIA[A-Z2-7]{16}$/)
    }))

  it('says when they expire, and takes new ones by one button', () =>
    visit({}, async (page) => {
      await page.getByText(/^(59 min|1 h)/).waitFor()
      const before = accessKeyIn(await page.locator('pre').first().textContent())
      await page.getByRole('button', { name: 'Get new credentials' }).click()
      await page.waitForFunction(`!document.querySelector('pre').textContent.includes('${before}')`)
    }))

  it('says it by the user’s own clock, counts down, and says aloud when they have expired', async () => {
    const { page, context, complaints } = await newBrowserUser(browser, { timezoneId: 'Asia/Tokyo', locale: 'en-GB' })
    try {
      await page.goto(testGateway.gateway)
      await chooseAndSignIn(page, 'Example ID', 'alice')
      await page.clock.install({ time: new Date() })
      await takeDeveloper(page)
      const time = page.locator('time[data-local]')
      const expires = new Date((await time.getAttribute('datetime')) ?? '')
      const inTokyo = new Date(expires.getTime() + 9 * 60 * 60_000).toISOString().slice(11, 16)
      expect(await time.textContent()).toMatch(new RegExp(`, ${inTokyo}:\\d\\d\\sGMT\\+9 \\(.*:\\d\\d\\sUTC\\)$`))
      const countdown = page.locator('.countdown')
      const secondsLeft = async (): Promise<number> => {
        const [, m, s] = /^(\d+) min (\d+) s left$/.exec((await countdown.textContent()) ?? '') ?? []
        return Number(m) * 60 + Number(s)
      }
      // Past the hour, which is written without seconds, should this clock be a little behind that of AWS.
      await page.clock.runFor(5000)
      const before = await secondsLeft()
      await page.clock.runFor(10_000)
      expect(before - (await secondsLeft())).toBeGreaterThanOrEqual(9)
      await page.clock.fastForward(60 * 60_000)
      await countdown.getByText('expired').waitFor()
      await page.clock.runFor(100)
      await page.getByRole('status').filter({ hasText: 'expired' }).waitFor({ state: 'attached' })
      expect(complaints).toEqual([])
    } finally {
      await context.close()
    }
  })

  it('shows nothing when it is opened again after signing out', async () => {
    const { page, context } = await newBrowserUser(browser)
    try {
      await page.goto(testGateway.gateway)
      await chooseAndSignIn(page, 'Example ID', 'alice')
      await takeDeveloper(page)
      const key = accessKeyIn(await page.locator('pre').first().textContent()) ?? 'none'
      await page.getByRole('link', { name: 'All roles' }).click()
      await page.waitForURL(`${testGateway.gateway}/roles`)
      await page.context().clearCookies()
      await page.goBack({ waitUntil: 'commit' }).catch(() => undefined)
      // While the browser goes on from there, its content cannot be asked for.
      await expect.poll(() => page.content().catch(() => key)).not.toContain(key)
    } finally {
      await context.close()
    }
  })

  it('the page with credentials without a script gives a file too', () =>
    visit({ javaScriptEnabled: false }, async (page) => {
      await page.getByText('PowerShell', { exact: true }).click()
      const save = page.locator('.format:visible').getByRole('button', { name: 'Download' })
      const { name, text } = await savedBy(page, () => save.click())
      expect(name).toBe('aws-credentials.ps1')
      expect(text).toMatch(/^\$Env:AWS_ACCESS_KEY_ID = 'ASIA/)
    }))

  describe.each([
    { width: 320, colorScheme: 'light' },
    { width: 320, colorScheme: 'dark' },
    { width: 1440, colorScheme: 'light' },
    { width: 1440, colorScheme: 'dark' },
  ] as const)('$width wide, $colorScheme', ({ width, colorScheme }) => {
    it('the page has nothing that axe finds wrong, in any format', () =>
      visit({ viewport: { width, height: 900 }, colorScheme }, async (page) => {
        for (const radio of await page.locator('.format-tab').all()) {
          await radio.click()
          // The command line's tab hides nothing.
          const secret = page.locator('.format:visible summary')
          if ((await radio.textContent()) !== texts.credentials.commandLine.label) await secret.click()
          expect(await axeViolations(page)).toEqual([])
        }
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
        await page.screenshot({ path: `test/browser/shots/credentials-${width}-${colorScheme}.png`, fullPage: true })
      }))
  })
})

describe.skipIf(!requireTool(CHROMIUM))('axe', () => {
  it('fails for a page that is unreadable', async () => {
    const browser = await launchChromium()
    try {
      const page = await browser.newPage()
      await page.setContent('<img src="x"><p style="color:#ddd;background:#fff">faint</p><input>')
      const rules = (await axeViolations(page)).map((violation) => violation.split(':')[0])
      expect(rules).toEqual(expect.arrayContaining(['image-alt', 'color-contrast', 'label', 'html-has-lang']))
    } finally {
      await browser.close()
    }
  })
})
