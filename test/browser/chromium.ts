/**
 * A real browser for the journeys. Owns how Chromium is started, what it complains about (collected from every page:
 * the console, uncaught errors, Content-Security-Policy) and the clicks of a user at the demo's identity providers.
 */
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
} from 'playwright-core'

export const CHROMIUM = '/usr/bin/chromium'

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export const launchChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM, headless: true, args: FLAGS })

/** Someone's browser, with what it complained about so far. */
export interface BrowserUser {
  readonly context: BrowserContext
  readonly page: Page
  readonly complaints: readonly string[]
}

/** Chromium says on the console that a page answered 4xx, which a refusal must. */
const isRefusal = (text: string): boolean => /^Failed to load resource: .* status of 4\d\d /.test(text)

const collect = (page: Page, complaints: string[]): void => {
  page.on('console', (message) => {
    const isBad = message.type() === 'error' || message.type() === 'warning'
    if (isBad && !isRefusal(message.text())) complaints.push(`${page.url()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`))
  page.on('requestfailed', (request) => {
    // What a next click cuts short is no failure.
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') complaints.push(`${request.url()} failed`)
  })
  page.on('response', (response) => {
    if (response.status() >= 500) complaints.push(`${response.url()} answered ${response.status()}`)
  })
}

export const newBrowserUser = async (browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserUser> => {
  const context = await browser.newContext({ serviceWorkers: 'block', ...options })
  // Less than a test's own limit, so that what never came is named.
  context.setDefaultTimeout(15_000)
  const complaints: string[] = []
  context.on('page', (page) => collect(page, complaints))
  return { context, page: await context.newPage(), complaints }
}

/** On the gateway's chooser: beside each provider there may be a link to sign in there as another user. */
export const providerLink = (page: Page, label: string): Locator => page.locator('a.choice', { hasText: label })

/** From the gateway's chooser through the provider's page: by name and password, up to wherever that leads. */
export const chooseAndSignIn = async (page: Page, label: string, username: string): Promise<void> => {
  await providerLink(page, label).click()
  await page.getByLabel('Name').fill(username)
  await page.getByLabel('Password').fill('demo')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** The tab that this opens beside the page. */
export const newTabFrom = async (page: Page, act: () => Promise<unknown>): Promise<Page> => {
  const [tab] = await Promise.all([page.context().waitForEvent('page'), act()])
  return tab
}

/** Says yes where the demo's OpenID provider asks whether to sign out there too. */
export const signOutAtProvider = async (page: Page): Promise<void> => {
  await page.getByText('Do you want to sign out of the demo identity provider too?').waitFor()
  await page.getByRole('button', { name: 'Sign out', exact: true }).click()
}

/** Who the gateway takes this browser for. */
export const whoIs = async ({ context }: BrowserUser, gateway: string): Promise<string | undefined> => {
  const answer = await context.request.get(`${gateway}/api/session`)
  return answer.status() === 200 ? ((await answer.json()) as { subject: string }).subject : undefined
}
