/**
 * Every page that there is, reached as users reach it: nothing for axe-core to find, light and dark, narrow and wide;
 * nothing that scrolls sideways, no word that is broken in the middle; a policy that lets its forms go where they go and nowhere else; no third party.
 */

import { readdirSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import type { Browser, Page, Request, Response } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestGateway, type TestGateway } from '../harness/test-gateway.ts'
import { requireTool } from '../tools.ts'
import { axeViolations } from './axe.ts'
import { brokenWords } from './broken-words.ts'
import { type BrowserUser, CHROMIUM, chooseAndSignIn, launchChromium, newBrowserUser } from './chromium.ts'
import { ACCOUNT, type EverythingGateway, startEverythingGateway, withoutGoingTo } from './everything-gateway.ts'

const SHOTS = new URL('shots/', import.meta.url)
const VIEWS = new URL('../../views/', import.meta.url)
const GUARDED = `arn:aws:iam::${ACCOUNT}:role/Guarded`
const DEVELOPER = `arn:aws:iam::${ACCOUNT}:role/Developer`

const names = {
  provider: 'Corp SSO',
  account: 'Production',
  alias: 'guarded',
  subject: 'dora',
  attributes: { uid: ['dora'], displayName: ['Dora Doe'], department: [], groups: ['staff', 'aws'] },
  roles: [GUARDED, DEVELOPER],
} as const

const appearances = [
  ['light', 1440],
  ['dark', 1440],
  ['light', 320],
  ['dark', 320],
] as const

// Four looks at each page, each by every rule of axe.
describe.skipIf(!requireTool(CHROMIUM))('every page', { timeout: 120_000 }, () => {
  let testGateway: TestGateway
  let full: EverythingGateway
  let browser: Browser
  const seen = new Set<string>()
  const policies = new Map<string, string>()
  const asked = new Set<string>()
  const shown = {
    violations: [] as string[],
    sideways: [] as string[],
    broken: [] as string[],
    policies: [] as string[],
  }

  beforeAll(async () => {
    await mkdir(SHOTS, { recursive: true })
    ;[testGateway, full, browser] = await Promise.all([
      startTestGateway(),
      startEverythingGateway(names),
      launchChromium(),
    ])
  })
  afterAll(async () => {
    await browser.close()
    await full.close()
    await testGateway.close()
  })

  const keepPolicy = (response: Response): void => {
    if (response.request().resourceType() === 'document')
      policies.set(response.url(), response.headers()['content-security-policy'] ?? 'none')
  }

  const enter = async (): Promise<BrowserUser> => {
    const user = await newBrowserUser(browser)
    user.context.on('request', (request: Request) => asked.add(new URL(request.url()).origin))
    user.context.on('response', keepPolicy)
    return user
  }

  /** Where the forms of this page go, and what follows them: the console of the local AWS, the provider's logout. */
  const targetsOf = async (page: Page): Promise<readonly string[]> => {
    const actions = await page
      .locator('form, [formaction]')
      .evaluateAll((found) => found.map((one) => one.getAttribute('formaction') ?? one.getAttribute('action') ?? ''))
    const { origin } = new URL(page.url())
    const localAws = origin === full.gateway.url ? full.gateway.localAws : testGateway.localAws
    const elsewhere = actions.filter((action) => /^https?:/.test(action)).map((action) => new URL(action))
    return [
      "'self'",
      // Of the two houses, one has a provider with a logout service.
      ...(origin === full.gateway.url && actions.includes('/logout') ? [full.corpUrl] : []),
      ...(actions.includes('/roles/console') ? [localAws] : []),
      ...elsewhere.flatMap((url) => [url.origin, url.protocol]),
    ]
  }

  const checkPolicy = async (page: Page, called: string): Promise<void> => {
    const policy = policies.get(page.url()) ?? ''
    const formAction = /form-action ([^;]*)/.exec(policy)?.[1]?.split(' ') ?? []
    const expected = await targetsOf(page)
    if (/unsafe/.test(policy) || !policy.includes("default-src 'none'")) shown.policies.push(`${called}: ${policy}`)
    if (formAction.toSorted().join() !== expected.toSorted().join())
      shown.policies.push(`${called}: form-action ${formAction.join(' ')}, its forms go to ${expected.join(' ')}`)
  }

  const look = async (page: Page, called: string): Promise<void> => {
    const className = (await page.locator('body').getAttribute('class')) ?? ''
    seen.add(className.replace('page-', ''))
    // What is folded is looked at too.
    await page.locator('details.folded, details.preflight').evaluateAll((all) => {
      for (const one of all) (one as HTMLDetailsElement).open = true
    })
    await checkPolicy(page, called)
    for (const [colorScheme, width] of appearances) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height: width === 320 ? 640 : 900 })
      const at = `${called}, ${width} ${colorScheme}`
      shown.violations.push(...(await axeViolations(page)).map((violation) => `${at}: ${violation}`))
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      if (overflow > 0) shown.sideways.push(`${at}: ${overflow} px`)
      if (colorScheme === 'light') shown.broken.push(...(await brokenWords(page)).map((word) => `${at}: ${word}`))
      const path = new URL(`all-${called.replaceAll(/\W+/g, '-')}-${width}-${colorScheme}.png`, SHOTS).pathname
      await page.screenshot({ path, fullPage: true })
    }
  }

  const leave = async ({ context, complaints }: BrowserUser): Promise<void> => {
    await context.close()
    expect(complaints).toEqual([])
  }

  it('every page of a user who signs in, takes roles and signs out, is checked', async () => {
    const user = await enter()
    const { page } = user
    const open = (path: string) => page.goto(`${testGateway.gateway}${path}`)
    await open('/login')
    await look(page, 'chooser')
    await chooseAndSignIn(page, 'Example ID', 'bob')
    await page.waitForURL(`${testGateway.gateway}/roles`)
    await look(page, 'roles')
    await open('/roles?q=nothing-like-it')
    await look(page, 'roles, nothing found')
    await open('/roles')
    await page.getByRole('button', { name: 'Credentials for Administrator' }).first().click()
    await page.waitForURL(`${testGateway.gateway}/roles/credentials`)
    await look(page, 'credentials')
    for (const [path, called] of [
      ['/identity', 'identity, by OpenID'],
      ['/activity', 'activity'],
      ['/go?destination=s3', 'go, several roles'],
      [`/go?role=arn:aws:iam::${ACCOUNT}:role/Administrator`, 'go, one role'],
      ['/go?destination=https://123456789012-abcdefgh.us-east-1.console.aws.amazon.com/s3', 'go, no role'],
      ['/go?role=Administratr&destination=s3', 'go-refused'],
      ['/roles/why?role=nobody', 'error, signed in'],
      ['/nowhere', 'error, not found'],
      ['/logout', 'sign-out'],
    ] as const) {
      await open(path)
      await look(page, called)
    }
    await open(`/go?role=arn:aws:iam::${ACCOUNT}:role/Administrator`)
    await page.getByLabel('Opens at').fill('https://example.com/')
    await page.getByRole('button', { name: 'Copy a link instead' }).click()
    await page.getByRole('link', { name: 'This is not a page of the AWS console.' }).waitFor()
    await look(page, 'go, refused')
    await open('/logout')
    await withoutGoingTo(
      user.context,
      ({ origin }) => origin === testGateway.openIdProvider,
      async () => {
        await page.getByRole('main').getByRole('button', { name: 'Sign out' }).click()
        await page.getByRole('heading', { name: /^Signing out at/ }).waitFor()
        await look(page, 'redirect')
      },
    )
    await open('/logout')
    await look(page, 'signed-out')
    await open('/login/finish?handle=x')
    await look(page, 'error, signed out')
    await leave(user)
  })

  it('every page of a user who signs a device in is checked', async () => {
    const user = await enter()
    const { page } = user
    const asked = await fetch(`${testGateway.gateway}/oauth/device/auth`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'fedgate-cli', device_name: 'build server (Linux)' }),
    })
    const code = (await asked.json()) as { readonly verification_uri_complete: string }
    await page.goto(code.verification_uri_complete)
    await chooseAndSignIn(page, 'Example Corp', 'alice')
    await page.getByRole('heading', { name: 'Sign in a device' }).waitFor()
    await look(page, 'device-code')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('heading', { name: 'Sign in on build server (Linux)?' }).waitFor()
    await look(page, 'allow-device')
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByRole('heading', { name: 'Device signed in' }).waitFor()
    await look(page, 'device-decided')
    await page.getByRole('link', { name: 'Your devices' }).click()
    await page.getByRole('button', { name: 'Sign out build server (Linux)' }).waitFor()
    await look(page, 'activity, with a device')
    await leave(user)
  })

  it('every page of a user without roles is checked', async () => {
    const user = await enter()
    await user.page.goto(`${testGateway.gateway}/login`)
    await chooseAndSignIn(user.page, 'Example Corp', 'carol')
    await user.page.waitForURL(`${testGateway.gateway}/roles`)
    await look(user.page, 'roles, none at all')
    await leave(user)
  })

  it('every page of a user at a federation or with original evidence is checked', async () => {
    const { gateway, corpUrl } = full
    const user = await enter()
    const { page, context } = user
    const atCorp = ({ origin }: URL): boolean => origin === corpUrl
    await page.goto(`${gateway.url}/login`)
    await look(page, 'chooser, one unavailable')
    await withoutGoingTo(context, atCorp, async () => {
      await page.goto(`${gateway.url}/login/posts`, { waitUntil: 'commit' })
      await page.getByRole('heading', { name: /^Signing in at/ }).waitFor()
      await look(page, 'post-form')
    })
    await page.goto(`${gateway.url}/login/edu?q=corp`)
    await look(page, 'find-idp')
    await page.getByLabel('Name of your organization').fill('nowhere')
    await page.getByText(/^No organization matches/).waitFor()
    await look(page, 'find-idp, suggestions')
    await page.goto(`${corpUrl}/portal`)
    await page.getByRole('heading', { name: /^Continue as/ }).waitFor()
    await look(page, 'confirm-sign-in')
    await page.goto(`${gateway.url}/login/corp`)
    await page.waitForURL(`${gateway.url}/roles`)
    for (const [path, called] of [
      ['/identity', 'identity, by SAML'],
      ['/status', 'status'],
      ['/status/sessions', 'sessions'],
      ['/status/try/corp', 'test-sign-in'],
      ['/status/try/edu', 'test-sign-in, with discovery'],
      ['/status/try/corp/start', 'test-result'],
      [`/roles/why?role=${GUARDED}`, 'role'],
      ['/roles/request', 'request-access'],
      ['/roles?by=role&environment=production', 'roles, by role'],
      ['/roles?by=account&q=nothing', 'roles, nothing found'],
    ] as const) {
      await page.goto(`${gateway.url}${path}`)
      await look(page, called)
    }
    await leave(user)
  })

  it('every page of a sensitive role says that it asks for a new sign-in, and leads through it back to the pick', async () => {
    const { gateway } = full
    const user = await enter()
    const { page, context } = user
    await page.goto(`${gateway.url}/login/corp`)
    await page.waitForURL(`${gateway.url}/roles`)
    full.goAhead(15 * 60)
    await page.goto(`${gateway.url}/roles`)
    await page.getByText('Requires you to sign in again').waitFor()
    await look(page, 'roles, one asks for a new sign-in')
    await page.goto(`${gateway.url}/go?role=${GUARDED}&destination=s3`)
    await look(page, 'go, asks for a new sign-in')
    const link = page.getByRole('button', { name: 'Copy a link instead' })
    await withoutGoingTo(
      context,
      ({ pathname }) => pathname === '/roles/reauthenticate',
      async () => {
        await link.click()
        await page.getByRole('heading', { name: 'Sign in again' }).waitFor()
        await look(page, 'renewing')
      },
    )
    await page.getByRole('link', { name: 'Continue' }).click()
    await page.waitForURL(/\/roles\/confirm\?/)
    await look(page, 'confirm-role')
    await page.getByRole('button', { name: 'Open the console' }).click()
    await page.getByRole('heading', { name: 'Console link for Guarded' }).waitFor()
    expect(await page.textContent('main')).toContain('/s3/home')
    await look(page, 'console-link')
    await page.goto(`${gateway.url}/roles`)
    for (const role of ['Guarded', 'Developer']) await page.getByLabel(`Select ${role} in Production`).check()
    await page.getByRole('button', { name: /^Credentials for (?:2|the selected)/ }).click()
    await page.getByRole('heading', { name: 'Use 2 roles?' }).waitFor()
    await look(page, 'confirm-role, sensitive')
    await page.getByRole('button', { name: 'Get credentials' }).click()
    await page.waitForURL(`${gateway.url}/roles/credentials`)
    await look(page, 'credentials-of-several')
    await leave(user)
  })

  it('every page was reached: one for each template', () => {
    const templates = readdirSync(VIEWS).flatMap((name) => /^(.*)\.eta$/.exec(name)?.[1] ?? [])
    expect([...seen].toSorted()).toEqual(templates.filter((name) => name !== 'layout').toSorted())
  })

  it('every page has nothing that axe-core finds, light and dark, at 320 and 1440 pixels', () => {
    expect(shown.violations).toEqual([])
  })

  it('no page breaks a word in the middle', () => {
    expect(shown.broken).toEqual([])
  })

  it('every page never scrolls sideways', () => {
    expect(shown.sideways).toEqual([])
  })

  it('every page has a policy that names where its forms go and nothing else', () => {
    expect(shown.policies).toEqual([])
  })

  it('sends requests only to the gateway, its AWS and the identity providers', () => {
    const known = [testGateway.gateway, testGateway.localAws, testGateway.samlIdp, testGateway.openIdProvider]
    const here = [...known, full.gateway.url, full.gateway.localAws, full.corpUrl]
    expect([...asked].filter((origin) => !here.includes(origin))).toEqual([])
  })
})
