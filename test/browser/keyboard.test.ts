/** Every page by keyboard alone, with JavaScript and without: Tab gets to each control, and shows where it is. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireTool } from '../tools.ts'
import { type BrowserUser, CHROMIUM, launchChromium, newBrowserUser } from './chromium.ts'
import { ACCOUNT, type EverythingGateway, startEverythingGateway } from './everything-gateway.ts'

const GUARDED = `arn:aws:iam::${ACCOUNT}:role/Guarded`
const DEVELOPER = `arn:aws:iam::${ACCOUNT}:role/Developer`

/** Marks what a user can act on, as far as it is to be seen, and says what each is called. */
const markControls = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const isReached = (element: HTMLElement): boolean =>
      element.checkVisibility({ visibilityProperty: true }) &&
      !element.matches(':disabled') &&
      // Of a group of radio buttons Tab gets to the one that is chosen, arrows to the others.
      !element.matches('input[type=radio]:not(:checked)')
    const all = document.querySelectorAll<HTMLElement>(
      'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]',
    )
    const controls = [...all].filter(isReached)
    return controls.map((control, n) => {
      control.dataset.control = String(n)
      const name = control.getAttribute('aria-label') ?? control.textContent?.trim() ?? ''
      return `${control.localName} ${name === '' ? (control.getAttribute('name') ?? '') : name}`.slice(0, 60)
    })
  })

/** Where the focus is, and whether an outline is drawn there, or around the label of a control that is not drawn. */
const focus = (page: Page): Promise<{ readonly control: number; readonly isShown: boolean }> =>
  page.evaluate(() => {
    const element = document.activeElement
    const label = element?.matches('.visually-hidden') ? element.nextElementSibling : element
    const style = label && getComputedStyle(label)
    const isShown = style?.outlineStyle === 'solid' && Number.parseFloat(style.outlineWidth) >= 2
    return { control: Number(element?.getAttribute('data-control') ?? Number.NaN), isShown }
  })

/** What Tab does not get to, and what does not show that it has the focus. */
const unreached = async (page: Page): Promise<readonly string[]> => {
  const names = await markControls(page)
  const [reached, hidden] = [new Set<number>(), new Set<number>()]
  for (let presses = 0; presses < names.length * 2 + 5 && reached.size < names.length; presses += 1) {
    await page.keyboard.press('Tab')
    const { control, isShown } = await focus(page)
    if (Number.isNaN(control)) continue
    reached.add(control)
    if (!isShown) hidden.add(control)
  }
  expect(names.length).toBeGreaterThan(0)
  return names.flatMap((name, n) => {
    if (!reached.has(n)) return [`not reached: ${name}`]
    return hidden.has(n) ? [`not shown: ${name}`] : []
  })
}

describe.skipIf(!requireTool(CHROMIUM)).each([true, false])('with JavaScript: %s', (javaScriptEnabled) => {
  let full: EverythingGateway
  let browser: Browser
  let user: BrowserUser
  beforeAll(async () => {
    const names = {
      provider: 'Corp SSO',
      account: 'Production',
      alias: 'guarded',
      subject: 'dora',
      attributes: { uid: ['dora'], displayName: ['Dora Doe'], groups: ['staff'] },
      roles: [GUARDED, DEVELOPER],
    } as const
    ;[full, browser] = await Promise.all([startEverythingGateway(names), launchChromium()])
    user = await newBrowserUser(browser, { javaScriptEnabled })
  })
  afterAll(async () => {
    await browser.close()
    await full.close()
  })

  const go = (path: string) => user.page.goto(`${full.gateway.url}${path}`)
  const press = async (name: string | RegExp): Promise<void> => {
    const button = user.page.getByRole('main').getByRole('button', { name }).first()
    await button.focus()
    await Promise.all([user.page.waitForEvent('framenavigated'), user.page.keyboard.press('Enter')])
  }

  const signIn = async (): Promise<void> => {
    await go('/login/corp')
    if (!javaScriptEnabled) await user.page.getByRole('button', { name: 'Go on' }).click()
    await user.page.waitForURL(`${full.gateway.url}/roles`)
  }

  it('every control of every page is reached, and says so', { timeout: 120_000 }, async () => {
    const { page } = user
    const found: string[] = []
    const look = async (called: string): Promise<void> => {
      found.push(...(await unreached(page)).map((what) => `${called}, ${what}`))
    }
    for (const path of ['/login', '/login/edu?q=corp', '/nowhere']) {
      await go(path)
      await look(path)
    }
    await signIn()
    for (const path of [
      '/roles',
      '/roles?q=nothing-like-it',
      `/roles/why?role=${DEVELOPER}`,
      '/identity',
      '/activity',
      '/status',
      '/go?destination=s3',
      `/go?role=${DEVELOPER}`,
    ]) {
      await go(path)
      await look(path)
    }
    await press('Copy a link instead')
    await page.getByRole('heading', { name: 'Console link for Developer' }).waitFor()
    await look('the link')
    await go('/roles')
    await press('Credentials for Developer in Production')
    await page.getByRole('heading', { name: 'Developer' }).waitFor()
    await page.locator('.format:visible summary').focus()
    await page.keyboard.press('Enter')
    await look('the credentials')
    await go('/activity')
    await look('the activity with a role taken')
    await go('/logout')
    await look('/logout')
    expect(found).toEqual([])
    expect(user.complaints).toEqual([])
  })

  it('the way to the console and out everywhere is gone by keys', async () => {
    const { page } = user
    const { gateway } = full
    await signIn()
    await go(`/go?role=${DEVELOPER}&destination=s3`)
    await press('Open the console')
    await page.waitForURL(`${gateway.localAws}/console`)
    await go('/activity')
    await page
      .getByRole('heading', { name: /^Console: Developer/ })
      .first()
      .waitFor()
    await press('Sign out everywhere')
    // Through the gateway's way on to the provider, which leads nowhere.
    await page.waitForURL((url) => url.origin === full.corpUrl && url.pathname === '/slo')
    await go('/roles')
    await page.getByRole('link', { name: /^Corp SSO\s*SAML/ }).waitFor()
    expect(user.complaints).toEqual([])
  })
})
