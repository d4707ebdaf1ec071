/** Names that want to be markup, to turn the line round, to hide or to burst the page, through a real sign-in. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireTool } from '../tools.ts'
import { type BrowserUser, CHROMIUM, launchChromium, newBrowserUser } from './chromium.ts'
import { ACCOUNT, type EverythingGateway, startEverythingGateway } from './everything-gateway.ts'

const MARKUP = `</title></textarea><script>document.title='run'</script><img src=x onerror="document.title='run'">`
const QUOTES = `" onfocus="document.title='run'" autofocus x='\``
const TURNED = '\u202etxt.exe\u2067\u200f\u05d0\u05d1'
const HIDDEN = 'ad\u200bmin\u2060\ufeff'
const FACES = '\u{1f469}\u200d\u{1f4bb}\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}'
const LINES = 'one\ntwo\r\nthree\u2028four'
const LONG = 'x'.repeat(10_000)
const HOSTILE = [MARKUP, QUOTES, TURNED, HIDDEN, FACES, LINES, LONG]

/** All that IAM allows in the name of a role, as long and wide as it gets, and in the path before it. */
const ROLE = `arn:aws:iam::${ACCOUNT}:role/<script>document.title='run'</script>/"onfocus=alert(1)/${'w'.repeat(300)}/A+=.@-${'W'.repeat(58)}`

const names = {
  provider: MARKUP + QUOTES + TURNED,
  account: HOSTILE.join(' '),
  alias: 'on.focus-alert',
  subject: `${MARKUP}${QUOTES}${'s'.repeat(3000)}`,
  attributes: {
    uid: ['dora'],
    displayName: [HOSTILE.join(' ')],
    department: [LONG],
    groups: HOSTILE,
    ...Object.fromEntries(HOSTILE.map((name) => [name, HOSTILE])),
  },
  roles: [ROLE, `arn:aws:iam::${ACCOUNT}:role/Plain`],
} as const

describe.skipIf(!requireTool(CHROMIUM))('hostile names', { timeout: 120_000 }, () => {
  let full: EverythingGateway
  let browser: Browser
  let user: BrowserUser
  beforeAll(async () => {
    ;[full, browser] = await Promise.all([startEverythingGateway(names), launchChromium()])
    user = await newBrowserUser(browser, { viewport: { width: 320, height: 640 } })
  })
  afterAll(async () => {
    await browser.close()
    await full.close()
  })

  /** The page is whole, what it says is text, and it fits. */
  const expectIntact = async (page: Page, called: string): Promise<void> => {
    const found = await page.evaluate(() => ({
      title: document.title,
      scripts: document.querySelectorAll('script').length,
      images: document.querySelectorAll('img, iframe, object').length,
      handlers: document.querySelectorAll('[onfocus], [onerror], [onload], [onclick], [style]').length,
      footers: document.querySelectorAll('body > footer').length,
      overflow: document.documentElement.scrollWidth - window.innerWidth,
      text: document.body.textContent ?? '',
    }))
    const { text, title, ...rest } = found
    expect(rest, called).toEqual({ scripts: 1, images: 0, handlers: 0, footers: 1, overflow: 0 })
    expect(title, called).not.toBe('run')
    expect(text, called).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff]/)
    await page.setViewportSize({ width: 1440, height: 900 })
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    expect(wide, `${called}, wide`).toBe(0)
    await page.setViewportSize({ width: 320, height: 640 })
  }

  it('leave every page whole, run nothing and hide nothing, at 320 and 1440 pixels', async () => {
    const { page } = user
    const { gateway } = full
    await page.goto(`${gateway.url}/login`)
    await expectIntact(page, 'the chooser')
    expect(await page.textContent('main')).toContain('<script>')
    await page.goto(`${gateway.url}/login/corp`)
    await page.waitForURL(`${gateway.url}/roles`)
    await expectIntact(page, 'the roles')
    for (const path of [
      '/identity',
      '/identity?q=%3Cscript%3E',
      '/activity',
      '/status',
      `/go?${new URLSearchParams({ role: ROLE })}`,
      '/go',
      `/go?${new URLSearchParams({ q: HOSTILE.slice(0, 6).join(' ') })}`,
      `/roles/why?${new URLSearchParams({ role: ROLE })}`,
      `/roles?${new URLSearchParams({ q: MARKUP })}`,
      `/go?${new URLSearchParams({ role: MARKUP, destination: QUOTES })}`,
      '/logout',
    ]) {
      await page.goto(`${gateway.url}${path}`)
      await expectIntact(page, path.slice(0, 80))
    }
    await page.goto(`${gateway.url}/identity`)
    expect(await page.textContent('main')).toContain(LONG)
    expect(await page.textContent('main')).toContain('[U+202E]txt.exe')
    expect(user.complaints).toEqual([])
  })

  it('hostile names are shown as text where a role is used, opened and linked to', async () => {
    const { page } = user
    const { gateway, localAws } = { gateway: full.gateway, localAws: full.gateway.localAws }
    await page.goto(`${gateway.url}/roles`)
    await page.getByRole('button', { name: /^Credentials for A/ }).click()
    await page.getByRole('button', { name: 'Get credentials' }).waitFor()
    await expectIntact(page, 'the question before them')
    // By key: below a name of ten thousand characters the page may still be laid out for its new width.
    await page.getByRole('button', { name: 'Get credentials' }).press('Enter')
    await page.getByRole('heading', { name: 'Credentials', exact: true }).waitFor({ state: 'attached' })
    await page.getByText('Show the values').first().waitFor()
    await expectIntact(page, 'the credentials')
    await page.goto(`${gateway.url}/go?${new URLSearchParams({ role: ROLE })}`)
    await page.getByRole('button', { name: 'Copy a link instead' }).click()
    await page.getByRole('heading', { name: /^Console link for/ }).waitFor()
    await expectIntact(page, 'the link')
    await page.goto(`${gateway.url}/go?${new URLSearchParams({ role: ROLE })}`)
    await page.getByRole('button', { name: 'Open the console' }).click()
    await page.waitForURL(`${localAws}/console`)
    await page.goto(`${gateway.url}/activity`)
    await expectIntact(page, 'the activity with them')
    expect(user.complaints).toEqual([])
  })
})
