/** Ways that lead out of the gateway and back to the same place, in Chromium. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireTool } from '../tools.ts'
import { CHROMIUM, launchChromium, newBrowserUser } from './chromium.ts'
import { ACCOUNT, type EverythingGateway, startEverythingGateway } from './everything-gateway.ts'

const GUARDED = `arn:aws:iam::${ACCOUNT}:role/Guarded`
const DEVELOPER = `arn:aws:iam::${ACCOUNT}:role/Developer`

describe.skipIf(!requireTool(CHROMIUM))('in Chromium', () => {
  let full: EverythingGateway
  let browser: Browser
  beforeAll(async () => {
    const names = {
      provider: 'Corp SSO',
      account: 'Production',
      alias: 'guarded',
      subject: 'dora',
      attributes: { uid: ['dora'], displayName: ['Dora Doe'] },
      roles: [GUARDED, DEVELOPER],
    } as const
    ;[full, browser] = await Promise.all([startEverythingGateway(names), launchChromium()])
  })
  afterAll(async () => {
    await browser.close()
    await full.close()
  })

  it.each([true, false])(
    'a console whose time is up comes back to the same role and page, with JavaScript: %s',
    async (on) => {
      const { gateway } = full
      const { page, context, complaints } = await newBrowserUser(browser, { javaScriptEnabled: on })
      const signIn = async (): Promise<void> => {
        await page.getByRole('link', { name: /^Corp SSO\s*SAML/ }).click()
        if (!on) await page.getByRole('button', { name: 'Go on' }).click()
      }
      full.goAhead(0)
      await page.goto(`${gateway.url}/go?${new URLSearchParams({ role: DEVELOPER, destination: 's3' })}`)
      await signIn()
      await page.getByRole('button', { name: 'Open the console' }).click()
      await page.waitForURL(`${gateway.localAws}/console`)
      full.goAhead(2 * 60 * 60)
      await page.reload()
      await page.getByText('Your session has ended').waitFor()
      await page.locator('a[href*="/go?"]').click()
      // Nobody was at the gateway meanwhile either: its own session has ended with idleness.
      await signIn()
      await page.getByRole('heading', { name: 'Open the console as Developer?' }).waitFor()
      expect(await page.getByLabel('Opens at').inputValue()).toContain('/s3/home?region=eu-west-1')
      await page.getByRole('button', { name: 'Open the console' }).click()
      await page.waitForURL(`${gateway.localAws}/console`)
      await context.close()
      expect(complaints).toEqual([])
    },
  )

  it('a role that asks for a recent sign-in says so before the click, and the pick is there after it', async () => {
    const { gateway } = full
    const { page, context, complaints } = await newBrowserUser(browser)
    full.goAhead(0)
    await page.goto(`${gateway.url}/login/corp`)
    await page.waitForURL(`${gateway.url}/roles`)
    expect(await page.textContent('main')).not.toContain('sign in again')
    full.goAhead(15 * 60)
    await page.reload()
    await page.getByText('Requires you to sign in again (your last sign-in was over 10 minutes ago).').waitFor()
    await page.getByLabel('Duration for Guarded in Production').selectOption('1h')
    await page.getByRole('button', { name: 'Credentials for Guarded in Production' }).click()
    await page.getByRole('heading', { name: 'Guarded' }).waitFor()
    await page.getByText('signed in again at').waitFor()
    await page.getByRole('button', { name: 'Get credentials' }).click()
    await page.getByText('assumed-role/Guarded/').waitFor()
    expect(await page.locator('input[name=duration]').first().getAttribute('value')).toBe('1h')
    await context.close()
    expect(complaints).toEqual([])
  })
})
