/** The role picker in a real browser: by mouse, by keyboard alone and without JavaScript, with many roles and with none. */
import { mkdir } from 'node:fs/promises'
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { zoneAtHour } from '../harness/clock.ts'
import { type ManyRoles, manyRoles, startManyRoles } from '../harness/many-roles.ts'
import { startTestGateway, type TestGateway } from '../harness/test-gateway.ts'
import { requireTool } from '../tools.ts'
import { axeViolations } from './axe.ts'
import { CHROMIUM, launchChromium, newBrowserUser, newTabFrom, providerLink } from './chromium.ts'

const SHOTS = new URL('shots/', import.meta.url)

/** Thirty are in ten accounts. */
const groupsOf = (count: number): readonly string[] => {
  const ofTen = manyRoles.filter((_, n) => n % 60 < 10).slice(0, count)
  return (count > ofTen.length ? manyRoles : ofTen).map(({ group }) => group)
}

/** The first role of the page, and one that AWS is to refuse. */
const FIRST = 'ReadOnly in Data Platform audit'
const DENIED = manyRoles.find(({ name }) => name === 'SupportEngineer')

describe.skipIf(!requireTool(CHROMIUM))('the role picker', () => {
  let company: ManyRoles
  let browser: Browser
  beforeAll(async () => {
    await mkdir(SHOTS, { recursive: true })
    ;[company, browser] = await Promise.all([startManyRoles(), launchChromium()])
  })
  afterAll(async () => {
    await browser.close()
    await company.close()
  })

  interface Visit extends BrowserContextOptions {
    readonly roles?: number
    readonly path?: string
    readonly subject?: string
    /** Before the page is opened. */
    readonly prepare?: (page: Page) => Promise<unknown>
  }

  /** Somebody with so many roles, signed in and on the picker. */
  const visit = async (
    { roles = 500, path = '/roles', subject = `person of ${roles}`, prepare, ...options }: Visit,
    journey: (page: Page) => Promise<void>,
  ): Promise<void> => {
    const client = await company.signIn(subject, roles === 0 ? ['staff'] : groupsOf(roles))
    const header = client.cookies.headerFor({ url: new URL(company.url), method: 'GET', isCrossSite: false })
    const user = await newBrowserUser(browser, { viewport: { width: 1440, height: 900 }, ...options })
    try {
      await user.context.addCookies(
        header.split('; ').map((pair) => {
          const at = pair.indexOf('=')
          return { name: pair.slice(0, at), value: pair.slice(at + 1), url: company.url }
        }),
      )
      await prepare?.(user.page)
      await user.page.goto(`${company.url}${path}`)
      await journey(user.page)
      expect(user.complaints).toEqual([])
    } finally {
      await user.context.close()
    }
  }

  const count = (page: Page): Promise<string | null> => page.locator('#count').textContent()
  const visibleRows = (page: Page): Locator => page.locator('.role:visible')
  const focused = (page: Page): Promise<string | null> => page.locator(':focus').getAttribute('aria-label')

  describe('by typing', () => {
    it('/ searches, words narrow by account, number and role, and Escape shows all again', () =>
      visit({}, async (page) => {
        await page.keyboard.press('/')
        await page.keyboard.type('search PROD readonly')
        expect(await count(page)).toBe('2 of 500 roles in 1 account')
        expect(await visibleRows(page).count()).toBe(2)
        await page.getByRole('searchbox').fill('100000000007 poweruser2')
        expect(await count(page)).toBe('1 of 500 roles in 1 account')
        await page.getByRole('searchbox').fill('break-glass')
        expect(await count(page)).toBe('1 of 500 roles in 1 account')
        expect(await visibleRows(page).textContent()).toContain('PowerUser2')
        await page.getByRole('searchbox').fill('no such thing')
        expect(await count(page)).toBe('0 of 500 roles in 0 accounts')
        await page.locator('#nothing').getByText('no such thing').waitFor()
        await page.keyboard.press('Escape')
        expect(await count(page)).toBe('500 roles in 60 accounts')
      }))

    it('the hint that / searches stands within the field, and the hint of what to type is never cut off in the middle', () =>
      visit({ roles: 30 }, async (page) => {
        const boxOf = async (selector: string) => {
          const { x = 0, y = 0, width = 0, height = 0 } = (await page.locator(selector).boundingBox()) ?? {}
          return { left: x, right: x + width, top: y, bottom: y + height }
        }
        const [hint, field, button] = await Promise.all(['.search kbd', '#q', '#open-keys'].map(boxOf))
        expect(hint?.right).toBeLessThan(field?.right ?? 0)
        expect(hint?.left).toBeGreaterThan(field?.left ?? 0)
        expect(hint?.top).toBeGreaterThan(field?.top ?? 0)
        expect(hint?.bottom).toBeLessThan(field?.bottom ?? 0)
        expect(field?.right).toBeLessThan(button?.left ?? 0)
        await page.setViewportSize({ width: 320, height: 700 })
        expect(await page.locator('.search kbd').isVisible()).toBe(false)
        expect(await page.locator('#q').evaluate((search) => getComputedStyle(search).textOverflow)).toBe('ellipsis')
      }))

    it('all that a key costs stays small beside what drawing the page once costs', () =>
      visit({}, async (page) => {
        const [typing, whole] = (await page.evaluate(`(() => {
          const search = document.getElementById('q')
          const time = (act) => {
            const before = performance.now()
            act()
            document.body.offsetHeight
            return performance.now() - before
          }
          const type = (text) => time(() => {
            search.value = text
            search.dispatchEvent(new Event('input'))
          })
          const redraw = () => time(() => {
            const main = document.querySelector('main')
            const copy = main.cloneNode(true)
            main.replaceWith(copy)
            copy.replaceWith(main)
          })
          const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)]
          const texts = ['p', 'pr', 'pro', 'prod', 'prod d', 'prod de', '', 'read', 'x', '', 'sea', 'search l']
          const whole = median([1, 2, 3, 4, 5].map(redraw))
          return [median(texts.map(type)), whole]
        })()`)) as [number, number]
        expect(typing).toBeLessThan(whole)
      }))

    it('a GET form does the same without JavaScript', () =>
      visit({ javaScriptEnabled: false }, async (page) => {
        await page.getByRole('searchbox').fill('search PROD readonly')
        await page.getByRole('button', { name: 'Search', exact: true }).click()
        expect(new URL(page.url()).searchParams.get('q')).toBe('search PROD readonly')
        expect(await count(page)).toBe('2 of 500 roles in 1 account')
        await page.getByRole('button', { name: 'Pin ReadOnly in Search production' }).click()
        expect(new URL(page.url()).searchParams.get('q')).toBe('search PROD readonly')
        await page.getByRole('region', { name: 'Pinned' }).getByText('Search production').waitFor()
      }))

    it('what a link or the form has searched for is widened by asking the server', () =>
      visit({ path: '/roles?q=readonly' }, async (page) => {
        await page.getByRole('searchbox').fill('poweruser')
        await page.waitForURL(`${company.url}/roles?q=poweruser`)
        const found = manyRoles.filter(({ name }) => name.includes('PowerUser')).length
        expect(await count(page)).toContain(`${found} of 500 roles`)
        expect(await page.locator('.role').count()).toBe(found)
      }))
  })

  describe('by keyboard alone', () => {
    it('Enter leads from the search to the first role, arrows from role to role, Enter to its console', () =>
      visit({}, async (page) => {
        await page.keyboard.press('/')
        await page.keyboard.type('data audit')
        await page.keyboard.press('Enter')
        expect(await focused(page)).toMatch(/^Console as \w+ in Data Platform audit$/)
        const first = await focused(page)
        await page.keyboard.press('ArrowDown')
        expect(await focused(page)).not.toBe(first)
        await page.keyboard.press('ArrowUp')
        expect(await focused(page)).toBe(first)
        await page.keyboard.press('ArrowUp')
        expect(await page.locator(':focus').getAttribute('id')).toBe('q')
        await page.getByRole('searchbox').fill('data audit readonly')
        await page.keyboard.press('ArrowDown')
        expect(await focused(page)).toBe(`Console as ${FIRST}`)
        const tab = await newTabFrom(page, () => page.keyboard.press('Enter'))
        await tab.waitForURL(`${company.localAws}/console`)
        expect(page.url()).toBe(`${company.url}/roles`)
      }))

    it('arrows keep to the same button of each role', () =>
      visit({ roles: 30 }, async (page) => {
        await page
          .getByRole('button', { name: /^Credentials for/ })
          .first()
          .focus()
        await page.keyboard.press('ArrowDown')
        expect(await focused(page)).toMatch(/^Credentials for/)
      }))

    it('c takes credentials', () =>
      visit({ roles: 30 }, async (page) => {
        await page.getByRole('searchbox').focus()
        await page.keyboard.press('ArrowDown')
        await page.keyboard.press('c')
        await page.waitForURL(`${company.url}/roles/credentials`)
        expect(await page.locator('pre').first().isVisible()).toBe(false)
      }))

    it('p pins without leaving the page, says so, and the pin is there the next time', () =>
      visit({ subject: 'pinner' }, async (page) => {
        await page.keyboard.press('/')
        await page.keyboard.type('web')
        await page.keyboard.press('Enter')
        const role = ((await focused(page)) ?? '').replace('Console as ', '')
        await page.keyboard.press('p')
        await page.getByText('Pinned. It appears first').waitFor({ state: 'attached' })
        expect(await page.getByRole('button', { name: `Unpin ${role}`, exact: true }).count()).toBe(1)
        expect(await focused(page)).toBe(`Console as ${role}`)
        await page.goto(`${company.url}/roles`)
        const pinned = page.getByRole('region', { name: 'Pinned' })
        expect(await pinned.getByRole('button', { name: `Console as ${role}`, exact: true }).count()).toBe(1)
        await pinned.getByRole('button', { name: 'Unpin' }).click()
        await page.getByText('No longer pinned').waitFor({ state: 'attached' })
      }))

    it('? tells the keys, Escape closes it, and who types them by mistake turns them off', () =>
      visit({ roles: 30 }, async (page) => {
        await page.keyboard.press('?')
        const dialog = page.getByRole('dialog', { name: 'Shortcuts' })
        await dialog.waitFor()
        expect(await dialog.getByText('Open console').isVisible()).toBe(true)
        await page.keyboard.press('Escape')
        await dialog.waitFor({ state: 'hidden' })
        await page.getByRole('button', { name: 'Shortcuts' }).click()
        await dialog.getByLabel('Enable single-key shortcuts').uncheck()
        await dialog.getByRole('button', { name: 'Close' }).click()
        await page.reload()
        await page.locator('.pin').first().focus()
        for (const key of ['/', '?', 'c', 'p']) await page.keyboard.press(key)
        expect(await dialog.isVisible()).toBe(false)
        expect(await focused(page)).toMatch(/^Pin /)
        expect(page.url()).toBe(`${company.url}/roles`)
      }))
  })

  describe('a long list', () => {
    const foldOf = (page: Page, name: string): Locator =>
      page.locator('.fold').filter({ has: page.getByRole('heading', { name }) })

    it.each([true, false])(
      'a long list is folded by account, and a fold opens by one click, with JavaScript: %s',
      (on) =>
        visit({ javaScriptEnabled: on, subject: `folder ${on}` }, async (page) => {
          const fold = foldOf(page, 'Web Shop lab')
          expect(await page.locator('.fold').count()).toBe(60)
          expect(await visibleRows(page).count()).toBeLessThanOrEqual(12)
          expect(await fold.getByText('8 roles').isVisible()).toBe(true)
          await fold.locator('summary').click()
          expect(await fold.locator('.role:visible').count()).toBe(8)
        }),
    )

    it('a long list is unfolded where a filter finds something, counts it, and is then as it was', () =>
      visit({}, async (page) => {
        const before = await page.locator('.fold > details[open]').count()
        await page.getByLabel('Environment').selectOption('production')
        expect(await count(page)).toBe('50 of 500 roles in 6 accounts')
        expect(await visibleRows(page).count()).toBe(50)
        await page.getByRole('searchbox').fill('readonly2')
        expect(await foldOf(page, 'Payments production').locator('.fold-count').textContent()).toBe('1 of 9 roles')
        await page.getByRole('link', { name: 'Clear' }).click()
        expect(await count(page)).toBe('500 roles in 60 accounts')
        expect(await page.locator('.fold > details[open]').count()).toBe(before)
        expect(page.url()).toBe(`${company.url}/roles`)
      }))

    it('a long list moves nothing above it while it is filtered', () =>
      visit({ roles: 30 }, async (page) => {
        const places = (): Promise<readonly unknown[]> =>
          page.locator('h1, #q, .seen, .list-bar, #list').evaluateAll((found) =>
            found.map((one) => {
              const { x, y } = one.getBoundingClientRect()
              return [one.id, x, y]
            }),
          )
        const before = await places()
        expect(before).toHaveLength(5)
        await page.getByRole('searchbox').fill('payments production')
        expect(await places()).toEqual(before)
        await page.getByRole('searchbox').fill('nothing at all')
        expect(await places()).toEqual(before)
      }))

    it('a long list by role has one row for each name, and arrows fold, unfold and walk', () =>
      visit({ path: '/roles?by=role', subject: 'by role' }, async (page) => {
        expect(await page.locator('.fold').count()).toBe(9)
        await page.getByRole('searchbox').focus()
        await page.keyboard.press('ArrowDown')
        await page.keyboard.press('ArrowDown')
        await page.keyboard.press('ArrowRight')
        const open = page.locator('.fold > details[open]')
        expect(await open.getByRole('heading', { level: 2 }).textContent()).toBe('DatabaseAdministrator2')
        await page.keyboard.press('ArrowDown')
        expect(await focused(page)).toMatch(/^Console as DatabaseAdministrator2 in /)
        await page.keyboard.press('ArrowLeft')
        expect(await open.count()).toBe(0)
        expect(await page.locator('summary:focus').count()).toBe(1)
      }))
  })

  it('the role picker marks the current page by one line in forced colours', () =>
    visit({ roles: 30, forcedColors: 'active' }, async (page) => {
      const lines = await page.locator('.top nav a').evaluateAll((links) =>
        links.map((link) => {
          const { borderTopColor, borderBottomColor } = getComputedStyle(link)
          return borderTopColor !== borderBottomColor
        }),
      )
      expect(lines).toEqual([true, false, false])
    }))

  describe('several roles at once', () => {
    it.each([true, false])('become one file with a profile each, with JavaScript: %s', (javaScriptEnabled) =>
      visit({ javaScriptEnabled, roles: 30 }, async (page) => {
        const button = page.getByRole('button', {
          name: javaScriptEnabled ? 'Credentials for 2 roles' : 'Credentials for the selected roles',
        })
        expect(await button.isVisible()).toBe(false)
        await page
          .getByRole('checkbox', { name: /^Select / })
          .nth(0)
          .check()
        await page
          .getByRole('checkbox', { name: /^Select / })
          .nth(2)
          .check()
        await button.click()
        await page.getByRole('heading', { name: 'Credentials for 2 roles' }).waitFor()
        expect((await page.locator('pre').first().textContent())?.match(/^\[/gm)).toHaveLength(2)
        expect(await page.getByRole('link', { name: 'Roles', exact: true }).getAttribute('aria-current')).toBe('true')
        // Where it is narrow nothing is drawn above the first of the two: a line there would go beyond the round corner.
        await page.setViewportSize({ width: 320, height: 700 })
        const lines = await page
          .locator('.sheet tbody tr')
          .evaluateAll((rows) => rows.map((row) => getComputedStyle(row).borderTopWidth))
        expect(lines).toEqual(['0px', '1px'])
      }),
    )

    it('a selection is cleared by one button, and limited to twenty roles', () =>
      visit({ roles: 30 }, async (page) => {
        for (let n = 0; n < 21; n += 1)
          await page
            .getByRole('checkbox', { name: /^Select / })
            .nth(n)
            .check()
        await page.locator('#announcer').getByText('At most 20 roles at once').waitFor({ state: 'attached' })
        const tooMany = page.getByRole('button', { name: 'At most 20 roles at once' })
        expect(await tooMany.isDisabled()).toBe(true)
        await page
          .getByRole('checkbox', { name: /^Select / })
          .nth(20)
          .uncheck()
        expect(await page.getByRole('button', { name: 'Credentials for 20 roles' }).isEnabled()).toBe(true)
        await page.getByRole('button', { name: 'Clear' }).click()
        expect(await page.getByRole('checkbox', { name: /^Select /, checked: true }).count()).toBe(0)
        expect(await page.locator('#several').isVisible()).toBe(false)
        // The bar is gone, and the keyboard goes on where the selection began.
        const first = page.getByRole('checkbox', { name: /^Select / }).first()
        await expect.poll(() => focused(page)).toBe(await first.getAttribute('aria-label'))
      }))

    it.each([
      { width: 1440, height: 900 },
      { width: 320, height: 640 },
    ])('the bar below never hides what has the focus, $width pixels wide', (viewport) =>
      visit({ roles: 30, viewport }, async (page) => {
        await page
          .getByRole('checkbox', { name: /^Select / })
          .first()
          .check()
        const hidden: string[] = []
        for (let n = 0; n < 60; n += 1) {
          await page.keyboard.press('Tab')
          hidden.push(
            ...(await page.evaluate(() => {
              const [element, bar] = [document.activeElement, document.getElementById('several')]
              if (!element || !bar || bar.contains(element)) return []
              const isHidden = element.getBoundingClientRect().bottom > bar.getBoundingClientRect().top
              return isHidden ? [element.getAttribute('aria-label') ?? element.textContent ?? ''] : []
            })),
          )
        }
        expect(hidden).toEqual([])
      }),
    )
  })

  describe('what AWS is to say', () => {
    it('the forecast is on the page in words, with the reason, and a role that it is to refuse can be tried', () =>
      visit({ path: `/roles?q=${DENIED?.account}+support` }, async (page) => {
        const row = visibleRows(page).first()
        expect(await row.getByText('Denied', { exact: true }).isVisible()).toBe(true)
        expect(await row.textContent()).toContain('sts:TagSession')
        await row.getByRole('button', { name: /^Credentials/ }).click()
        await page.getByText('sts.access_denied').first().waitFor()
      }))

    it.each([true, false])(
      'the forecast is explained on a page with the rule that granted the role, with JavaScript: %s',
      (on) =>
        visit({ javaScriptEnabled: on, path: `/roles?q=${DENIED?.account}+support` }, async (page) => {
          await page.getByRole('link', { name: 'SupportEngineer', exact: true }).first().click()
          await page.getByText(`groups = ${DENIED?.group}`).waitFor()
          expect(await page.getByRole('table', { name: 'Findings' }).textContent()).toContain('tagsArePermitted')
          await page.getByRole('button', { name: /^Credentials for/ }).click()
          await page.getByText('sts.access_denied').first().waitFor()
        }),
    )
  })

  describe('the weight', () => {
    it('the picker page with thirty roles is below 60 KB over the wire in total, some taken before and at an hour of many choices', () =>
      visit({ roles: 30, subject: 'regular', timezoneId: zoneAtHour(10) }, async (page) => {
        for (const account of ['audit', 'backup', 'lab', 'logs', 'tools']) {
          await page.getByRole('button', { name: `Credentials for Developer in Payments ${account}` }).click()
          await page.getByRole('link', { name: 'All roles' }).click()
        }
        expect(await page.getByRole('region', { name: 'Recent' }).getByRole('listitem').count()).toBe(5)
        const [session, sizes] = [await page.context().newCDPSession(page), new Map<string, number>()]
        await session.send('Network.enable')
        await session.send('Network.setCacheDisabled', { cacheDisabled: true })
        session.on('Network.requestWillBeSent', ({ requestId }) => sizes.set(requestId, 0))
        session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
          if (sizes.has(requestId)) sizes.set(requestId, encodedDataLength)
        })
        await page.goto(`${company.url}/roles`, { waitUntil: 'networkidle' })
        expect(await count(page)).toContain('30 roles')
        const select = page.getByLabel('Duration for Developer in Payments audit')
        expect(await select.getByRole('option', { name: 'until 12:00' }).count()).toBe(1)
        // The page, its style, its script and its icon.
        expect(sizes.size).toBeGreaterThanOrEqual(3)
        expect([...sizes.values()].every((size) => size > 0)).toBe(true)
        expect([...sizes.values()].reduce((sum, size) => sum + size, 0)).toBeLessThan(60_000)
      }))

    it('the picker page is as small with gzip instead of brotli, and a browser with a cache requests no file again', async () => {
      const client = await company.signIn('light', groupsOf(30))
      const headers = { 'accept-encoding': 'gzip' }
      const page = await client.open(`${company.url}/roles`, { headers })
      expect(page.headers.get('content-encoding')).toBeNull()
      const paths = [...page.body.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map(([, path]) => path)
      const assets = await Promise.all(paths.map((path) => client.open(`${company.url}${path}`, { headers })))
      for (const asset of assets) {
        expect(asset.headers.get('content-encoding')).toBe('gzip')
        expect(asset.headers.get('vary')).toContain('Accept-Encoding')
        expect(asset.headers.get('cache-control')).toContain('immutable')
      }
      const octets = [
        Buffer.byteLength(page.body),
        ...assets.map(({ headers }) => Number(headers.get('content-length'))),
      ]
      expect(octets).toHaveLength(4)
      expect(octets.reduce((sum, size) => sum + size, 0)).toBeLessThan(60_000)
    })

    it('the picker page does not wait for the script: the page is drawn while that is on its way', () => {
      let arrive: () => void = () => undefined
      const held = new Promise<void>((resolve) => {
        arrive = resolve
      })
      const prepare = (page: Page) => page.route('**/fedgate.js*', (route) => held.then(() => route.continue()))
      const isDrawn = `performance.getEntriesByName('first-contentful-paint').length > 0`
      const journey = async (page: Page): Promise<void> => {
        await page.goto(`${company.url}/roles`, { waitUntil: 'commit' })
        await expect.poll(() => page.evaluate(isDrawn)).toBe(true)
        expect(
          await page
            .getByRole('button', { name: /^Console as/ })
            .first()
            .isVisible(),
        ).toBe(true)
        expect(await page.evaluate('document.documentElement.classList.contains("js")')).toBe(false)
        arrive()
        await page.locator('html.js').waitFor()
      }
      return visit({ roles: 30, path: '/healthz', prepare }, journey)
    })
  })

  const appearances = [
    ['light-1440', { colorScheme: 'light', viewport: { width: 1440, height: 900 } }],
    ['dark-1440', { colorScheme: 'dark', viewport: { width: 1440, height: 900 } }],
    ['light-320', { colorScheme: 'light', viewport: { width: 320, height: 640 } }],
    ['dark-320', { colorScheme: 'dark', viewport: { width: 320, height: 640 } }],
  ] as const satisfies readonly (readonly [string, BrowserContextOptions])[]

  describe.each(appearances)('%s', (name, options) => {
    const look = async (page: Page, state: string): Promise<void> => {
      expect(await axeViolations(page), state).toEqual([])
      const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')
      expect(overflow, state).toBeLessThanOrEqual(0)
      await page.screenshot({ path: new URL(`picker-${state}-${name}.png`, SHOTS).pathname })
    }

    it('the picker has no findings with roles, the keys, a selection and nothing found', () =>
      visit({ ...options, roles: 30, path: '/roles?q=production' }, async (page) => {
        await look(page, 'found')
        await page.goto(`${company.url}/roles`)
        await look(page, 'roles')
        await page
          .getByRole('checkbox', { name: /^Select / })
          .first()
          .check()
        await look(page, 'selection')
        await page.getByRole('button', { name: 'Shortcuts' }).click()
        await look(page, 'keys')
        await page.goto(`${company.url}/roles?q=nothing-like-it`)
        await look(page, 'nothing')
      }))

    it('the picker has no findings without roles, and about one role', () =>
      visit({ ...options, roles: 0 }, async (page) => {
        await look(page, 'none')
      }).then(() =>
        visit({ ...options, path: `/roles/why?role=${DENIED?.arn}` }, async (page) => {
          await look(page, 'about')
        }),
      ))
  })

  it.each(['light', 'dark'] as const)('the role picker is well with 500 roles, %s', (colorScheme) =>
    visit({ colorScheme }, async (page) => {
      await page.screenshot({ path: new URL(`picker-500-${colorScheme}.png`, SHOTS).pathname })
      expect(await axeViolations(page)).toEqual([])
    }),
  )
})

describe.skipIf(!requireTool(CHROMIUM))('a first visit to the demo', () => {
  let testGateway: TestGateway
  let browser: Browser
  beforeAll(async () => {
    ;[testGateway, browser] = await Promise.all([startTestGateway(), launchChromium()])
  })
  afterAll(async () => {
    await browser.close()
    await testGateway.close()
  })

  it('takes three clicks to credentials, and no key', async () => {
    const { context, page, complaints } = await newBrowserUser(browser)
    let clicks = 0
    const click = async (target: Locator): Promise<void> => {
      await target.click()
      clicks += 1
    }
    await page.goto(testGateway.gateway)
    await click(providerLink(page, 'Example Corp'))
    await click(page.getByRole('button', { name: 'Alice Archer' }))
    await page.waitForURL(`${testGateway.gateway}/roles`)
    await click(page.getByRole('button', { name: 'Credentials for Developer in Production' }))
    await page.getByRole('heading', { name: 'Developer' }).waitFor()
    expect(await page.locator('pre').first().textContent()).toContain('AWS_SESSION_TOKEN')
    expect(clicks).toBe(3)
    expect(complaints).toEqual([])
    await context.close()
  })
})
